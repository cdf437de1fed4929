// Asking the program on this machine; nobody else is ever asked.

import { at, button, fill, h, sentences, t } from "./dom.js";

/**
 * Ask, and return what comes back as JSON; null where nothing does.
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(path, { method, ...sent });
  if (!answer.ok) throw await failure(answer);
  return answer.status === 200 || answer.status === 201 ? answer.json() : null;
}

/**
 * Ask for a change; what goes wrong is shown at the top.
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 */
export async function change(method, path, body) {
  try {
    return await ask(method, path, body);
  } catch (error) {
    trouble(/** @type {Error} */ (error).message);
    return null;
  }
}

/** @param {Response} answer */
async function failure(answer) {
  try {
    const { error } = await answer.json();
    return new Error(sentences([error.message, error.advice]));
  } catch {
    return new Error(`HTTP ${answer.status}`);
  }
}

/** Show what went wrong, until it is closed. @param {string} said */
export function trouble(said) {
  const box = at("trouble");
  fill(box, h("p", {}, h("strong", { text: `${t("refused")}: ` }), said), button(t("close"), () => fill(box)));
}

/**
 * Send a file, and hear how much of it is sent.
 * @param {File} file
 * @param {(part: number) => void} progress
 * @returns {Promise<void>}
 */
export function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", `/api/assets?name=${encodeURIComponent(file.name)}`);
    asked.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    asked.onload = () => (asked.status === 201 ? resolve() : reject(new Error(told(asked))));
    asked.onerror = () => reject(new Error(t("ended")));
    asked.send(file);
  });
}

/** @param {XMLHttpRequest} asked */
function told(asked) {
  try {
    return JSON.parse(asked.responseText).error.message;
  } catch {
    return `HTTP ${asked.status}`;
  }
}
