// What a clock on a screen shows. It draws the server's deadline; it never decides anything.

/**
 * Milliseconds left on a clock of a view, never more than its whole length (one that opens in a moment stands full).
 *
 * @param {{state: string, deadline_ns: number|null, remaining_ms: number}|null} clock
 * @param {number} contestNs contest time now, ns
 * @returns {number} 0 or more
 */
export function remainingMs(clock, contestNs) {
  if (!clock) return 0;
  if (clock.state === "running") return Math.min(clock.total_ms, Math.max(0, (clock.deadline_ns - contestNs) / 1e6));
  return clock.state === "held" ? clock.remaining_ms : 0;
}

/** Whole seconds as people count down: 30 stands until the first second is over, 0 only at the end. */
export function secondsShown(ms) {
  return Math.ceil(ms / 1000 - 0.001);
}

/** "1:05" above a minute, "27" below. */
export function clockText(ms) {
  const seconds = secondsShown(ms);
  if (seconds < 60) return String(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
