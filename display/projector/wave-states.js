// Which line belongs to which picture: from a view to what wave.js draws.
import { remainingMs } from "../shared/clock.js";
import { safeWidth, stageSize } from "./frame.js";
import { isPlaying, lengthS, playedPart } from "./media.js";
import { axisOf } from "./photo-axis.js";
import { anyPhoto } from "./portrait.js";
import { buzzPhase, isAtWork, showsPhotoFinish } from "./time.js";

/** The middle of a seat's column, in u from the stage's left edge. */
export function seatX(seats, seat) {
  const index = seats.findIndex((one) => one.seat === seat);
  return stageSize().width * 0.05 + (safeWidth() * (index + 0.5)) / seats.length;
}

const base = { weight: 0.34, colour: "text", parts: [], left: null, moves: false, breathes: false };
const calm = (at = null) => ({ ...base, shape: { name: "calm", at }, breathes: true });

/** Where the clock stands along the line, and how it goes on. */
function clocked(view, contestNs) {
  const { clock } = view;
  if (!clock || clock.state === "expired" || !clock.total_ms) return null;
  const runs = clock.state === "running";
  return {
    part: () => Math.min(1, remainingMs(clock, contestNs()) / clock.total_ms),
    perMs: runs ? -1 / clock.total_ms : 0,
    waitMs: runs ? Math.max(0, (clock.deadline_ns - contestNs()) / 1e6 - clock.total_ms) : 0, // one that opens in a moment stands full
  };
}

/** What has been heard or seen of a recording or film. */
function played(media, contestNs) {
  const length = lengthS(media);
  return { part: () => playedPart(media, contestNs()) ?? 0, perMs: length ? 1 / (length * 1000) : 0, waitMs: 0 };
}

function ruled(ruling) {
  if (ruling.result === "right" || ruling.result === "partial") return { ...base, colour: "right", weight: 0.5, shape: { name: "swell", height: 3.6, width: 62, wavelength: 2.7 } };
  return { ...base, colour: "strike", weight: ruling.result === "wrong" ? 1.1 : 0.5, shape: { name: "taut" } };
}

function photoFinish(buzz) {
  const { marks } = axisOf(buzz);
  const counted = marks.filter((mark) => !mark.beyond);
  const onsets = counted.map((mark) => ({ at: mark.x, height: mark.leads ? 7 : 3.6 }));
  const parts = counted
    .filter((mark) => mark.leads)
    .map((mark) => ({ from: mark.x, to: Math.min(...counted.filter((one) => one.x > mark.x).map((one) => one.x), mark.x + 24), colour: "open" }));
  return { ...base, weight: 0.42, shape: { name: "bursts", onsets }, parts };
}

function question(view, nowNs, contestNs) {
  const { scene } = view;
  if (showsPhotoFinish(view, nowNs)) return photoFinish(scene.buzz);
  const phase = buzzPhase(scene.buzz, nowNs);
  if (scene.phase === "ruled" && scene.ruling) return ruled(scene.ruling);
  if (scene.phase === "revealed") return scene.ruling?.result === "right" ? { ...ruled(scene.ruling), weight: 0.34 } : calm();
  if (phase === "armed") return { ...base, weight: 0.5, shape: { name: "taut" } };
  if (phase === "open") return { ...base, weight: 0.55, colour: "open", shape: { name: "pulse" }, moves: true };
  if (phase === "interrupted") return { ...base, shape: { name: "taut" } };
  const { media } = scene.question;
  // A recording murmurs along the line, and what has been heard of it is bright. A film has the line for its time alone.
  if (isPlaying(media)) return { ...base, shape: { name: media.kind === "audio" ? "murmur" : "taut" }, breathes: media.kind === "audio", left: played(media, contestNs) };
  const speaker = view.seats.find((seat) => seat.state === "turn" || seat.state === "floor");
  const left = clocked(view, contestNs);
  return { ...calm(speaker ? seatX(view.seats, speaker.seat) : null), left, breathes: !left };
}

/** One voice a column, the higher the stake the stronger. */
function stakes(view) {
  const chosen = new Map(view.scene.stakes.map((one) => [one.seat, one.points]));
  const most = Math.max(1, ...chosen.values());
  const shares = view.seats.map((seat) => (chosen.get(seat.seat) ?? 0) / most);
  const places = view.seats.map((seat) => seatX(view.seats, seat.seat));
  return { ...base, shape: { name: "levels", places, shares, height: 2.8, width: (safeWidth() / view.seats.length) * 0.27 } };
}

/** One voice a column, the higher the score the stronger. */
function scores(view) {
  const points = view.seats.map((seat) => seat.score);
  const [low, high] = [Math.min(...points), Math.max(...points)];
  const shares = points.map((score) => (high === low ? 0.5 : 0.12 + (0.88 * (score - low)) / (high - low)));
  const places = view.seats.map((seat) => seatX(view.seats, seat.seat));
  return { ...base, shape: { name: "levels", places, shares, height: 6.5, width: (safeWidth() / view.seats.length) * 0.27 } };
}

function final(view) {
  const { places, complete } = view.scene;
  const latest = places.at(-1);
  if (complete || !latest) return { ...base, shape: { name: "calm", at: null }, breathes: true };
  if (latest.place > 1) return { ...base, shape: { name: "swell", height: 2.2 + 2.2 / latest.place, width: 40 } };
  return { ...base, colour: "champion", weight: 0.7, shape: { name: "speech", height: 10 }, breathes: true };
}

/**
 * @param {object} view
 * @param {number} y where the picture keeps room for the line, in u
 */
export function waveOf(view, nowNs, contestNs, y) {
  const { scene } = view;
  if (view.correction && !isAtWork(view)) return { ...calm(), y };
  const kinds = {
    opening: () => ({ ...base, weight: 0.42, shape: { name: "speech", height: 9.5 }, breathes: true }),
    lineup: () => ({ ...base, shape: { name: "levels", places: view.seats.map((seat) => seatX(view.seats, seat.seat)), shares: view.seats.map(() => 0.5), height: anyPhoto(view.seats) ? 2.6 : 4, width: (safeWidth() / view.seats.length) * 0.27 }, breathes: true }),
    turn_call: () => ({ ...base, colour: "open", shape: { name: "swell", at: seatX(view.seats, scene.seat), height: 3, width: 11, wavelength: 2.3 }, breathes: true }),
    cue: () => ({ ...base, weight: 0.42, shape: { name: "speech", height: 6 }, breathes: true }),
    stakes: () => stakes(view),
    stake: () => calm(seatX(view.seats, scene.seat)),
    question: () => question(view, nowNs, contestNs),
    ruling: () => ruled(scene.ruling),
    scenario: () => question({ ...view, scene: { ...scene, buzz: null } }, nowNs, contestNs),
    marks: () => ({ ...base, shape: { name: "swell", at: seatX(view.seats, scene.seat), height: 3, width: 11, wavelength: 2.3 } }),
    scoreboard: () => scores(view),
    final: () => final(view),
  };
  return { ...(kinds[scene.name] ?? (() => calm()))(), y };
}
