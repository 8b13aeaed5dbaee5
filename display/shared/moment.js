// What matters now, out of a view and the contest's time: one of a few moments, how it looks and whom it is about. Pure.
import { buzzPhase, isAtWork } from "../projector/time.js";

/** What a ruling looks like. */
export const RULED = { right: "right", partial: "right", wrong: "wrong", timeout: "wrong", declined: "wrong", void: "calm", unanswered: "calm", audience: "calm" };

const is = (kind, look = "calm", seats = [], points = null) => ({ kind, look, seats: seats.filter((seat) => seat !== null && seat !== undefined), points, fouled: false });

/**
 * @param {object} view the hall's view, not null
 * @param {number} nowNs contest time
 * @param {number|null} count the count before the boxes open
 * @returns {{kind: string, look: "calm"|"turn"|"armed"|"open"|"floor"|"right"|"wrong", seats: number[], points: number|null, fouled: boolean}}
 *   kind: a name for what happens; seats: whom it is about; points: what a ruling or a mark gives; fouled: the line below says a foul
 */
export function momentOf(view, nowNs, count = null) {
  const { scene } = view;
  if (view.blackout) return is("dark");
  if (scene.name === "hold" || scene.name === "rules") return is(scene.name);
  if (view.correction && !isAtWork(view)) return is("correction");
  const named = SCENES[scene.name];
  return named ? named(view, nowNs, count) : is(scene.name);
}

const SCENES = {
  round_title: ({ scene }) => (scene.tie ? is("tie", "calm", scene.tie.seats) : is("round")),
  turn_call: ({ scene }) => is(scene.numbers?.length ? "number" : "call", "turn", [scene.seat]),
  stake: ({ scene }) => is("stake", "turn", [scene.seat]),
  ruling: ({ scene }) => ruled(scene.ruling),
  question: questionMoment,
  scenario: ({ scene, turn }) => {
    const kind = { running: scene.purpose === "prepare" ? "preparing" : "performing", time_up: "timeUp", marking: "marking", closed: "closed" }[scene.phase] ?? "reading";
    return is(kind, "turn", [turn?.seat]);
  },
  marks: ({ scene }) => is("marks", "turn", [scene.seat], scene.mark),
  final: ({ scene }) => {
    if (scene.complete) return is("standings");
    const latest = scene.places.at(-1);
    return latest ? is("place", latest.place === 1 ? "floor" : "calm", latest.seats) : is("final");
  },
};

function ruled(ruling) {
  const { seat, result, points } = ruling;
  const scored = ["right", "partial", "wrong", "timeout", "declined"].includes(result) && (points !== 0 || result === "partial");
  return is("ruled", RULED[result], [seat], scored ? points : null);
}

function questionMoment({ scene, turn }, nowNs, count) {
  const { phase, ruling, buzz } = scene;
  if (phase === "revealed" || phase === "ruled") return ruling ? ruled(ruling) : is("revealed");
  const pressed = buzzPhase(buzz, nowNs);
  if (pressed && pressed !== "idle") {
    if (count !== null) return is("count", "armed");
    if (pressed === "locked") return is(phase === "time_up" ? "timeUp" : phase === "held" && !buzz.first.settled ? "held" : "floor", "floor", [buzz.first.seat]);
    if (pressed === "too_close") return is("tooClose", "calm", tiedSeats(buzz));
    if (pressed === "armed" || pressed === "open") return { ...is(pressed, pressed), fouled: buzz.fouls.length > 0 };
    return is(pressed);
  }
  const kind = { running: "answering", held: "held", time_up: "timeUp" }[phase] ?? "reading";
  return is(kind, "turn", [turn?.seat]);
}

function tiedSeats(buzz) {
  return buzz.order.filter((press) => press.status === "tied").map((press) => press.seat);
}
