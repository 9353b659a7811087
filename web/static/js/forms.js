// What every page needs around its forms: the token on htmx requests, menus that close, short messages
// that leave by themselves, and a plain word when the network fails.
const TOAST_SECONDS = 10;
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const toasts = document.getElementById("toasts");
const words = document.getElementById("words")?.dataset ?? {};

document.body.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = token;
});

document.body.addEventListener("htmx:error", () => {
  const toast = document.createElement("div");
  toast.className = "toast toast-bad";
  toast.textContent = words.failed;
  toasts?.append(toast);
});

if (toasts) {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const toast of change.addedNodes) {
        if (!(toast instanceof HTMLElement)) continue;
        let timer;
        const start = () => { timer = setTimeout(() => toast.remove(), TOAST_SECONDS * 1000); };
        const stop = () => clearTimeout(timer);
        toast.addEventListener("pointerenter", stop);
        toast.addEventListener("focusin", stop);
        toast.addEventListener("pointerleave", start);
        toast.addEventListener("focusout", start);
        start();
      }
    }
  }).observe(toasts, { childList: true });
}

// A group of buttons of which one holds, such as the timeline's filter.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-choice] > button");
  if (!chosen) return;
  for (const other of chosen.parentElement.children) other.setAttribute("aria-pressed", String(other === chosen));
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A section opened below the card comes into view, and so does the first mistake of a refused form.
document.body.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target?.id !== "panel" || !target.childElementCount) return;
  const chosen = event.detail.ctx.sourceElement?.closest?.("[data-sections] > a");
  if (chosen) {
    for (const link of chosen.parentElement.querySelectorAll("a")) link.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
  }
  target.closest(".card-tabs")?.scrollIntoView({ block: "start" });
});
if (document.getElementById("panel")?.childElementCount) document.querySelector(".card-tabs").scrollIntoView();
document.querySelector(".form-errors")?.focus();

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('[data-do="print"]')) print();
});

// A secret shown once goes to the clipboard by a button that says so.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    getSelection().selectAllChildren(source);
    return;
  }
  button.lastChild.textContent = button.dataset.copied;
  const announce = document.getElementById("announce");
  if (announce) announce.textContent = button.dataset.copied;
});
