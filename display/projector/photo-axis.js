// The time axis of the photo finish: where each press stands, to scale, and where its label finds room.

import { stageSize } from "./frame.js";

const AXIS_FROM = 16; // u from the stage's left edge: the first press
const LABEL_WIDTH = 15.8;

/** Where the axis ends, in u; room for a break and for what stands behind it. */
export const axisTo = () => stageSize().width - 27.78;

const MIN_SHARE = 0.06; // of the axis, between the first two presses: less than this could not be seen from the hall
const ALONE_SPAN_US = 200_000;
const TOO_CLOSE_SPAN = 5; // the axis spans this many times what cannot be told apart

const counts = (press) => ["first", "tied", "after"].includes(press.status);

/** The span of the axis in microseconds: all presses, unless the lead would vanish. */
function spanOf(buzz, presses) {
  if (buzz.phase === "too_close") {
    const tied = presses.filter((press) => press.status === "tied");
    return TOO_CLOSE_SPAN * Math.max(50, ...tied.map((press) => Math.max(press.lag_us, press.uncertainty_us)));
  }
  if (presses.length < 2) return ALONE_SPAN_US;
  const last = Math.max(1000, ...presses.map((press) => press.lag_us));
  const lead = buzz.first?.lead_us;
  return Math.min(last * 1.05, lead ? lead / MIN_SHARE : Infinity);
}

/** Middles of labels in one row: as near as can be to where they belong, none over another, none past the edge. */
function labelPlaces(wanted) {
  const places = [];
  for (const x of wanted) places.push(Math.max(x, (places.at(-1) ?? -Infinity) + LABEL_WIDTH));
  let limit = stageSize().width * 0.95 - LABEL_WIDTH / 2; // the title-safe edge
  for (let i = places.length - 1; i >= 0; i -= 1) {
    places[i] = Math.min(places[i], limit);
    limit = places[i] - LABEL_WIDTH;
  }
  return places;
}

/**
 * @param {object} buzz of the view
 * @returns {{span_us: number, marks: {seat, status, lag_us, uncertainty_us, leads: bool, beyond: bool, x, half, labelX}[]}}
 *   in order of time; x, labelX and half (of the interval that holds the press) in u;
 *   beyond: later than the axis reaches
 */
export function axisOf(buzz) {
  const presses = buzz.order.filter(counts).sort((a, b) => a.lag_us - b.lag_us);
  const span = spanOf(buzz, presses);
  const to = axisTo();
  const scale = (to - AXIS_FROM) / span;
  const offset = buzz.phase === "too_close" ? (to - AXIS_FROM) * 0.34 : 0; // room for the earliest one's interval
  const marks = presses.map((press) => {
    const exact = AXIS_FROM + offset + press.lag_us * scale;
    const beyond = exact > to;
    return { ...press, leads: press.status !== "after", beyond, x: beyond ? to + 7 : exact, half: press.uncertainty_us * scale };
  });
  const places = labelPlaces(marks.map((mark) => Math.max(mark.x, AXIS_FROM)));
  return { span_us: span, marks: marks.map((mark, i) => ({ ...mark, labelX: places[i] })) };
}
