// What to keep of a clip or sound: its filmstrip or outline, two handles, a playhead, and what speaks for a part.

import { ask, change } from "./api.js";
import { button, fill, h, later, number, s, t } from "./dom.js";
import { makePlayer } from "./player.js";
import { makeHandle } from "./slider.js";

const PARTS = 4;

/**
 * @param {string} id
 * @param {HTMLElement} box
 */
export function makeTrim(id, box) {
  /** @type {any} */
  let card = null;
  let start = 0;
  let end = 0;
  let held = false;
  let snaps = false;
  let built = false;
  /** @type {{starts: number[], ends: number[]}} */
  let cuts = { starts: [], ends: [] };

  const track = h("div", { class: "track" });
  const region = h("div", { class: "region", title: t("trim.title") });
  const head = h("div", { class: "playhead" });
  const early = h("div", { class: "shade" });
  const late = h("div", { class: "shade late" });
  const ticks = h("div", { class: "ticks" });
  const readout = h("p", { class: "readout line" });
  const parts = h("div", { class: "pills", role: "group", "aria-label": t("trim.best") });
  const stage = h("div", { class: "stage" });
  const player = makePlayer(() => ({ card, start, end }), stage, (now) => place(head, now, now));
  const save = later(() => {
    held = false;
    change("PUT", `/api/assets/${id}/keep`, { keep: isWhole() ? null : [start, end] });
  }, 300);

  const first = makeHandle("in", (to) => set(snapped(to, cuts.starts), end, "in"), step);
  const last = makeHandle("out", (to) => set(start, snapped(to, cuts.ends), "out"), step);

  const frame = () => card.trim.frame_s;
  const whole = () => card.trim.duration_s;
  const isWhole = () => start <= 1e-6 && end >= whole() - 1e-6;

  /** Round to the nearest frame of a clip, to the hundredth of a second of a sound. @param {number} at */
  const framed = (at) => Math.round(at / frame()) * frame();

  /** @param {number} at @param {number[]} among */
  function snapped(at, among) {
    if (!snaps || !among.length) return framed(at);
    return among.reduce((best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best), among[0]);
  }

  /** @param {"in" | "out"} which @param {number} by @param {boolean} far */
  function step(which, by, far) {
    const size = far ? 1 : frame();
    const now = which === "in" ? start : end;
    if (snaps) return which === "in" ? nextOf(cuts.starts, now, by) : nextOf(cuts.ends, now, by);
    return now + by * size;
  }

  /** @param {number[]} among @param {number} now @param {number} by */
  function nextOf(among, now, by) {
    const beyond = among.filter((one) => (by > 0 ? one > now + 1e-6 : one < now - 1e-6));
    return beyond.length ? (by > 0 ? Math.min(...beyond) : Math.max(...beyond)) : now;
  }

  /** Move the part to keep, and show its edge. @param {number} from @param {number} to @param {"in" | "out" | "both"} which */
  function set(from, to, which) {
    const least = frame();
    if (which === "in") start = clamp(from, 0, end - least);
    else if (which === "out") end = clamp(to, start + least, whole());
    else [start, end] = [clamp(from, 0, whole() - least), clamp(to, least, whole())];
    held = true;
    draw();
    player.seek(which === "out" ? Math.max(end - frame(), start) : start);
    save();
  }

  /** @param {HTMLElement} element @param {number} from @param {number} to */
  function place(element, from, to) {
    const share = (/** @type {number} */ at) => `${(clamp(at, 0, whole()) / whole()) * 100}%`;
    element.style.left = share(from);
    if (element !== region) return;
    element.style.right = `calc(100% - ${share(to)})`;
    early.style.width = share(from);
    late.style.width = `calc(100% - ${share(to)})`;
  }

  function draw() {
    place(region, start, end);
    for (const [handle, at, low, high] of /** @type {any[]} */ ([[first, start, 0, end], [last, end, start, whole()]])) {
      place(handle, at, at);
      handle.setAttribute("aria-valuemin", number(low, 3));
      handle.setAttribute("aria-valuemax", number(high, 3));
      handle.setAttribute("aria-valuenow", number(at, 3));
      handle.setAttribute("aria-valuetext", t("trim.seconds", { seconds: number(at, 3) }));
    }
    first.setAttribute("aria-label", t("trim.start", card));
    last.setAttribute("aria-label", t("trim.end", card));
    const length = end - start;
    fill(readout, figure("trim.in", start), figure("trim.out", end), figure("trim.length", length), verdict(length), lossless());
  }

  /** @param {string} key @param {number} at */
  const figure = (key, at) => h("span", { class: "figure" }, h("small", { class: "soft", text: t(key) }), " ", h("strong", { text: t("settings.duration.value", { seconds: at.toFixed(3) }) }));

  /** @param {number} length */
  function verdict(length) {
    const { least_s: least, most_s: most } = card.trim;
    if (most !== null && length > most + 1e-4) return h("span", { class: "said error", text: t("trim.over", { over: number(length - most, 3), most }) });
    if (length < least - 1e-4) return h("span", { class: "said error", text: t("trim.under", { least }) });
    return h("span", { class: "said within", text: t("trim.within", { least, most }) });
  }

  function lossless() {
    if (!card.plan?.part || held || card.kind !== "video") return null;
    const free = card.plan.loss === "lossless";
    return h("span", { class: free ? "said within" : "soft", text: t(free ? "trim.lossless" : "trim.encoded") });
  }

  async function build() {
    built = true;
    const snap = h("button", { type: "button", "aria-pressed": "false" }, t("trim.snap"));
    snap.addEventListener("click", () => {
      snaps = !snaps;
      snap.setAttribute("aria-pressed", String(snaps));
      if (snaps) set(snapped(start, cuts.starts), snapped(end, cuts.ends), "both");
    });
    const best = button(t("trim.best"), () => showParts(best));
    if (card.kind === "video") await showCuts(snap);
    track.append(card.kind === "video" ? strip() : await wave(), early, late, ticks, region, head, first, last);
    fill(box,
      h("div", { class: "line" }, h("h4", { text: t("trim.title") }), readout),
      track,
      h("div", { class: "line" },
        player.button,
        button(t("trim.all"), () => set(0, whole(), "both")),
        card.kind === "video" && snap,
        best,
        parts),
      stage,
      h("p", { class: "soft help", text: t("trim.help") }));
    dragged();
  }

  /** The frames of a clip: in parts that show one by one where it has the keyframes for it. */
  function strip() {
    const parts = cuts.starts.length >= PARTS ? Array.from({ length: PARTS }, (_, part) => `strip${part}`) : ["strip"];
    return h("div", { class: "strip", role: "img", "aria-label": t("trim.strip", card) }, ...parts.map((part) =>
      h("img", { src: `/api/assets/${id}/${part}?v=${card.version}`, alt: "", draggable: "false" })));
  }

  async function wave() {
    const drawing = s("svg", { class: "wave", viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img", "aria-label": t("trim.wave", card) });
    try {
      const { peaks } = await ask("GET", `/api/assets/${id}/wave`);
      const reach = peaks.map((/** @type {number} */ peak) => Math.max(Math.min(peak, 1) * 48, 0.6));
      const above = reach.map((/** @type {number} */ one, /** @type {number} */ at) => `${at} ${(50 - one).toFixed(1)}`);
      const below = reach.map((/** @type {number} */ one, /** @type {number} */ at) => `${at} ${(50 + one).toFixed(1)}`).reverse();
      drawing.append(s("path", { d: `M${[...above, ...below].join(" L")} Z` }));
    } catch {
      drawing.classList.add("none");
    }
    return drawing;
  }

  /** @param {HTMLElement} snap */
  async function showCuts(snap) {
    try {
      cuts = await ask("GET", `/api/assets/${id}/cuts`);
    } catch {
      cuts = { starts: [], ends: [] };
    }
    snap.hidden = cuts.starts.length < 2;
    const some = cuts.starts.slice(0, 400);
    fill(ticks, ...some.map((at) => {
      const tick = h("i");
      tick.style.left = `${(at / whole()) * 100}%`;
      return tick;
    }));
  }

  /** @param {HTMLButtonElement} asked */
  async function showParts(asked) {
    asked.disabled = true;
    parts.textContent = t("trim.best.looking");
    try {
      const found = await ask("GET", `/api/assets/${id}/parts`);
      if (found.length) fill(parts, ...found.map((/** @type {any} */ one) => button(one.words, () => set(one.start, one.end, "both"), { title: one.why })));
      else parts.textContent = t("trim.best.none");
    } catch (error) {
      parts.textContent = /** @type {Error} */ (error).message;
    }
    asked.disabled = false;
  }

  /** Let handles, the part and the playhead be dragged. */
  function dragged() {
    const at = (/** @type {PointerEvent} */ event) => {
      const { left, width } = track.getBoundingClientRect();
      return clamp((event.clientX - left) / width, 0, 1) * whole();
    };
    track.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      const from = at(event);
      const [was, length] = [start, end - start];
      const move = (/** @type {PointerEvent} */ now) => {
        if (target === first) set(snapped(at(now), cuts.starts), end, "in");
        else if (target === last) set(start, snapped(at(now), cuts.ends), "out");
        else if (target === region && length < whole() - 1e-3) {
          const begin = framed(clamp(was + at(now) - from, 0, whole() - length));
          set(begin, begin + length, "both");
        } else player.seek(at(now));
      };
      event.preventDefault();
      if (target === first || target === last) target.focus();
      else player.seek(from);
      track.setPointerCapture(event.pointerId);
      track.addEventListener("pointermove", move);
      track.addEventListener("pointerup", () => track.removeEventListener("pointermove", move), { once: true });
      track.addEventListener("pointercancel", () => track.removeEventListener("pointermove", move), { once: true });
    });
  }

  box.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || !card?.trim) return;
    const key = event.key.toLowerCase();
    if (key === " " && target instanceof HTMLButtonElement) return;
    const now = player.now();
    const does = { " ": player.toggle, k: player.pause, l: player.play, j: () => player.seek(now - 1), i: () => set(snapped(now, cuts.starts), end, "in"), o: () => set(start, snapped(now, cuts.ends), "out") }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  return {
    /** @param {any} next */
    show(next) {
      box.hidden = !next.trim;
      if (!next.trim) return player.pause();
      card = next;
      if (!held) [start, end] = card.trim.keep ?? card.trim.made ?? card.plan?.part ?? [0, card.trim.duration_s];
      if (!built) whenSeen(box, build);
      draw();
    },
  };
}

/** Do something once an element comes near the part of the page that is seen. @param {HTMLElement} element @param {() => void} call */
function whenSeen(element, call) {
  if (element.dataset.watched) return;
  element.dataset.watched = "yes";
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    call();
  }, { rootMargin: "300px" });
  watch.observe(element);
}

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
