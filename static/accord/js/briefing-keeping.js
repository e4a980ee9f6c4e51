/**
 * Where a phone keeps a briefing: one cache for each holder, a name that tells nothing. The service worker
 * (briefing-worker.js) knows the same names. See docs/decisions/0017.
 */
const PREFIX = "accord-briefing:";

export function cacheOf(holder) {
  return PREFIX + holder;
}

/** Delete what is kept of briefings, but for what is `holder`'s; of nobody's where none is named. */
export async function forget(holder = null) {
  if (!("caches" in window)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.filter((name) => name !== cacheOf(holder)).map((name) => caches.delete(name)));
}

/** Let the worker go as well: nobody needs it where nothing is kept. */
export async function dismiss(worker) {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const ours = registrations.filter((one) => one.active?.scriptURL.endsWith(worker));
  await Promise.all(ours.map((one) => one.unregister()));
}
