// Three shelves, and a fourth for what is no medium; each card has its place by its role.

import { change } from "./api.js";
import { makeCard } from "./card.js";
import { button, fill, h, number, s, say, t } from "./dom.js";
import { cards, known, on } from "./store.js";

const KINDS = ["image", "video", "audio", "unknown"];

/** @type {Map<string, {element: HTMLElement, show: (card: any, before?: any) => void}>} */
const shown = new Map();
/** @type {Record<string, {section: HTMLElement, list: HTMLElement, head: HTMLElement}>} */
const shelves = {};

/** @param {HTMLElement} box */
export function showShelves(box) {
  for (const kind of KINDS) {
    const head = h("div", { class: "shelf-head" });
    const list = h("div", { class: "cards" });
    const title = h("h2", { id: `shelf-${kind}`, text: t(`shelf.${kind}`) });
    const section = h("section", { class: `shelf ${kind}`, "aria-labelledby": `shelf-${kind}` }, h("div", { class: "shelf-top" }, title, head), list);
    shelves[kind] = { section, list, head };
    section.hidden = true;
    box.append(section);
  }
  on("card", ({ card, before }) => show(card, before));
  on("gone", (id) => {
    shown.get(id)?.element.remove();
    shown.delete(id);
  });
  on("request", showHeads);
}

/** @param {any} card @param {any} before */
function show(card, before) {
  let one = shown.get(card.id);
  if (!one) shown.set(card.id, (one = makeCard(card.id, moved)));
  one.show(card, before);
  place(card, one.element);
  if (before?.role && before.role !== card.role) say(t("card.moved", { name: card.name, role: card.role }));
}

/** Put a card where its number says. @param {any} card @param {HTMLElement} element */
function place(card, element) {
  const { list } = shelves[KINDS.includes(card.kind) ? card.kind : "unknown"];
  const order = rank(card);
  const next = /** @type {HTMLElement[]} */ ([...list.children]).find((other) => other !== element && rank(cards.get(other.dataset.id ?? "")) > order);
  if (element.parentElement === list && element.nextElementSibling === (next ?? null)) return;
  const focused = element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  list.insertBefore(element, next ?? null);
  focused?.focus();
}

/** @param {any} card */
function rank(card) {
  return card?.place || 1e6;
}

/** @param {string} id @param {number} by */
function moved(id, by) {
  const card = cards.get(id);
  if (card?.role) change("PUT", `/api/assets/${id}/place`, { place: Math.max(1, rank(card) + by) });
}

/** @param {any} request */
function showHeads(request) {
  for (const kind of KINDS) {
    const { section, head } = shelves[kind];
    const shelf = request.shelves[kind];
    const count = [...cards.values()].filter((card) => (KINDS.includes(card.kind) ? card.kind : "unknown") === kind).length;
    section.hidden = count === 0;
    if (!shelf) {
      fill(head, h("p", { class: "soft", text: t("shelf.unknown.hint") }));
      continue;
    }
    const over = shelf.count > shelf.most;
    const said = shelf.most ? t("shelf.count", shelf) : t("shelf.not-taken");
    fill(head, h("span", { class: over ? "count over" : "count", text: said }), shelf.most_s !== undefined && seconds(shelf));
    if (shelf.most_s !== undefined && shelf.used_s > shelf.most_s && shelf.count > 1) head.append(sharing(request, kind));
  }
}

/** A bar of the seconds that are used together. @param {any} shelf */
function seconds(shelf) {
  const part = Math.min(shelf.used_s / shelf.most_s, 1) * 100;
  const over = shelf.used_s > shelf.most_s + 1e-6;
  const values = { used: number(shelf.used_s), most: number(shelf.most_s) };
  return h("span", { class: "seconds" },
    s("svg", { class: "used", height: "8", role: "img", "aria-label": t("shelf.bar", values) },
      s("rect", { class: "axis", width: "100%", height: "8", rx: "4" }),
      s("rect", { class: over ? "over" : "within", width: `${part}%`, height: "8", rx: "4" })),
    h("span", { class: over ? "over" : "", text: `${over ? "✗ " : ""}${t("shelf.seconds", values)}` }));
}

/** Who gives seconds, where there are too many. @param {any} request @param {string} kind */
function sharing(request, kind) {
  const why = request.shared.find((/** @type {any} */ one) => one.kind === kind)?.why;
  const choices = known.shares.map((way) =>
    button(t(`shelf.share.${way}`), () => change("PUT", "/api/share", { share: way }), { "aria-pressed": String(request.share === way) }));
  return h("div", { class: "sharing" }, h("p", { text: t("shelf.share") }), h("div", { class: "pills", role: "group" }, ...choices), why && h("p", { class: "soft", text: why }));
}
