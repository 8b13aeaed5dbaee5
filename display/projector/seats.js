// The columns of the seats, in the order of the stage, on every picture of the contest: strip, line-up or scoreboard.
import { html, useEffect, useLayoutEffect, useRef } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { Fit, Name } from "./fit.js";
import { safeWidth, stageSize } from "./frame.js";
import { TRAVEL_MS } from "./motion.js";
import { Portrait, anyPhoto } from "./portrait.js";
import { seatX } from "./wave-states.js";

const ROLL_MS = 450;
const SMALLEST = 3.2; // percent of the stage's height: nothing on the projector is smaller
const SIDE = 11.5; // tag and place beside a score in the strip
const ROOMY = 10; // scores smaller than this have no room beside them for a long word
const APART = { board: 0.45, dense: 0.4 }; // beside a score, in its own size: figures nearer to each other would read as one number
const DENSE_FROM = 7; // seats

/** The width of one column with what lies beside it, in u. */
const columnOf = (seats) => (safeWidth() - 1.2) / seats.length;

/** Whether nothing is to move: wished so by the system, or a picture inside the console. */
const isStill = () => document.documentElement.dataset.still === "yes" || window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Writes into the node that is there, and only what is new: another node each frame would have its styles looked up. */
function write(element, text) {
  if (!element.firstChild) element.textContent = text;
  else if (element.firstChild.data !== text) element.firstChild.data = text;
}

/** A number that rolls when it changes, and only then. */
function Score({ value, travelled }) {
  const box = useRef(null);
  const shown = useRef(value);
  useLayoutEffect(() => {
    const from = shown.current;
    if (!box.current) return undefined;
    const settle = () => {
      shown.current = value;
      if (box.current) write(box.current, points(value));
    };
    if (from === value || isStill()) return settle();
    const begins = performance.now() + (travelled ? TRAVEL_MS * 0.8 : 0);
    let frame = 0;
    const roll = (timeMs) => {
      const part = Math.min(1, Math.max(0, (timeMs - begins) / ROLL_MS));
      if (part === 1) return settle();
      shown.current = Math.round(from + (value - from) * (1 - (1 - part) ** 3));
      write(box.current, points(part === 0 ? from : shown.current));
      frame = requestAnimationFrame(roll);
    };
    roll(performance.now());
    const late = setTimeout(settle, begins - performance.now() + ROLL_MS + 80); // a hidden page gets no frames
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(late);
      shown.current = value;
    };
  }, [value]);
  return html`<span class="score" ref=${box} data-room=${points(value)} />`;
}

function placeOf(seat, seats, t) {
  if (seat.place === null || seats.every((one) => one.place === seats[0].place)) return ""; // nobody is ahead yet
  return t(seat.shared ? "p.placeShared" : "p.place", { place: seat.place });
}

/** What there is to say of a seat in one word, and how it looks: the last change of its score, or its state. */
function tagOf(seat, t) {
  if (seat.state === "foul" || seat.delta?.cause === "foul") {
    return { look: "foul", text: seat.delta ? `${t("foul")} ${change(seat.delta.points)}` : t("foul"), role: "foul" };
  }
  if (seat.delta) return { look: seat.delta.points > 0 ? "gain" : "loss", text: change(seat.delta.points), role: "delta" };
  if (seat.state === "out") return { look: "out", text: t("p.state.out"), role: "state" };
  if (seat.state === "turn" || seat.state === "floor") return { look: "turn", text: t(`p.state.${seat.state}`), role: "state" };
  return null;
}

/** The room a name needs, so that the columns stand alike: lines of the smallest size, in the name that takes most of them. */
function nameLines(seats, alone) {
  const width = (columnOf(seats) - (alone ? 1.8 : 5.4)) / SMALLEST; // signs on a line; alone: without the number beside it
  const signs = (text) => [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) < 0x2000 ? 0.6 : 1), 0);
  const lines = (name) => Math.max(Math.ceil(signs(name) / width), name.split(/(?<=[·・•\s])/).reduce((sum, part) => sum + Math.ceil(signs(part) / Math.floor(width + 0.2)), 0));
  return Math.max(alone ? 1 : 2, ...seats.map((seat) => lines(seat.name)));
}

/** One size for all scores, so that they can be compared: the longest one has to fit beside its tag. */
function scoreSize(seats, as, dense) {
  const column = columnOf(seats);
  const widest = Math.max(...seats.map((seat) => [...points(seat.score)].reduce((sum, sign) => sum + (sign === "." ? 0.26 : 0.47), 0)));
  if (as === "board") return Math.min(19, column / (widest + APART.board));
  const size = dense ? column / (widest + APART.dense) : (column - 2.6 - SIDE) / widest;
  return Math.max(SMALLEST, Math.min(10, size));
}

/** In a tie-break: "in" with its points there, if it has any, or "aside"; null in any other round. */
function tieOf(seat, tie) {
  if (!tie) return null;
  return { part: tie.seats.includes(seat.seat) ? "in" : "aside", points: tie.scored ? (tie.points.find((one) => one.seat === seat.seat)?.points ?? 0) : null };
}

function Side({ tag, place, seat }) {
  return html`<div class="seat-side">
    ${tag && html`<span class=${`seat-tag figures look-${tag.look}`} data-role=${tag.role} data-seat=${seat.seat}>${tag.text}</span>`}
    ${place && html`<span class="seat-place">${place}</span>`}
  </div>`;
}

const NAME_MAX = { strip: 5, lineup: 7, board: 6.4, denseStrip: 4.4, denseLineup: 5, denseBoard: 5 };

function Column({ seat, as, seats, tie, photos, t }) {
  const own = tieOf(seat, tie);
  const aside = own?.part === "aside";
  const tag = as === "lineup" || aside ? null : tagOf(seat, t);
  const place = as === "lineup" || aside || own?.points === null ? "" : own ? t("p.tiePoints", { points: points(own.points) }) : placeOf(seat, seats, t);
  const dense = seats.length >= DENSE_FROM;
  const side = html`<${Side} tag=${tag} place=${place} seat=${seat} />`;
  const number = html`<span class="seat-number figures">${seat.seat}</span>`;
  const name = html`<${Name} max=${NAME_MAX[dense ? `dense${as[0].toUpperCase()}${as.slice(1)}` : as]} class="seat-name">${seat.name}<//>`;
  const score = html`<div class="seat-score figures" data-score=${seat.score}><${Score} value=${seat.score} travelled=${Boolean(seat.delta)} /></div>`;
  const unit = (max) => html`<${Fit} max=${max} class="seat-unit">${seat.unit}<//>`;
  const inside = {
    // Narrow columns: the number and the word to it on one line, the name below it has the whole width.
    strip: () => (dense ? html`<div class="seat-head">${number}${side}</div>${name}${score}` : html`<div class="seat-head">${number}${name}</div><div class="seat-foot">${score}${side}</div>`),
    board: () => html`<div class="seat-head">${number}${name}</div><div class="seat-foot">${score}${side}</div>${unit(3.6)}`,
    lineup: () => html`${photos && html`<${Portrait} seat=${seat} />`}<div class="seat-head">${!photos && number}${name}</div><div class="seat-code figures">${seat.number}</div>${unit(3.8)}`,
  };
  return html`<section class="seat" data-seat=${seat.seat} data-state=${seat.state} data-place=${seat.place ?? ""} data-shared=${seat.shared ? "yes" : "no"} data-tie=${own?.part ?? "no"}>${inside[as]()}</section>`;
}

/** @param {{view: object, as: "strip"|"lineup"|"board", t: Function}} props */
export function Seats({ view, as, t }) {
  const { seats } = view;
  const dense = seats.length >= DENSE_FROM;
  const size = scoreSize(seats, as, dense);
  const photos = as === "lineup" && anyPhoto(seats);
  // Set while rendering, not after it: the names measure themselves in columns that must be there already.
  const style = { "--columns": seats.length, "--name-lines": nameLines(seats, dense || photos), "--score-size": size.toFixed(2) };
  const narrow = as === "strip" && !dense && size < ROOMY;
  return html`<footer class="seats" data-as=${as} data-dense=${dense ? "yes" : "no"} data-narrow=${narrow ? "yes" : "no"} data-photos=${photos ? "yes" : "no"} style=${style}>
    ${as !== "strip" && html`<div class="wave-room" data-wave-slot />`}
    ${seats.map((seat) => html`<${Column} key=${seat.seat} seat=${seat} as=${as} seats=${seats} tie=${view.scene.tie} photos=${photos} t=${t} />`)}
  </footer>`;
}

const COLOURS = { gain: "right", loss: "text-dim", foul: "foul" };

/** A change of a score travels along the wave to its seat, once, when it is news (not after a reload). */
export function useTravel(view, stage, wave) {
  const known = useRef(null);
  useEffect(() => {
    if (!view) return;
    const before = known.current;
    known.current = new Map(view.seats.map((seat) => [seat.seat, seat.score]));
    if (!before || view.blackout) return;
    for (const seat of view.seats) {
      if (!seat.delta || before.get(seat.seat) === seat.score || !before.has(seat.seat)) continue;
      const look = seat.delta.cause === "foul" ? "foul" : seat.delta.points > 0 ? "gain" : "loss";
      const from = seat.delta.cause === "foul" ? seatX(view.seats, seat.seat) : stageSize().width / 2;
      wave.current?.travel(from, seatX(view.seats, seat.seat), COLOURS[look]);
    }
  }, [view]);
}

/** The name of a seat in full: number and person. */
export function seatOf(view, number) {
  return view.seats.find((seat) => seat.seat === number);
}
