// Text that measures itself: as large as its box allows, never past it, never scrolled.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { words } from "../shared/words.js";

/** A number that changes when what was measured no longer holds: another window size, a face that has just arrived. */
export function useMeasureAgain() {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const again = () => setCount((before) => before + 1);
    window.addEventListener("resize", again);
    document.fonts.addEventListener("loadingdone", again);
    return () => {
      window.removeEventListener("resize", again);
      document.fonts.removeEventListener("loadingdone", again);
    };
  }, []);
  return count;
}

/**
 * The largest value in [min, max] for which `holds` is true; min if none.
 * @param {(value: number) => boolean} holds true below some limit, false above it
 */
export function largest(min, max, holds, step = 0.1) {
  if (holds(max)) return max;
  let low = 0;
  let high = Math.round((max - min) / step);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(min + middle * step)) low = middle;
    else high = middle;
  }
  const best = min + low * step;
  holds(best);
  return best;
}

const SMALLEST = 3.2; // percent of the stage's height: nothing on the projector is smaller
const WHOLE = 0.62; // a name on one line may be this much smaller than on two
const FACE_HEIGHT = 1.45; // of Noto Sans SC, ascent and descent together, in em
const FIGURES_HEIGHT = 1.2; // of Barlow Condensed

/** Whether an element's content stays inside it (one pixel of rounding allowed). */
export function holdsContent(element) {
  const { fontSize, lineHeight } = getComputedStyle(element);
  // Where lines stand closer than the face is tall, the box of the last line reaches below it without any ink there.
  const face = element.classList.contains("figures") ? FIGURES_HEIGHT : FACE_HEIGHT;
  const overhang = Math.max(0, face * parseFloat(fontSize) - (parseFloat(lineHeight) || Infinity)) / 2;
  return element.scrollWidth <= element.clientWidth + 1 && element.scrollHeight <= element.clientHeight + overhang + 1;
}

function fitText(element, min, max, wrap) {
  element.classList.toggle("one-line", !wrap);
  return largest(min, max, (size) => {
    element.style.fontSize = `calc(var(--u) * ${size.toFixed(2)})`;
    return holdsContent(element);
  });
}

/**
 * A box with text as large as it can be. The box takes its size from CSS; sizes are in percent of the stage's height.
 * @param {{max: number, min?: number, as?: string, wrap?: boolean}} props other props go to the element
 */
export function Fit({ max, min = SMALLEST, as = "div", wrap = true, class: name = "", children, ...rest }) {
  const box = useRef(null);
  useMeasureAgain();
  useLayoutEffect(() => {
    fitText(box.current, min, max, wrap);
  });
  return html`<${as} ...${rest} ref=${box} class=${`fit ${name}`}>${wrap ? words(children) : children}<//>`;
}

/** A person's name: on one line unless two lines make it much larger; broken after a dot rather than inside a part. */
export function Name({ max, min = SMALLEST, as = "div", class: name = "", children: text, ...rest }) {
  const box = useRef(null);
  useMeasureAgain();
  useLayoutEffect(() => {
    const element = box.current;
    const whole = fitText(element, min, max, false);
    if (whole === max) return;
    const fits = holdsContent(element);
    const broken = fitText(element, min, max, true);
    if (fits && whole >= broken * WHOLE) fitText(element, min, max, false);
  });
  const parts = String(text).split(/(?<=[·・•\s])/);
  return html`<${as} ...${rest} ref=${box} class=${`fit name ${name}`}>${parts.map((part, i) => (i ? html`<wbr />${part}` : part))}<//>`;
}
