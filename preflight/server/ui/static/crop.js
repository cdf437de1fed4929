// The part of a picture that a crop keeps: a box to drag over it, a corner to size it by, and four sliders for keys.

import { change } from "./api.js";
import { h, later, t } from "./dom.js";

const LEAST_PX = 16;

/** @typedef {{left: number, top: number, width: number, height: number}} Area */

/**
 * Make the box of a card, where a crop was chosen; what is drawn meanwhile is not moved by what is told.
 * @param {any} first the card as it is now
 */
export function cropBox(first) {
  let card = first;
  let held = false;
  const [width, height] = card.box.size;
  const { least, most } = card.box;
  /** @type {Area} */
  let area = { left: 0, top: 0, width, height };
  const frame = h("div", { class: "frame" }, h("span", { class: "corner" }));
  const told = h("p", { class: "soft", "aria-live": "polite" });
  const stage = h("div", { class: "crop", style: { "aspect-ratio": `${width} / ${height}` } },
    h("img", { src: `/api/assets/${card.id}/large?which=original&v=${card.version}`, alt: t("crop.picture", card), draggable: "false" }), frame);
  const limits = { left: width, top: height, width, height };
  const fields = Object.fromEntries(Object.keys(limits).map((name) => [name, slider(/** @type {keyof Area} */ (name))]));
  const save = later(() => {
    held = false;
    change("PUT", `/api/assets/${card.id}/choices`, { ...chosen(card), crop: stored() });
  }, 400);
  const stored = () => ({ left_px: area.left, top_px: area.top, width_px: area.width, height_px: area.height });

  /** @param {keyof Area} name */
  function slider(name) {
    const input = h("input", { type: "range", min: name === "width" || name === "height" ? LEAST_PX : 0, max: limits[name], step: 1 });
    input.addEventListener("input", () => set({ ...area, [name]: Number(input.value) }, name));
    return input;
  }

  /** Keep a box in the picture, and its shape within what is allowed. @param {Area} next @param {string} by */
  function set(next, by) {
    let wide = clamp(next.width, LEAST_PX, width);
    let high = clamp(next.height, LEAST_PX, height);
    if (by === "height") wide = clamp(wide, Math.ceil(high * least), Math.min(width, Math.floor(high * most)));
    high = clamp(high, Math.ceil(wide / most), Math.min(height, Math.floor(wide / least)));
    wide = clamp(wide, Math.ceil(high * least), Math.min(width, Math.floor(high * most)));
    area = { width: wide, height: high, left: clamp(next.left, 0, width - wide), top: clamp(next.top, 0, height - high) };
    held = true;
    draw();
    save();
  }

  function draw() {
    const part = (/** @type {number} */ of, /** @type {number} */ whole) => `${(of / whole) * 100}%`;
    frame.style.left = part(area.left, width);
    frame.style.top = part(area.top, height);
    frame.style.width = part(area.width, width);
    frame.style.height = part(area.height, height);
    for (const [name, input] of Object.entries(fields)) {
      input.value = String(area[/** @type {keyof Area} */ (name)]);
      input.setAttribute("aria-valuetext", t("crop.pixels", { pixels: input.value }));
    }
    told.textContent = t("crop.told", area);
  }

  stage.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const { clientX, clientY, target } = event;
    const sizes = /** @type {HTMLElement} */ (target).classList.contains("corner");
    if (!sizes && target !== frame) return;
    const scale = width / stage.getBoundingClientRect().width;
    const was = area;
    const move = (/** @type {PointerEvent} */ now) => {
      const across = Math.round((now.clientX - clientX) * scale);
      const down = Math.round((now.clientY - clientY) * scale);
      if (sizes) set({ ...was, width: was.width + across, height: was.height + down }, Math.abs(across) > Math.abs(down) ? "width" : "height");
      else set({ ...was, left: was.left + across, top: was.top + down }, "left");
    };
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => stage.removeEventListener("pointermove", move), { once: true });
  });
  const rows = Object.entries(fields).map(([name, input]) => h("label", {}, h("span", { text: t(`crop.${name}`) }), input));
  const element = h("div", { class: "cropping" }, stage, told, h("div", { class: "sides", role: "group", "aria-label": t("crop.title") }, ...rows));
  return {
    element,
    /** @param {any} next */
    show(next) {
      card = next;
      const [left, top, wide, high] = card.box.area;
      if (!held) area = { left, top, width: wide, height: high };
      draw();
    },
  };
}

/** What is chosen of a card by now. @param {any} card */
export function chosen(card) {
  return Object.fromEntries(Object.entries(card.choices).map(([key, one]) => [key, /** @type {any} */ (one).now]));
}

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.round(Math.min(Math.max(value, low), Math.max(low, high)));

/**
 * A color of one's own beside the usual ones.
 * @param {string} now
 * @param {(color: string) => void} choose
 */
export function ownColor(now, choose) {
  const field = h("input", { type: "color", value: now.startsWith("#") ? now : "#808080", "aria-label": t("choice.pad_color.own"), title: t("choice.pad_color.own"), data: { choice: "pad_color-own" } });
  field.addEventListener("change", () => choose(field.value));
  return field;
}
