// A handle that a person drags, or moves by keys: the slider of WAI-ARIA.

import { h } from "./dom.js";

/**
 * @param {"in" | "out"} which
 * @param {(to: number) => void} set
 * @param {(which: "in" | "out", by: number, far: boolean) => number} step tells where a key leads
 * @returns {HTMLElement}
 */
export function makeHandle(which, set, step) {
  const handle = h("div", { class: `handle ${which}`, role: "slider", tabindex: "0", "aria-orientation": "horizontal", data: { handle: which } });
  handle.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -1, PageUp: 1 }[event.key];
    const end = { Home: "aria-valuemin", End: "aria-valuemax" }[event.key];
    if (by === undefined && !end) return;
    event.preventDefault();
    event.stopPropagation();
    if (end) set(Number(handle.getAttribute(end)));
    else set(step(which, /** @type {number} */ (by), event.shiftKey || event.key.startsWith("Page")));
  });
  return handle;
}
