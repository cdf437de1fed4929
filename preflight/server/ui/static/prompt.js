// The prompt: a field that knows its references, marks where it names them, and counts as the edition counts.

import { change } from "./api.js";
import { button, fill, h, later, sentences, t } from "./dom.js";
import { cards, on } from "./store.js";

/** @param {HTMLElement} box */
export function showPrompt(box) {
  const field = h("textarea", { id: "prompt-field", rows: "5", spellcheck: "true", "aria-describedby": "prompt-count prompt-unnamed" });
  const marked = h("div", { class: "marked", "aria-hidden": "true" });
  const chips = h("div", { class: "chips" });
  const count = h("p", { id: "prompt-count", class: "soft line" });
  const unnamed = h("p", { id: "prompt-unnamed", class: "soft" });
  const found = h("ul", { class: "found", "aria-live": "polite" });
  const snippets = h("details", { class: "snippets" });
  const save = later(() => change("PATCH", "/api/request", { prompt: field.value }), 250);
  let sent = "";

  box.classList.add("panel");
  fill(box,
    h("h2", { id: "prompt-title", text: t("prompt.title") }),
    chips,
    h("div", { class: "field" },
      h("label", { for: "prompt-field", text: t("prompt.label") }),
      h("div", { class: "editor" }, marked, field)),
    count, unnamed, found, snippets);

  field.addEventListener("input", () => {
    fill(marked, field.value);
    sent = field.value;
    save();
  });
  field.addEventListener("scroll", () => (marked.scrollTop = field.scrollTop));

  /** Put words where the cursor is. @param {string} words */
  function insert(words) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    const before = value.slice(0, from);
    const gap = before && !/\s$/.test(before) ? " " : "";
    field.setRangeText(`${gap}${words}`, from, to, "end");
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  on("request", (request) => {
    const { prompt } = request;
    box.hidden = !cards.size;
    if (document.activeElement !== field && prompt.text !== field.value) field.value = prompt.text;
    if (prompt.text === field.value) mark(marked, prompt);
    else if (!sent) fill(marked, field.value);
    showChips(chips, insert);
    fill(count, ...prompt.counts.map((/** @type {any} */ one) => h("span", { class: one.over ? "over" : "", text: one.words })));
    unnamed.textContent = prompt.text && prompt.unnamed.length ? sentences(prompt.unnamed.map((/** @type {string} */ role) => t("prompt.unnamed", { role }))) : "";
    const about = request.findings.filter((/** @type {any} */ one) => /prompt|task-type/.test(one.rule) && one.severity !== "info");
    fill(found, ...about.map(finding));
    showSnippets(snippets, prompt.offers, insert);
  });
}

/** A finding on the request. @param {any} one */
export function finding(one) {
  return h("li", { class: one.severity, title: one.source }, h("span", { "aria-hidden": "true", text: `${one.sign} ` }), one.words);
}

/** Show the text with the places where it names references. @param {HTMLElement} box @param {any} prompt */
function mark(box, prompt) {
  const letters = Array.from(prompt.text);
  /** @type {(Node | string)[]} */
  const pieces = [];
  let at = 0;
  for (const one of prompt.mentions) {
    if (one.start < at) continue;
    pieces.push(letters.slice(at, one.start).join(""));
    pieces.push(h("mark", { class: one.there ? (one.sure ? "there" : "perhaps") : "stray", text: letters.slice(one.start, one.end).join("") }));
    at = one.end;
  }
  fill(box, ...pieces, letters.slice(at).join(""), "\n");
}

/** @param {HTMLElement} box @param {(words: string) => void} insert */
function showChips(box, insert) {
  const ours = [...cards.values()].filter((card) => / \d+$/.test(card.role));
  ours.sort((a, b) => order(a) - order(b));
  const key = ours.map((card) => `${card.id}${card.role}${card.version}${card.sees}`).join();
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box, ...ours.map((card) =>
    button("", () => insert(card.role), { class: "chip", "aria-label": t("prompt.insert", { role: card.role }), title: card.name })));
  [...box.children].forEach((chip, at) => {
    const card = ours[at];
    const which = card.fixed?.taken ? "fixed" : "original";
    const image = card.sees && card.kind !== "audio" ? h("img", { src: `/api/assets/${card.id}/thumb?which=${which}&v=${card.version}`, alt: "", loading: "lazy" }) : h("span", { class: "blank", text: card.kind === "audio" ? "♪" : "" });
    fill(chip, image, h("span", { text: card.role }));
  });
}

/** @param {any} card */
const order = (card) => ["image", "video", "audio"].indexOf(card.kind) * 1000 + card.place;

/** @param {HTMLElement} box @param {any[]} offers @param {(words: string) => void} insert */
function showSnippets(box, offers, insert) {
  box.hidden = !offers.length;
  const key = JSON.stringify(offers);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box,
    h("summary", { text: t("prompt.snippets") }),
    h("ul", {}, ...offers.map((one) => h("li", {}, button(one.words, () => insert(one.words), { class: "snippet" }), h("span", { class: "soft", text: ` ${one.role}: ${one.purpose}` })))));
}
