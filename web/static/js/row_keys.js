// Letters that act on the row in focus: data-row-key="p" on a button of the row. The list is left by
// the form's own POST, and comes back with the row in view.
const html = document.documentElement;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || html.dataset.keys === "off") return;
  if (!/^[a-z]$/i.test(event.key) || document.querySelector("dialog[open]")) return;
  const row = document.activeElement?.closest?.("[data-list] > tr");
  const button = row?.querySelector(`[data-row-key="${event.key.toLowerCase()}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
}, true);

const here = location.hash && document.querySelector(`[data-list] > ${CSS.escape(location.hash.slice(1)).replace(/^/, "#")}`);
if (here) here.focus();
