// Plays the part to keep, round and round; it is made when it is first needed.

import { button, fill, h, t } from "./dom.js";

/**
 * @param {() => {card: any, start: number, end: number}} part
 * @param {HTMLElement} stage
 * @param {(now: number) => void} moved
 */
export function makePlayer(part, stage, moved) {
  /** @type {HTMLVideoElement | null} */
  let player = null;
  let wanted = 0;
  let round = 0;
  const toggleButton = button(t("trim.play"), () => toggle());

  function made() {
    if (player) return player;
    const { card } = part();
    const one = h(card.kind === "video" ? "video" : "audio", { playsinline: true, preload: "auto", "aria-label": card.name });
    const news = h("p", { class: "soft", role: "status", text: card.kind === "video" ? t("trim.proxy") : "" });
    one.addEventListener("loadeddata", () => {
      news.remove();
      one.currentTime = wanted;
    });
    one.addEventListener("error", () => {
      if (one.src.includes("small=1")) news.textContent = t("trim.no-player");
      else one.src = `/api/assets/${card.id}/media?small=1`;
    });
    for (const name of ["play", "pause"]) one.addEventListener(name, () => {
      toggleButton.textContent = t(one.paused ? "trim.play" : "trim.pause");
      cancelAnimationFrame(round);
      if (!one.paused) follow();
    });
    one.addEventListener("seeked", () => moved(one.currentTime));
    one.src = `/api/assets/${card.id}/media`;
    player = one;
    fill(stage, one, news);
    return one;
  }

  /** Follow the playhead; at the end of the part begin again. */
  function follow() {
    const { start, end } = part();
    if (!player || player.paused) return;
    if (player.currentTime >= end - 0.01 || player.currentTime < start - 0.25) player.currentTime = start;
    moved(player.currentTime);
    round = requestAnimationFrame(follow);
  }

  function play() {
    const one = made();
    const { start, end } = part();
    if (wanted < start || wanted >= end - 0.05) seek(start);
    one.play().catch(() => {});
  }

  const pause = () => player?.pause();
  const toggle = () => (player && !player.paused ? pause() : play());

  /** @param {number} to */
  function seek(to) {
    wanted = Math.max(0, to);
    const one = made();
    if (one.readyState > 0) one.currentTime = wanted;
    moved(wanted);
  }

  const now = () => (player && player.readyState > 0 ? player.currentTime : wanted);
  return { button: toggleButton, play, pause, toggle, seek, now };
}
