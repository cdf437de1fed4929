// What is known of the project by now, and who wants to hear of changes. The program tells of them by server-sent events.

import { ask } from "./api.js";
import { at, fill, say, t } from "./dom.js";

/** @typedef {Record<string, any>} Card */

/** @type {Map<string, Card>} */
export const cards = new Map();
/** @type {{request: any, queue: any, edition: any, shares: string[], send: any}} */
export const known = { request: null, queue: { paused: false, jobs: [] }, edition: null, shares: [], send: null };

/** @type {Record<string, ((told: any) => void)[]>} */
const listeners = {};

/** Hear of a kind of change: card, gone, request, queue, job, send. @param {string} name @param {(told: any) => void} call */
export function on(name, call) {
  (listeners[name] ??= []).push(call);
}

/** @param {string} name @param {any} told */
export function tell(name, told) {
  for (const call of listeners[name] ?? []) call(told);
}

/** Ask for everything, and tell of it. */
export async function whole() {
  const found = await ask("GET", "/api/state");
  known.request = found.request;
  known.queue = found.queue;
  known.send = found.send;
  const there = new Set(found.cards.map((/** @type {Card} */ card) => card.id));
  for (const id of [...cards.keys()]) if (!there.has(id)) drop(id);
  for (const card of found.cards) keep(card);
  tell("request", known.request);
  tell("queue", known.queue);
  tell("send", known.send);
}

/** @param {Card} card */
function keep(card) {
  const before = cards.get(card.id);
  cards.set(card.id, card);
  tell("card", { card, before });
  if (before && before.state !== "judged" && card.state === "judged") {
    say(t("card.measured", { name: card.name, verdict: card.word }));
  }
}

/** @param {string} id */
function drop(id) {
  cards.delete(id);
  tell("gone", id);
}

/** Listen for as long as the page is open; after a break everything is asked for anew. */
export function listen() {
  const source = new EventSource("/api/events");
  const told = (/** @type {string} */ name, /** @type {(value: any) => void} */ call) =>
    source.addEventListener(name, (event) => call(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  let greeted = false;
  told("hello", () => {
    fill(at("trouble"));
    if (greeted) whole();
    greeted = true;
  });
  told("again", () => whole());
  told("card", keep);
  told("gone", ({ id }) => drop(id));
  told("request", (request) => tell("request", (known.request = request)));
  told("queue", (queue) => tell("queue", (known.queue = queue)));
  told("send", (send) => tell("send", (known.send = send)));
  told("trouble", ({ message }) => (at("trouble").textContent = message));
  told("job", (job) => {
    const others = known.queue.jobs.filter((/** @type {any} */ one) => one.id !== job.id);
    const place = known.queue.jobs.findIndex((/** @type {any} */ one) => one.id === job.id);
    others.splice(place < 0 ? others.length : place, 0, job);
    known.queue = { ...known.queue, jobs: others };
    tell("queue", known.queue);
  });
  source.onerror = () => {
    at("trouble").textContent = source.readyState === EventSource.CLOSED ? t("ended") : t("again");
  };
}
