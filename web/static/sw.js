// Keeps housekeeping's floor open without a network: the page with its files, and the last list of each
// floor that was looked at. Everything else of the house goes past it. A list is forgotten after a shift.
const LISTS = "keshi-floor-lists-1", FILES = "keshi-floor-files-1";
const SHIFT_MS = 14 * 3600 * 1000;
const PATIENCE_MS = 4000;
const STORED = "x-keshi-stored";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith("keshi-floor") && name !== LISTS && name !== FILES) await caches.delete(name);
  }
  await self.clients.claim();
})()));

// The page names its own files, so that a new release brings new ones and drops the old.
self.addEventListener("message", (event) => {
  if (event.data?.kind === "keep") event.waitUntil(keepAll(event.data));
});

async function keepAll({ files, page, text }) {
  const cache = await caches.open(FILES);
  const wanted = new Set(files.map((file) => new URL(file, location.origin).href));
  for (const kept of await cache.keys()) if (!wanted.has(kept.url)) await cache.delete(kept);
  await Promise.all([...wanted].map(async (file) => {
    if (!(await cache.match(file))) await cache.add(file).catch(() => undefined);
  }));
  // The first page came past this worker. Its text is at hand; the headers that every answer of the house
  // carries, the content policy above all, come with a short one.
  const url = new URL(page, location.origin);
  if (await (await caches.open(LISTS)).match(keyOf(url))) return;
  const short = await fetch("/rooms/pass", { redirect: "manual" }).catch(() => null);
  if (!short?.ok) return;
  const headers = new Headers(short.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  await keep(url, new Response(text, { headers }));
}

// Filters are the page's own work, so one copy of a floor serves all of them.
const keyOf = (url) => `${location.origin}${url.pathname}?floor=${encodeURIComponent(url.searchParams.get("floor") ?? "")}`;

async function keep(url, answer) {
  const headers = new Headers(answer.headers);
  headers.set(STORED, String(Date.now()));
  headers.delete("content-encoding");
  headers.delete("content-length");
  const copy = new Response(await answer.clone().blob(), { status: 200, headers });
  await (await caches.open(LISTS)).put(keyOf(url), copy);
}

const isFresh = (answer) => Date.now() - Number(answer.headers.get(STORED)) < SHIFT_MS;

async function kept(url) {
  const cache = await caches.open(LISTS);
  const own = await cache.match(keyOf(url));
  if (own && isFresh(own)) return own;
  let best;
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    if (!isFresh(answer)) { await cache.delete(request); continue; }
    const stored = Number(answer.headers.get(STORED));
    if (new URL(request.url).pathname === url.pathname && !url.searchParams.get("floor") && stored > (best?.stored ?? 0)) best = { answer, stored };
  }
  return best?.answer;
}

async function list(request, url) {
  const fetching = fetch(request).then(async (answer) => {
    if (answer.ok && answer.type === "basic" && !answer.redirected) await keep(url, answer).catch(() => undefined);
    return answer;
  });
  const patience = new Promise((done) => setTimeout(done, PATIENCE_MS, null));
  const first = await Promise.race([fetching.catch(() => null), patience]);
  if (first && first.status < 500) return first;
  return (await kept(url)) ?? first ?? fetching;
}

async function file(request) {
  return (await (await caches.open(FILES)).match(request.url)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === "/rooms" && event.request.mode === "navigate") event.respondWith(list(event.request, url));
  else if (url.pathname === "/rooms/list") event.respondWith(list(event.request, url));
  else if (url.pathname.startsWith("/static/") || url.pathname === "/manifest.webmanifest") event.respondWith(file(event.request));
});
