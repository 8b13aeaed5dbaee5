// Text as large as its frame allows: a question is read at arm's length, and it is never cut.
import { useEffect, useLayoutEffect } from "../shared/html.js";

const LARGEST_REM = 1.75;
const SMALLEST_REM = 0.9;
const STEP_REM = 0.05;

/**
 * Set the frame's font size to the largest at which its content does not overflow.
 *
 * @param {{current: Element|null}} frame everything inside is measured in em
 * @param {Array} dependencies the content, as values that change when it does
 */
export function useFit(frame, dependencies) {
  useLayoutEffect(() => fit(frame.current), dependencies);
  useEffect(() => {
    const watcher = new ResizeObserver(() => fit(frame.current));
    watcher.observe(frame.current);
    // Lines break elsewhere once the bundled face has arrived.
    const loaded = () => fit(frame.current);
    document.fonts.addEventListener("loadingdone", loaded);
    return () => {
      watcher.disconnect();
      document.fonts.removeEventListener("loadingdone", loaded);
    };
  }, []);
}

function fit(element) {
  if (!element) return;
  let low = 0;
  let high = Math.round((LARGEST_REM - SMALLEST_REM) / STEP_REM);
  const overflowsAt = (step) => {
    element.style.fontSize = `${(SMALLEST_REM + step * STEP_REM).toFixed(2)}rem`;
    return element.scrollHeight > element.clientHeight + 1;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (overflowsAt(middle)) high = middle - 1;
    else low = middle;
  }
  overflowsAt(low);
}
