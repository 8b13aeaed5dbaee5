// Draws the one line that runs through every scene. Frames are asked for only while something moves.
import { displacement, STAGE_WIDTH } from "./wave-shapes.js";

const CHANGE_MS = 420;
const TRAVEL_MS = 900;
const STEP = 0.11; // percent of stage height between two points of the line

const easeOut = (t) => 1 - (1 - t) ** 3;
const mix = (a, b, t) => a + (b - a) * t;
const mixColour = (a, b, t) => a.map((part, i) => Math.round(mix(part, b[i], t)));
const css = (colour) => `rgb(${colour.join(" ")})`;

/**
 * @param {HTMLCanvasElement} canvas covers the whole window
 * @returns {{show, travel, resize, close}}
 *   show(spec): spec = {y, shape, colour: [r,g,b], weight, parts: [{from, to, colour}], left: null | () => 0..1, dim: [r,g,b],
 *     moves: bool, breathes: bool}; lengths in percent of the stage's height
 *   travel(fromX, toX, colour): a packet runs along the line, 900 ms
 */
export function createWave(canvas) {
  const pen = canvas.getContext("2d");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let stage = { unit: 1, left: 0, top: 0, ratio: 1 };
  let now = null; // the spec on show
  let before = null; // {spec, at}: what it grows out of
  let journey = null;
  let frame = 0;

  function resize() {
    const { innerWidth: width, innerHeight: height } = window;
    const unit = Math.min(height / 100, width / STAGE_WIDTH);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    stage = { unit, left: (width - unit * STAGE_WIDTH) / 2, top: (height - unit * 100) / 2, ratio };
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    wake();
  }

  function stroke(line, colour, weight, from, to, y) {
    const { unit, left, top } = stage;
    pen.beginPath();
    for (let x = from; x <= to + STEP; x += STEP) {
      const at = Math.min(x, to);
      pen.lineTo(left + at * unit, top + (y - line(at)) * unit);
    }
    pen.strokeStyle = css(colour);
    pen.lineWidth = weight * unit;
    pen.stroke();
  }

  function draw(timeMs) {
    frame = 0;
    if (!now) return;
    const timeS = timeMs / 1000;
    const along = before ? Math.min(1, (timeMs - before.at) / CHANGE_MS) : 1;
    const eased = easeOut(along);
    const target = now.line;
    let line = (x) => target(x, timeS - now.since);
    let { y, colour, weight } = now;
    if (before) {
      const old = before.spec;
      const grown = line;
      line = (x) => mix(old.line(x, before.age), grown(x), eased);
      y = mix(old.y, y, eased);
      colour = mixColour(old.colour, colour, eased);
      weight = mix(old.weight, weight, eased);
    }
    if (journey) {
      const part = Math.min(1, (timeMs - journey.at) / TRAVEL_MS);
      const centre = mix(journey.from, journey.to, easeOut(part));
      const under = line;
      const strength = 3.4 * Math.sin(Math.PI * Math.min(1, part * 1.02));
      line = (x) => under(x) + strength * Math.exp(-(((x - centre) / 4.5) ** 2)) * Math.cos((x - centre) * 2.4);
      journey.centre = centre;
      if (part >= 1) journey = null;
    }

    const margin = stage.left / stage.unit;
    const [from, to] = [-margin, STAGE_WIDTH + margin];
    pen.setTransform(stage.ratio, 0, 0, stage.ratio, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineJoin = "round";
    if (now.left) {
      const edge = mix(from, to, now.left());
      stroke(line, now.dim, weight, edge, to, y);
      stroke(line, colour, weight, from, edge, y);
    } else {
      stroke(line, colour, weight, from, to, y);
    }
    for (const part of now.parts) stroke(line, mixColour(colour, part.colour, eased), weight * 1.25, part.from, part.to, y);
    if (journey) stroke(line, journey.colour, weight * 1.3, journey.centre - 9, journey.centre + 9, y);

    if (along >= 1) before = null;
    if (before || journey || (now.moves && !still.matches) || now.left) wake();
  }

  function wake() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function show(spec) {
    const { y, shape, colour, weight, left } = spec;
    // The same line again (a new revision of the same picture) must not start anew; its clock may be another, though.
    const key = JSON.stringify({ y, shape, colour, weight, clocked: Boolean(left) });
    const timeMs = performance.now();
    if (key === now?.key) {
      now.left = left;
      wake();
      return;
    }
    before = now && !still.matches ? { spec: now, at: timeMs, age: timeMs / 1000 - now.since } : null;
    now = { ...spec, key, since: timeMs / 1000, line: displacement(spec.shape) };
    canvas.style.transformOrigin = `50% ${stage.top + y * stage.unit}px`;
    canvas.dataset.breathes = spec.breathes ? "yes" : "no";
    wake();
  }

  function travel(fromX, toX, colour) {
    if (still.matches) return;
    journey = { from: fromX, to: toX, at: performance.now(), colour, centre: fromX };
    wake();
  }

  resize();
  window.addEventListener("resize", resize);
  return {
    show,
    travel,
    close() {
      cancelAnimationFrame(frame);
      window.removeEventListener("resize", resize);
    },
  };
}
