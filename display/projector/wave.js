// The one line that runs through every scene. Each line is drawn once, when it changes; falling, rising, pulses, a score on its way and a
// clock along the line are transforms and opacity, so that the compositor moves them and no frame asks anything of the page.
import { stageSize } from "./frame.js";
import { CALM_MS, TRAVEL_MS } from "./motion.js";
import { colourOf, pictureOf, pointsOf } from "./wave-line.js";
import { JOURNEY, PULSE, displacement } from "./wave-shapes.js";

const FALL_MS = 0.4 * CALM_MS; // a line comes to rest, then the next one rises out of it
const EASE = "cubic-bezier(0.22, 1, 0.36, 1)";
const OFF_PX = 1; // a clock's end that is further from where it belongs is set anew

function put(parent, name, styles = {}) {
  const element = parent.appendChild(document.createElement("div"));
  element.className = name;
  Object.assign(element.style, styles);
  return element;
}

/** What still ran in a line would keep the page busy with every frame, seen by nobody. */
function stop(line) {
  for (const animation of line?.endless.splice(0) ?? []) animation.cancel();
}

/**
 * @param {HTMLElement} picture covers the whole window
 * @returns {{show, travel, clear, close}}
 *   show(spec): spec = {y, shape, colour, weight, parts: [{from, to, colour}], left, moves: bool, breathes: bool};
 *     left: null | {part: () => 0..1, perMs: how part changes, waitMs: after how long}; lengths in u, colours by name (wave-line.js)
 *   travel(fromX, toX, colour): a packet runs along the line, 900 ms
 */
export function createWave(picture) {
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const isPreview = () => document.documentElement.dataset.still === "yes";
  const isStill = () => reduced.matches || isPreview();
  let stage = measured();
  let now = null; // {spec, key, root, shape, rest, cut, endless: animations without an end}: the line on show
  let gone = []; // roots of lines that are not seen any more: taken out with the next change, where that costs no frame of its own

  function measured() {
    const { innerWidth: width, innerHeight: height } = window;
    const size = stageSize();
    const unit = Math.min(height / size.height, width / size.width);
    return { unit, width, left: (width - unit * size.width) / 2, top: (height - unit * size.height) / 2, size };
  }

  /** From u to pixels of the window. */
  const acrossPx = (x) => stage.left + x * stage.unit;
  const downPx = (y) => stage.top + y * stage.unit;

  function build(spec) {
    const { unit, width, left } = stage;
    const root = put(picture, "wave-line", { top: `${downPx(spec.y)}px` });
    const weight = spec.weight * unit;
    const shape = put(root, "wave-shape");
    const held = put(shape, "wave-held");
    held.dataset.breathes = spec.breathes ? "yes" : "no";
    const margin = left / unit;
    const runs = spec.moves && !isStill() && spec.shape.name === "pulse";
    const line = runs ? () => 0 : displacement(spec.shape);
    const points = pointsOf(line, -margin, stage.size.width + margin, unit);
    const parts = spec.parts.map(({ from, to, colour }) => ({ points: pointsOf(line, from, to, unit), colour, weight: weight * 1.25, left: acrossPx(from) }));
    let cut = null;
    const endless = [];
    if (spec.left) {
      held.append(pictureOf([{ points, colour: "dim", weight }], width));
      cut = put(held, "wave-cut");
      put(cut, "wave-cut").append(pictureOf([{ points, colour: spec.colour, weight }, ...parts], width));
    } else {
      held.append(pictureOf([{ points, colour: spec.colour, weight }, ...parts], width));
    }
    if (runs) endless.push(...pulses(held, spec));
    const rest = put(root, "wave-rest", { top: `${-weight / 2}px`, height: `${weight}px`, background: colourOf(spec.colour) });
    return { spec, root, shape, rest, cut, endless };
  }

  /** Pulses run out from the middle to both sides, one a beat. */
  function pulses(held, spec) {
    const { unit, width } = stage;
    const middle = acrossPx(stage.size.width / 2);
    const beatMs = PULSE.beatS * 1000;
    const reach = PULSE.reach * unit;
    const far = PULSE.speed * PULSE.beatS * 2 * unit;
    const running = [];
    for (const side of [1, -1]) {
      const half = put(held, "wave-half", { left: side > 0 ? `${middle}px` : 0, width: `${side > 0 ? width - middle : middle}px`, height: `${reach}px`, top: `${-reach / 2}px`, transform: `scaleX(${side})` });
      for (const place of [0, 1]) {
        const timing = { duration: 2 * beatMs, iterations: Infinity, delay: FALL_MS + place * beatMs, fill: "backwards" };
        const pulse = put(half, "wave-pulse", { left: `${-reach}px`, top: "50%" });
        put(pulse, "wave-gap", { width: `${2 * reach}px`, height: `${spec.weight * unit * 1.6}px`, top: `${-spec.weight * unit * 0.8}px` });
        const strength = put(pulse, "wave-shape");
        strength.append(pictureOf([{ points: pointsOf((x) => PULSE.line(x), -PULSE.reach, PULSE.reach, unit), colour: spec.colour, weight: spec.weight * unit }], 2 * reach));
        running.push(
          pulse.animate({ transform: ["translateX(0)", `translateX(${far}px)`] }, timing),
          pulse.animate({ opacity: [0, 1, 1], offset: [0, 0.03, 1] }, timing), // nor is its gap seen before it sets out
          strength.animate({ transform: PULSE.strengths.map(([, strong]) => `scaleY(${strong})`), offset: PULSE.strengths.map(([at]) => at) }, timing),
        );
      }
    }
    return running;
  }

  /** Cuts the bright line where the clock stands, and lets the cut run. */
  function cutAt(line, left) {
    const part = left.part();
    const at = performance.now();
    const expected = line.ran && line.ran.part + line.ran.perMs * Math.max(0, at - line.ran.at - line.ran.waitMs);
    if (line.ran?.perMs === left.perMs && Math.abs(Math.min(1, Math.max(0, expected)) - part) * stage.width < OFF_PX) return;
    line.ran = { part, perMs: left.perMs, at, waitMs: left.waitMs };
    const inner = line.cut.firstChild;
    stop(line);
    const places = [part, left.perMs && !isPreview() ? (left.perMs < 0 ? 0 : 1) : part];
    const timing = { duration: left.perMs ? Math.abs((places[1] - part) / left.perMs) : 0, delay: left.waitMs, fill: "both" };
    for (const [element, sign] of [[line.cut, 1], [inner, -1]]) {
      element.style.transform = `translateX(${sign * (part - 1) * 100}%)`; // where it stands without the animation
      line.endless.push(element.animate({ transform: places.map((place) => `translateX(${sign * (place - 1) * 100}%)`) }, timing));
    }
  }

  /** The old line falls and moves to where the new one stands, which rises out of it: one line, never two. */
  function change(old, line) {
    const wayPx = downPx(line.spec.y) - downPx(old.spec.y);
    // All of them take the whole time: each beginning and end of an animation asks for frames of the page.
    const way = { duration: CALM_MS, fill: "both" };
    const turn = FALL_MS / CALM_MS;
    const run = (element, keyframes) => element.animate(keyframes, way);
    old.shape.style.transform = "scaleY(0)";
    run(old.shape, [{ transform: "none", easing: "ease-in" }, { transform: "scaleY(0)", offset: turn }, { transform: "scaleY(0)" }]);
    run(old.rest, { opacity: [0, 1, 1, 0, 0], offset: [0, turn / 3, turn, turn, 1] });
    run(old.root, [{ transform: "none", easing: EASE }, { transform: `translateY(${wayPx}px)` }]).onfinish = () => stop(old);
    run(line.root, [{ transform: `translateY(${-wayPx}px)`, easing: EASE }, { transform: "none" }]);
    run(line.shape, [{ transform: "scaleY(0)" }, { transform: "scaleY(0)", offset: turn, easing: EASE }, { transform: "none" }]);
    run(line.rest, { opacity: [0, 0, 1, 0], offset: [0, turn, turn, 1] });
  }

  function show(spec) {
    const { y, shape, colour, weight, parts, left } = spec;
    if (stage.size !== stageSize()) resize(); // another ratio
    // The same line again (a new revision of the same picture) must not start anew; its clock may be another, though.
    const key = JSON.stringify({ y, shape, colour, weight, parts, clocked: Boolean(left), size: stage.size });
    if (key !== now?.key) {
      for (const root of gone.splice(0)) root.remove();
      const old = now;
      now = { ...build(spec), key };
      if (old) leave(old);
    }
    if (left) cutAt(now, left);
  }

  function leave(old) {
    if (isStill()) {
      stop(old);
      old.root.remove();
      return;
    }
    gone.push(old.root);
    change(old, now);
  }

  function resize() {
    stage = measured();
    if (!now) return;
    const { spec } = now;
    clear();
    show(spec);
  }

  /** Nothing is drawn until the next line is shown, which then simply stands there. */
  function clear() {
    stop(now);
    now = null;
    gone = [];
    picture.replaceChildren();
  }

  function travel(fromX, toX, colour) {
    if (isStill() || !now) return;
    const { unit } = stage;
    const reach = JOURNEY.reach * unit;
    const root = put(picture, "wave-line", { top: `${downPx(now.spec.y)}px` });
    const runner = put(root, "wave-pulse", { left: `${-reach}px` });
    const strength = put(runner, "wave-shape", { transform: "scaleY(0)" });
    strength.append(pictureOf([{ points: pointsOf(JOURNEY.line, -JOURNEY.reach, JOURNEY.reach, unit), colour, weight: now.spec.weight * unit * 1.3 }], 2 * reach));
    const timing = { duration: TRAVEL_MS, fill: "both" };
    strength.animate({ transform: JOURNEY.strengths.map((strong) => `scaleY(${strong})`) }, timing);
    runner.animate({ transform: [fromX, toX].map((x) => `translateX(${acrossPx(x)}px)`) }, { ...timing, easing: EASE });
    gone.push(root);
  }

  window.addEventListener("resize", resize);
  return {
    show,
    travel,
    clear,
    close() {
      window.removeEventListener("resize", resize);
      clear();
    },
  };
}
