// Where files come in: dropped, pasted, chosen, or samples. They go to this machine's own program, one after the other.

import { change, upload } from "./api.js";
import { button, fill, h, t } from "./dom.js";
import { on } from "./store.js";

const MOST = 200;
/** @type {File[]} */
const waiting = [];
let busy = false;

/** @param {HTMLElement} box */
export function showDrop(box) {
  const files = picker({ multiple: true });
  const folder = picker({ multiple: true, webkitdirectory: true });
  const title = h("h2", { text: t("drop.title") });
  const news = h("p", { id: "bringing", class: "soft", role: "status" });
  fill(
    box,
    title,
    h("p", { class: "ways" },
      h("span", { class: "soft", text: t("drop.paste") }),
      button(t("drop.pick"), () => files.click(), { class: "main" }),
      button(t("drop.folder"), () => folder.click()),
      button(t("drop.samples"), () => change("POST", "/api/samples"))),
    h("p", { class: "soft private", text: t("drop.private") }),
    news,
    files,
    folder,
  );
  on("request", (request) => {
    const held = Object.values(request.shelves).some((/** @type {any} */ shelf) => shelf.count > 0);
    box.classList.toggle("small", held);
    title.textContent = t(held ? "drop.more" : "drop.title");
  });
  watch(box);
}

/** @param {Record<string, any>} props @returns {HTMLInputElement} */
function picker(props) {
  const input = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", ...props });
  input.addEventListener("change", () => {
    bring([...input.files]);
    input.value = "";
  });
  return input;
}

/** Take what is dropped anywhere on the page, and what is pasted. @param {HTMLElement} box */
function watch(box) {
  const isFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    box.classList.add("over");
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && box.classList.remove("over"));
  addEventListener("drop", async (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    box.classList.remove("over");
    bring(await dropped(/** @type {DataTransfer} */ (event.dataTransfer)));
  });
  addEventListener("paste", (event) => {
    const found = [...(event.clipboardData?.files ?? [])];
    if (found.length) bring(found);
  });
}

/**
 * Return the files that were dropped, those of folders too.
 * @param {DataTransfer} given
 * @returns {Promise<File[]>}
 */
async function dropped(given) {
  const entries = [...given.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...given.files];
  /** @type {File[]} */
  const found = [];
  for (const entry of entries) await walk(/** @type {any} */ (entry), found);
  return found;
}

/** @param {any} entry @param {File[]} found */
async function walk(entry, found) {
  if (found.length > MOST || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const one of some.sort((/** @type {any} */ a, /** @type {any} */ b) => (a.name < b.name ? -1 : 1))) await walk(one, found);
  }
}

/** @param {File[]} files */
async function bring(files) {
  const news = /** @type {HTMLElement} */ (document.getElementById("bringing"));
  if (files.length > MOST) news.textContent = t("drop.too-many", { most: MOST, all: files.length });
  waiting.push(...files.filter((file) => !file.name.startsWith(".")).slice(0, MOST));
  if (busy) return;
  busy = true;
  /** @type {string[]} */
  const failed = [];
  for (let file = waiting.shift(); file; file = waiting.shift()) {
    const { name } = file;
    try {
      await upload(file, (part) => {
        news.textContent = t("drop.bringing", { name, part: Math.round(part * 100) });
      });
    } catch (error) {
      failed.push(t("drop.failed", { name, why: /** @type {Error} */ (error).message }));
    }
  }
  news.textContent = failed.join(" ");
  busy = false;
}
