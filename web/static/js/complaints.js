// The board by hand: a card dragged onto a column is moved by the very form of its menu, so that both
// ways do the same. Columns that may take the card say so while it is in the air. The menu is the way
// for keys, fingers and readers of the screen; without this file the board works by it alone.
const board = document.querySelector("[data-case-board]");
let card = null;

const taking = (column) => card?.querySelector(`[data-move="${column?.dataset.column}"]`);
const clear = () => {
  card?.classList.remove("is-dragged");
  for (const column of board.querySelectorAll("[data-column]")) column.classList.remove("may-take", "is-over");
};

if (board) {
  board.addEventListener("dragstart", (event) => {
    const held = event.target.closest?.("[data-case]");
    if (!held || event.target !== held) return;
    card = held;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.case);
    card.classList.add("is-dragged");
    for (const column of board.querySelectorAll("[data-column]")) column.classList.toggle("may-take", Boolean(taking(column)));
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest("[data-column]");
    for (const other of board.querySelectorAll(".is-over")) if (other !== column) other.classList.remove("is-over");
    if (!taking(column)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    column.classList.add("is-over");
  });
  board.addEventListener("drop", (event) => {
    const way = taking(event.target.closest("[data-column]"));
    if (!way) return;
    event.preventDefault();
    clear();
    card = null;
    way.click();
  });
  board.addEventListener("dragend", () => { clear(); card = null; });
}
