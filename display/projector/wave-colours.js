// The colours of the line, read from the tokens as numbers: they are mixed while one line turns into the next.
import { rgbOf } from "../shared/contrast.js";

const TOKENS = { dim: "shape", open: "open-shape", right: "right-text", champion: "on-champion" }; // others are tokens themselves

let known = new Map();
window.addEventListener("look", () => {
  known = new Map();
});

/** @param {"text"|"text-dim"|"dim"|"open"|"right"|"strike"|"foul"|"champion"} name @returns {number[]} red, green, blue, 0..255 */
export function waveColour(name) {
  if (!known.has(name)) {
    const token = getComputedStyle(document.documentElement).getPropertyValue(`--${TOKENS[name] ?? name}`);
    known.set(name, rgbOf(token.trim()));
  }
  return known.get(name);
}
