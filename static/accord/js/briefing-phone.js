/**
 * The briefing on the phone: kept only where its reader asks for it, and forgotten by a button, which works without a
 * network too. Without this module the page is read as any other.
 */
import { cacheOf, dismiss, forget } from "./briefing-keeping.js";

const { worker, holder } = document.body.dataset;
const address = location.origin + location.pathname;
const part = (name) => document.querySelector(`[data-${name}]`);

async function show() {
  const kept = (await caches.has(cacheOf(holder))) && (await caches.match(address, { cacheName: cacheOf(holder) }));
  part("kept").hidden = !kept;
  part("not-kept").hidden = Boolean(kept);
  part("keep").hidden = Boolean(kept);
  part("forget").hidden = !kept;
}

/** All that the page is made of besides itself: its style sheets, its scripts, and the faces that its letters asked for. */
function pieces() {
  const links = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((link) => link.href);
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const ours = loaded.filter((name) => name.startsWith(`${location.origin}/static/`));
  return [...new Set([...links, ...ours, import.meta.url, new URL("briefing-keeping.js", import.meta.url).href])];
}

async function keep() {
  await navigator.serviceWorker.register(worker);
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok || answer.headers.get("X-Accord-Holder") !== holder) throw new Error("not this reader's any more");
  const cache = await caches.open(cacheOf(holder));
  await cache.addAll(pieces());
  await cache.put(address, answer);
}

async function letGo() {
  await forget();
  await dismiss(worker);
}

/** A button does its deed, and the page says what is so afterwards. */
function on(name, deed) {
  part(name).addEventListener("click", async () => {
    part(name).disabled = true;
    try {
      await deed();
    } catch {
      await letGo();
    }
    part(name).disabled = false;
    await show();
  });
}

if (holder && "caches" in window && "serviceWorker" in navigator) {
  part("keeping").hidden = false;
  on("keep", keep);
  on("forget", letGo);
  // Another's copy has no business here, whoever signed in before.
  forget(holder).then(show);
}
