// What somebody does in one part of a case raises its version; the other forms of the same page follow,
// so that the own deed is not taken for somebody else's. A form that is behind already stays behind.
document.body.addEventListener("keshi:own-deed", ({ detail: { before, after } }) => {
  for (const version of document.querySelectorAll(".case-deeds [name=version], .case-fold [name=version]")) {
    if (version.value === String(before)) version.value = String(after);
  }
});
