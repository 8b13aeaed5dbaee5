// Draws the one line that runs through every scene. Frames are asked for only while something moves.
// It is SVG and not a canvas: rastering it costs the page's own thread nothing, and it is sharp on any wall. It is a polyline and
// not a path: "d" is a property of style, so that each frame would look the styles up.
import { stageSize } from "./frame.js";
import { CALM_MS, TRAVEL_MS } from "./motion.js";
import { waveColour } from "./wave-colours.js";
import { displacement } from "./wave-shapes.js";

const STEP = 0.11; // u between two places where the line is looked at
const COARSE = 0.2; // the same while it moves: no eye follows the difference, and a frame has 16 ms
const STRAIGHT = 0.2; // pixels: places no further than this from a straight line are left out
const STRAIGHT_ENOUGH = 0.8; // the same while it moves
const PACKET = 13; // u on either side of what travels: further out it is nothing
const FINE = 10; // path units in a pixel: whole numbers are written and read faster
const SVG = "http://www.w3.org/2000/svg";

const easeOut = (t) => 1 - (1 - t) ** 3;
const part = (gone, whole) => Math.min(1, Math.max(0, gone / whole)); // a frame may bear a time before what began it
const mix = (a, b, t) => a + (b - a) * t;
const mixColour = (a, b, t) => a.map((part, i) => Math.round(mix(part, b[i], t)));
const css = (colour) => `rgb(${colour.join(" ")})`;

/**
 * @param {SVGSVGElement} picture covers the whole window
 * @returns {{show, travel, resize, close}}
 *   show(spec): spec = {y, shape, colour, weight, parts: [{from, to, colour}], left: null | () => 0..1,
 *     moves: bool, breathes: bool}; lengths in u, colours by name (wave-colours.js)
 *   travel(fromX, toX, colour): a packet runs along the line, 900 ms
 */
export function createWave(picture) {
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const isStill = () => reduced.matches || document.documentElement.dataset.still === "yes";
  const lines = []; // in the order in which they lie over one another
  let stage = { unit: 1, left: 0, top: 0, size: null };
  let now = null; // the spec on show
  let before = null; // {spec, at}: what it grows out of
  let journey = null;
  let frame = 0;
  let drawnEdge = null; // where the clock's end of the line stood when it was last drawn

  function resize() {
    const { innerWidth: width, innerHeight: height } = window;
    const size = stageSize();
    const unit = Math.min(height / size.height, width / size.width);
    stage = { unit, left: (width - unit * size.width) / 2, top: (height - unit * size.height) / 2, size };
    for (const spec of [now, before?.spec]) if (spec) spec.tables = null;
    picture.setAttribute("viewBox", `0 0 ${width * FINE} ${height * FINE}`);
    anew();
  }

  /**
   * A line as its values at places `step` apart, over the whole window. What does not change by itself is reckoned once:
   * a frame then only mixes two tables.
   */
  function tableOf(spec, ageS, step) {
    const known = spec.tables?.[step];
    if (known) return known;
    const { from, to } = reach();
    const values = Float64Array.from({ length: Math.ceil((to - from) / step) + 1 }, (_, i) => spec.line(from + i * step, ageS));
    if (spec.line.length < 2 || spec.stands) (spec.tables ??= {})[step] = values;
    return values;
  }

  /** From edge to edge of the window, in u. */
  function reach() {
    const margin = stage.left / stage.unit;
    return { from: -margin, to: stage.size.width + margin };
  }

  /** The line between two places as the points of a polyline; of a straight stretch only the ends. */
  function dataOf(values, step, from, to, y) {
    const { unit, left, top } = stage;
    const { from: start } = reach();
    const straight = step === STEP ? STRAIGHT : STRAIGHT_ENOUGH;
    const height = (x) => {
      const place = Math.min(values.length - 1, Math.max(0, (x - start) / step));
      const i = Math.min(values.length - 2, Math.floor(place));
      return mix(values[i], values[i + 1], place - i);
    };
    let data = "";
    const write = (x, down) => (data += `${Math.round(x * FINE)} ${Math.round(down * FINE)} `);
    let heldX = left + from * unit; // the last place written
    let [lastX, lastY] = [heldX, top + (y - height(from)) * unit];
    let slope = null; // at which the line left it
    write(lastX, lastY);
    const go = (at, value) => {
      const nextX = left + at * unit;
      const nextY = top + (y - value) * unit;
      const steep = (nextY - lastY) / (nextX - lastX || 1);
      slope ??= steep;
      if (Math.abs(steep - slope) * (nextX - heldX) > straight) {
        write(lastX, lastY);
        heldX = lastX;
        slope = steep;
      }
      lastX = nextX;
      lastY = nextY;
    };
    for (let i = Math.floor((from - start) / step) + 1; start + i * step < to; i += 1) go(start + i * step, values[Math.min(i, values.length - 1)]);
    go(to, height(to));
    write(lastX, lastY);
    return data;
  }

  /** Draws over what was drawn before in this frame; `place` counts up from 0. */
  function stroke(place, values, step, colour, weight, from, to, y) {
    lines[place] ??= picture.appendChild(document.createElementNS(SVG, "polyline"));
    const line = lines[place];
    line.setAttribute("points", dataOf(values, step, from, to, y));
    const look = { stroke: css(colour), "stroke-width": (weight * stage.unit * FINE).toFixed(2) };
    for (const [name, value] of Object.entries(look)) if (line.getAttribute(name) !== value) line.setAttribute(name, value); // each costs a look at the styles
  }

  function draw(timeMs) {
    frame = 0;
    if (!now) return;
    const { from, to } = reach();
    const edge = now.left ? mix(from, to, now.left()) : null;
    if (edge !== null && drawnEdge !== null && !before && !journey && Math.abs(edge - drawnEdge) * stage.unit < 0.5) {
      wake(); // the clock has not moved its end by a pixel yet
      return;
    }
    drawnEdge = edge;
    const timeS = timeMs / 1000;
    const along = before ? part(timeMs - before.at, CALM_MS) : 1;
    const eased = easeOut(along);
    const step = along < 1 || journey || (now.moves && !isStill()) ? COARSE : STEP;
    let values = tableOf(now, timeS - now.since, step);
    let { y, weight } = now;
    let colour = waveColour(now.colour);
    if (before) {
      const old = before.spec;
      const grown = values;
      const was = tableOf(old, before.age, step);
      values = grown.map((value, i) => mix(was[i], value, eased));
      y = mix(old.y, y, eased);
      colour = mixColour(waveColour(old.colour), colour, eased);
      weight = mix(old.weight, weight, eased);
    }
    if (journey) {
      const gone = part(timeMs - journey.at, TRAVEL_MS);
      const centre = mix(journey.from, journey.to, easeOut(gone));
      const strength = 3.4 * Math.sin(Math.PI * Math.min(1, gone * 1.02));
      values = values.slice();
      const first = Math.max(0, Math.floor((centre - PACKET - from) / step));
      for (let i = first; i < values.length && from + i * step < centre + PACKET; i += 1) {
        const away = from + i * step - centre;
        values[i] += strength * Math.exp(-((away / 4.5) ** 2)) * Math.cos(away * 2.4);
      }
      journey.centre = centre;
      if (gone >= 1) journey = null;
    }

    let place = 0;
    const lay = (...how) => stroke(place++, values, step, ...how, y);
    if (edge !== null) lay(waveColour("dim"), weight, edge, to);
    lay(colour, weight, from, edge ?? to);
    for (const one of now.parts) lay(mixColour(colour, waveColour(one.colour), eased), weight * 1.25, one.from, one.to);
    if (journey) lay(waveColour(journey.colour), weight * 1.3, journey.centre - 9, journey.centre + 9);
    for (const line of lines.splice(place)) line.remove();

    if (along >= 1) before = null;
    if (before || journey || (now.moves && !isStill()) || now.left) wake();
  }

  function anew() {
    drawnEdge = null;
    wake();
  }

  function wake() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function show(spec) {
    const { y, shape, colour, weight, left } = spec;
    // The same line again (a new revision of the same picture) must not start anew; its clock may be another, though.
    if (stage.size !== stageSize()) resize(); // another ratio
    const key = JSON.stringify({ y, shape, colour, weight, clocked: Boolean(left), size: stage.size });
    const timeMs = performance.now();
    if (key === now?.key) {
      now.left = left;
      wake();
      return;
    }
    // What was there stands still while the new line grows out of it.
    before = now && !isStill() ? { spec: { ...now, stands: true }, at: timeMs, age: timeMs / 1000 - now.since } : null;
    now = { ...spec, key, since: timeMs / 1000, line: displacement(spec.shape) };
    drawnEdge = null;
    picture.style.transformOrigin = `50% ${stage.top + y * stage.unit}px`;
    picture.dataset.breathes = spec.breathes ? "yes" : "no";
    wake();
  }

  function travel(fromX, toX, colour) {
    if (isStill()) return;
    journey = { from: fromX, to: toX, at: performance.now(), colour, centre: fromX };
    wake();
  }

  resize();
  window.addEventListener("resize", resize);
  window.addEventListener("look", anew);
  return {
    show,
    travel,
    close() {
      cancelAnimationFrame(frame);
      window.removeEventListener("resize", resize);
      window.removeEventListener("look", anew);
    },
  };
}
