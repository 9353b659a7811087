// A suggestion is taken by whoever writes the case, never by itself: a chip ticks the choice it names.
document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-take]");
  if (!chip) return;
  const choice = document.querySelector(
    `input[type=radio][name="${CSS.escape(chip.dataset.take)}"][value="${CSS.escape(chip.dataset.value)}"]`,
  );
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  chip.setAttribute("aria-pressed", "true");
  chip.classList.add("chip-on");
});
