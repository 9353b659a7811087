// The command bar: a combobox whose options the server draws. Arrows choose, Enter opens; Enter
// without a choice submits the form, and the server opens the card when exactly one guest fits.
const box = document.getElementById("command-box");
const hits = document.getElementById("command-hits");

if (box && hits) {
  const options = () => [...hits.querySelectorAll('[role="option"][href]')];
  let chosen = null;
  let answered = "";

  const choose = (option) => {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option;
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    hits.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    choose(null);
  };

  const step = (by) => {
    const all = options();
    if (!all.length) return;
    const here = all.indexOf(chosen);
    choose(all[(here + by + all.length + (here < 0 && by < 0 ? 1 : 0)) % all.length]);
  };

  document.body.addEventListener("htmx:after:swap", (event) => {
    // Lists behind the bar are swapped too while one types; they must not undo the choice.
    if (event.detail?.ctx?.target !== hits || !hits.childElementCount) return;
    chosen = null;
    answered = box.value;
    box.setAttribute("aria-expanded", document.activeElement === box ? "true" : "false");
    if (document.activeElement !== box) close();
  });

  box.addEventListener("input", () => { if (!box.value.trim()) close(); });
  // htmx starts to listen in a timer of its own, set before this one; what was typed until then
  // would never be asked.
  setTimeout(() => {
    if (box.value.trim() && document.activeElement === box) box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      // The browser would empty the box as well, and htmx would ask again for nothing.
      if (hits.childElementCount) {
        event.preventDefault();
        close();
      } else box.blur();
    } else if (event.key === "Enter") {
      const only = answered === box.value && options().length === 1 ? options()[0] : null;
      const target = chosen ?? only;
      if (!target) return;
      event.preventDefault();
      location.assign(target.href);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest?.("#command")) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("#command")) close();
  });
}
