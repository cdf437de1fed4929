// What was sent before from this project, with its films and requests.

import { change } from "./api.js";
import { button, fill, h, t } from "./dom.js";

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
    ...entry.films.map((/** @type {string} */ name) => h("a", { href: `${where}/film?save=1`, download: name, text: name })),
    entry.state === "accepted" && button(t("sent.follow"), () => change("POST", `${where}/follow`)),
    button(t("sent.use"), () => change("POST", `${where}/use`)));
}
