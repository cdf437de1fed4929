// Sending: what goes, what it costs, a person's word, how far it is, and the film.

import { ask, change, trouble } from "./api.js";
import { saved } from "./after.js";
import { button, fill, h, sentences, t } from "./dom.js";
import { countdown, showSent, stopwatch } from "./sent.js";
import { cards, known, on } from "./store.js";

const GOING = ["checking", "uploading", "sending", "waiting", "making", "downloading"];

/** @param {HTMLElement} box */
export function showSend(box) {
  const order = h("ol", { class: "order" });
  const found = h("ul", { class: "found" });
  const price = h("div", { class: "price" });
  const where = h("div", { class: "where" });
  const go = button(t("send"), () => confirm(dialog), { class: "main big" });
  const now = h("div", { class: "now", role: "status" });
  const film = h("div", { class: "film" });
  const sent = h("details", { class: "sent" });
  const dialog = h("dialog", { "aria-labelledby": "confirm-title" });
  const missing = h("ul", { class: "missing", id: "send-missing" });
  const sandbox = h("input", { type: "checkbox", id: "sandbox" });
  sandbox.addEventListener("change", () => change("PUT", "/api/sandbox", { on: sandbox.checked }));
  const hint = h("p", { class: "soft" });
  const key = keyField();

  box.classList.add("panel");
  fill(box,
    h("h2", { id: "send-title", text: t("send.title") }),
    h("div", { class: "fields" },
      h("div", { class: "field" }, h("span", { class: "label", text: t("send.order") }), order),
      h("div", { class: "field" }, price, h("label", { class: "check", for: "sandbox" }, sandbox, t("send.sandbox")), hint, key, where)),
    found, missing,
    h("div", { class: "line" }, go,
      h("a", { class: "button", href: "/api/report.html", download: "report.html", text: t("request.report") }),
      h("a", { class: "button", href: "/api/report.json", download: "report.json", text: t("request.report.json") })),
    now, film, sent, dialog);

  const show = () => {
    const { request, send } = known;
    if (!request || !send) return;
    box.hidden = !cards.size;
    showOrder(order);
    fill(found, ...request.findings.filter((/** @type {any} */ one) => one.severity === "warning").map((/** @type {any} */ one) =>
      h("li", { class: one.severity, title: one.source, text: `${one.sign} ${one.words}` })));
    showPrice(price, request.price, send);
    sandbox.checked = send.sandbox;
    sandbox.disabled = !send.sandboxed && !send.sandbox;
    hint.textContent = t(send.sandboxed ? "send.sandbox.hint" : "send.sandbox.stranger");
    key.hidden = send.sandbox;
    key.classList.toggle("known", send.key);
    const nowhere = !send.sandbox && !send.address;
    where.textContent = send.sandbox ? "" : nowhere ? t("send.nowhere") : t(send.key ? "send.to.known" : "send.to.none", { address: send.address });
    const reasons = missingOf(request, send);
    fill(missing, ...reasons);
    go.disabled = reasons.length > 0 || GOING.includes(send.now.stage);
    showNow(now, send.now);
    showFilm(film, send);
    showSent(sent, send.sent);
  };
  on("request", show);
  on("send", show);
}

/** What still has to be done before it can be sent, each with the way there. @param {any} request @param {any} send */
function missingOf(request, send) {
  const link = (/** @type {string} */ key, /** @type {any} */ card) => h("li", {}, h("a", { href: `#card-${card.id}`, text: t(key, card) }));
  const roles = [...cards.values()].filter((card) => card.role).sort((a, b) => order(a) - order(b));
  const unfit = roles.filter((card) => card.state === "judged" && card.verdict !== "pass");
  const uncut = roles.filter((card) => card.verdict === "pass" && request.uncut.includes(card.id));
  const nowhere = !send.sandbox && !send.address;
  return [
    request.measuring && h("li", { text: t("request.measuring") }),
    ...unfit.map((card) => link(`send.missing.${card.verdict}`, card)),
    ...uncut.map((card) => link("send.missing.cut", card)),
    ...request.findings.filter((/** @type {any} */ one) => one.severity === "error").map((/** @type {any} */ one) => h("li", { title: one.source, text: one.words })),
    nowhere && h("li", { text: t("send.nowhere") }),
    !nowhere && !send.sandbox && !send.key && h("li", {}, h("a", { href: "#key", text: t("send.missing.key") })),
  ].filter(Boolean);
}

/** @param {any} card */
const order = (card) => ["image", "video", "audio"].indexOf(card.kind) * 1000 + card.place;

function keyField() {
  const field = h("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false" });
  const form = h("form", { class: "key field" },
    h("label", { for: "key", text: t("send.key") }),
    h("div", { class: "line" }, field, h("button", { type: "submit" }, t("send.key.set"))),
    h("p", { class: "soft", text: t("send.key.hint") }));
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    change("PUT", "/api/key", { key: field.value });
    field.value = "";
  });
  return form;
}

/** @param {HTMLElement} box */
function showOrder(box) {
  const ours = [...cards.values()].filter((card) => card.role);
  ours.sort((a, b) => order(a) - order(b));
  const key = ours.map((card) => `${card.id}${card.role}${card.verdict}`).join();
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box, ...ours.map((card) => h("li", {}, h("span", { class: `sign ${card.verdict}`, text: card.sign }), ` ${card.role}: `, h("a", { href: `#card-${card.id}`, text: card.name }))));
}

/** @param {HTMLElement} box @param {any} price @param {any} send */
function showPrice(box, price, send) {
  const free = send.sandbox;
  const key = JSON.stringify([price, free, send.key, send.left]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  if (!price) {
    fill(box, h("p", { class: "soft", text: t("send.price.none") }));
    return;
  }
  fill(box,
    h("p", { class: "sum" }, h("strong", { text: t("send.price", price) })),
    h("p", { class: "soft", text: t("send.price.made", { output: price.output_s, input: price.input_s, billed: price.billed_s, read: price.read }) }),
    price.cut_credits && !free && button(t("send.cheaper", { seconds: price.cut_s, credits: price.cut_credits }), () => change("POST", "/api/cheaper")),
    !free && send.key && h("p", { class: "line" }, send.left && h("span", { text: t("send.left", { credits: send.left }) }),
      button(t("send.left.ask"), () => change("POST", "/api/credits"))));
}

/** Ask for a person's word, with what it costs. @param {any} dialog */
async function confirm(dialog) {
  let quote;
  try {
    quote = await ask("POST", "/api/quote");
  } catch (error) {
    trouble(/** @type {Error} */ (error).message);
    return;
  }
  const { send } = known;
  const yes = (/** @type {boolean} */ again) => {
    dialog.close();
    change("POST", "/api/send", { again });
  };
  const credits = quote.price?.credits ?? "?";
  fill(dialog,
    h("h3", { id: "confirm-title", text: quote.earlier ? t("send.duplicate") : t("send.confirm") }),
    h("p", { text: send.sandbox ? t("send.confirm.free") : t("send.confirm.paid", { address: send.address, credits }) }),
    quote.earlier && h("p", { class: "over", text: send.sandbox ? quote.earlier : sentences([quote.earlier, t("remedy.show-or-send-again")]) }),
    quote.left && h("p", { class: "soft", text: t("send.left", { credits: quote.left }) }),
    h("ol", {}, ...quote.assets.map((/** @type {any} */ one) => h("li", { text: `${one.role}: ${one.name}` }))),
    h("div", { class: "line" },
      button(t(quote.earlier && !send.sandbox ? "send.again" : "send.yes"), () => yes(Boolean(quote.earlier)), { class: "main", autofocus: true }),
      button(t("send.no"), () => dialog.close())));
  dialog.showModal();
}

/** @param {HTMLElement} box @param {any} now */
function showNow(box, now) {
  if (now.stage === "idle" || now.stage === "done") {
    fill(box);
    return;
  }
  if (now.stage === "failed") {
    const blamed = cards.get(now.blames);
    fill(box, h("div", { class: "failed" },
      h("h3", { text: t(now.unknown ? "send.unknown" : now.duplicate ? "send.duplicate" : "send.failed") }),
      h("p", { text: now.message }),
      now.unknown && h("p", { text: t("send.unknown.next") }),
      now.advice && h("p", { text: now.advice }),
      blamed && h("p", {}, h("a", { href: `#card-${blamed.id}`, text: t("send.blames", blamed) })),
      now.unknown && button(t("send.unknown.look"), () => change("POST", "/api/lost")),
      now.duplicate && button(t("send.again"), () => change("POST", "/api/send", { again: true }))));
    document.querySelectorAll(".card.blamed").forEach((card) => card.classList.remove("blamed"));
    if (blamed) document.getElementById(`card-${blamed.id}`)?.classList.add("blamed");
    return;
  }
  fill(box, h("div", { class: "job" },
    h("progress", { max: "1", value: now.part || null, "aria-label": t(`send.${now.stage}`) }),
    h("span", {}, t(`send.${now.stage}`), " ", stopwatch(now.since))));
}

/** @param {HTMLElement} box @param {any} send */
function showFilm(box, send) {
  const entry = send.sent.find((/** @type {any} */ one) => one.number === send.now.film && one.sandbox === send.now.sandbox);
  if (send.now.stage !== "done" || !entry) {
    fill(box);
    return;
  }
  const source = `/api/sent/${entry.sandbox ? "sandbox" : "paid"}/${entry.number}/film`;
  if (/** @type {HTMLElement} */ (box).dataset.source === source && box.childElementCount) return;
  box.dataset.source = source;
  fill(box,
    h("h3", { text: t("send.done") }),
    h("video", { src: source, controls: true, playsinline: true, preload: "auto", "aria-label": t("film.title") }),
    h("p", { class: "soft" }, `${t("film.saved", { name: `videos/${entry.films[0]}` })} `, countdown(entry.ends)),
    h("div", { class: "line" },
      saved(`${source}?save=1`, entry.films[0]),
      known.reveals && button(t("after.show"), () => change("POST", `${source}/show`))));
}
