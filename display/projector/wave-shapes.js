// The wave as functions: x (in u, 0 at the stage's left edge) → displacement, upwards, in the same unit.
import { stageSize } from "./frame.js";

const middle = () => stageSize().width / 2;

const bell = (distance, width) => Math.exp(-((distance / width) ** 2));

/** A voice: a carrier whose strength flickers a little, as speech does. */
function voice(distance, wavelength) {
  const turn = (2 * Math.PI * distance) / wavelength;
  return Math.sin(turn) * (0.72 + 0.28 * Math.sin(turn * 0.237 + 0.8));
}

/** A packet of sound around a place. */
const packet = (x, at, height, width, wavelength) => height * bell(x - at, width) * voice(x - at, wavelength);

/** At rest: almost flat; a murmur in the middle, and one above the seat whose turn it is. */
function calm({ at = null }) {
  const from = middle();
  return (x) => packet(x, from, 0.45, 60, 11) + (at === null ? 0 : packet(x, at, 1.5, 6.5, 2.1));
}

/** Armed: a string under tension. */
const taut = () => () => 0;

/** Open, where nothing may move: one pulse, standing. */
const pulse = () => {
  const from = middle();
  return (x) => packet(Math.abs(x - from), 0, 4.2, 16, 3.4);
};

/** Open: pulses run out from the middle, one a beat, and lose strength on their way. */
export const PULSE = {
  beatS: 1.15,
  speed: 105, // u a second
  reach: 19, // u to either side of a pulse's middle, where it is nothing
  line: (x) => 4.6 * bell(x, 9) * Math.cos(x * 1.75),
  // [part of its way, of two beats, strength]
  strengths: [[0, 0], [0.048, 0.92], ...[0.2, 0.4, 0.6, 0.8, 1].map((at) => [at, Math.exp(-at * 2.3 * 0.75)])],
};

/** A score on its way to its seat: grows out of the line, and into it again. */
export const JOURNEY = {
  reach: 9, // u
  line: (x) => 3.4 * bell(x, 4.5) * Math.cos(x * 2.4),
  strengths: Array.from({ length: 13 }, (_, i) => Math.sin((Math.PI * i) / 12).toFixed(3)),
};

/** The photo finish: silence, then at each press the onset of a voice that dies away. */
function bursts({ onsets, decay = 5.5 }) {
  return (x) => {
    let sum = 0;
    for (const { at, height } of onsets) {
      const since = x - at;
      if (since < 0 || since > decay * 6) continue;
      sum += height * Math.exp(-since / decay) * Math.cos((since * 2 * Math.PI) / 1.75) * Math.min(1, 0.55 + since);
    }
    return sum;
  };
}

/** A single swell: right, or a name that is called. */
const swell = ({ at = middle(), height = 4.5, width = 34, wavelength = 2.6 }) => (x) => packet(x, at, height, width, wavelength);

/** One voice a column, as strong as its share (0..1). */
function levels({ places, shares, height, width }) {
  return (x) => places.reduce((sum, at, i) => sum + packet(x, at, height * shares[i], width, 2.2), 0);
}

/** 先声, spoken: two syllables, each a hiss and then a vowel. */
function speech({ height }) {
  const syllable = (x, start, length, strength) => {
    const along = (x - start) / length;
    if (along < -0.25 || along > 1.3) return 0;
    const hiss = 0.2 * bell(along - 0.03, 0.07) * Math.sin(x * 8.1 + 2 * Math.sin(x * 1.7));
    const vowel = along <= 0 ? 0 : Math.min(1, along * 6) ** 1.5 * Math.exp(-(Math.max(0, along - 0.22) ** 2) / 0.13);
    return strength * (hiss + vowel * voice(x - start, 2.35) * (0.86 + 0.14 * Math.sin(x * 0.61)));
  };
  const from = middle();
  return (x) => height * (syllable(x, from - 47, 46, 1) + syllable(x, from + 5, 58, 0.82)) + packet(x, from, 0.3, 90, 7);
}

/** A recording: talk along the whole line, with its pauses. */
const murmur = ({ height = 2.7 }) => (x) => {
  const talk = Math.max(0, 0.55 + 0.45 * Math.sin(x * 0.23 + 1.7 * Math.sin(x * 0.071)) - 0.25 * Math.sin(x * 0.61)) ** 1.5;
  return height * talk * voice(x, 2.1) * (0.82 + 0.18 * Math.sin(x * 0.35));
};

const SHAPES = { calm, taut, murmur, pulse, bursts, swell, levels, speech };

/** @returns {(x: number) => number} the displacement function of a shape description */
export function displacement(shape) {
  return SHAPES[shape.name](shape);
}
