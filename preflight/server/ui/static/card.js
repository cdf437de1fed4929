// One asset: what it is, what is wrong and why, what would be done, what became of it.

import { ask, change } from "./api.js";
import { showAfter } from "./after.js";
import { button, fill, h, t } from "./dom.js";
import { bars, findings } from "./measures.js";
import { makePlan } from "./plan.js";
import { makeTrim } from "./trim.js";

/**
 * Make a card; it is shown anew with each change, and what a person is doing in it is left alone.
 * @param {string} id
 * @param {(id: string, by: number) => void} moved
 */
export function makeCard(id, moved) {
  const parts = {
    picture: h("div", { class: "picture" }),
    head: h("header", {}),
    problems: h("div", { class: "problems" }),
    why: h("div", { class: "why", id: `why-${id}` }),
    trim: h("div", { class: "trim" }),
    plan: h("div", { class: "plan" }),
    after: h("div", { class: "after" }),
  };
  parts.why.hidden = true;
  const body = h("div", { class: "body" }, parts.head, parts.problems, parts.why, parts.plan);
  const element = h("article", { class: "card", id: `card-${id}`, tabindex: "-1", data: { id } }, parts.picture, body, parts.after, parts.trim);
  const trim = makeTrim(id, parts.trim);
  const showPlan = makePlan(parts.plan);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = event.altKey ? { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key] : 0;
    if (by) {
      event.preventDefault();
      moved(id, by);
    }
  });
  draggable(element, id, moved);

  return {
    element,
    /** @param {any} card @param {any} before */
    show(card, before) {
      const same = (/** @type {string[]} */ ...names) => before && names.every((name) => JSON.stringify(before[name]) === JSON.stringify(card[name]));
      element.dataset.asset = card.role;
      element.dataset.verdict = card.verdict;
      element.setAttribute("aria-label", card.name);
      if (!same("role", "name", "verdict", "word", "facts")) showHead(parts.head, card, moved);
      if (!same("version", "sees")) showPicture(parts.picture, card);
      if (!same("problems", "measures", "state")) showProblems(parts.problems, parts.why, card);
      if (!same("version")) hideWhy(parts.why, parts.problems);
      if (!same("plan", "choices", "job", "message", "problems", "fixed", "fields", "box")) showPlan(card);
      if (!same("fixed", "version")) showAfter(parts.after, card);
      if (!same("trim", "version", "plan")) trim.show(card);
    },
  };
}

/** @param {HTMLElement} head @param {any} card @param {(id: string, by: number) => void} moved */
function showHead(head, card, moved) {
  const badge = h("span", { class: `badge ${card.verdict}`, text: `${card.sign} ${card.word}`.trim() });
  const grip = card.role && h("span", { class: "role", text: card.role });
  const name = h("h3", {}, h("span", { class: "name", text: card.name }));
  const tools = h("div", { class: "tools" },
    card.role && button("↑", () => moved(card.id, -1), { class: "quiet", "aria-label": `${t("card.up")}: ${card.name}`, title: t("card.up") }),
    card.role && button("↓", () => moved(card.id, 1), { class: "quiet", "aria-label": `${t("card.down")}: ${card.name}`, title: t("card.down") }),
    button("✕", () => change("DELETE", `/api/assets/${card.id}`), { class: "quiet", "aria-label": t("card.remove.label", { name: card.name }), title: t("card.remove") }));
  fill(head, h("div", { class: "line" }, badge, grip, tools), name, h("p", { class: "facts soft", text: card.facts }));
}

/** @param {HTMLElement} box @param {any} card */
function showPicture(box, card) {
  const which = card.fixed?.taken ? "fixed" : "original";
  if (card.kind === "audio" || !card.sees) {
    fill(box, h("span", { class: `blank ${card.kind}`, "aria-hidden": "true", text: card.kind === "audio" ? "♪" : card.state === "judged" ? "?" : "" }));
    return;
  }
  const image = h("img", { src: `/api/assets/${card.id}/thumb?which=${which}&v=${card.version}`, alt: t("card.picture", { name: card.name }), loading: "lazy", draggable: "false" });
  image.addEventListener("error", () => fill(box, h("span", { class: "blank", text: t("card.nothing") })));
  fill(box, image);
}

/** @param {HTMLElement} box @param {HTMLElement} why @param {any} card */
function showProblems(box, why, card) {
  const lines = card.problems.map((/** @type {any} */ one) => h("li", { class: one.severity }, h("span", { "aria-hidden": "true", text: `${one.sign} ` }), one.words));
  const toggle = card.state === "judged" && button(t("card.why"), () => toggleWhy(why, toggle, card), {
    class: "link", "aria-expanded": String(!why.hidden), "aria-controls": why.id,
  });
  const fetches = card.remote && h("p", { class: "line" }, button(t("card.fetch"), () => change("POST", `/api/assets/${card.id}/fetch`)), h("span", { class: "soft", text: t("card.fetch.hint") }));
  fill(box, lines.length > 0 && h("ul", {}, ...lines), bars(card.measures), fetches, toggle);
}

/** @param {HTMLElement} why @param {HTMLElement} problems */
function hideWhy(why, problems) {
  why.hidden = true;
  const toggle = problems.querySelector("button.link");
  if (toggle) {
    toggle.setAttribute("aria-expanded", "false");
    toggle.textContent = t("card.why");
  }
}

/** Show what a verdict stands on. @param {HTMLElement} why @param {HTMLElement} toggle @param {any} card */
async function toggleWhy(why, toggle, card) {
  if (why.hidden) {
    const which = card.fixed?.taken ? "fixed" : "original";
    const told = await ask("GET", `/api/assets/${card.id}/why?which=${which}`);
    fill(why, h("h4", { text: t("why.findings") }), findings(told.findings), h("h4", { text: t("why.measures") }), bars(told.measures));
  }
  why.hidden = !why.hidden;
  toggle.setAttribute("aria-expanded", String(!why.hidden));
  toggle.textContent = t(why.hidden ? "card.why" : "card.why.hide");
}

/** Let a card be dragged to another place on its shelf. @param {HTMLElement} element @param {string} id @param {(id: string, by: number) => void} moved */
function draggable(element, id, moved) {
  const TYPE = "application/x-preflight-card";
  const handle = () => /** @type {HTMLElement | null} */ (element.querySelector(".picture"));
  const picture = handle();
  picture?.setAttribute("draggable", "true");
  picture?.addEventListener("dragstart", (event) => event.dataTransfer?.setData(TYPE, id));
  element.addEventListener("dragover", (event) => event.dataTransfer?.types.includes(TYPE) && event.preventDefault());
  element.addEventListener("drop", (event) => {
    const other = event.dataTransfer?.getData(TYPE);
    const list = element.parentElement;
    if (!other || !list || other === id) return;
    event.preventDefault();
    const order = /** @type {HTMLElement[]} */ ([...list.children]).map((one) => one.dataset.id);
    if (order.includes(other)) moved(other, order.indexOf(id) - order.indexOf(other));
  });
}
