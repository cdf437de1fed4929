// What became of an asset: the original and the new file beside each other.

import { change } from "./api.js";
import { button, fill, h, t } from "./dom.js";
import { known } from "./store.js";

/** @param {HTMLElement} box @param {any} card */
export function showAfter(box, card) {
  const { fixed } = card;
  box.hidden = !fixed;
  if (!fixed) {
    fill(box);
    return;
  }
  const details = h("details", { class: "compare" }, h("summary", { text: t("after.title") }));
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(compared(card), table(fixed)));
  fill(box,
    h("div", { class: "line" },
      h("span", { class: "soft", text: fixed.stale ? t("after.stale") : t("after.where", fixed) }),
      fixed.taken
        ? button(t("after.back"), () => take(card, "original"))
        : !fixed.stale && button(t("after.take"), () => take(card, "fixed"), { class: "main" }),
      fixed.taken && !fixed.stale && button(t("after.again"), () => change("POST", `/api/assets/${card.id}/again`), { title: t("after.again.hint") }),
      saved(`/api/assets/${card.id}/file?which=fixed`, fixed.name),
      known.reveals && button(t("after.show"), () => change("POST", `/api/assets/${card.id}/show?which=fixed`))),
    details);
}

/** A link that saves a file, and that can be dragged out of the page to a folder. @param {string} href @param {string} name */
export function saved(href, name) {
  const link = h("a", { class: "button", href, download: name, title: t("after.save.hint"), text: t("after.save") });
  link.addEventListener("dragstart", (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.setData("DownloadURL", `application/octet-stream:${name.replace(/:/g, "_")}:${link.href}`));
  return link;
}

/** @param {any} card @param {string} which */
function take(card, which) {
  change("PUT", `/api/assets/${card.id}/taken`, { which });
}

/** @param {any} card */
function compared(card) {
  if (card.kind === "image") return pictures(card);
  return card.kind === "video" ? players(card, "video") : players(card, "audio");
}

/** A slider over a picture: left of it the original, right of it the new one. @param {any} card */
function pictures(card) {
  const source = (/** @type {string} */ which) => `/api/assets/${card.id}/large?which=${which}&v=${card.version}`;
  const over = h("img", { class: "over", src: source("fixed"), alt: `${t("after.after")}: ${card.name}` });
  const box = h("div", { class: "slider" }, h("img", { src: source("original"), alt: `${t("after.before")}: ${card.name}` }), over);
  const range = h("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": t("after.slider") });
  const show = () => box.style.setProperty("--split", `${range.value}%`);
  range.addEventListener("input", show);
  show();
  return h("figure", {}, box, range, h("figcaption", { class: "soft" }, h("span", { text: t("after.before") }), h("span", { text: t("after.after") })));
}

/** Two players in step. @param {any} card @param {string} tag */
function players(card, tag) {
  const [before, after] = ["original", "fixed"].map((which) =>
    h(tag, { src: `/api/assets/${card.id}/media?which=${which}&v=${card.version}`, preload: "metadata", playsinline: true, muted: which === "original",
      "aria-label": `${t(which === "original" ? "after.before" : "after.after")}: ${card.name}` }));
  const start = card.trim?.keep?.[0] ?? 0;
  const play = button(t("after.play"), () => {
    if (after.paused) {
      before.currentTime = start + after.currentTime;
      before.play();
      after.play();
    } else {
      before.pause();
      after.pause();
    }
  });
  for (const name of ["play", "pause", "ended"]) {
    after.addEventListener(name, () => {
      play.textContent = t(after.paused ? "after.play" : "after.pause");
      if (after.paused) before.pause();
    });
  }
  after.addEventListener("seeked", () => (before.currentTime = start + after.currentTime));
  before.addEventListener("loadedmetadata", () => (before.currentTime = start));
  const grade = h("span", { class: "soft", role: "status" });
  const compare = button(t("after.quality"), async () => {
    compare.disabled = true;
    const found = await change("POST", `/api/assets/${card.id}/quality`);
    compare.disabled = false;
    if (found) grade.textContent = t("after.vmaf", found);
  });
  return h("figure", {},
    h("div", { class: "players" },
      h("div", {}, before, h("p", { class: "soft", text: t("after.before") })),
      h("div", {}, after, h("p", { class: "soft", text: t("after.after") }))),
    h("div", { class: "line" }, play, tag === "video" && compare, grade));
}

/** @param {any} fixed */
function table(fixed) {
  const cell = (/** @type {any} */ one) => h("td", { class: `said ${one.state}`, text: `${one.sign} ${one.value}` });
  return h("table", {},
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col", text: t("after.before") }), h("th", { scope: "col", text: t("after.after") }))),
    h("tbody", {}, ...fixed.both.map((/** @type {any} */ row) => h("tr", {}, h("th", { scope: "row", text: row.title }), cell(row.before), cell(row.after)))));
}
