// The shape of the stage: how wide and high the picture is in u, by the ratio that the register or the address asks for; and mirroring.

const RATIOS = { "16:9": 16 / 9, "4:3": 4 / 3, "32:9": 32 / 9 };
const WIDEST = 2.4; // a line of text that is longer cannot be followed; on a wider wall the wave and the bands run on to the edges
const HIGHEST = 1.2;
const USUAL = { width: 177.78, height: 100 };

let size = USUAL;

/**
 * A picture wider than 16:9 is 100 u high; a higher one is as wide as 16:9, so that type has the same size on the same screen's width.
 * @param {string|null} ratio "16:9", "4:3", "32:9" or "full" (the window's own)
 * @returns {{width: number, height: number}} in u
 */
export function sizeFor(ratio, windowWidth, windowHeight) {
  const wanted = ratio === "full" && windowHeight > 0 ? windowWidth / windowHeight : (RATIOS[ratio] ?? RATIOS["16:9"]);
  const held = Math.min(WIDEST, Math.max(HIGHEST, wanted));
  const rounded = (value) => Math.round(value * 100) / 100;
  if (Math.abs(held - 16 / 9) < 0.005) return USUAL;
  return held > 16 / 9 ? { width: rounded(held * 100), height: 100 } : { width: USUAL.width, height: rounded(USUAL.width / held) };
}

/** The stage as it is now, in u. Read it while drawing, not before. */
export const stageSize = () => size;

/** From the title-safe edge on the left to the one on the right, in u. */
export const safeWidth = () => size.width * 0.9;

/** Put ratio and mirroring on the document; the same again changes nothing. @param {{ratio?: string|null, mirror?: boolean}} settings */
export function applyFrame({ ratio = null, mirror = false }) {
  const next = sizeFor(ratio, window.innerWidth, window.innerHeight);
  const root = document.documentElement;
  if (next.width !== size.width || next.height !== size.height || !root.dataset.mirror) {
    size = next;
    root.style.setProperty("--stage-w", size.width);
    root.style.setProperty("--stage-h", size.height);
    root.dataset.shape = size.height > 100 ? "high" : size.width > USUAL.width ? "wide" : "usual";
  }
  root.dataset.mirror = mirror ? "yes" : "no";
}
