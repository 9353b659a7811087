// The drawer at the side: a note is taken or a claim read without leaving the page. Links with
// hx-target="#drawer" fill it; it opens when there is something in it, and what was saved closes it.
const drawer = document.getElementById("drawer");

// What is typed between the key that opens the drawer and its coming: it goes into the box.
let early = "";
const waiting = () => drawer?.open && drawer.firstElementChild?.matches(".loading");

// What has just been swapped in is heard of by htmx a moment later; a quick key comes before that,
// and would leave the page instead of opening the drawer.
const hurried = new WeakSet();

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[hx-target="#drawer"]');
  if (!link || !drawer || drawer.contains(link) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!event.defaultPrevented && window.htmx && !hurried.has(link)) {
    event.preventDefault();
    hurried.add(link);
    htmx.process(link);
    // click() within click() is nothing, by the standard.
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    return;
  }
  early = "";
  const note = document.createElement("p");
  note.className = "loading";
  note.tabIndex = -1;
  note.textContent = drawer.dataset.loading;
  drawer.replaceChildren(note);
  if (!drawer.open) drawer.showModal();
});

document.addEventListener("keydown", (event) => {
  if (!waiting() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Backspace") early = early.slice(0, -1);
  else if (event.key.length === 1) early += event.key;
  else return;
  event.preventDefault();
}, true);

document.addEventListener("htmx:finally:request", (event) => {
  // Refused or without network: the reason is told at the foot of the page, nothing is left open.
  if (waiting() && event.detail?.ctx?.target === drawer) close();
});

const box = (root = document) => root.querySelector("#note-words");
const options = () => [...document.querySelectorAll("#note-found [role=option]")];
let chosen = null;

function choose(option) {
  const input = box();
  chosen?.setAttribute("aria-selected", "false");
  chosen = option ?? null;
  if (!chosen) return input?.removeAttribute("aria-activedescendant");
  chosen.setAttribute("aria-selected", "true");
  input?.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const here = all.indexOf(chosen);
  choose(all[(here + by + all.length + (here < 0 && by < 0 ? 1 : 0)) % all.length]);
}

// Where the suggestions stand side by side, up and down go by rows.
function across() {
  const all = options();
  if (all.length < 2) return 1;
  const top = all[0].offsetTop;
  return Math.max(1, all.filter((each) => each.offsetTop === top).length);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.target !== box()) return;
  const empty = !event.target.value;
  if (event.key === "ArrowDown") step(chosen ? across() : 1);
  else if (event.key === "ArrowUp") step(chosen ? -across() : -1);
  else if (event.key === "ArrowRight" && empty && chosen) step(1);
  else if (event.key === "ArrowLeft" && empty && chosen) step(-1);
  else if (event.key === "Enter") {
    // One found code is what was meant; of several the first is offered and a second Enter takes it.
    const all = options();
    if (chosen?.isConnected) chosen.click();
    else if (!empty && all.length === 1) all[0].click();
    else if (!empty && all.length) choose(all[0]);
    else if (!empty) document.getElementById("note-as-written")?.click();
  } else return;
  event.preventDefault();
});

// Usual values stand in a row: arrows move along it, and a tap means itself, whatever was typed beside.
document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.(".value-chips > button");
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!chip || !by) return;
  const all = [...chip.parentElement.children];
  all[(all.indexOf(chip) + by + all.length) % all.length].focus();
  event.preventDefault();
});
document.addEventListener("pointerdown", (event) => {
  const free = event.target.closest?.(".value-chips > button") && document.querySelector("[data-free]");
  if (free) free.value = "";
});

document.body.addEventListener("htmx:after:swap", () => {
  if (chosen && !chosen.isConnected) choose(null);
  if (!drawer?.childElementCount || waiting()) return;
  if (!drawer.open) drawer.showModal();
  const input = box(drawer);
  // On a phone the keyboard would cover what is likely; who wants to type taps the box.
  const first = matchMedia("(pointer: coarse)").matches && input ? null : drawer.querySelector("[autofocus]");
  if (first && (document.activeElement === document.body || !drawer.contains(document.activeElement))) first.focus();
  if (input && early) {
    input.value = early;
    early = "";
    // htmx begins to listen to what it brought a moment after this.
    setTimeout(() => input.dispatchEvent(new Event("input", { bubbles: true })));
  }
});

function close() {
  if (!drawer) return;
  drawer.replaceChildren();
  if (drawer.open) drawer.close();
}

if (drawer) {
  drawer.addEventListener("close", () => drawer.replaceChildren());
  drawer.addEventListener("click", (event) => {
    // Beside the drawer, on its own backdrop, or on what says so.
    if (event.target === drawer || event.target.closest?.('[data-do="close-drawer"]')) {
      event.preventDefault();
      close();
    }
  });
}

// The server says that something was kept; the screen behind looks again at once.
document.body.addEventListener("keshi:kept", () => {
  close();
  document.body.dispatchEvent(new CustomEvent("keshi:board"));
});
