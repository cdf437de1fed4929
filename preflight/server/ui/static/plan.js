// What Fix will do to one asset, the choices that there are, and how far it is.

import { change } from "./api.js";
import { chosen, cropBox, ownColor } from "./crop.js";
import { button, fill, h, listed, number, t } from "./dom.js";

/** What a plan is shown in; the box of a crop stays where it is while it is dragged. @param {HTMLElement} box */
export function makePlan(box) {
  const parts = { choices: h("div", { class: "choices" }), crop: h("div", { class: "crop-place" }), plan: h("div", {}), job: h("div", {}), message: h("p", { class: "message", role: "status" }) };
  fill(box, ...Object.values(parts));
  /** @type {{element: HTMLElement, show: (card: any) => void} | null} */
  let crop = null;
  return (/** @type {any} */ card) => {
    const { plan, job } = card;
    const focused = focusIn(box);
    fill(parts.choices, ...choices(card));
    if (!card.box) crop = null;
    else if (!crop) crop = cropBox(card);
    if (parts.crop.firstChild !== (crop?.element ?? null)) fill(parts.crop, crop?.element);
    crop?.show(card);
    fill(parts.plan, plan && !job && (plan.steps.length ? steps(card) : hopeless(plan)));
    fill(parts.job, job && progress(job));
    parts.message.textContent = card.message;
    box.hidden = ![...box.children].some((one) => one.childNodes.length);
    if (focused) /** @type {HTMLElement | null} */ (box.querySelector(`[data-choice="${focused}"]`))?.focus();
  };
}

/** @param {HTMLElement} box */
function focusIn(box) {
  const now = document.activeElement;
  return now instanceof HTMLElement && box.contains(now) ? now.dataset.choice : "";
}

/** @param {any} card */
function steps(card) {
  const { plan } = card;
  const becomes = listed([plan.size, plan.length, plan.bytes]);
  return h("div", {},
    h("div", { class: "line" },
      h("h4", { text: t(plan.cuts ? "plan.cut" : "plan.title") }),
      h("span", { class: `loss ${plan.loss}`, text: plan.tag }),
      becomes && h("span", { class: "soft", text: t("plan.outcome", { what: becomes }) }),
      plan.seconds !== null && h("span", { class: "soft", text: t("plan.time", { seconds: Math.max(1, Math.round(plan.seconds)) }) })),
    h("ol", { class: "steps" }, ...plan.steps.map((/** @type {any} */ step) => h("li", { text: step.words }))),
    button(t("fix"), () => change("POST", `/api/assets/${card.id}/fix`), { class: "main", data: { choice: "fix" } }));
}

/** @param {any} plan */
function hopeless(plan) {
  return h("div", {}, h("h4", { text: t(plan.undecided ? "plan.open" : "plan.none") }), !plan.undecided && h("p", { text: plan.advice }));
}

/** @param {any} card @returns {HTMLElement[]} */
function choices(card) {
  const found = Object.entries(card.choices).map(([name, { now, of }]) => choice(card, name, now, of));
  return card.fields.of.length ? [places(card), ...found] : found;
}

/** The place of the request that it stands in. @param {any} card */
function places(card) {
  const label = `choice-${card.id}-field`;
  return h("div", { class: "choice" },
    h("span", { id: label, text: t("choice.field") }),
    h("div", { class: "pills", role: "group", "aria-labelledby": label }, ...card.fields.of.map((/** @type {string} */ field) =>
      button(field || t("choice.field.array"), () => change("PUT", `/api/assets/${card.id}/field`, { field }), {
        "aria-pressed": String(card.fields.now === field), data: { choice: `field-${field}` },
      }))));
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
  const choose = (/** @type {any} */ value) => change("PUT", `/api/assets/${card.id}/choices`, { ...chosen(card), [name]: value });
  const label = `choice-${card.id}-${name}`;
  return h("div", { class: "choice" },
    h("span", { id: label, text: t(`choice.${name}`) }),
    h("div", { class: "pills", role: "group", "aria-labelledby": label }, ...of.map((value) =>
      button(named(`choice.${name}.${value}`, value), () => choose(toggled(name, now, value)), {
        "aria-pressed": String(Array.isArray(now) ? now.includes(value) : now === value), data: { choice: `${name}-${value}` },
      })), name === "pad_color" && ownColor(now, choose)));
}

/** @param {any} job */
export function progress(job) {
  const left = job.stage !== "queued" && job.left_s !== null ? t("job.left", { seconds: number(Math.ceil(job.left_s), 0) }) : "";
  return h("div", { class: "job" },
    h("progress", { max: "1", value: job.stage === "queued" ? 0 : job.part || null, "aria-label": `${job.name}: ${t(`job.${job.stage}`)}` }),
    h("span", { text: listed([t(`job.${job.stage}`), left]) }),
    button(t("fix.cancel"), () => change("DELETE", `/api/jobs/${job.id}`), { "aria-label": t("fix.cancel.label", { name: job.name }), data: { choice: `cancel-${job.id}`, act: `cancel-${job.id}` } }));
}
