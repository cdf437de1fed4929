/** @param {string} id @param {HTMLElement} box */
export function makeTrim(id, box) {
  box.hidden = true;
  return { show(/** @type {any} */ _card) {} };
}
