// Contest time for parts of the page that move on between two snapshots.
import { useEffect, useState } from "../shared/html.js";

/**
 * @param {() => number} contestNs contest time now, ns
 * @param {number} everyMs how often to look; 0: not at all
 * @returns {number} contest time, ns
 */
export function useContestTime(contestNs, everyMs) {
  const [, look] = useState(0);
  useEffect(() => {
    if (!everyMs) return undefined;
    const timer = setInterval(() => look((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return contestNs();
}
