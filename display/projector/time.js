// When the picture changes by itself: at the next second of a clock, when the boxes open, when the photo finish gives way.
import { useEffect, useRef, useState } from "../shared/html.js";
import { remainingMs } from "../shared/clock.js";

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
 * The count before the boxes open: 3, 2, 1, by contest time; null where nobody counts.
 * Once begun it holds to the end: the last third of a second looks no different from an opening without a count.
 */
export function useCount(buzz, nowNs) {
  const counting = useRef(null); // the arming that is being counted
  if (buzz?.phase !== "open" || buzz.open_at_ns === null) return null;
  const leftMs = (buzz.open_at_ns - nowNs) / 1e6;
  if (leftMs <= 0) return null;
  if (leftMs > LEAD_MS) counting.current = buzz.arming;
  return counting.current === buzz.arming ? Math.ceil(leftMs / 1000 - 0.001) : null;
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

/** Milliseconds until the same view looks different, or null. */
function untilNextChange(view, nowNs) {
  const waits = [];
  if (view.clock?.state === "running") {
    const left = remainingMs(view.clock, nowNs);
    if (left > 0) waits.push(left % 1000 || 1000);
    const untilQuestion = left - (view.clock.total_ms - PHOTO_FINISH_MS);
    if (view.clock.purpose === "begin" && untilQuestion > 0) waits.push(untilQuestion);
  }
  const opensNs = view.scene.buzz?.open_at_ns;
  if (view.scene.buzz?.phase === "open" && opensNs > nowNs) waits.push(((opensNs - nowNs) / 1e6) % 1000 || 1000);
  return waits.length ? Math.min(...waits) : null;
}

/** Contest time in ns, read again whenever the picture would change by itself. */
export function useContestTime(view, contestNs) {
  const [, again] = useState(0);
  const nowNs = view ? contestNs() : 0;
  useEffect(() => {
    if (!view) return undefined;
    const wait = untilNextChange(view, contestNs());
    if (wait === null) return undefined;
    const timer = setTimeout(() => again((count) => count + 1), Math.max(2, Math.ceil(wait)));
    return () => clearTimeout(timer);
  });
  return nowNs;
}
