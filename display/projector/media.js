// What a question brings with it: a recording or a film, played by contest time and by nothing else, silent wherever this page is to be silent.
import { useEffect, useState } from "../shared/html.js";
import { CALM_MS } from "./motion.js";

const TOLERANCE_S = 0.35; // further from where contest time says it should be, it is set right
const STANDS_MS = CALM_MS + 200; // after a change of the picture
const SETTLING_MS = 1500; // after that it is left alone for a while: a slow machine would do nothing but seek

const lengths = new Map(); // address → seconds
const waiting = new Set(); // whom to tell of a new one

/** Whether a recording or film plays now, by the view. */
export const isPlaying = (media) => Boolean(media) && media.kind !== "image" && media.state === "playing" && media.since_ns !== null;

/** Where it stands in seconds by contest time; not below 0, not past its end where that is known. */
export function positionS(media, nowNs) {
  const length = lengths.get(media.src) ?? Infinity;
  return Math.min(length, Math.max(0, (nowNs - media.since_ns) / 1e9));
}

/** Its length in seconds; null until its head has come. */
export const lengthS = (media) => lengths.get(media?.src) ?? null;

/** Drawn again when the length of a recording or film becomes known. */
export function useLengths() {
  const [, again] = useState(0);
  useEffect(() => {
    const told = () => again((count) => count + 1);
    waiting.add(told);
    return () => waiting.delete(told);
  }, []);
}

/** How much of it has been played, 0..1; null where that is not known or nothing plays. */
export function playedPart(media, nowNs) {
  const length = lengthS(media);
  return isPlaying(media) && length ? positionS(media, nowNs) / length : null;
}

const BUZZING = new Set(["armed", "open", "locked", "too_close", "interrupted", "nobody"]);

/** Whether the film is the picture now: it plays, and nobody presses or answers. */
export function videoTakesPicture(view) {
  if (view?.scene.name !== "question" || view.correction) return false;
  const { question, buzz, phase } = view.scene;
  return question.media?.kind === "video" && isPlaying(question.media) && !BUZZING.has(buzz?.phase) && !["revealed", "ruled"].includes(phase);
}

const CROWDED_FROM = 240; // signs of a question and its options: with a picture they need the seats' room as well

/** Whether a question leaves no room for the seats: very long, and with a picture. */
export function takesSeatsRoom(view) {
  if (view?.scene.name !== "question" || ["revealed", "ruled"].includes(view.scene.phase)) return false;
  const { media, prompt, options } = view.scene.question;
  if (!media || media.kind === "audio" || ["locked", "too_close"].includes(view.scene.buzz?.phase)) return false;
  return [prompt, ...(options ?? []).map((option) => option.text)].join("").length > CROWDED_FROM;
}

const moves = () => !quiet() && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const quiet = () => document.documentElement.dataset.still === "yes";

/** Plays, seeks or pauses an element as the view says. */
function follow(element, media, contestNs) {
  const end = lengths.get(media.src) ?? Infinity;
  if (!isPlaying(media) || quiet()) {
    element.pause();
    return;
  }
  const wanted = positionS(media, contestNs());
  const now = performance.now();
  if (Math.abs(element.currentTime - wanted) > TOLERANCE_S && !(now - (element.setAt ?? -Infinity) < SETTLING_MS)) {
    element.setAt = now;
    element.currentTime = wanted;
  }
  if (wanted >= end) {
    element.pause();
    return;
  }
  if (!element.paused) return;
  element.play().catch((error) => {
    // A page nobody has clicked on may not be heard: a film runs without sound then; the console knows from the page's sound state.
    if (error.name !== "NotAllowedError" || element.muted) return;
    element.muted = true;
    element.play().catch(() => element.pause());
  });
}

/**
 * Keeps an audio or video element in step with the contest.
 * @param {{current: HTMLMediaElement|null}} place
 * @param {object|null} media of the question; null or an image: nothing happens
 * @param {{audible: boolean, volume: number}|null} display whether this page may be heard, and how loud
 * @returns {boolean} whether it cannot be played at all
 */
export function usePlayer(place, media, contestNs, display) {
  const [broken, learn] = useState(null); // an address
  const src = media && media.kind !== "image" ? media.src : null;
  useEffect(() => {
    const element = place.current;
    if (!src || !element) return undefined;
    const length = () => {
      learn(null);
      if (!Number.isFinite(element.duration) || lengths.get(src) === element.duration) return;
      lengths.set(src, element.duration);
      for (const told of waiting) told();
    };
    const fail = () => learn(src);
    element.addEventListener("durationchange", length);
    element.addEventListener("error", fail);
    // A browser opens a film on the page's own thread: once the picture stands and nothing moves any more.
    const opening = setTimeout(() => (element.src = src), moves() ? STANDS_MS : 0);
    return () => {
      clearTimeout(opening);
      element.removeEventListener("durationchange", length);
      element.removeEventListener("error", fail);
      // Taken out of the picture it would play on.
      element.pause();
      element.removeAttribute("src");
      element.load();
    };
  }, [src]);
  useEffect(() => {
    const element = place.current;
    if (!src || !element) return undefined;
    const step = () => follow(element, media, contestNs);
    element.muted = quiet() || !(display?.audible ?? false);
    element.volume = Math.min(1, Math.max(0, display?.volume ?? 1));
    element.setAt = -Infinity;
    step();
    const steps = ["timeupdate", "loadedmetadata", "canplay"];
    for (const event of steps) element.addEventListener(event, step);
    return () => steps.forEach((event) => element.removeEventListener(event, step));
  }, [src, broken, media?.state, media?.since_ns, display?.audible, display?.volume]);
  return src !== null && broken === src;
}

/** Whole seconds of what plays, drawn again at each; null while nothing does. */
export function usePlayedS(media, contestNs) {
  const [, again] = useState(0);
  const playing = isPlaying(media);
  useEffect(() => {
    if (!playing) return undefined;
    const at = positionS(media, contestNs());
    if (at >= (lengthS(media) ?? Infinity)) return undefined;
    const timer = setTimeout(() => again((count) => count + 1), Math.max(20, (Math.floor(at) + 1 - at) * 1000));
    return () => clearTimeout(timer);
  });
  return playing ? Math.floor(positionS(media, contestNs()) + 0.001) : null;
}
