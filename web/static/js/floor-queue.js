// What was told on the floor, kept on the phone until the server has it: a note, a problem, something
// found, a tick. Each goes once: its id is made here, and the server knows it again. Nobody's name and no
// guest's id is ever among it: the server finds out whose room it was.
const NAME = "keshi-floor";
const SHIFT_MS = 14 * 3600 * 1000;
const KEPT_MS = 72 * 3600 * 1000;
const WAIT_MS = 15_000;
const AGAIN_MS = [5_000, 15_000, 60_000];

let opened, busy = false, again = false, tries = 0, timer;
const listeners = new Set();

const settled = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "id" });
      request.result.createObjectStore("facts");
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = undefined; };
      done(request.result);
    };
    request.onerror = () => { opened = undefined; failed(request.error); };
  });
  return opened;
}

const store = async (name, mode) => (await open()).transaction(name, mode).objectStore(name);

export const newId = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

export const listen = (heard) => listeners.add(heard);
const tell = (news = {}) => { for (const heard of listeners) heard(news); };

const put = async (item) => settled((await store("queue", "readwrite")).put(item));
const drop = async (id) => settled((await store("queue", "readwrite")).delete(id));
const find = async (id) => settled((await store("queue", "readonly")).get(id));

// Everything of this person, oldest first. What others left on a shared phone is theirs.
export async function mine(person) {
  const all = await settled((await store("queue", "readonly")).getAll());
  return all.filter((item) => item.person === person).sort((a, b) => a.at - b.at || a.step - b.step);
}

export async function add(item) {
  await put({ step: 0, state: "waiting", tried: false, at: Date.now(), ...item });
  tell();
}

// Takes a note back: off the queue when it was never tried, else by a message that follows it.
export async function takeBack(id, label) {
  const item = await find(id);
  if (item && !item.tried) await drop(id);
  else {
    const person = item?.person ?? document.querySelector("[data-person]")?.dataset.person;
    await put({
      id: `back:${id}`, kind: "back", person, needs: id, label, at: Date.now(), step: 1,
      url: `/api/v1/room-notes/${id}/withdraw`, body: null, state: "waiting", tried: false,
    });
  }
  tell();
}

export async function putAside(id) {
  await drop(id);
  for (const item of await settled((await store("queue", "readonly")).getAll())) {
    if (item.needs === id) await drop(item.id);
  }
  tell();
}

// Sends a refused one again, with what the noter chose meanwhile.
export async function retry(id, change = {}) {
  const item = await find(id);
  if (!item) return;
  await put({ ...item, body: { ...item.body, ...change }, state: "waiting", why: "" });
  tell();
}

export async function wipe() {
  clearTimeout(timer);
  const database = await opened?.catch(() => undefined);
  database?.close();
  opened = undefined;
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
  await forgetLists();
  for (const registration of await navigator.serviceWorker?.getRegistrations?.() ?? []) await registration.unregister();
  sessionStorage.clear();
}

export async function forgetLists() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) if (name.startsWith("keshi-floor")) await caches.delete(name);
}

// At the start of a page: what is too old goes, and so does the list that another person left here.
export async function tidy(person) {
  const facts = await store("facts", "readwrite");
  const before = await settled(facts.get("person"));
  await settled(facts.put(person, "person"));
  for (const item of await settled((await store("queue", "readonly")).getAll())) {
    const limit = item.state === "accepted" ? SHIFT_MS : KEPT_MS;
    if (Date.now() - item.at > limit) await drop(item.id);
  }
  return before !== undefined && before !== person;
}

// ---------------------------------------------------------------- sending
async function request(url, options) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    return await fetch(url, { credentials: "same-origin", redirect: "manual", cache: "no-store", ...options, signal: stop.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

// Who is signed in right now, with the token that this session's requests carry.
async function askPass() {
  const answer = await request("/rooms/pass", { headers: { Accept: "application/json" } });
  if (!answer) return { reach: "none" };
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { reach: "out" };
  if (!answer.ok) return { reach: "none" };
  try {
    return { reach: "in", ...(await answer.json()) };
  } catch {
    return { reach: "none" };
  }
}

export async function flush(person) {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      await exclusively(() => sendAll(person));
    } while (again);
  } finally {
    busy = false;
  }
}

const exclusively = (work) => navigator.locks ? navigator.locks.request(`${NAME}-send`, work) : work();

async function sendAll(person) {
  const waiting = (await mine(person)).filter((item) => item.state === "waiting");
  if (!waiting.length) return tell();
  const pass = await askPass();
  const allowed = pass.reach === "in" && pass.person === person;
  tell({ reach: allowed ? "in" : pass.reach === "in" ? "out" : pass.reach });
  if (!allowed) return pass.reach === "none" ? later(person) : undefined;
  for (const item of waiting) {
    if (!(await isReady(item))) continue;
    if (!(await sendOne(item, pass))) return later(person);
  }
  tries = 0;
  tell();
}

function later(person) {
  clearTimeout(timer);
  timer = setTimeout(() => flush(person), AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
  tries += 1;
}

// A photo follows its thing, and an undo its note; where that was refused, there is nothing to follow.
async function isReady(item) {
  if (!item.needs) return true;
  const first = await find(item.needs);
  if (!first || first.state === "accepted") return true;
  if (first.state === "refused" && item.kind === "back") { await drop(item.id); await drop(first.id); }
  return false;
}

// False when it has to wait: no answer, a server in trouble, a session that is over.
async function sendOne(item, pass) {
  await put({ ...item, tried: true });
  const answer = await request(item.url, sending(item, pass));
  if (!answer || answer.type === "opaqueredirect" || answer.status === 401) return false;
  if ([408, 425, 429].includes(answer.status) || answer.status >= 500) return false;
  if (answer.ok) {
    if (item.kind === "back") { await drop(item.needs); await drop(item.id); }
    else if (item.kind === "tick" || item.kind === "photo") await drop(item.id);
    else await put({ ...item, tried: true, state: "accepted", blob: undefined });
    tell({ accepted: item });
    return true;
  }
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 403 && String(problem.code).startsWith("csrf")) return false;
  const now = await find(item.id);
  if (now) await put({ ...now, state: "refused", code: problem.code ?? "", why: problem.detail || problem.title || String(answer.status) });
  tell({ refused: item });
  return true;
}

function sending(item, pass) {
  const headers = { "X-CSRF-Token": pass.csrf, Accept: "application/json" };
  if (item.blob) {
    const form = new FormData();
    form.append("file", item.blob, "found.jpg");
    return { method: "POST", headers, body: form };
  }
  if (item.body === null) return { method: "POST", headers };
  return { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(item.body) };
}
