// Every sound of the product, made of sines and noise: computed once, played from memory. Pure functions of the sample rate.
// All tones are of one chord (D, F sharp, A), so that whatever falls together fits together.

const D4 = 293.66;
const F4 = 369.99; // sharp
const A4 = 440;
const D5 = 587.33;
const F5 = 739.99; // sharp
const A5 = 880;
const D6 = 1174.66;

const INAUDIBLE = 1e-4; // of a sound's own strength: 80 dB below it

const smooth = (part) => 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, Math.max(0, part)));

/** An empty stretch of sound to draw into. @returns {{rate: number, out: Float32Array}} */
const stretch = (seconds, rate) => ({ rate, out: new Float32Array(Math.round(seconds * rate)) });

/**
 * A struck or blown tone: `hz` (or {from, to, over}: a glide of `over` s), partials [[times, strength], …], attack and decay in s.
 * Higher partials die sooner, as they do on wood and metal. `holds`: for as long at full strength before it decays.
 */
function tone({ rate, out }, { at = 0, hz, level = 1, attack = 0.003, holds = 0, decay, partials = [[1, 1]] }) {
  const begin = Math.round(at * rate);
  const { from, to, over } = typeof hz === "number" ? { from: hz, to: hz, over: 1 } : hz;
  const voices = partials.map(([times, strength]) => ({ times, strength, phase: 0, fall: Math.exp(-(1 + 0.35 * (times - 1)) / (decay * rate)) }));
  const falls = begin + Math.round((attack + holds) * rate);
  for (let i = begin; i < out.length; i += 1) {
    const t = (i - begin) / rate;
    const turn = (2 * Math.PI * from * (to / from) ** Math.min(1, t / over)) / rate;
    let sum = 0;
    for (const voice of voices) {
      if (voice.strength < INAUDIBLE) continue;
      voice.phase += turn * voice.times;
      if (i >= falls) voice.strength *= voice.fall;
      sum += voice.strength * Math.sin(voice.phase);
    }
    out[i] += level * smooth(t / attack) * sum;
  }
}

/** Noise in a band around `hz`, swelling for `rise` s and dying for `fall` s. The same noise each time. */
function breath({ rate, out }, { at = 0, hz, sharpness = 1.2, level, rise, fall }) {
  const begin = Math.round(at * rate);
  const end = Math.min(out.length, begin + Math.round((rise + fall) * rate));
  const turn = (2 * Math.PI * hz) / rate;
  const alpha = Math.sin(turn) / (2 * sharpness);
  let seed = 0x2f6e2b1;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = begin; i < end; i += 1) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const x = seed / 0x80000000 - 1;
    const y = (alpha * (x - x2) + 2 * Math.cos(turn) * y1 - (1 - alpha) * y2) / (1 + alpha);
    [x2, x1, y2, y1] = [x1, x, y1, y];
    const t = (i - begin) / rate;
    out[i] += level * y * (t < rise ? smooth(t / rise) : smooth(1 - (t - rise) / fall));
  }
}

const BELL = [[1, 1], [2, 0.35], [3, 0.14], [4.2, 0.06]];
const WOOD = [[1, 1], [3.9, 0.16], [2, 0.12]];
const REED = [[1, 1], [3, 0.34], [5, 0.18], [7, 0.07]];
const VOICE = [[1, 1], [2, 0.5], [3, 0.28], [4, 0.12], [5, 0.06]];
const SOFT = [[1, 1], [2, 0.18]];

function chord(sound, notes, { at = 0, spread = 0, level = 1, ...how }) {
  notes.forEach((hz, i) => tone(sound, { at: at + i * spread, hz, level: level / (1 + 0.25 * i), ...how }));
}

/**
 * Name → {seconds, peak: largest sample, group, make(sound)}. Of one group one sounds at a time; the peaks of all groups but "reveal" add up to less
 * than 1, and "reveal" silences the others: whatever happens together, nothing clips.
 */
export const SOUNDS = {
  // A held breath: a low tick, and air that is drawn in.
  armed: { seconds: 0.46, peak: 0.28, group: "buzz", make: (s) => {
    tone(s, { hz: { from: 196, to: 146.83, over: 0.03 }, attack: 0.002, decay: 0.045, partials: SOFT });
    breath(s, { at: 0.03, hz: 1100, level: 0.5, rise: 0.3, fall: 0.1 });
  } },
  count: { seconds: 0.12, peak: 0.2, group: "clock", make: (s) => tone(s, { hz: D5, attack: 0.0015, decay: 0.024, partials: WOOD }) },
  // Bright and rising: it is yours now.
  open: { seconds: 0.62, peak: 0.34, group: "buzz", make: (s) => tone(s, { hz: { from: F5, to: A5, over: 0.04 }, attack: 0.002, decay: 0.14, partials: BELL }) },
  // A knock, dry: nothing rings into the words that follow.
  first: { seconds: 0.24, peak: 0.38, group: "buzz", make: (s) => {
    breath(s, { hz: 3200, sharpness: 0.7, level: 0.9, rise: 0.0008, fall: 0.009 });
    tone(s, { hz: { from: 1760, to: D6, over: 0.012 }, attack: 0.0008, decay: 0.042, partials: SOFT });
    tone(s, { hz: D5, level: 0.8, attack: 0.0008, decay: 0.045, partials: WOOD });
  } },
  // Two voices nearly at once, and nobody can tell which was first.
  close: { seconds: 0.7, peak: 0.32, group: "buzz", make: (s) => {
    tone(s, { hz: A5, attack: 0.0015, decay: 0.12, partials: SOFT });
    tone(s, { at: 0.03, hz: A5 * 1.045, attack: 0.0015, decay: 0.12, partials: SOFT });
  } },
  right: { seconds: 1.1, peak: 0.3, group: "verdict", make: (s) => {
    tone(s, { hz: A5, decay: 0.2, partials: BELL });
    tone(s, { at: 0.11, hz: D6, decay: 0.26, partials: BELL });
    tone(s, { at: 0.11, hz: D5, level: 0.5, attack: 0.008, decay: 0.24, partials: SOFT });
  } },
  // Two soft steps down, on wood: no, and no more than that.
  wrong: { seconds: 0.6, peak: 0.28, group: "verdict", make: (s) => {
    tone(s, { hz: F4, attack: 0.004, decay: 0.09, partials: WOOD });
    tone(s, { at: 0.16, hz: D4, attack: 0.004, decay: 0.13, partials: WOOD });
  } },
  foul: { seconds: 0.4, peak: 0.22, group: "verdict", make: (s) => {
    for (const at of [0, 0.15]) tone(s, { at, hz: A4, attack: 0.005, holds: 0.06, decay: 0.018, partials: REED });
  } },
  tick: { seconds: 0.09, peak: 0.2, group: "clock", make: (s) => tone(s, { hz: D6, attack: 0.001, decay: 0.016, partials: WOOD }) },
  timeout: { seconds: 1.3, peak: 0.3, group: "verdict", make: (s) => chord(s, [D4, A4, D5], { attack: 0.008, holds: 0.12, decay: 0.28, partials: VOICE }) },
  // As long as the score is on its way along the line, and the tap when its figure begins to roll.
  gain: { seconds: 1, peak: 0.09, group: "score", make: (s) => travel(s, D5, A5) },
  loss: { seconds: 0.98, peak: 0.08, group: "score", make: (s) => travel(s, A4, D4) },
  reveal: { seconds: 1.6, peak: 0.5, group: "reveal", make: (s) => chord(s, [D4, A4, D5, F5], { spread: 0.035, decay: 0.32, partials: BELL }) },
  // 先声: two syllables, each a hiss and a vowel, short and long.
  champion: { seconds: 3.6, peak: 0.8, group: "reveal", make: (s) => {
    for (const [at, decay, level] of [[0, 0.1, 0.6], [0.3, 0.7, 1]]) {
      breath(s, { at, hz: 5200, level: 1.1 * level, rise: 0.035, fall: 0.05 });
      chord(s, [D4 / 2, A4 / 2, D4, F4, A4, D5], { at: at + 0.03, level, spread: 0.012, attack: 0.012, holds: at ? 0.15 : 0.06, decay, partials: VOICE });
    }
    chord(s, [A5, D6], { at: 0.5, spread: 0.12, attack: 0.01, decay: 0.7, partials: BELL });
  } },
  // Heard when a display is asked which one it is.
  check: { seconds: 0.8, peak: 0.3, group: "verdict", make: (s) => chord(s, [D5, A5], { spread: 0.18, decay: 0.16, partials: BELL }) },
};

function travel(sound, from, to) {
  tone(sound, { hz: { from, to, over: 0.75 }, attack: 0.18, holds: 0.4, decay: 0.1, partials: SOFT });
  tone(sound, { at: 0.72, hz: to * 2, level: 0.9, attack: 0.001, decay: 0.025, partials: WOOD });
}

/**
 * @param {string} name one of SOUNDS
 * @param {number} rate samples a second
 * @returns {Float32Array} no direct current, silent at both ends, its largest sample `peak`
 */
export function render(name, rate) {
  const { seconds, peak, make } = SOUNDS[name];
  const sound = stretch(seconds, rate);
  make(sound);
  const { out } = sound;
  const keep = Math.exp((-2 * Math.PI * 20) / rate);
  const fade = 0.2 * out.length; // the tail goes, it is not cut
  let [x1, y1] = [0, 0];
  for (let i = 0; i < out.length; i += 1) {
    y1 = out[i] - x1 + keep * y1;
    x1 = out[i];
    out[i] = y1 * smooth((out.length - 1 - i) / fade);
  }
  const largest = out.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return out.map((sample) => (sample * peak) / largest);
}
