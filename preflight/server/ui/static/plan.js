// What Fix will do to one asset, the choices that there are, and how far it is.

import { change } from "./api.js";
import { button, fill, h, number, t } from "./dom.js";

/** @param {HTMLElement} box @param {any} card */
export function showPlan(box, card) {
  const { plan, job } = card;
  const focused = document.activeElement instanceof HTMLElement && box.contains(document.activeElement) ? document.activeElement.dataset.choice : "";
  fill(
    box,
    choices(card),
    plan && !job && (plan.steps.length ? steps(card) : hopeless(plan)),
    job && progress(job),
    card.message && h("p", { class: "message", text: card.message }),
  );
  box.hidden = !box.childElementCount;
  if (focused) /** @type {HTMLElement | null} */ (box.querySelector(`[data-choice="${focused}"]`))?.focus();
}

/** @param {any} card */
function steps(card) {
  const { plan } = card;
  const becomes = [plan.size, plan.length].filter(Boolean).join(", ");
  return h("div", {},
    h("div", { class: "line" },
      h("h4", { text: t(plan.cuts ? "plan.cut" : "plan.title") }),
      h("span", { class: `loss ${plan.loss}`, text: plan.tag }),
      becomes && h("span", { class: "soft", text: t("plan.outcome", { what: becomes }) }),
      plan.seconds !== null && h("span", { class: "soft", text: t("plan.time", { seconds: Math.max(1, Math.round(plan.seconds)) }) })),
    h("ol", { class: "steps" }, ...plan.steps.map((/** @type {any} */ step) => h("li", { text: step.words }))),
    button(t("fix"), () => change("POST", `/api/assets/${card.id}/fix`), { class: "main" }));
}

/** @param {any} plan */
function hopeless(plan) {
  return h("div", {}, h("h4", { text: t("plan.none") }), h("p", { text: plan.advice }));
}

/** @param {any} card */
function choices(card) {
  const offered = Object.entries(card.choices);
  if (!offered.length) return null;
  return h("div", { class: "choices" }, ...offered.map(([name, { now, of }]) => choice(card, name, now, of)));
}

/** @param {string} key @param {string} value */
const named = (key, value) => (t(key) === key ? value : t(key));

/** What a press means: of several the other state of one, else this one, or none. @param {string} name @param {any} now @param {string} value */
function toggled(name, now, value) {
  if (Array.isArray(now)) return now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
  return now === value && name !== "pad_color" && name !== "crop" ? null : value;
}

/** @param {any} card @param {string} name @param {any} now @param {string[]} of */
function choice(card, name, now, of) {
  const said = Object.fromEntries(Object.entries(card.choices).map(([key, one]) => [key, one.now]));
  const choose = (/** @type {any} */ value) => change("PUT", `/api/assets/${card.id}/choices`, { ...said, [name]: value });
  const label = `choice-${card.id}-${name}`;
  return h("div", { class: "choice" },
    h("span", { id: label, text: t(`choice.${name}`) }),
    h("div", { class: "pills", role: "group", "aria-labelledby": label }, ...of.map((value) =>
      button(named(`choice.${name}.${value}`, value), () => choose(toggled(name, now, value)), {
        "aria-pressed": String(Array.isArray(now) ? now.includes(value) : now === value), data: { choice: `${name}-${value}` },
      }))));
}

/** @param {any} job */
export function progress(job) {
  const left = job.stage !== "queued" && job.left_s !== null ? t("job.left", { seconds: number(Math.ceil(job.left_s), 0) }) : "";
  return h("div", { class: "job" },
    h("progress", { max: "1", value: job.stage === "queued" ? 0 : job.part || null, "aria-label": `${job.name}: ${t(`job.${job.stage}`)}` }),
    h("span", { text: [t(`job.${job.stage}`), left].filter(Boolean).join(", ") }),
    button(t("fix.cancel"), () => change("DELETE", `/api/jobs/${job.id}`), { "aria-label": t("fix.cancel.label", { name: job.name }) }));
}
