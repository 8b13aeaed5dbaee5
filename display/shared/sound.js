// Plays the sounds of a page: each one computed before it is needed, started by the audio clock, silent at once when it should be.
import { soundsFor } from "./sounds.js";
import { render, SOUNDS } from "./synth.js";

const SOUNDING = { projector: true, test: true, overlay: false, stage: false, desk: false, judge: false }; // view → heard unless told otherwise; others: never
const LATE_MS = 150; // later than this it would be a lie about when it happened
const AHEAD_MS = 1200; // started no earlier: until then the clock may be held, or known better
const AGAIN_MS = 300; // the same sound twice within this is one
const FADE_S = 0.012;
const FORGOTTEN_MS = 60_000;
const NO_ANSWER_MS = 1000;
const WORKER = "/display/shared/synth-worker.js";
const GESTURES = ["pointerdown", "pointerup", "keydown", "click"];

/** Whether a page may sound without a click. Asked of an empty player: an AudioContext would answer with a warning on the console. */
function mayBegin() {
  return new Promise((resolve) => {
    new Audio().play().catch((error) => resolve(error.name !== "NotAllowedError"));
    setTimeout(resolve, 50, true); // it waits for something to play: it may
  });
}

/** The instant of the audio clock, s, at which something has to begin that is to leave the loudspeaker in `ms`. */
function instant(context, ms) {
  const soon = context.currentTime + ms / 1000;
  const { contextTime, performanceTime } = context.getOutputTimestamp();
  const exact = contextTime + (performance.now() + ms - performanceTime) / 1000;
  const early = soon - exact; // what the way to the loudspeaker takes
  return contextTime > 0 && early >= 0 && early < 0.4 ? exact : soon - (context.outputLatency || 0);
}

/**
 * @param {{view: string, preview: boolean, contestNs: () => number, tell: (sound: {state: "on"|"off"|"blocked"|"none", audible: boolean, volume: number}) => void}} page
 * @returns {{set: (display: object) => void, update: (view: object, fresh: boolean) => void, lost: () => void, play: (name: string) => void}}
 *   `set`: what the register and the address say; `update`: what stands on the page now, `fresh` where nobody knows what stood there before;
 *   `lost`: nothing is known of the stage any more; `play(name)`: for somebody who checks the sound
 */
export function createSound({ view: kind, preview, contestNs, tell }) {
  const able = !preview && kind in SOUNDING && "AudioContext" in window;
  let display = { settings: {}, muted: false, flash: false };
  let view = null; // null: nobody knows what stands on the stage
  let context = null;
  let out = null; // the gain all sounds go through
  let beginning = false; // whether it may begin is being found out
  let waits = false; // for a click or a key
  let timer = 0;
  let buffers = new Map();
  const running = new Set(); // {key, group, source, gain, startsS}: what sounds, and what will
  const planned = new Map(); // key → performance.now() when it was planned: nothing is heard twice
  const latest = new Map(); // name → performance.now()

  const wanted = () => able && (display.settings.sound ?? SOUNDING[kind]);
  const on = () => context?.state === "running";
  const volume = () => ((display.settings.volume ?? 100) / 100) ** 2; // as an ear counts
  const audible = () => wanted() && on() && !display.muted;
  const keyOf = ({ name, atNs }) => `${view.epoch} ${name}@${atNs}`;
  const toCome = (one) => one.startsS > context.currentTime;

  function say() {
    const state = !able ? "none" : !wanted() ? "off" : on() ? "on" : waits ? "blocked" : null;
    if (state !== null) tell({ state, audible: audible(), volume: volume() }); // null: not known yet
  }

  function stop(one) {
    if (toCome(one)) planned.delete(one.key);
    running.delete(one);
    one.gain.gain.setTargetAtTime(0, context.currentTime, FADE_S / 4);
    one.source.stop(context.currentTime + FADE_S);
  }

  function stopAll(which = () => true) {
    clearTimeout(timer);
    for (const one of [...running]) if (which(one)) stop(one);
  }

  /** @param {number} startsS of the audio clock; 0: now */
  function start(name, key, startsS) {
    const { group } = SOUNDS[name];
    // What begins takes the place of what sounds; what is still to come keeps its own.
    for (const one of [...running]) if ((one.group === group || group === "reveal") && !toCome(one)) stop(one);
    const source = new AudioBufferSourceNode(context, { buffer: buffers.get(name) });
    const gain = new GainNode(context);
    source.connect(gain).connect(out);
    const one = { key, group, source, gain, startsS: Math.max(startsS, context.currentTime) };
    source.onended = () => {
      running.delete(one);
      gain.disconnect();
    };
    source.start(startsS);
    running.add(one);
  }

  function startNow(name) {
    const now = performance.now();
    if (!buffers.has(name) || now - (latest.get(name) ?? -Infinity) < AGAIN_MS) return;
    latest.set(name, now);
    start(name, null, 0);
  }

  /** Takes back what is not to come any more, plans what is due soon, and looks again in time for the rest. */
  function plan(cues, lateMs) {
    clearTimeout(timer);
    const keys = new Set(cues.map(keyOf));
    for (const one of [...running]) if (toCome(one) && !keys.has(one.key)) stop(one);
    const now = performance.now();
    for (const [key, at] of planned) if (now - at > FORGOTTEN_MS) planned.delete(key);
    let next = Infinity;
    for (const cue of cues) {
      const ms = (cue.atNs - contestNs()) / 1e6;
      const key = keyOf(cue);
      if (ms < -lateMs || planned.has(key) || !buffers.has(cue.name)) continue;
      if (ms > AHEAD_MS) {
        next = Math.min(next, ms - AHEAD_MS);
      } else {
        planned.set(key, now);
        start(cue.name, key, Math.max(0, instant(context, ms)));
      }
    }
    if (next < Infinity) timer = setTimeout(() => audible() && view && plan(soundsFor(null, view), LATE_MS), Math.max(next, 10));
  }

  /** Heard again, or in another way: what is to come is planned anew, and nothing is made up for. */
  function planAgain() {
    if (!context) return;
    stopAll();
    if (audible() && view) plan(soundsFor(null, view), 0);
  }

  function compute() {
    const { sampleRate } = context;
    const worker = new Worker(WORKER, { type: "module" });
    worker.onmessage = ({ data: { name, samples } }) => {
      const buffer = new AudioBuffer({ length: samples.length, sampleRate });
      buffer.copyToChannel(samples, 0);
      buffers.set(name, buffer);
      if (buffers.size === Object.keys(SOUNDS).length) planAgain();
    };
    worker.postMessage(sampleRate);
  }

  function open() {
    context = new AudioContext({ latencyHint: "interactive" });
    out = new GainNode(context, { gain: volume() });
    out.connect(context.destination);
    context.onstatechange = stateChanged;
    if (buffers.size === 0) compute();
    setTimeout(() => context && !on() && wait(), NO_ANSWER_MS); // allowed to, but something keeps it from sounding
  }

  function stateChanged() {
    if (on()) stopWaiting();
    else wait(); // the system took the loudspeaker away
    say();
    planAgain();
  }

  /** By a click or a key anywhere on the page. */
  function gesture() {
    if (!context) open();
    else context.resume();
  }

  function wait() {
    if (waits) return;
    waits = true;
    for (const name of GESTURES) window.addEventListener(name, gesture, { capture: true });
    say();
  }

  function stopWaiting() {
    waits = false;
    for (const name of GESTURES) window.removeEventListener(name, gesture, { capture: true });
  }

  async function begin() {
    if (beginning || context || waits) return;
    beginning = true;
    const may = await mayBegin();
    beginning = false;
    if (!wanted()) return;
    if (may) open();
    else wait();
  }

  function close() {
    stopWaiting();
    if (!context) return;
    stopAll();
    context.onstatechange = null;
    context.close();
    context = null;
  }

  return {
    set: (next) => {
      const [before, hadVolume] = [display, volume()];
      display = next;
      if (!wanted()) close();
      else begin();
      if (context && volume() !== hadVolume) out.gain.value = volume();
      if (next.muted !== before.muted) planAgain();
      if (next.flash && !before.flash && audible()) startNow("check"); // asked which one it is, it answers
      say();
    },
    update: (next, fresh) => {
      const cues = audible() ? soundsFor(fresh ? null : view, next) : [];
      view = next;
      if (!audible()) return;
      if (fresh) latest.clear();
      if (fresh || next.blackout) stopAll();
      plan(cues.filter((cue) => cue.atNs !== null), fresh ? 0 : LATE_MS);
      for (const cue of cues) if (cue.atNs === null) startNow(cue.name);
    },
    play: (name) => audible() && startNow(name),
    lost: () => {
      view = null;
      if (context) stopAll(toCome);
    },
  };
}
