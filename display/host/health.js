// What is wrong with boxes, timing, log and line, in words. Pure: from a view to sentences.
import { pick } from "../shared/strings.js";

/** "3 号、4 号" */
export function seatNames(seats, t) {
  return seats.map((seat) => t("seat", { seat })).join(t("list"));
}

/**
 * Everything that must not be overlooked, worst first.
 *
 * @returns {{kind: string, text: string}[]} empty when all is well
 */
export function troubles(view, link, t, language) {
  const found = [];
  if (link.state === "refused") found.push({ kind: "link", text: t("host.link.refused") });
  else if (link.state !== "live") found.push({ kind: "link", text: t("host.link.lost") });
  if (view.blackout) found.push({ kind: "blackout", text: t("host.blackout") });
  if (view.log.state !== "ok") found.push({ kind: "log", text: t("host.log.failed") });
  if (view.timing.state !== "ok") found.push({ kind: "timing", text: t("host.timing.down") });
  for (const box of view.boxes) {
    const text = boxTrouble(box, t, language);
    if (text) found.push({ kind: "box", text });
  }
  return found;
}

/** One sentence about a box, or null when nothing is wrong with it. */
export function boxTrouble(box, t, language) {
  const seats = seatNames(box.seats, t);
  if (box.problem) {
    const problem = pick({ zh: box.problem, en: box.problem_en ?? box.problem }, language);
    return t("host.box.problem", { seats, problem });
  }
  if (box.state === "down") return t("host.box.down", { seats });
  if (box.held.length) return t("host.box.held", { seats: seatNames(box.held, t) });
  return null;
}

/**
 * The health of one seat's button.
 *
 * @returns {{bad: boolean, text: string}}
 */
export function seatHealth(view, seat, elapsedMs, t) {
  const box = view.boxes.find((one) => one.seats.includes(seat));
  if (!box) return { bad: true, text: t("host.button.none") };
  if (box.held.includes(seat)) return { bad: true, text: t("host.button.held") };
  if (box.state === "down") return { bad: true, text: t("host.button.down") };
  if (box.state === "syncing") return { bad: box.problem !== null, text: t("host.button.syncing") };
  const last = box.last_press;
  if (last && last.seat === seat) return { bad: false, text: pressedText(last.ago_ms + elapsedMs, t) };
  return { bad: false, text: t("host.button.up") };
}

/** How long ago, as coarse as a glance: "刚刚按过", "12 秒前按过", "3 分钟前按过". */
export function pressedText(agoMs, t) {
  const seconds = Math.floor(agoMs / 1000);
  if (seconds < 3) return t("host.pressed.now");
  if (seconds < 60) return t("host.pressed.seconds", { n: seconds });
  return t("host.pressed.minutes", { n: Math.floor(seconds / 60) });
}
