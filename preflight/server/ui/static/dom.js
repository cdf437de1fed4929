// Elements made by hand: nothing is ever parsed as HTML, so no name of a file can become markup.

import { withParticles } from "./particles.js";

/** @typedef {Record<string, any>} Props */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * @param {string} tag
 * @param {Props} [props] attributes; `on...` are listeners, `class`, `text`, `data` and `style` as they are called
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/**
 * Make an element of a drawing.
 * @param {string} tag
 * @param {Props} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function s(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

/**
 * @param {any} element
 * @param {Props} props
 * @param {(Node | string | null | undefined | false)[]} children
 */
function filled(element, props, children) {
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/**
 * @param {any} element
 * @param {string} name
 * @param {any} value
 */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "text") element.textContent = value;
  else if (name === "data") Object.assign(element.dataset, value);
  else if (name === "style") for (const [key, said] of Object.entries(value)) element.style.setProperty(key, said);
  else if (name === "value" || name === "checked" || name === "disabled" || name === "muted") element[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Put children in the place of those that an element has.
 * @param {Element} element
 * @param {...(Node | string | null | undefined | false)} children
 */
export function fill(element, ...children) {
  const kept = /** @type {(Node | string)[]} */ (children.filter((one) => one !== null && one !== undefined && one !== false));
  element.replaceChildren(...kept);
}

/** @param {string} id @returns {HTMLElement} */
export function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @type {Record<string, string>} */
let words = {};

/** @param {Record<string, string>} given */
export function learn(given) {
  words = given;
}

/**
 * Return words of the page, with what is in braces filled in.
 * @param {string} key
 * @param {Record<string, any>} [values]
 */
export function t(key, values = {}) {
  return (words[key] ?? key).split(/\{(\w+)\}/).reduce((said, part, at) => said + (at % 2 ? String(values[part] ?? "") : withParticles(said, part)), "");
}

/** Join parts as the language writes a list; what is empty is left out. @param {any[]} parts */
export function listed(parts) {
  return parts.filter(Boolean).join(document.documentElement.lang === "zh" ? "、" : ", ");
}

/** Join sentences that have no full stop; what is empty is left out. @param {any[]} parts */
export function sentences(parts) {
  return parts.filter(Boolean).join(document.documentElement.lang === "zh" ? "。" : ". ");
}

/** Say something to who cannot see it. @param {string} said */
export function say(said) {
  at("live").textContent = said;
}

/**
 * A number with as many digits as it needs, at most so many.
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  return String(Number(value.toFixed(digits)));
}

/**
 * A button.
 * @param {string} label what it shows
 * @param {() => void} act
 * @param {Props} [props]
 */
export function button(label, act, props = {}) {
  return h("button", { type: "button", onclick: act, ...props }, label);
}

/** @param {Function} call @param {number} wait_ms */
export function later(call, wait_ms) {
  let timer = 0;
  return (/** @type {any[]} */ ...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...args), wait_ms);
  };
}
