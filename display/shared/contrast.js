// Contrast by WCAG 2, and colours moved lighter or darker until they have enough of it. Pure functions on "#rrggbb".

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const curved = (part) => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055);

/** @returns {number[]} red, green, blue, 0..255. Throws RangeError on anything but "#rrggbb". */
export function rgbOf(hex) {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) throw new RangeError(`not a colour: '${hex}'`);
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

const hexOf = (parts) => `#${parts.map((part) => Math.round(Math.min(255, Math.max(0, part))).toString(16).padStart(2, "0")).join("")}`;

/** Relative luminance, 0 (black) to 1 (white). */
export function luminance(hex) {
  const [red, green, blue] = rgbOf(hex).map((part) => linear(part / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(one, other) {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** A colour between two, part 0..1 of the way from `from` to `to`. */
export function between(from, to, part) {
  const [a, b] = [rgbOf(from), rgbOf(to)];
  return hexOf(a.map((one, i) => one + (b[i] - one) * part));
}

// Oklab: there a colour can be made lighter or darker without becoming another one, as amber mixed with white or black does.
function toLab(hex) {
  const [red, green, blue] = rgbOf(hex).map((part) => linear(part / 255));
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}

function fromLab([light, a, b]) {
  const long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

/** The same hue at another lightness (0..1), as strong as the screen can show it. */
function atLightness(hex, light) {
  const [, a, b] = toLab(hex);
  for (let strength = 1; strength > 0; strength -= 0.02) {
    const parts = fromLab([light, a * strength, b * strength]);
    if (parts.every((part) => part > -0.0005 && part < 1.0005)) return hexOf(parts.map((part) => 255 * curved(Math.min(1, Math.max(0, part)))));
  }
  return light > 0.5 ? "#ffffff" : "#000000";
}

/**
 * A colour moved as little as possible until it has contrast with a ground; as it is where it has enough already.
 * @param {number} least the ratio wanted; white or black is what comes nearest where it cannot be had
 */
export function readable(colour, ground, least) {
  if (contrast(colour, ground) >= least) return colour;
  const lighter = contrast("#ffffff", ground) > contrast("#000000", ground);
  const step = lighter ? 0.005 : -0.005;
  for (let light = toLab(colour)[0] + step; light > 0 && light < 1; light += step) {
    const moved = atLightness(colour, light);
    if (contrast(moved, ground) >= least) return moved;
  }
  return lighter ? "#ffffff" : "#000000";
}

/** Whether light text reads better on this ground than dark text. */
export const isDark = (ground) => contrast("#ffffff", ground) >= contrast("#000000", ground);
