// The settings of the request, from what the edition allows.

import { change } from "./api.js";
import { button, fill, h, later, s, t } from "./dom.js";
import { cards, known, on } from "./store.js";

/** Show the settings, and anew where another model brings another edition. @param {HTMLElement} box */
export function showSettings(box) {
  box.classList.add("panel");
  let show = build(box);
  on("edition", () => {
    const had = box.contains(document.activeElement) ? document.activeElement?.id : "";
    show = build(box);
    if (known.request) show(known.request);
    if (had) document.getElementById(had)?.focus();
  });
  on("request", (request) => show(request));
}

/** @param {string} name @param {any} value */
const set = (name, value) => change("PATCH", "/api/request", { [name]: value });

/**
 * Fill the box with the fields of the edition, and return what shows the settings in them.
 * @param {HTMLElement} box
 * @returns {(request: any) => void}
 */
function build(box) {
  const edition = known.edition;
  const model = chooser(edition);
  const length = lengthField(edition);
  const quality = h("div", { class: "pills", role: "group", "aria-labelledby": "set-quality" });
  const ratio = h("div", { class: "pills", role: "group", "aria-labelledby": "set-ratio" });
  const sound = h("input", { id: "set-sound", type: "checkbox" });
  sound.addEventListener("change", () => set("generate_audio", sound.checked));
  const callback = h("input", { id: "set-callback", type: "url", inputmode: "url", autocomplete: "off" });
  callback.addEventListener("change", () => set("callback_url", callback.value.trim() || null));
  const found = h("ul", { class: "found" });
  const has = (/** @type {string} */ name) => edition.takes.includes(name);
  fill(box,
    h("h2", { id: "settings-title", text: t("settings.title") }),
    h("div", { class: "fields" },
      h("div", { class: "field" }, h("label", { for: "set-model", text: t("settings.model") }), model, h("p", { class: "soft small", text: edition.title })),
      length.element,
      h("div", { class: "field" }, h("span", { class: "label", id: "set-quality", text: t("settings.quality") }), quality),
      has("generate_audio") && h("div", { class: "field" }, h("label", { class: "check", for: "set-sound" }, sound, t("settings.generate_audio"))),
      edition.aspect_ratio.of.length > 0 && h("div", { class: "field wide" }, h("span", { class: "label", id: "set-ratio", text: t("settings.aspect_ratio") }), ratio),
      has("callback_url") && h("div", { class: "field" }, h("label", { for: "set-callback", text: t("settings.callback_url") }), callback, h("p", { class: "soft small", text: t("settings.callback_url.hint") }))),
    found);

  return ({ settings, findings }) => {
    box.hidden = !cards.size;
    const now = settings.model ?? edition.default_model;
    model.value = now;
    length.show(settings.duration ?? edition.duration.default);
    const of = edition.qualities[now] ?? [];
    /** @type {HTMLElement} */ (quality.parentElement).hidden = !of.length;
    pills(quality, of, settings.quality ?? edition.quality, (value) => set("quality", value === edition.quality ? null : value), (value) => value);
    const shape = settings.aspect_ratio ?? edition.aspect_ratio.default;
    pills(ratio, edition.aspect_ratio.of, shape, (value) => set("aspect_ratio", value), (value) => value, drawn);
    sound.checked = settings.generate_audio ?? true;
    if (document.activeElement !== callback) callback.value = settings.callback_url ?? "";
    const about = findings.filter((/** @type {any} */ one) => /request\/(model|duration|quality|aspect-ratio|callback|generate|content)/.test(one.rule));
    fill(found, ...about.map((/** @type {any} */ one) => h("li", { class: one.severity, text: `${one.sign} ${one.words}` })));
  };
}

/** The models: those of this edition first, then all that are known, those apart that are only checked for. @param {any} edition */
function chooser(edition) {
  const option = (/** @type {any} */ one) => h("option", { value: one.id, text: one.id });
  const groups = [
    ["settings.models.own", (/** @type {any} */ one) => one.own],
    ["settings.models.other", (/** @type {any} */ one) => !one.own && one.sent],
    ["settings.models.checked", (/** @type {any} */ one) => !one.own && !one.sent],
  ];
  const model = h("select", { id: "set-model" }, ...groups.map(([key, takes]) => {
    const ours = edition.models.filter(takes);
    return ours.length > 0 && h("optgroup", { label: t(/** @type {string} */ (key)) }, ...ours.map(option));
  }));
  model.addEventListener("change", () => set("model", model.value));
  return model;
}

/** How long the film is: a slider where any length goes, buttons for those that are named. @param {any} edition */
function lengthField(edition) {
  const { min, max, of: lengths } = edition.duration;
  const ranged = min !== null && max !== null;
  const length = h("input", { id: "set-duration", type: "range", min, max, step: "1" });
  const told = h("output", { for: "set-duration" });
  const fixed = h("div", { class: "pills", role: "group", "aria-labelledby": "set-length" });
  const save = later(() => set("duration", Number(length.value)), 200);
  length.addEventListener("input", () => {
    told.textContent = seconds(length.value);
    save();
  });
  const element = (ranged || lengths.length > 0) && h("div", { class: "field" },
    ranged ? h("label", { for: "set-duration", id: "set-length" }, t("settings.duration"), " ", told) : h("span", { class: "label", id: "set-length", text: t("settings.duration") }),
    ranged && length,
    lengths.length > 0 && fixed);
  return {
    element,
    /** @param {any} lasts */
    show(lasts) {
      if (document.activeElement !== length && Number(lasts) >= min) length.value = String(lasts);
      told.textContent = seconds(document.activeElement === length ? length.value : lasts);
      pills(fixed, lengths.map(String), String(lasts), (value) => set("duration", lengths.find((/** @type {any} */ one) => String(one) === value)), seconds);
    },
  };
}

/** A length in words: some are none, and leave it to the model or the clip. @param {any} value */
function seconds(value) {
  if (value === null || value === undefined) return "";
  if (String(value) === "0") return t("settings.duration.clip");
  return Number(value) > 0 ? t("settings.duration.value", { seconds: value }) : t("settings.duration.auto");
}

/**
 * @param {HTMLElement} box
 * @param {string[]} of
 * @param {string} now
 * @param {(value: string) => void} choose
 * @param {(value: string) => string} words
 * @param {(value: string) => Node | null} [picture]
 */
function pills(box, of, now, choose, words, picture) {
  const key = JSON.stringify([of, now]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const had = box.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.value : null;
  fill(box, ...of.map((value) => {
    const one = button("", () => choose(value), { "aria-pressed": String(value === now), data: { value } });
    fill(one, picture?.(value), words(value));
    return one;
  }));
  if (had) /** @type {HTMLElement | null} */ ([...box.children].find((one) => /** @type {HTMLElement} */ (one).dataset.value === had))?.focus();
}

/** A ratio as a shape. @param {string} value */
function drawn(value) {
  const [across, down] = value.split(":").map(Number);
  if (!across || !down) return null;
  const size = 18 / Math.max(across, down);
  const [width, height] = [across * size, down * size];
  return s("svg", { class: "shape", viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
    s("rect", { x: 10 - width / 2, y: 10 - height / 2, width, height, rx: 1.5 }));
}
