// The centre's inbox by keyboard. The next note is fetched ahead and shown at once; the decision goes
// to the server behind it, one after another, and comes back as a short message that U can undo.
// Everything is a plain form, so without this file the same page works by clicks.
const room = document.querySelector("[data-review]");
const html = document.documentElement;
const AHEAD = 2;
const DRAFT = "keshi-review:";

if (room) {
  const held = new Map();      // id -> the fetched pane, or the promise of it
  const decided = new Map();   // id -> what was decided, until the list no longer has it
  const undoable = [];         // the decisions of this visit, the last one at the end
  let queue = Promise.resolve();
  let open = 0;

  const desk = () => document.getElementById("desk");
  const current = () => desk()?.dataset.desk;
  const allRows = () => [...room.querySelectorAll("[data-note]")];
  const rows = () => allRows().filter((row) => !decided.has(row.dataset.note));
  const rowOf = (id) => document.getElementById(`row-${id}`);
  const panel = () => desk()?.querySelector("details[data-panel][open]");

  // ------------------------------------------------------------ fetching and showing
  function fetchPane(id) {
    if (held.has(id)) return held.get(id);
    const asked = fetch(`/review/${id}`, { headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer)))
      .then((text) => { if (held.get(id) === asked) held.set(id, text); return text; });
    asked.catch(() => held.delete(id));
    held.set(id, asked);
    return asked;
  }

  function ahead(id) {
    const all = rows();
    const here = all.findIndex((row) => row.dataset.note === id);
    for (const row of all.slice(here + 1, here + 1 + AHEAD)) fetchPane(row.dataset.note);
  }

  async function show(id, { anew = false } = {}) {
    if (!id) return showNone();
    if (anew) held.delete(id);
    const kept = held.get(id);
    mark(id);
    history.replaceState(null, "", `/review/${id}`);
    room.dataset.wanted = id;
    let pane;
    try {
      pane = typeof kept === "string" ? kept : await fetchPane(id);
    } catch {
      return step(1);
    }
    if (room.dataset.wanted !== id) return;
    put(pane);
    recall(id);
    document.getElementById("desk-title")?.focus({ preventScroll: true });
    ahead(id);
  }

  function put(pane) {
    const held_ = document.createElement("template");
    held_.innerHTML = pane;
    const fresh = held_.content.querySelector("#desk");
    room.querySelector(".review-empty").hidden = true;
    if (desk()) desk().replaceWith(fresh);
    else room.append(fresh);
    window.htmx?.process(fresh);
  }

  function showNone() {
    delete room.dataset.wanted;
    desk()?.remove();
    room.querySelector(".review-empty").hidden = false;
    history.replaceState(null, "", "/review");
    refresh();
  }

  function mark(id) {
    for (const row of allRows()) {
      const link = row.querySelector("a");
      const done = decided.get(row.dataset.note);
      if (row.dataset.note === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      row.classList.toggle("is-decided", Boolean(done));
      row.querySelector(".verdict").textContent = done ? room.dataset.taken : "";
    }
    rowOf(id)?.scrollIntoView({ block: "nearest" });
  }

  const refresh = () => document.body.dispatchEvent(new CustomEvent("keshi:board"));

  function neighbour(id, by) {
    const all = allRows();
    const here = all.findIndex((row) => row.dataset.note === id);
    const waits = (row) => !decided.has(row.dataset.note);
    const later = all.slice(here + 1).filter(waits);
    const earlier = all.slice(0, Math.max(here, 0)).filter(waits).reverse();
    return (by > 0 ? later[0] : earlier[0])?.dataset.note;
  }

  function step(by) {
    const id = neighbour(current(), by);
    if (id) show(id);
    return true;
  }

  // ------------------------------------------------------------ deciding
  function decide(form, verdict) {
    const id = current();
    const body = new URLSearchParams(new FormData(form));
    body.set("verdict", verdict);
    body.delete("following");
    const guest = desk().dataset.guest;
    const next = neighbour(id, 1) ?? neighbour(id, -1);
    decided.set(id, verdict);
    // What is known of the same guest is different now.
    for (const row of rows()) if (row.dataset.guest === guest) held.delete(row.dataset.note);
    const sent = send(`/review/${id}`, body, (word) => {
      forget(id);
      undoable.push({ id, version: word.dataset.version });
    }, () => { decided.delete(id); mark(current()); });
    if (next && rowOf(next)?.dataset.guest === guest) {
      mark(next);
      sent.then(() => show(next));
    } else show(next);
  }

  function undo() {
    queue = queue.then(async () => {
      const last = undoable.pop();
      if (!last) return;
      const body = new URLSearchParams({ verdict: "undo", version: last.version });
      await post(`/review/${last.id}`, body, () => {
        decided.delete(last.id);
        held.delete(last.id);
        refresh();
        show(last.id);
      }, () => undoable.push(last));
    });
    return true;
  }

  function acceptMany(form) {
    const id = current();
    const body = new URLSearchParams(new FormData(form));
    const ids = body.getAll("ids");
    for (const each of ids) decided.set(each, "accept");
    const next = neighbour(id, 1) ?? neighbour(id, -1);
    const sent = send("/review/many", body, (word) => {
      const done = new Set(word.dataset.many.split(" "));
      for (const each of ids) if (!done.has(each)) decided.delete(each);
      held.clear();
      refresh();
    }, () => { for (const each of ids) decided.delete(each); mark(current()); });
    sent.then(() => show(next));
    mark(next);
  }

  function send(address, body, done, failed) {
    open += 1;
    room.toggleAttribute("data-open", true);
    queue = queue.then(() => post(address, body, done, failed)).finally(() => {
      open -= 1;
      room.toggleAttribute("data-open", open > 0);
    });
    return queue;
  }

  async function post(address, body, done, failed) {
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST", body, keepalive: true,
        headers: { "HX-Request": "true", "X-CSRF-Token": token },
      });
    } catch {
      failed();
      return say(null);
    }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const word = holder.content.querySelector(".toast") ?? holder.content.querySelector("template")?.content.querySelector(".toast");
    if (answer.ok && word) done(word);
    // A colleague was quicker (409, 404): the note is out of the list in any case.
    else if (answer.status === 409 || answer.status === 404) refresh();
    else failed();
    say(word);
  }

  function say(word) {
    const place = document.getElementById("toasts");
    const bad = document.createElement("div");
    bad.className = "toast toast-bad";
    bad.textContent = document.getElementById("words")?.dataset.failed;
    for (const old of place.querySelectorAll("[data-done], [data-many]")) old.remove();
    place.append(word ?? bad);
  }

  // ------------------------------------------------------------ drafts: nothing typed is lost
  const forms = () => [...(desk()?.querySelectorAll("form[data-decide]") ?? [])];

  function keep() {
    const typed = {};
    for (const form of forms()) {
      for (const [name, value] of new FormData(form)) {
        if (!["csrf_token", "version", "following", "q"].includes(name)) typed[`${form.dataset.decide}.${name}`] = value;
      }
    }
    sessionStorage.setItem(DRAFT + current(), JSON.stringify({ typed, open: panel()?.dataset.panel ?? "" }));
  }

  function recall(id) {
    const kept = sessionStorage.getItem(DRAFT + id);
    if (!kept) return;
    const { typed, open: panelName } = JSON.parse(kept);
    for (const form of forms()) {
      for (const field of form.elements) {
        const value = typed[`${form.dataset.decide}.${field.name}`];
        if (value === undefined || field.type === "hidden") continue;
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
    if (panelName) openPanel(panelName, false);
  }

  const forget = (id) => sessionStorage.removeItem(DRAFT + id);

  // ------------------------------------------------------------ panels and picks
  function openPanel(name, focus = true) {
    const wanted = desk()?.querySelector(`details[data-panel="${name}"]`);
    if (!wanted) return false;
    for (const each of desk().querySelectorAll("details[data-panel]")) each.open = each === wanted;
    if (focus) (wanted.querySelector("[data-find]") ?? wanted.querySelector("input:not([type=hidden]), button"))?.focus();
    return true;
  }

  function closePanel() {
    const here = panel();
    if (!here) return false;
    here.open = false;
    document.getElementById("desk-title")?.focus({ preventScroll: true });
    return true;
  }

  function pick(number) {
    const place = panel() && panel().dataset.panel !== "edit" ? panel() : desk()?.querySelector('form[data-decide="accept"]');
    const radio = place?.querySelector(`[data-pick="${number}"]`);
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  const acceptForm = () => desk()?.querySelector('form[data-decide="accept"]');

  function confirm() {
    const here = panel();
    const form = here && here.dataset.panel !== "edit" ? here.querySelector("form") : acceptForm();
    if (!form) return false;
    form.requestSubmit();
    return true;
  }

  function onKey(event) {
    const key = event.key;
    if (event.shiftKey && key.toLowerCase() === "a") return openPanel("many");
    switch (key.toLowerCase()) {
      case "j": return step(1);
      case "k": return step(-1);
      case "a": { const form = acceptForm(); form?.requestSubmit(); return Boolean(form); }
      case "e": return openPanel("edit");
      case "r": return openPanel("reject");
      case "m": return openPanel("merge");
      case "x": return openPanel("many");
      case "u": return undo();
      case "escape": return closePanel();
      case "enter": return event.target.closest("a, summary, button") ? false : confirm();
      default: return /^[1-5]$/.test(key) ? pick(key) : false;
    }
  }

  const typing = (target) => target.matches?.("textarea, select, input:not([type=radio]):not([type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape" && room.contains(event.target)) { event.preventDefault(); closePanel(); }
      // In the search for a code the arrows choose among what was found.
      if (event.target.matches("[data-find]") && /^Arrow(Up|Down)$/.test(event.key)) {
        const found = [...document.querySelectorAll("#codes-found input")];
        const here = found.findIndex((each) => each.checked);
        const next = found[Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), found.length - 1)];
        if (next) { next.checked = true; event.preventDefault(); }
      }
      if (event.target.matches("textarea") && event.key === "Enter" && !event.shiftKey && room.contains(event.target)) {
        event.preventDefault();
        event.target.form.requestSubmit();
      }
      return;
    }
    const plainKey = event.key.length > 1;
    if (html.dataset.keys === "off" && !plainKey) return;
    if (onKey(event)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  room.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-decide], [data-many]")) return;
    event.preventDefault();
    if (form.matches("[data-many]")) acceptMany(form);
    else if (form.dataset.decide === "undo") { undoable.push({ id: current(), version: form.elements.version.value }); undo(); }
    else decide(form, form.dataset.decide);
  });

  room.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-note]");
    if (!row || event.ctrlKey || event.metaKey || matchMedia("(max-width:760px)").matches) return;
    event.preventDefault();
    show(row.dataset.note);
  });

  room.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches?.("details[data-panel]")) {
      for (const each of desk().querySelectorAll("details[data-panel]")) if (each !== event.target) each.open = false;
    }
  }, true);

  document.getElementById("toasts")?.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) undo();
  });

  for (const kind of ["input", "change"]) room.addEventListener(kind, keep);
  document.body.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.target?.id !== "review-list") return;
    const there = new Set(allRows().map((row) => row.dataset.note));
    for (const id of decided.keys()) if (!there.has(id) && open === 0) decided.delete(id);
    mark(current());
    if (!current() && rows().length) show(rows()[0].dataset.note);
    else if (current()) ahead(current());
  });
  addEventListener("beforeunload", (event) => { if (open) event.preventDefault(); });

  document.querySelector("[data-decided]")?.remove();
  if (current()) { recall(current()); ahead(current()); mark(current()); }
}
