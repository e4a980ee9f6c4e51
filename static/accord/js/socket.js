/* The one socket of a tab. Modules ask it to follow threads and listen to its frames (docs/protocol.md).

   It comes back by itself when it is lost: a little later each time, and never all tabs at the same moment. */

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60000;
// Codes of the server after which coming back is of no use: the session has ended, or this tab misbehaved.
const FINAL = new Set([4401, 4400]);
// Answers after which what was asked has not been done, and is worth asking once more a little later.
export const AGAIN = new Set(["slow_down", "failed"]);
const AGAIN_AFTER = 3000;
// A socket that so often did not even open is cut by something on the way: others ask by ordinary requests meanwhile.
const FAILURES = 2;

const listeners = new Map();
const followed = new Map();
let socket = null;
let wait = FIRST_WAIT;
let beat = null;
let again = null;
let answeredAt = 0;
let ended = false;
let isWelcome = false;
let failures = 0;

export const isFailing = () => failures >= FAILURES && !ended;
export const isOpen = () => socket !== null && socket.readyState === WebSocket.OPEN;

/* Calls `listener` with each frame of a kind; "open" and "lost" are kinds too. */
export function on(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(listener);
}

function tell(kind, frame) {
  for (const listener of listeners.get(kind) ?? []) listener(frame);
}

/* Whether the frame went out; what matters is sent again by whoever asked for it. */
export function send(frame) {
  if (!isOpen()) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/* Follow a thread; `after` gives the last change that the page has, each time that it is asked. */
export function follow(thread, after) {
  followed.set(thread, after);
  subscribe(thread);
}

function subscribe(thread) {
  if (followed.has(thread)) send({ type: "subscribe", thread, after: followed.get(thread)() });
}

function open() {
  if (ended || socket) return;
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${window.location.host}/socket/`);
  socket.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => lost(event.code));
}

function heard(frame) {
  answeredAt = Date.now();
  // The server waits to hear that what it has sent has arrived, and sends no more beyond some measure.
  if (frame.type === "mark") send(frame);
  if (frame.type === "welcome") welcome(frame);
  if (frame.type === "closed") followed.delete(frame.thread);
  if (frame.type === "error" && AGAIN.has(frame.code) && !frame.key) followAgain();
  tell(frame.type, frame);
}

/* What has no key nobody sends again: it may have been what follows a thread or a page, so all of that is. */
function followAgain() {
  window.clearTimeout(again);
  again = window.setTimeout(() => {
    if (isOpen()) followAll();
  }, AGAIN_AFTER * (0.5 + Math.random()));
}

function followAll() {
  for (const thread of followed.keys()) subscribe(thread);
  tell("open", {});
}

function welcome(frame) {
  wait = FIRST_WAIT;
  isWelcome = true;
  failures = 0;
  followAll();
  beat = window.setInterval(() => {
    // A connection that died without a word answers no ping.
    if (Date.now() - answeredAt > 2.5 * frame.heartbeat * 1000) socket.close();
    else send({ type: "ping" });
  }, frame.heartbeat * 1000);
}

function lost(code) {
  window.clearInterval(beat);
  socket = null;
  ended = FINAL.has(code);
  if (!isWelcome) failures += 1;
  isWelcome = false;
  tell("lost", { code });
  if (!ended) window.setTimeout(open, wait * (0.5 + Math.random()));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

// The network is back, or the tab is looked at again: do not wait out the pause.
window.addEventListener("online", open);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) open();
});
open();
