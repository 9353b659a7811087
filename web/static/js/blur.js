// Privacy blur: one key (or the eye in the top bar) hides what may not be read from the other side
// of the desk; after 45 idle seconds the screen hides it by itself. Showing again is always a choice.
const IDLE_SECONDS = Number(document.documentElement.dataset.idle ?? 45);
const html = document.documentElement;
const words = document.getElementById("words")?.dataset ?? {};
let timer;

function set(hidden, byHand) {
  if (hidden === html.hasAttribute("data-blur")) return;
  html.toggleAttribute("data-blur", hidden);
  for (const button of document.querySelectorAll('[data-do="blur"]')) button.setAttribute("aria-pressed", String(hidden));
  if (byHand) sessionStorage.setItem("keshi-blur", hidden ? "1" : "");
  const place = document.getElementById("announce");
  if (place) place.textContent = hidden ? words.hidden : words.shown;
}

function wake() {
  clearTimeout(timer);
  timer = setTimeout(() => { if (document.querySelector("[data-private]")) set(true, false); }, IDLE_SECONDS * 1000);
}

if (sessionStorage.getItem("keshi-blur")) set(true, true);
document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-do="blur"]')) set(!html.hasAttribute("data-blur"), true);
});
for (const kind of ["keydown", "pointermove", "pointerdown", "wheel", "touchstart"]) {
  document.addEventListener(kind, wake, { passive: true });
}
wake();
