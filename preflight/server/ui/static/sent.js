// What was sent before from this project, with its films and requests; and clocks that go on by themselves.

import { change } from "./api.js";
import { button, fill, h, t } from "./dom.js";

const TICK_MS = 1000;
let ticking = 0;

/** @param {HTMLElement} box @param {any[]} sent */
export function showSent(box, sent) {
  box.hidden = !sent.length;
  const key = JSON.stringify(sent);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box, h("summary", { text: `${t("sent.title")} (${sent.length})` }), h("ul", {}, ...sent.map(line)));
}

/** @param {any} entry */
function line(entry) {
  const where = `/api/sent/${entry.sandbox ? "sandbox" : "paid"}/${entry.number}`;
  return h("li", {},
    h("span", { text: t("sent.entry", { when: entry.when, state: entry.words }) }),
    entry.sandbox && h("span", { class: "role", text: t("sent.sandbox") }),
    entry.task && h("code", { text: entry.task }),
    entry.message && h("span", { class: "soft", text: entry.message }),
    entry.prompt && h("span", { class: "prompt", text: entry.prompt }),
    ...entry.films.map((/** @type {string} */ name) => h("a", { href: `${where}/film?save=1`, download: name, text: name })),
    entry.ends !== null && countdown(entry.ends),
    entry.state === "accepted" && button(t("sent.follow"), () => change("POST", `${where}/follow`)),
    button(t("sent.use"), () => change("POST", `${where}/use`)));
}

/** How long a link of the service still holds. @param {number | null} ends seconds since 1970 */
export function countdown(ends) {
  if (ends === null) return null;
  return clock(() => {
    const left = Math.round(ends - Date.now() / 1000);
    if (left <= 0) return t("film.life.over");
    const [hours, minutes] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60)];
    return t("film.life", { hours, minutes, seconds: left % 60 });
  });
}

/** How long something goes on. @param {number} since seconds since 1970 */
export function stopwatch(since) {
  return clock(() => t("send.since", { seconds: Math.max(0, Math.round(Date.now() / 1000 - since)) }));
}

/** Text that changes by itself for as long as it is shown; a screen reader is not told each second. @param {() => string} told */
function clock(told) {
  const box = h("span", { class: "soft clock", role: "timer", "aria-live": "off", text: told() });
  box.addEventListener("tick", () => (box.textContent = told()));
  ticking ||= setInterval(tick, TICK_MS);
  return box;
}

function tick() {
  for (const one of document.querySelectorAll(".clock")) one.dispatchEvent(new Event("tick"));
}
