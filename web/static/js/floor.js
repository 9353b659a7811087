// Housekeeping's floor in the hand: filters without a network, a note in two taps with ten seconds to take
// it back, problems, things found and ticks. All of it goes through the queue (floor-queue.js).
const text = `<!doctype html>${document.documentElement.outerHTML}`;
const queue = document.getElementById("floor-queue").href;
const { add, flush, forgetLists, listen, mine, newId, putAside, retry, takeBack, tidy, wipe } = await import(queue);

const UNDO_MS = 10_000;
const PHOTO_EDGE = 1280;
const floor = document.querySelector(".floor");
const words = document.getElementById("floor-words").dataset;
const person = floor.dataset.person;
const toasts = document.getElementById("toasts");
const bar = floor.querySelector(".waiting-bar");
let reach = navigator.onLine ? "in" : "none";
let room = "", then = "note";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const rooms = () => document.getElementById("rooms");
const sheet = (name) => document.getElementById(`sheet-${name}`);
const filled = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const counted = (name, number, facts = {}) => filled(words[number === 1 ? `${name}One` : `${name}Many`], { number, ...facts });
const clock = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
const send = () => flush(person);

// ---------------------------------------------------------------- filters
function show(only) {
  const list = rooms();
  list.dataset.only = only;
  let shown = 0;
  for (const row of all("[data-fits]", list)) {
    row.hidden = !row.dataset.fits.split(" ").includes(only);
    shown += !row.hidden;
  }
  list.querySelector(".nobody").hidden = shown > 0;
  for (const pill of all("[data-filter]")) {
    if (pill.dataset.filter === only) pill.setAttribute("aria-current", "true");
    else pill.removeAttribute("aria-current");
  }
}

function count() {
  const list = rooms();
  for (const place of all("[data-filter-count]")) {
    place.textContent = all("[data-fits]", list).filter((row) => row.dataset.fits.split(" ").includes(place.dataset.filterCount)).length;
  }
  for (const place of all("[data-count]")) {
    place.textContent = filled(words.count, { rooms: all("[data-fits]", list).length, done: list.dataset.done });
  }
}

// ---------------------------------------------------------------- the list, again
async function renew() {
  const list = rooms();
  let text = "";
  try {
    const answer = await fetch(`/rooms/list?floor=${encodeURIComponent(list.dataset.floor)}&only=${list.dataset.only}`, { redirect: "manual" });
    if (!answer.ok) return;
    text = await answer.text();
  } catch {
    return;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("rooms");
  if (!fresh || fresh.dataset.made < rooms().dataset.made) return;
  const focused = document.activeElement?.closest?.("[data-row]")?.id;
  const only = rooms().dataset.only;
  rooms().replaceWith(document.adoptNode(fresh));
  show(only);
  count();
  await mark();
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  document.body.dispatchEvent(new CustomEvent("htmx:after:swap"));
}

// Ticks that wait are shown as they were tapped.
async function mark() {
  for (const item of await mine(person)) {
    if (item.kind !== "tick") continue;
    document.querySelector(`[data-tick="${item.tick}"]`)?.setAttribute("aria-pressed", String(item.body.done));
  }
}

// ---------------------------------------------------------------- the yellow bar and what was told
async function tellBar() {
  const items = await mine(person);
  const waiting = items.filter((item) => item.state === "waiting").length;
  const refused = items.filter((item) => item.state === "refused").length;
  const time = clock(new Date(rooms().dataset.made));
  const offline = reach === "none" || !navigator.onLine;
  let text = "";
  if (offline) text = waiting ? counted("offline", waiting, { time }) : filled(words.offline, { time });
  else if (reach === "out" && waiting) text = words.signedOut;
  else if (refused) text = counted("look", refused);
  else if (waiting) text = counted("waiting", waiting);
  bar.hidden = !text;
  bar.classList.toggle("is-quiet", !offline && !refused && reach !== "out");
  const place = bar.querySelector("[data-bar]");
  if (place.textContent !== text) place.textContent = text;
  document.documentElement.toggleAttribute("data-offline", offline);
  if (sheet("waiting").open) await fillTold();
}

function button(text, deed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = text;
  made.addEventListener("click", deed);
  return made;
}

async function fillTold() {
  const place = sheet("waiting").querySelector("[data-told]");
  const items = (await mine(person)).reverse();
  const lines = items.map((item) => {
    const line = document.getElementById("floor-told").content.firstElementChild.cloneNode(true);
    line.querySelector(".what").textContent = item.room ? `${item.room} · ${item.label}` : item.label;
    const unclear = item.code === "stay_unclear";
    const fate = { waiting: words.waits, accepted: words.sent, refused: unclear ? words.unclear : filled(words.refused, { why: item.why }) };
    line.querySelector(".fate").textContent = fate[item.state];
    line.dataset.state = item.state;
    const row = line.querySelector(".row");
    if (item.state === "refused") {
      if (unclear) {
        for (const whose of ["here", "gone"]) row.append(button(words[whose], () => retry(item.id, { whose }).then(send)));
      } else row.append(button(words.again, () => retry(item.id).then(send)));
      row.append(button(words.aside, () => putAside(item.id)));
    }
    return line;
  });
  if (!lines.length) {
    const none = document.createElement("li");
    none.className = "muted";
    none.textContent = words.nothing;
    lines.push(none);
  }
  place.replaceChildren(...lines);
}

function toast(text, deed) {
  const line = document.createElement("div");
  line.className = "toast";
  const said = document.createElement("span");
  said.textContent = text;
  line.append(said);
  if (deed) {
    const undo = button(words.undo, () => { line.remove(); deed(); });
    line.append(undo);
    setTimeout(() => undo.remove(), UNDO_MS);
  }
  toasts.replaceChildren(line);
}

// ---------------------------------------------------------------- what is told
async function note(body, label) {
  const id = newId();
  const about = room;
  close();
  await add({ id, kind: "note", person, room: about, label, url: "/api/v1/room-notes", body: { id, room_no: about, observed_at: new Date().toISOString(), ...body } });
  toast(filled(words.noted, { room: about, what: label }), async () => {
    await takeBack(id, filled(words.takeBack, { what: label }));
    toast(filled(words.undone, { what: label }));
    send();
  });
  send();
}

async function problem(form) {
  const what = form.querySelector('[data-what][aria-pressed="true"]');
  if (!what) return fault(form, words.chooseWhat);
  const id = newId(), about = form.elements.room_no.value, label = what.textContent.trim();
  const more = form.elements.words.value.trim();
  close();
  await add({ id, kind: "problem", person, room: about, label, url: "/api/v1/room-problems", body: { id, room_no: about, what: what.dataset.what, ...(more && { words: more }) } });
  toast(filled(words.reported, { room: about, what: label }));
  send();
}

async function found(form) {
  const what = form.elements.what.value.trim();
  if (!what) return fault(form, words.sayWhat);
  const id = newId(), about = form.elements.room_no.value;
  const body = { id, kind: form.querySelector('[data-kind][aria-pressed="true"]').dataset.kind, what, found_at: new Date().toISOString() };
  if (about) body.room_no = about;
  else if (!form.elements.place.value.trim()) return fault(form, words.sayWhere);
  for (const name of ["place", "stored_at"]) if (form.elements[name].value.trim()) body[name] = form.elements[name].value.trim();
  const photo = form.elements.photo.files[0];
  close();
  await add({ id, kind: "found", person, room: about, label: what, url: "/api/v1/lost-property", body });
  if (photo) {
    const blob = await smaller(photo);
    await add({ id: `photo:${id}`, kind: "photo", person, room: about, needs: id, step: 1, label: filled(words.photo, { what }), url: `/api/v1/lost-property/${id}/photo`, body: null, blob });
  }
  toast(filled(words.handedIn, { what }));
  send();
}

// A phone's photo is many megabytes; a found umbrella needs few.
async function smaller(photo) {
  try {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, PHOTO_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? photo), "image/jpeg", 0.8));
  } catch {
    return photo;
  }
}

async function tick(pressed) {
  const done = pressed.getAttribute("aria-pressed") !== "true";
  const row = pressed.closest("[data-row]");
  pressed.setAttribute("aria-pressed", String(done));
  await add({ id: `tick:${pressed.dataset.tick}`, kind: "tick", tick: pressed.dataset.tick, person, room: row.dataset.no, label: pressed.textContent.trim(), url: `/api/v1/room-ticks/${pressed.dataset.tick}`, body: { done } });
  const ticks = all("[data-tick]", row);
  row.querySelector(".set-count .num").lastChild.textContent = `${ticks.filter((one) => one.getAttribute("aria-pressed") === "true").length}/${ticks.length}`;
  send();
}

// ---------------------------------------------------------------- sheets
function openSheet(name) {
  close();
  const dialog = sheet(name);
  for (const form of all("form", dialog)) {
    form.reset();
    form.querySelector("[data-error]")?.setAttribute("hidden", "");
    for (const choice of all("[data-what]", form)) choice.setAttribute("aria-pressed", "false");
    if (room && form.elements.room_no) form.elements.room_no.value = room;
  }
  dialog.showModal();
}

function close() {
  for (const dialog of all("dialog.sheet[open]")) dialog.close();
}

function fault(form, text) {
  const place = form.querySelector("[data-error]");
  place.textContent = text;
  place.hidden = false;
}

function openNote(no) {
  room = no;
  const row = document.getElementById(`room-${no}`);
  const codes = new Map(all("[data-code]", document.getElementById("floor-codes").content).map((code) => [code.dataset.code, code]));
  const likely = (row?.dataset.likely ?? "").split(" ").filter((code) => codes.has(code));
  sheet("note").querySelector("[data-codes]").replaceChildren(...likely.map((code) => codes.get(code).cloneNode(true)));
  sheet("note").querySelector("[data-title]").textContent = filled(words.noteFor, { room: no });
  openSheet("note");
}

const DEEDS = {
  note: (target) => openNote(target.closest("[data-row]").dataset.no),
  "choose-room": () => { then = "note"; openSheet("rooms"); },
  problem: () => openSheet("problem"),
  found: () => openSheet("found"),
  waiting: async () => { await fillTold(); openSheet("waiting"); send(); },
  close,
  print: () => print(),
  "sign-out-anyway": () => leave(),
};

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  send();
  const complain = target.closest("[data-complain]");
  if (complain) {
    const about = complain.closest("form").elements.room_no.value;
    complain.href = about ? `/complaints/new?room_no=${encodeURIComponent(about)}` : "/complaints/new";
    return;
  }
  const deed = target.closest("[data-do]");
  if (deed && DEEDS[deed.dataset.do]) return void DEEDS[deed.dataset.do](deed);
  const pill = target.closest("[data-filter]");
  if (pill && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show(pill.dataset.filter);
    history.replaceState(null, "", pill.href);
    return;
  }
  const no = target.closest("[data-room]")?.dataset.room;
  if (no) return void openNote(no);
  const code = target.closest("dialog [data-code]");
  if (code) return void note({ code: code.dataset.code }, code.textContent.trim());
  const one = target.closest("[data-tick]");
  if (one) return void tick(one);
  const choice = target.closest("[data-what], [data-kind]");
  if (choice) for (const other of choice.parentElement.children) other.setAttribute("aria-pressed", String(other === choice));
  if (target.matches("dialog.sheet")) close();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.form) {
    event.preventDefault();
    if (form.dataset.form === "problem") problem(form);
    else if (form.dataset.form === "found") found(form);
    else if (form.elements.words.value.trim()) note({ words: form.elements.words.value.trim() }, form.elements.words.value.trim());
  } else if (form.getAttribute("action") === "/session/end") {
    event.preventDefault();
    signOut();
  }
});

// ---------------------------------------------------------------- going home
async function signOut() {
  if (navigator.onLine) await Promise.race([flush(person), new Promise((done) => setTimeout(done, 3000))]);
  const left = (await mine(person)).filter((item) => item.state !== "accepted").length;
  if (!left) return leave();
  sheet("sign-out").querySelector("[data-text]").textContent = counted("unsent", left);
  openSheet("sign-out");
}

async function leave() {
  await wipe();
  if (navigator.onLine) return document.querySelector('form[action="/session/end"]').submit();
  close();
  const said = document.createElement("p");
  said.className = "card pad";
  said.textContent = words.wiped;
  floor.replaceChildren(said);
  document.querySelector(".dock")?.remove();
}

// ---------------------------------------------------------------- the start
async function keepOffline() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  const ready = await navigator.serviceWorker.ready;
  const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0];
  const files = [...all('link[rel="stylesheet"], link[rel="manifest"], link[rel="icon"]').map((link) => link.href), ...all("script[src]").map((script) => script.src), queue, sprite].filter(Boolean);
  ready.active?.postMessage({ kind: "keep", files, page: `/rooms?floor=${encodeURIComponent(rooms().dataset.floor)}`, text });
}

listen((news) => {
  if (news.reach) reach = news.reach;
  tellBar();
});
addEventListener("online", () => { reach = "in"; tellBar(); renew(); send(); });
addEventListener("offline", () => { reach = "none"; tellBar(); });
addEventListener("focus", send);
document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
document.body.addEventListener("keshi:board", () => { renew(); send(); });

if (await tidy(person)) await forgetLists();
const asked = new URLSearchParams(location.search).get("only");
if (asked && document.querySelector(`[data-filter="${CSS.escape(asked)}"]`)) show(asked);
await mark();
await tellBar();
send();
renewIfOld();
keepOffline().catch(() => undefined);
for (const place of all(".menu-count")) {
  if ("htmx" in window) break;
  fetch(place.getAttribute("hx-get")).then(async (answer) => { if (answer.ok) place.innerHTML = await answer.text(); }).catch(() => undefined);
}

// A page out of the cache is as old as it was kept; the last list may be newer.
function renewIfOld() {
  if (!navigator.onLine || Date.now() - Date.parse(rooms().dataset.made) > 30_000) renew();
}
