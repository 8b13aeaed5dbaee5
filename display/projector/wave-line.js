// From a function to what is drawn: the points of a polyline, and the SVG that holds it. Drawn once; whatever moves afterwards is this
// picture, moved, scaled or cut by the compositor.
const STEP = 0.11; // u between two places where the line is looked at
const STRAIGHT = 0.2; // pixels: places no further than this from a straight line are left out
const SVG = "http://www.w3.org/2000/svg";

/** The custom property of each colour of a line. "dim" is time that is gone; the others are named by what they mean. */
const TOKENS = { dim: "shape", open: "open-shape", right: "right-text", champion: "on-champion" };

/** @param {"text"|"text-dim"|"dim"|"open"|"right"|"strike"|"foul"|"champion"} name @returns {string} for use in styles: it follows the theme by itself */
export const colourOf = (name) => `var(--${TOKENS[name] ?? name})`;

/**
 * A line between two places as the points of a polyline; of a straight stretch only the ends.
 * @param {(x: number) => number} line displacement in u, upwards
 * @param {number} from @param {number} to in u
 * @param {number} unit pixels of one u
 * @returns {number[][]} [x, y] in pixels, x from `from`, y downwards from the line's own height
 */
export function pointsOf(line, from, to, unit) {
  const count = Math.max(1, Math.ceil((to - from) / STEP));
  const place = (i) => {
    const x = Math.min(to, from + i * STEP);
    return [(x - from) * unit, -line(x) * unit];
  };
  const points = [place(0)];
  let held = points[0];
  let last = held;
  let slope = null;
  for (let i = 1; i <= count; i += 1) {
    const next = place(i);
    const steep = (next[1] - last[1]) / (next[0] - last[0] || 1);
    slope ??= steep;
    if (Math.abs(steep - slope) * (next[0] - held[0]) > STRAIGHT) {
      points.push(last);
      held = last;
      slope = steep;
    }
    last = next;
  }
  points.push(last);
  return points;
}

/**
 * An SVG that is just as high as its lines need, its zero at the height of the line.
 * @param {{points: number[][], colour: string, weight: number, left?: number}[]} strokes weight and left in pixels
 */
export function pictureOf(strokes, width) {
  const most = Math.max(...strokes.flatMap(({ points, weight }) => points.map(([, y]) => Math.abs(y) + weight))) + 2;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 ${-most} ${width} ${2 * most}`);
  picture.style.cssText = `width: ${width}px; height: ${2 * most}px; top: ${-most}px;`;
  for (const { points, colour, weight, left = 0 } of strokes) {
    const line = picture.appendChild(document.createElementNS(SVG, "polyline"));
    line.setAttribute("points", points.map(([x, y]) => `${(x + left).toFixed(1)},${y.toFixed(1)}`).join(" "));
    line.style.stroke = colourOf(colour);
    line.style.strokeWidth = weight.toFixed(2);
  }
  return picture;
}
