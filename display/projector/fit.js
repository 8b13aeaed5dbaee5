// Text that measures itself: as large as its box allows, never past it, never scrolled.
// All texts of a picture are measured together, before it is painted: a trial of each, one layout for all of them, the next trial.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { words } from "../shared/words.js";

const SMALLEST = 3.2; // percent of the stage's height: nothing on the projector is smaller
const STEP = 0.1;
const WHOLE = 0.62; // a name on one line may be this much smaller than on two
const FACE_HEIGHT = 1.45; // of Noto Sans SC, ascent and descent together, in em
const FIGURES_HEIGHT = 1.2; // of Barlow Condensed
const REMEMBERED = 2000; // sizes

const texts = new Map(); // element → {min, max, wrap, name, stands}: every text on the page that measures itself
const waiting = new Set(); // those of them that were rendered since they were last looked at
const sizes = new Map(); // text, face and box → what was found for them
let era = 0; // counts what makes measured sizes worthless: another window size, a face that has just arrived

function everythingAgain() {
  era += 1;
  sizes.clear();
  for (const element of texts.keys()) later(element);
}
window.addEventListener("resize", everythingAgain);
document.fonts.addEventListener("loadingdone", everythingAgain);

/** A number that changes when what was measured no longer holds. */
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

/** How full an element is: {wide, high} where 1 is just full (one pixel of rounding allowed). */
export function fullness(element) {
  const { fontSize, lineHeight } = getComputedStyle(element);
  // Where lines stand closer than the face is tall, the box of the last line reaches below it without any ink there.
  const face = element.classList.contains("figures") ? FIGURES_HEIGHT : FACE_HEIGHT;
  const overhang = Math.max(0, face * parseFloat(fontSize) - (parseFloat(lineHeight) || Infinity)) / 2;
  return { wide: element.scrollWidth / (element.clientWidth + 1), high: element.scrollHeight / (element.clientHeight + overhang + 1) };
}

const holds = (full) => full === true || (full.wide <= 1 && full.high <= 1);

/** Whether an element's content stays inside it. */
export const holdsContent = (element) => holds(fullness(element));

/**
 * Looks for the largest size in [min, max] at which the content holds; min if there is none. A generator: yields the size to try, is told
 * how full the box is then (or just whether it holds: that takes more trials), returns what it found. `power`: how the content grows with the
 * size, 1 in one direction or 2 in both.
 */
function* search(min, max, power, step = STEP) {
  let full = yield max;
  if (holds(full)) return max;
  let low = 0; // holds, or is the smallest
  let high = Math.round((max - min) / step); // does not
  let tried = max;
  let guessing = true;
  while (high - low > 1) {
    const limit = tried / Math.max(full.wide, full.high ** (1 / power));
    const guess = guessing && limit ? Math.floor((limit - min) / step + 0.001) : (low + high) >> 1;
    const at = Math.min(high - 1, Math.max(low + 1, guess));
    const room = high - low;
    tried = min + at * step;
    full = yield tried;
    if (holds(full)) low = at;
    else high = at;
    guessing = !guessing || high - low <= room / 2; // a guess that did not bring much is followed by a cut in the middle
  }
  return min + low * step;
}

/**
 * The largest value in [min, max] that holds, tried last; min if none does.
 * @param {(value: number) => {wide, high}|boolean} full tries a value; answers how full the box is then, or whether it holds
 */
export function largest(min, max, full, step = STEP) {
  const looking = search(min, max, 2, step);
  let next = looking.next();
  while (!next.done) next = looking.next(full(next.value));
  full(next.value);
  return next.value;
}

/** Text in a box: yields and returns {size, wrap}. */
function* fitText(min, max, wrap) {
  const looking = search(min, max, wrap ? 2 : 1);
  let next = looking.next();
  while (!next.done) next = looking.next(yield { size: next.value, wrap });
  return { size: next.value, wrap };
}

/** A name: on one line, unless two make it much larger. */
function* fitName(min, max) {
  const whole = yield* fitText(min, max, false);
  if (whole.size === max) return whole;
  const fits = holds(yield whole);
  const broken = yield* fitText(min, max, true);
  return fits && whole.size >= broken.size * WHOLE ? whole : broken;
}

function set(element, { size, wrap }) {
  element.classList.toggle("one-line", !wrap);
  const fontSize = sizeOf(size);
  if (element.style.fontSize !== fontSize) element.style.fontSize = fontSize; // the first trial stands already
}

const sizeOf = (size) => `calc(var(--u) * ${size.toFixed(2)})`;

/** How a text comes onto the page: as it is tried first, so that the first layout is of use. */
const firstTrial = (max) => ({ fontSize: sizeOf(max), textWrapStyle: "auto" });

/** What a found size was found for. */
function standing(element, text) {
  const { clientWidth, clientHeight, parentElement } = element;
  return `${era} ${text.min} ${text.max} ${text.wrap} ${clientWidth} ${clientHeight} ${parentElement?.clientWidth} ${parentElement?.clientHeight} ${element.textContent}`;
}

/** The same text in the same face and box has the same size, wherever it stands. To be read while the largest size is tried. */
function place(element, text) {
  const { fontFamily, fontWeight, lineHeight, fontSize } = getComputedStyle(element);
  const { clientWidth, clientHeight } = element;
  return `${text.name} ${text.min} ${fontSize} ${lineHeight} ${text.wrap} ${fontWeight} ${fontFamily} ${clientWidth} ${clientHeight} ${element.childElementCount} ${element.textContent}`;
}

function remember(key, found) {
  if (sizes.size >= REMEMBERED) sizes.clear();
  sizes.set(key, found);
}

/** Measures all texts that wait, side by side: writing to all of them, then reading from all of them, costs one layout a round. */
function fitWaiting() {
  const changed = [...waiting].map((element) => ({ element, text: texts.get(element) })).filter(({ element, text }) => text && element.isConnected && text.stands !== standing(element, text));
  waiting.clear();
  let live = changed.map(({ element, text }) => {
    const search = text.name ? fitName(text.min, text.max) : fitText(text.min, text.max, text.wrap);
    element.style.textWrapStyle = "auto"; // balanced lines are as many as plain ones, and take longer to find
    return { element, text, search, next: search.next(), key: null };
  });
  while (live.length) {
    for (const { element, next } of live) set(element, next.value);
    const read = live.map(({ element, text, key }) => ({ full: fullness(element), key: key ?? place(element, text) }));
    live.forEach((one, i) => {
      const known = one.key === null ? sizes.get(read[i].key) : undefined;
      one.key = read[i].key;
      one.next = known ? { done: true, value: known } : one.search.next(read[i].full);
    });
    for (const { element, key, next } of live) {
      if (!next.done) continue;
      remember(key, next.value);
      set(element, next.value);
    }
    live = live.filter(({ next }) => !next.done);
  }
  for (const { element } of changed) element.style.textWrapStyle = "";
  for (const { element, text } of changed) text.stands = standing(element, text);
}

function later(element) {
  if (waiting.size === 0) queueMicrotask(fitWaiting); // after the whole picture is in place, before it is painted
  waiting.add(element);
}

/** Keeps the text of an element as large as it can be: looked at after each rendering, measured when it or its box is another. */
function useFitting(min, max, wrap, name) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const element = box.current;
    texts.set(element, { min, max, wrap, name, stands: texts.get(element)?.stands });
    later(element);
  });
  useLayoutEffect(() => {
    const element = box.current;
    return () => texts.delete(element);
  }, []);
  return box;
}

/**
 * A box with text as large as it can be. The box takes its size from CSS; sizes are in percent of the stage's height.
 * @param {{max: number, min?: number, as?: string, wrap?: boolean}} props other props go to the element
 */
export function Fit({ max, min = SMALLEST, as = "div", wrap = true, class: name = "", children, ...rest }) {
  const box = useFitting(min, max, wrap, false);
  return html`<${as} ...${rest} ref=${box} class=${`fit ${wrap ? "" : "one-line "}${name}`} style=${firstTrial(max)}>${wrap ? words(children) : children}<//>`;
}

/** A person's name: on one line unless two lines make it much larger; broken after a dot rather than inside a part. */
export function Name({ max, min = SMALLEST, as = "div", class: name = "", children: text, ...rest }) {
  const box = useFitting(min, max, true, true);
  const parts = String(text).split(/(?<=[·・•\s])/);
  // A dot as wide as a character would tear the name apart, and take the room of one.
  const set = (part) => (/[·・]$/.test(part) ? html`${part.slice(0, -1)}<span class="half">${part.at(-1)}</span>` : part);
  return html`<${as} ...${rest} ref=${box} class=${`fit name one-line ${name}`} style=${firstTrial(max)}><span>${parts.map((part, i) => html`${i > 0 && html`<wbr />`}${set(part)}`)}</span><//>`;
}
