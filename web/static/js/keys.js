// Keyboard for those who never touch the mouse. Single letters work only outside fields and can be
// switched off (WCAG 2.1.4); what a page offers is written on its own elements:
//   data-shortcut="n"  is pressed by that letter     data-key="1"  by that digit
//   data-shift-key="1" by Shift and that digit       data-row-shortcut="p" in the row one stands on
//   data-go="h"        is opened by G and then that letter, from any page
//   data-list          rows that J and K move through, Enter opens data-href
const html = document.documentElement;
const help = document.getElementById("keys-help");

const inField = (target) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;

const rows = () => [...document.querySelectorAll("[data-list] > [data-href], [data-list] > [data-row]")]
  .filter((row) => row.offsetParent !== null);
const sections = () => [...document.querySelectorAll("[data-sections] > a")];

function move(step) {
  const all = rows().length ? rows() : sections();
  if (!all.length) return false;
  const here = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(selector) {
  const target = document.querySelector(selector);
  if (!target || target.offsetParent === null) return false;
  target.click();
  return true;
}

function pressHere(letter) {
  const row = document.activeElement?.closest?.("[data-list] > *");
  const target = row?.querySelector(`[data-row-shortcut="${letter}"]`);
  if (!target) return false;
  target.click();
  return true;
}

export function focusCommand() {
  const box = document.getElementById("command-box");
  if (!box) return false;
  box.focus();
  box.select();
  return true;
}

const GO_WITHIN_MS = 1500;
let wentAt = 0;

// G is only the first half: without a letter that leads somewhere the second half is a key of its own.
function go(letter) {
  const waits = Date.now() - wentAt < GO_WITHIN_MS;
  wentAt = 0;
  const target = waits && document.querySelector(`[data-go="${letter}"]`);
  if (target) location.assign(target.href);
  return Boolean(target);
}

function onLetter(event) {
  const key = event.key;
  if (/^[a-z]$/i.test(key) && go(key.toLowerCase())) return true;
  if (key === "g" || key === "G") wentAt = Date.now();
  if (key === "/") return focusCommand();
  if (key === "?") return openHelp();
  if (key === ".") return press('[data-do="blur"]');
  if (key === "j" || key === "J") return move(1);
  if (key === "k" || key === "K") return move(-1);
  if (/^[a-z]$/i.test(key)) return pressHere(key.toLowerCase()) || press(`[data-shortcut="${key.toLowerCase()}"]`);
  // By the key and not by its sign: Shift and 1 is ! here and " or 1 elsewhere.
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1] ?? (/^[0-9]$/.test(key) ? key : null);
  if (digit) return (event.shiftKey && press(`[data-shift-key="${digit}"]`)) || press(`[data-key="${digit}"]`);
  return false;
}

function openHelp() {
  if (!help || help.open) return false;
  help.showModal();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    if (focusCommand()) event.preventDefault();
    return;
  }
  if (event.key === "Enter" && document.activeElement?.matches("[data-href]")) {
    event.preventDefault();
    location.assign(document.activeElement.dataset.href);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  // Whoever has just asked, and looks at what was found, means the first of it.
  if (event.key === "Enter" && document.activeElement === document.body && !document.querySelector("dialog[open]")) {
    const first = document.querySelector("[data-enter-first] [data-href]");
    if (first) {
      event.preventDefault();
      location.assign(first.dataset.href);
    }
    return;
  }
  if (html.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  if (onLetter(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest('[data-do="keys"]')) openHelp();
  const row = target.closest("[data-href]");
  if (row && !target.closest("a, button, input, label, summary, select") && !getSelection()?.toString()) {
    location.assign(row.dataset.href);
  }
});

// A page left by a row's own form comes back to that row.
document.querySelector("[data-list] > :target")?.focus();
