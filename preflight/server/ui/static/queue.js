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
    const open = (known.request?.undecided ?? []).map((/** @type {string} */ id) => cards.get(id)).filter(Boolean);
    box.hidden = !jobs.length && !fixable.length && !open.length;
    const going = jobs.filter((/** @type {any} */ job) => job.stage !== "queued");
    const focused = box.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.act : "";
    fill(
      box,
      ...going.map((/** @type {any} */ job) => h("div", { class: "line" }, h("span", { class: "name", text: job.name }), progress(job))),
      h("div", { class: "line" },
        ...open.map((/** @type {any} */ card) => h("a", { class: "open", href: `#card-${card.id}`, text: t("queue.open", card) })),
        jobs.length > going.length && h("span", { text: t(paused ? "queue.paused" : "queue.count", { count: jobs.length - going.length }) }),
        jobs.length > 0 && button(t(paused ? "fix.resume" : "fix.pause"), () => change("PUT", "/api/queue", { paused: !paused }), { data: { act: "pause" } }),
        fixable.length > 0 && button(t("fix.all"), () => change("POST", "/api/fix"), { class: "main", data: { act: "all" } })),
    );
    if (focused) /** @type {HTMLElement | null} */ (box.querySelector(`[data-act="${focused}"]`))?.focus();
  };
  on("queue", show);
  on("request", show);
}
