// Live lists: listens to the server's events and lets htmx fetch the changed fragment again. Rows whose
// version changed flash once (the style sheet keeps still when less motion is wished).
const place = document.querySelector("[data-live]");
const html = document.documentElement;
const words = document.getElementById("words")?.dataset ?? {};
const FIRST_WAIT = 1000, LONGEST_WAIT = 30000;
let wait = FIRST_WAIT, source, refresh;

const say = (text) => {
  const announce = document.getElementById("announce");
  if (announce && announce.textContent !== text) announce.textContent = text;
};
const versions = () => new Map(
  [...document.querySelectorAll("[data-live] [data-version]")].map((row) => [row.id, row.dataset.version]),
);
let before = versions();

function fetchAgain() {
  clearTimeout(refresh);
  // Several events of one check-in arrive together; one fetch answers them all.
  refresh = setTimeout(() => {
    before = versions();
    document.body.dispatchEvent(new CustomEvent("keshi:board"));
  }, 150);
}

// Somebody comes for the first time: a word in the corner, drawn by the server for this reader.
async function tell(id) {
  const answer = await fetch(`/news/${id}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const word = document.createElement("template");
  word.innerHTML = await answer.text();
  const toast = word.content.firstElementChild;
  if (toast && !document.getElementById(toast.id)) document.getElementById("toasts")?.append(toast);
}

function connect() {
  source = new EventSource(place.dataset.stream || "/live");
  source.onopen = () => {
    if (html.hasAttribute("data-paused")) fetchAgain();
    html.removeAttribute("data-paused");
    wait = FIRST_WAIT;
  };
  source.onmessage = fetchAgain;
  source.addEventListener("changed", (event) => {
    if (event.data === "stay.first") tell(event.lastEventId);
    fetchAgain();
  });
  source.onerror = () => {
    html.setAttribute("data-paused", "");
    say(words.lost);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
}

if (place && "EventSource" in window) {
  connect();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { connect(); fetchAgain(); } });
  document.body.addEventListener("htmx:after:swap", () => {
    const changed = [...document.querySelectorAll("[data-live] [data-version]")].filter(
      (row) => before.size && before.get(row.id) !== row.dataset.version,
    );
    before = versions();
    for (const row of changed) {
      row.classList.remove("flash");
      void row.offsetWidth;
      row.classList.add("flash");
      row.addEventListener("animationend", () => row.classList.remove("flash"), { once: true });
    }
    if (changed.length) say(words.renewed);
  });
}

const network = () => html.toggleAttribute("data-offline", !navigator.onLine);
addEventListener("online", network);
addEventListener("offline", network);
network();
