// What is wrong with boxes, timing, log and line, in words. Pure: from a view to sentences.
import { milliseconds } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { displayTroubles } from "./displays.js";
import { hostIn } from "./hosts.js";
import { alarmOf } from "./log_alarm.js";

const COUNTS = ["resets", "clock_resets", "resent", "crc_errors", "overflows", "spikes"];
const SILENT_MS = 1000; // a box that is well says something many times a second

/** "3 号、4 号" */
export function seatNames(seats, t) {
  return seats.map((seat) => t("seat", { seat })).join(t("list"));
}

/**
 * Everything that must not be overlooked, worst first.
 *
 * @returns {{kind: string, text: string, calm?: boolean}[]} empty when all is well; `calm`: meant so, not a fault
 */
export function troubles(view, link, t, language) {
  const found = [];
  if (link.state === "refused") found.push({ kind: "link", text: t("host.link.refused") });
  else if (link.state !== "live") found.push({ kind: "link", text: t("host.link.lost") });
  found.push(...machineTroubles(view, t));
  if (view.blackout) found.push({ kind: "blackout", text: t("host.blackout") });
  if (view.sound?.muted) found.push({ kind: "muted", text: t("host.muted") });
  const alarm = alarmOf(view); // its sentence stands in the band, here only how it is
  if (alarm) found.push({ kind: "log", text: t(alarm.kind === "slow" ? "host.log.slow" : "host.log.failed") });
  if (view.disk?.state === "low" && alarm?.kind !== "full") found.push({ kind: "disk", text: t("host.disk.low", { mb: view.disk.free_mb }) });
  if (view.timing.state !== "ok") found.push({ kind: "timing", text: t("host.timing.down") });
  for (const box of view.boxes) {
    const text = boxTrouble(box, t, language);
    if (text) found.push({ kind: "box", text });
  }
  found.push(...displayTroubles(view, t, language));
  if (view.cover) found.push({ kind: "cover", text: t(`host.cover.${view.cover}`), calm: true });
  return found;
}

/** Which machine rules, and whether the one that stands by is still there. */
function machineTroubles({ fence, standby }, t) {
  if (fence?.state === "fenced") return [{ kind: "fenced", text: fence.address ? t("host.fence.fenced", { address: hostIn(fence.address) }) : t("host.moved.somewhere") }];
  if (fence?.state === "draining") return [{ kind: "draining", text: t("host.fence.draining"), calm: true }];
  if (standby?.state === "unasked") return [{ kind: "standby", text: t("host.standby.unasked.short") }]; // what to do stands in the band
  return standby?.state === "lost" ? [{ kind: "standby", text: t("host.standby.lost", { n: standby.behind ?? "?" }) }] : [];
}

/** One sentence about a box and its seats, or null when nothing is wrong with it. */
function boxTrouble(box, t, language) {
  const problem = boxProblem(box, t, language);
  if (!problem) return null;
  const seats = seatNames(box.problem || box.state === "down" ? box.seats : box.held, t);
  return t("host.box.problem", { seats, problem });
}

/** What is wrong with a box and how to mend it, or null. */
export function boxProblem(box, t, language) {
  if (box.problem) return pick({ zh: box.problem, en: box.problem_en ?? box.problem }, language);
  if (box.state === "down") return t("host.box.down");
  return box.held.length ? t("host.box.held") : null;
}

/** What a box is worth, in one line: its clock, of the counts those that are not 0, its link. */
export function boxLine(box, t) {
  if (box.state === "syncing") return t("host.box.wait");
  const counts = COUNTS.filter((name) => box[name] > 0).map((name) => count(box, name, t));
  return [clockWords(box, t), ...counts, linkWords(box, t)].filter(Boolean).join(t("sentence"));
}

/** All that is known of a box, a line each. */
export function boxDetails(box, elapsedMs, t) {
  const silentMs = box.silent_ms + elapsedMs;
  const last = box.last_press;
  const pressed = last && t("host.box.last", { seat: last.seat, when: pressedText(last.ago_ms + elapsedMs, t) });
  const lines = [
    [box.port, box.firmware && t("host.box.firmware", { version: box.firmware })],
    [clockWords(box, t), wireWords(box, t), linkWords(box, t), silentMs > SILENT_MS && t("host.box.silent", { n: Math.floor(silentMs / 1000) })],
    COUNTS.slice(0, 3).map((name) => count(box, name, t)),
    COUNTS.slice(3).map((name) => count(box, name, t)),
    [pressed ?? t("host.pressed.never")],
  ];
  return lines.map((words) => words.filter(Boolean).join(t("sentence"))).filter(Boolean);
}

function clockWords(box, t) {
  return box.uncertainty_us !== null && t("host.box.clock", { ms: milliseconds(box.uncertainty_us) });
}

function wireWords(box, t) {
  return (box.sync_us ?? null) !== null && t("host.box.wire");
}

function linkWords(box, t) {
  return Boolean(box.rtt_us) && t("host.box.link", { ms: milliseconds(box.rtt_us) });
}

function count(box, name, t) {
  return t("host.box.count", { what: t(`host.box.${name}`), n: box[name] ?? 0 });
}

/**
 * The health of one seat's button.
 *
 * @returns {{bad: boolean, text: string}}
 */
export function seatHealth(view, seat, elapsedMs, t) {
  const own = view.boxes.filter((one) => one.seats.includes(seat));
  const box = own.find((one) => one.state === "up") ?? own[0]; // a page may stand in for a dead box
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
