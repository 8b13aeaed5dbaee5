// The look of a page: one of three themes, or a customer's two colours, put on the document as custom properties (colours.css).
import { between, contrast, isDark, readable } from "./contrast.js";

const THEMES = new Set(["stage", "hall", "customer"]);
const SIGNALS = { open: "#ffb000", right: "#17b890", foul: "#e5383b" }; // what they mean never changes
const INK = "#0c1220";
const PAPER = "#f4f1ea";
const BLACK = "#000000";
const WHITE = "#ffffff";
const TEXT = 7.05; // contrast of every text; a little more than 7 because parts of a colour are whole numbers
const SHAPE = 3.05; // of every shape that says something

const best = (ground, ...choices) => choices.find((one) => contrast(one, ground) >= TEXT) ?? choices.reduce((a, b) => (contrast(b, ground) > contrast(a, ground) ? b : a));

/** As far from `from` towards `ground` as `least` allows, at most `most` of the way. */
function receding(from, ground, least, most) {
  let part = most;
  while (part > 0 && contrast(between(from, ground, part), ground) < least) part -= 0.01;
  return between(from, ground, Math.max(0, part));
}

/** A colour that words can stand on: moved until black or white reaches TEXT. @returns {[string, string]} ground and words */
function block(colour, ...words) {
  const word = best(colour, ...words);
  if (contrast(word, colour) >= TEXT) return [colour, word];
  return [readable(colour, word, TEXT), word];
}

/** The colour of a thin shape, and of the line around a block that would not stand out from its ground by itself. */
const shape = (colour, ground) => (contrast(colour, ground) >= SHAPE ? colour : readable(colour, ground, SHAPE));

/**
 * The colours of the roles from a customer's two. Grounds in the middle, where neither dark nor light text can be read well, are moved.
 * @param {string} ground "#rrggbb" @param {string} accent "#rrggbb"
 * @returns {Object<string, string>} custom property → "#rrggbb"
 */
export function customerColours(ground, accent) {
  const dark = isDark(ground);
  const text = dark ? (contrast(PAPER, ground) >= 9 ? PAPER : WHITE) : contrast(INK, ground) >= 9 ? INK : BLACK;
  const base = readable(ground, text, 9);
  const raised = between(base, text, 0.05);
  const right = readable(SIGNALS.right, raised, TEXT); // words that hold on a raised plate hold on the ground as well
  const [open, onOpen] = [SIGNALS.open, INK];
  const [champion, onChampion] = block(accent, dark ? INK : WHITE, WHITE, INK, BLACK);
  return {
    "--ground": base,
    "--raised": raised,
    "--line": receding(text, base, SHAPE, 0.8),
    "--text": text,
    "--text-dim": receding(text, raised, TEXT, 0.3),
    "--shape": receding(text, base, SHAPE, 0.7),
    "--strike": receding(text, base, 4, 0.5),
    "--open": open,
    "--on-open": onOpen,
    "--open-shape": shape(open, base),
    "--open-text": readable(SIGNALS.open, raised, TEXT),
    "--right": right,
    "--on-right": best(right, INK, WHITE, BLACK),
    "--right-text": right,
    "--foul": readable(SIGNALS.foul, base, SHAPE),
    "--mark": readable(accent, base, SHAPE),
    "--champion": champion,
    "--on-champion": onChampion,
    "--champion-shape": shape(champion, base),
    "--plate": dark ? PAPER : WHITE,
    "--on-plate": INK,
    "--bar": text,
    "--on-bar": base,
  };
}

let shown = "";
let own = []; // properties that a customer's look has set

/**
 * Give the document its look. The same look again changes nothing; another one takes effect at once, and "look" is fired at window.
 * @param {{theme: string, ground: string|null, accent: string|null}|null|undefined} look of the view; without one it is the dark stage
 * @param {string|null} override a theme that the register or the address asks for
 */
export function applyLook(look, override = null) {
  const wanted = THEMES.has(override) ? override : look?.theme;
  const coloured = wanted === "customer" && look?.ground && look?.accent;
  const theme = coloured || wanted === "hall" ? wanted : "stage"; // a customer without colours has the stage's
  const key = JSON.stringify(coloured ? [theme, look.ground, look.accent] : [theme]);
  if (key === shown) return;
  shown = key;
  const root = document.documentElement;
  for (const name of own) root.style.removeProperty(name);
  const colours = coloured ? customerColours(look.ground, look.accent) : {};
  own = Object.keys(colours);
  for (const [name, colour] of Object.entries(colours)) root.style.setProperty(name, colour);
  root.dataset.theme = theme;
  window.dispatchEvent(new Event("look"));
}
