// When the picture changes by itself: at the next second of a clock, when the boxes open, when the photo finish gives way.
import { useEffect, useRef, useState } from "../shared/html.js";
import { remainingMs } from "../shared/clock.js";

export const LAST_MS = 10_000; // a clock's last seconds, which are larger
const LEAD_MS = 300; // opening is announced a little ahead always; further ahead than this it is a count
const PHOTO_FINISH_MS = 4000; // of the "begin" clock; then the question comes back for the one who answers

/** Whether the boxes are open now: a view says so ahead of time. */
export function isOpen(buzz, nowNs) {
  return buzz?.phase === "open" && buzz.open_at_ns !== null && nowNs >= buzz.open_at_ns;
}

/** The buzz phase as the audience may see it at nowNs: "open" counts as "armed" until its instant. */
export function buzzPhase(buzz, nowNs) {
  if (!buzz) return null;
  return buzz.phase === "open" && !isOpen(buzz, nowNs) ? "armed" : buzz.phase;
}

/**
 * Whether somebody counts before the boxes open: 3, 2, 1, by contest time.
 * Once begun it holds to the end: the last third of a second looks no different from an opening without a count.
 */
export function useCounting(buzz, nowNs) {
  const counting = useRef(null); // the arming that is being counted
  if (buzz?.phase !== "open" || buzz.open_at_ns === null) return false;
  const leftMs = (buzz.open_at_ns - nowNs) / 1e6;
  if (leftMs > LEAD_MS) counting.current = buzz.arming;
  return leftMs > 0 && counting.current === buzz.arming;
}

const countFigure = (leftMs) => Math.max(1, Math.ceil(leftMs / 1000 - 0.001));

/** The same as the figure of the count, null where nobody counts. */
export function useCount(buzz, nowNs) {
  return useCounting(buzz, nowNs) ? countFigure((buzz.open_at_ns - nowNs) / 1e6) : null;
}

/** Whether the photo finish is the subject, or the question again. */
export function showsPhotoFinish(view, nowNs) {
  const { scene, clock } = view;
  if (scene.name !== "question" || !scene.buzz) return false;
  if (!["shown", "running", "held"].includes(scene.phase)) return false;
  if (scene.buzz.phase === "too_close") return true;
  if (scene.buzz.phase !== "locked") return false;
  if (!clock || clock.purpose === "open") return true;
  if (clock.purpose !== "begin" || clock.state === "expired") return false;
  return clock.total_ms - remainingMs(clock, nowNs) < PHOTO_FINISH_MS;
}

const AT_WORK = new Set(["shown", "running", "held", "time_up", "marking"]);

/** Whether somebody is reading or answering a question just now: then it must not go away. */
export function isAtWork({ scene }) {
  return (scene.name === "question" || scene.name === "scenario") && AT_WORK.has(scene.phase);
}

/** Milliseconds until the same view looks different in more than the seconds of its clock, or null. */
function untilNextChange(view, nowNs) {
  const waits = [];
  if (view.clock?.state === "running") {
    const left = remainingMs(view.clock, nowNs);
    if (left > 0) waits.push(left > LAST_MS ? left - LAST_MS : left);
    const untilQuestion = left - (view.clock.total_ms - PHOTO_FINISH_MS);
    if (view.clock.purpose === "begin" && untilQuestion > 0) waits.push(untilQuestion);
  }
  const opensNs = view.scene.buzz?.open_at_ns;
  if (view.scene.buzz?.phase === "open" && opensNs > nowNs) waits.push((opensNs - nowNs) / 1e6);
  return waits.length ? Math.min(...waits) : null;
}

const untilNextSecond = (leftMs) => (leftMs > 0 ? leftMs % 1000 || 1000 : Infinity);

/** Milliseconds until a figure of the same view is another one, or null. */
function untilNextFigure(view, nowNs) {
  const waits = [untilNextChange(view, nowNs) ?? Infinity];
  if (view.clock?.state === "running") waits.push(untilNextSecond(remainingMs(view.clock, nowNs)));
  if (view.scene.buzz?.phase === "open") waits.push(untilNextSecond((view.scene.buzz.open_at_ns - nowNs) / 1e6));
  const wait = Math.min(...waits);
  return Number.isFinite(wait) ? wait : null;
}

/** Draws again after as many milliseconds as `wait()` says; null: not again. */
function useDrawnAgain(wait) {
  const [, again] = useState(0);
  useEffect(() => {
    const ms = wait();
    if (ms === null) return undefined;
    const timer = setTimeout(() => again((count) => count + 1), Math.max(2, Math.ceil(ms)));
    return () => clearTimeout(timer);
  });
}

/** Contest time in ns, read again with every figure that changes by itself. */
export function useContestTime(view, contestNs) {
  useDrawnAgain(() => view && untilNextFigure(view, contestNs()));
  return view ? contestNs() : 0;
}

/** The same, but for seconds: what shows them draws itself again, and the rest of a large picture does not. */
export function usePictureTime(view, contestNs) {
  useDrawnAgain(() => view && untilNextChange(view, contestNs()));
  return view ? contestNs() : 0;
}

/** Milliseconds left on a clock, drawn again with its seconds while it runs. */
export function useRemainingMs(clock, contestNs) {
  const left = () => remainingMs(clock, contestNs());
  useDrawnAgain(() => (clock.state === "running" && left() > 0 ? untilNextSecond(left()) : null));
  return left();
}

/** The figure of the count before the boxes open. */
export function useCountFigure(buzz, contestNs) {
  const left = () => (buzz.open_at_ns - contestNs()) / 1e6;
  useDrawnAgain(() => (left() > 0 ? untilNextSecond(left()) : null));
  return countFigure(left());
}
