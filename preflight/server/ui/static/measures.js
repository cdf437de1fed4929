// Measures on their bars, and findings with their sources.

import { h, s, t } from "./dom.js";

/** Rows of measures, each on its bar with what is allowed. @param {any[]} measures */
export function bars(measures) {
  if (!measures.length) return null;
  return h("ul", { class: "measures" }, ...measures.map((one) =>
    h("li", {},
      h("span", { class: "title", text: one.title }),
      h("strong", { class: "value", text: one.value }),
      one.bar && bar(one.bar),
      h("span", { class: "limit soft", text: t("card.allowed", one) }),
      h("span", { class: `said ${one.state}`, text: `${one.sign} ${one.said}` }))));
}

/** @param {any} drawn */
function bar(drawn) {
  return s("svg", { class: "bar", height: "20", role: "img", "aria-label": drawn.words },
    ...drawn.parts.map((/** @type {any} */ part) => s("rect", { class: part.name, x: part.x, y: part.y, width: part.width, height: part.height })),
    s("line", { class: `mark ${drawn.state}`, x1: drawn.at, x2: drawn.at, y1: 0, y2: 20 }));
}

/** Findings, each with what it stands on. @param {any[]} found */
export function findings(found) {
  if (!found.length) return h("p", { class: "soft", text: t("why.none") });
  return h("ul", { class: "findings" }, ...found.map((one) =>
    h("li", {},
      h("p", {}, h("strong", { class: `severity ${one.severity}`, text: `${one.sign} ${one.word}` }), " ", h("code", { text: one.rule }), ` ${one.message}`),
      h("dl", {}, ...one.grounds.flatMap((/** @type {[string, string]} */ [title, said]) => [h("dt", { text: title }), h("dd", { text: said.replace(/`/g, "") })])))));
}
