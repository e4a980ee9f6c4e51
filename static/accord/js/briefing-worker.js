/**
 * The service worker of the briefings on the phone. It keeps nothing by itself: it shows a copy that its reader asked
 * for (briefing-phone.js) where Accord cannot be reached, as long as Accord said (`X-Accord-Kept-Until`), and forgets
 * it as soon as Accord says that it is closed, or that nobody is signed in. See docs/decisions/0017.
 */
const PREFIX = "accord-briefing:";
const UNTIL = "X-Accord-Kept-Until";
const HOLDER = "X-Accord-Holder";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(request.mode === "navigate" ? page(request) : piece(request));
});

const names = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));
const addressOf = (request) => request.url.split(/[?#]/)[0];

async function forgetAll() {
  await Promise.all((await names()).map((name) => caches.delete(name)));
}

async function forgetPage(address) {
  for (const name of await names()) await (await caches.open(name)).delete(address);
}

async function page(request) {
  const address = addressOf(request);
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return (await kept(address)) ?? Response.error();
  }
  if (answer.status >= 500) return (await kept(address)) ?? answer;
  if (answer.ok) await renew(address, answer.clone());
  // Sent on to the page on which one signs in: whoever it was, the session is over.
  else if (answer.type === "opaqueredirect" || answer.status === 401) await forgetAll();
  else await forgetPage(address);
  return answer;
}

/** A copy that may still be shown; one that may not is deleted. */
async function kept(address) {
  for (const name of await names()) {
    const copy = await (await caches.open(name)).match(address);
    if (copy && Number(copy.headers.get(UNTIL)) > Date.now()) return copy;
    if (copy) await caches.delete(name);
  }
  return null;
}

/** What is kept is kept up to date; what is another's goes. */
async function renew(address, answer) {
  const mine = PREFIX + answer.headers.get(HOLDER);
  for (const name of await names()) {
    if (name !== mine) await caches.delete(name);
    else {
      const cache = await caches.open(name);
      if (await cache.match(address)) await cache.put(address, answer.clone());
    }
  }
}

/** Style sheets and scripts: they are the same for all. */
async function piece(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}
