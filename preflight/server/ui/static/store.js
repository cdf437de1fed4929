// What is known of the project by now, and who wants to hear of changes. The program tells of them by server-sent events.
// The first news is shown at once; what follows is gathered and shown in small slices of time, the newest of each kind
// alone, so that the page answers whatever comes in.

import { ask } from "./api.js";
import { at, fill, say, t } from "./dom.js";

/** @typedef {Record<string, any>} Card */

/** @type {Map<string, Card>} */
export const cards = new Map();
/** @type {{request: any, queue: any, edition: any, shares: string[], send: any, reveals: boolean}} */
export const known = { request: null, queue: { paused: false, jobs: [] }, edition: null, shares: [], send: null, reveals: false };

const SLICE_MS = 8;
const GATHER_MS = 20;

/** @type {Record<string, ((told: any) => void)[]>} */
const listeners = {};
/** What is still to be shown, by what it shows. @type {Map<string, () => void>} */
const due = new Map();
/** The cards as they are shown. @type {Map<string, Card>} */
const shown = new Map();
let timer = 0;
/** When something was shown last. */
let worked = -GATHER_MS;
/** What was told since all was asked for last: the answer may be older. @type {Set<string>} */
const news = new Set();

/** Hear of a kind of change: card, gone, request, queue, send, edition. @param {string} name @param {(told: any) => void} call */
export function on(name, call) {
  (listeners[name] ??= []).push(call);
}

/** Let all who listen hear of something soon. @param {string} name @param {any} told */
export function tell(name, told) {
  (listeners[name] ?? []).forEach((call, place) => soon(`${name} ${place}`, () => call(told)));
}

/** Do something in one of the next slices; what was to be done under the same key is not. @param {string} key @param {() => void} act */
function soon(key, act) {
  due.set(key, act);
  timer ||= setTimeout(work, Math.max(0, worked + GATHER_MS - performance.now()));
}

function work() {
  const until = performance.now() + SLICE_MS;
  timer = 0;
  for (const [key, act] of due) {
    due.delete(key);
    act();
    if (performance.now() > until) break;
  }
  worked = performance.now();
  if (due.size) timer ||= setTimeout(work, 0);
}

/** Ask for everything, and tell of what was not told meanwhile. */
export async function whole() {
  news.clear();
  const found = await ask("GET", "/api/state");
  if (found.trouble) at("trouble").textContent = found.trouble;
  const there = new Set(found.cards.map((/** @type {Card} */ card) => card.id));
  for (const id of [...cards.keys()]) if (!there.has(id) && !news.has(id)) drop(id);
  for (const card of found.cards) if (!news.has(card.id)) keep(card);
  asked(news.has("request") ? known.request : found.request);
  queued(news.has("queue") ? known.queue : found.queue);
  tell("send", (known.send = news.has("send") ? known.send : found.send));
}

/** @param {Card} card */
function keep(card) {
  cards.set(card.id, card);
  soon(`card ${card.id}`, () => show(card.id));
}

/** @param {string} id */
function show(id) {
  const [card, before] = [cards.get(id), shown.get(id)];
  if (!card) return;
  shown.set(id, { ...card });
  for (const call of listeners.card ?? []) call({ card, before });
  if (before && before.state !== "judged" && card.state === "judged") {
    say(t("card.measured", { name: card.name, verdict: card.word }));
  }
}

/** @param {string} id */
function drop(id) {
  cards.delete(id);
  shown.delete(id);
  soon(`card ${id}`, () => listeners.gone?.forEach((call) => call(id)));
}

/** Take what is told of the request; of another edition its settings are asked for. @param {any} request */
async function asked(request) {
  known.request = request;
  if (request.profile !== known.edition.name) {
    known.edition = (await ask("GET", "/api/basis")).edition;
    tell("edition", known.edition);
  }
  tell("request", known.request);
}

/** @param {any} queue */
function queued(queue) {
  known.queue = queue;
  tell("queue", queue);
  for (const card of cards.values()) {
    const job = queue.jobs.find((/** @type {any} */ one) => one.asset === card.id) ?? null;
    if (JSON.stringify(job) !== JSON.stringify(card.job)) keep({ ...card, job });
  }
}

/** @param {any} job */
function advanced(job) {
  const jobs = [...known.queue.jobs];
  const place = jobs.findIndex((one) => one.id === job.id);
  jobs.splice(place < 0 ? jobs.length : place, place < 0 ? 0 : 1, job);
  queued({ ...known.queue, jobs });
}

/** Listen for as long as the page is open; at the beginning, and after each break, everything is asked for. */
export function listen() {
  const source = new EventSource("/api/events");
  const told = (/** @type {string} */ name, /** @type {(value: any) => void} */ call, /** @type {string} */ what = name) =>
    source.addEventListener(name, (event) => {
      const value = JSON.parse(/** @type {MessageEvent} */ (event).data);
      news.add(value?.id && what === "card" ? value.id : what);
      call(value);
    });
  let greeted = false;
  told("hello", () => {
    if (greeted) fill(at("trouble"));
    greeted = true;
    whole().catch(() => {});
  });
  told("again", () => whole().catch(() => {}));
  told("card", keep);
  told("gone", ({ id }) => drop(id), "card");
  told("request", asked);
  told("queue", queued);
  told("send", (send) => tell("send", (known.send = send)));
  told("trouble", ({ message }) => (at("trouble").textContent = message));
  told("job", advanced, "queue");
  source.onerror = () => {
    const ended = source.readyState === EventSource.CLOSED;
    at("trouble").textContent = t(ended ? "ended" : "again");
    if (ended && !greeted) whole().catch(() => {});
  };
}
