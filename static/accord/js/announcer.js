/* Says new messages to those who listen, in one sentence, however many come at once: when none has come for a moment, or,
   while they keep coming, now and then. One's own are none. */

const AFTER = 1500;
const WITHIN = 8000;
const NAMES_SAID = 3;

export class Announcer {
  /* place: the live region; own: the numbers of what oneself has sent. */
  constructor(place, own) {
    this.place = place;
    this.own = own;
    this.unsaid = [];
  }

  tell(fresh) {
    this.unsaid.push(...fresh);
    this.since ??= Date.now();
    const left = this.since + WITHIN - Date.now();
    window.clearTimeout(this.saying);
    this.saying = window.setTimeout(() => this.say(), Math.max(0, Math.min(AFTER, left)));
  }

  /* How many are new, and of whom. */
  say() {
    const items = this.unsaid.splice(0).filter((item) => !this.own.has(Number(item.dataset.number)));
    this.since = null;
    const { place } = this;
    if (!place || !items.length) return;
    const names = new Set(items.map((item) => item.querySelector("strong")?.textContent).filter(Boolean));
    const shown = [...names].slice(0, NAMES_SAID).join(", ") + (names.size > NAMES_SAID ? "…" : "");
    if (items.length === 1) place.textContent = place.dataset.label + (shown && `: ${shown}`);
    else place.textContent = `${place.dataset.many}: ${items.length}${shown && ` (${shown})`}`;
  }
}
