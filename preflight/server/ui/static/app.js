// The page begins here: words, the state, the parts of the page, and then the news for as long as it is open.

import { ask } from "./api.js";
import { showDrop } from "./drop.js";
import { at, learn, sentences, t } from "./dom.js";
import { showPrompt } from "./prompt.js";
import { showQueue } from "./queue.js";
import { showSend } from "./send.js";
import { showSettings } from "./settings.js";
import { showShelves } from "./shelves.js";
import { known, listen, on, whole } from "./store.js";

async function begin() {
  history.replaceState(null, "", location.pathname);
  const basis = await ask("GET", "/api/basis");
  learn(basis.words);
  known.edition = basis.edition;
  known.shares = basis.shares;
  known.reveals = basis.reveals;
  showDrop(at("drop"));
  showShelves(at("shelves"));
  showPrompt(at("prompt"));
  showSettings(at("settings"));
  showSend(at("send"));
  showQueue(at("queue"));
  on("request", showOverall);
  listen();
  addEventListener("focus", () => whole().catch(() => {}));
}

/** @param {any} request */
function showOverall(request) {
  const box = at("overall");
  at("project").textContent = sentences([t("project", { name: request.project.name }), t("saved", { folder: request.project.folder })]);
  const empty = Object.values(request.shelves).every((/** @type {any} */ shelf) => shelf.count === 0);
  const word = empty ? "request.empty" : request.measuring ? "request.measuring" : `request.${request.verdict}`;
  box.className = `badge ${request.measuring ? "" : empty ? "" : request.verdict}`;
  box.textContent = empty || request.measuring ? t(word) : `${request.sign} ${t(word)}`;
}

begin();
