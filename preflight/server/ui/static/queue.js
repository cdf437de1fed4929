// The bar at the bottom: what is being fixed, how long it takes, and the buttons for all.

import { change } from "./api.js";
import { button, fill, h, t } from "./dom.js";
import { progress } from "./plan.js";
import { cards, known, on } from "./store.js";

/** @param {HTMLElement} box */
export function showQueue(box) {
  const show = () => {
    const { jobs, paused } = known.queue;
    const fixable = (known.request?.fixable ?? []).filter((/** @type {string} */ id) => !jobs.some((/** @type {any} */ job) => job.asset === id));
    box.hidden = !jobs.length && !fixable.length;
    const going = jobs.filter((/** @type {any} */ job) => job.stage !== "queued");
    fill(
      box,
      ...going.map((/** @type {any} */ job) => h("div", { class: "line" }, h("span", { class: "name", text: job.name }), progress(job))),
      h("div", { class: "line" },
        jobs.length > going.length && h("span", { text: t("queue.count", { count: jobs.length - going.length }) }),
        jobs.length > 0 && button(t(paused ? "fix.resume" : "fix.pause"), () => change("PUT", "/api/queue", { paused: !paused })),
        fixable.length > 0 && button(t("fix.all"), () => change("POST", "/api/fix"), { class: "main" })),
    );
  };
  on("queue", (queue) => {
    show();
    for (const card of cards.values()) {
      const job = queue.jobs.find((/** @type {any} */ one) => one.asset === card.id) ?? null;
      if (JSON.stringify(job) !== JSON.stringify(card.job)) relay(card, job);
    }
  });
  on("request", show);
}

/** Let a card know how far its fix is. @param {any} card @param {any} job */
function relay(card, job) {
  const before = { ...card };
  card.job = job;
  import("./store.js").then(({ tell }) => tell("card", { card, before }));
}
