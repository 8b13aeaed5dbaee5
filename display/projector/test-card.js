// The test card: geometry, safe frames, colours, greys, the smallest type, sharp lines, frame rate, sound. For whoever sets up the projector.
import { html, useEffect, useRef, useState } from "../shared/html.js";
import { applyLook } from "../shared/look.js";
import { translator } from "../shared/strings.js";
import { useMeasureAgain } from "./fit.js";
import { applyFrame, stageSize } from "./frame.js";

const SQUARE = 100 / 9; // u: nine squares in the height of a 16:9 picture, sixteen in its width
const ACTION_SAFE = 0.035;
const TITLE_SAFE = 0.05;
const FRAMES = 60; // measured together
const NEXT_SOUND_MS = 1500;
const RARE = "\u{9f91}\u{36c3}\u{2cb4e}\u{4dae}"; // of names; from the face for rare signs
const SWATCHES = [
  ["ground", "--ground", "--text"], ["text", "--text", "--ground"], ["dim", "--text-dim", "--ground"], ["open", "--open", "--on-open"],
  ["correct", "--right", "--on-right"], ["foul", "--foul", null], ["mark", "--mark", null], ["champion", "--champion", "--on-champion"],
];
const GREYS = [0, 2, 4, 8, 15, 25, 35, 45, 55, 65, 75, 85, 92, 96, 98, 100]; // percent; close together where projectors lose them

/** Frames a second over the last second, and the slowest of them. Here alone frames are asked for all the time. */
function useFrames() {
  const [measured, setMeasured] = useState(null);
  useEffect(() => {
    let before = 0;
    let lengths = [];
    let frame = requestAnimationFrame(function next(timeMs) {
      if (before) lengths.push(timeMs - before);
      before = timeMs;
      if (lengths.length === FRAMES) {
        const whole = lengths.reduce((sum, one) => sum + one, 0);
        setMeasured({ rate: ((FRAMES * 1000) / whole).toFixed(1), slowest: Math.max(...lengths).toFixed(1) });
        lengths = [];
      }
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return measured;
}

/** The window in u, counted from the upper left corner of the stage. */
function windowBox() {
  const { width, height } = stageSize();
  const unit = Math.min(window.innerWidth / width, window.innerHeight / height);
  const [across, down] = [window.innerWidth / unit, window.innerHeight / unit];
  return { left: (width - across) / 2, top: (height - down) / 2, right: (width + across) / 2, bottom: (height + down) / 2, across, down };
}

/** Squares counted from the middle, circles, diagonals, frames: over the whole window, which may be wider than the stage. */
function Geometry() {
  const { width, height } = stageSize();
  const box = windowBox();
  const { left, top, right, bottom } = box;
  const [middleX, middleY] = [width / 2, height / 2];
  const steps = (middle, length) => Array.from({ length: 2 * Math.floor(length / 2 / SQUARE) + 1 }, (_, i) => middle + (i - Math.floor(length / 2 / SQUARE)) * SQUARE);
  const frame = (name, share) => html`<rect class=${`card-${name}`} x=${width * share} y=${height * share} width=${width * (1 - 2 * share)} height=${height * (1 - 2 * share)} />`;
  const corner = SQUARE * 1.4;
  const corners = [[corner, corner], [width - corner, corner], [corner, height - corner], [width - corner, height - corner]];
  return html`<svg class="card-geometry" viewBox=${`${left} ${top} ${box.across} ${box.down}`} aria-hidden="true">
    ${steps(middleX, box.across).map((x) => html`<path d=${`M${x} ${top} V${bottom}`} />`)}${steps(middleY, box.down).map((y) => html`<path d=${`M${left} ${y} H${right}`} />`)}
    <path class="card-middle" d=${`M${middleX} ${top} V${bottom} M${left} ${middleY} H${right}`} />
    <path d=${`M${left} ${top} L${right} ${bottom} M${right} ${top} L${left} ${bottom}`} />
    ${corners.map(([x, y]) => html`<circle class="card-middle" cx=${x} cy=${y} r=${corner * 0.9} />`)}
    <rect class="card-edge" x=${left} y=${top} width=${box.across} height=${box.down} />
    ${frame("action", ACTION_SAFE)}${frame("safe", TITLE_SAFE)}
    ${[0.25, 0.75].map((at) => html`<path class="card-arrow" d=${`M${width * at} ${top} l-1.6 2.6 h3.2 z M${width * at} ${bottom} l-1.6 -2.6 h3.2 z M${left} ${height * at} l2.6 -1.6 v3.2 z M${right} ${height * at} l-2.6 -1.6 v3.2 z`} />`)}
  </svg>`;
}

/** Drawn over everything: as wide as it is high, or the picture is stretched. */
function Circle() {
  const { width, height } = stageSize();
  return html`<svg class="card-geometry card-over" viewBox=${`0 0 ${width} ${height}`} aria-hidden="true"><circle cx=${width / 2} cy=${height / 2} r=${height * 0.45} /></svg>`;
}

/** Lines of one pixel of the screen, upright, level and as a chequer; greyish where the picture is scaled on its way. */
function Sharp() {
  const canvas = useRef(null);
  const again = useMeasureAgain();
  useEffect(() => {
    const { current } = canvas;
    const scale = window.devicePixelRatio || 1;
    current.width = Math.round(current.clientWidth * scale);
    current.height = Math.round(current.clientHeight * scale);
    const pen = current.getContext("2d");
    pen.fillStyle = getComputedStyle(current).color;
    const third = Math.floor(current.width / 3);
    for (let x = 0; x < third; x += 2) pen.fillRect(x, 0, 1, current.height);
    for (let y = 0; y < current.height; y += 2) pen.fillRect(third + 8, y, third - 16, 1);
    for (let y = 0; y < current.height; y += 1) for (let x = third * 2 + (y % 2); x < current.width; x += 2) pen.fillRect(x, y, 1, 1);
  }, [again]);
  return html`<canvas class="card-sharp" ref=${canvas} />`;
}

/** A click or the space bar goes through the sounds, one after another. @returns the name of the one that plays */
function useTrial(display) {
  const [name, setName] = useState(null);
  const latest = useRef(display);
  latest.current = display;
  useEffect(() => {
    let timer = 0;
    const from = (names) => {
      clearTimeout(timer);
      setName(names[0] ?? null);
      if (names.length === 0) return;
      latest.current.play(names[0]);
      timer = setTimeout(from, NEXT_SOUND_MS, names.slice(1));
    };
    const begin = (event) => {
      if (event.type === "keydown" && event.key !== " ") return;
      if (latest.current?.audible && latest.current.play) from(latest.current.soundNames);
    };
    for (const kind of ["click", "keydown"]) window.addEventListener(kind, begin);
    return () => {
      clearTimeout(timer);
      for (const kind of ["click", "keydown"]) window.removeEventListener(kind, begin);
    };
  }, []);
  return name;
}

function soundText(display, playing, t) {
  if (playing) return t("t.sound.now", { name: playing });
  if (display?.muted) return t("t.sound.muted");
  const state = display?.sound ?? "none";
  const volume = display?.settings?.volume ?? 100;
  return t(`t.sound.${state}`, { volume }) + (state === "on" && display.play ? ` · ${t("t.sound.try")}` : "");
}

/**
 * Needs no server: what it shows of one is whether the line stands.
 * @param {{view: object|null, link: {state: string}, display?: object}} props display: as mount.js hands it in
 */
export function TestCard({ view, link, display = null }) {
  const settings = display?.settings ?? {};
  applyFrame(settings);
  applyLook(view?.look, settings.theme);
  useMeasureAgain();
  const frames = useFrames();
  const playing = useTrial(display);
  const t = translator((display?.language ?? view?.lang ?? "zh-CN").startsWith("en") ? "en" : "zh-CN");
  const scale = window.devicePixelRatio || 1;
  const pixels = { width: Math.round(window.innerWidth * scale), height: Math.round(window.innerHeight * scale) };
  const ratio = settings.ratio === "full" ? t("t.full") : (settings.ratio ?? "16:9");
  const theme = document.documentElement.dataset.theme ?? "stage";
  const facts = [
    t("t.pixels", pixels), ...(scale === 1 ? [] : [t("t.scale", { scale })]), t("t.ratio", { ratio }), t(`t.mirror.${settings.mirror ? "yes" : "no"}`), t(`t.theme.${theme}`),
    t(`t.link.${link.state === "live" ? "live" : "lost"}`), ...(frames ? [`${t("t.frames", frames)}（${t("t.slowest", { ms: frames.slowest })}）`] : []),
  ];
  return html`<main class="picture test-card" data-scene="test" data-link=${link.state}>
    <${Geometry} />
    <div class="stage">
      <div class="card-head">
        <div class="card-name" data-role="page-name">${display?.name || t("t.unnamed")}</div>
        <div class="card-title">${t("product")} · ${t("t.title")}</div>
        <div class="card-facts" data-role="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</div>
      </div>
      <div class="card-row"><b class="card-side">${t("t.left")}</b>
        <div class="card-type" data-role="smallest"><small>${t("t.smallest")}</small><span>${t("t.sample")}</span><span>${t("t.rare", { signs: RARE })}</span></div>
        <div class="card-lines"><small>${t("t.sharp")}</small><${Sharp} key=${theme} /></div>
      <b class="card-side">${t("t.right")}</b></div>
      <div class="card-swatches">${SWATCHES.map(([name, colour, on]) => html`<div class="card-swatch" data-token=${colour} style=${{ background: `var(${colour})`, color: `var(${on ?? "--text"})` }} data-under=${on ? "no" : "yes"}><span>${t(`t.${name}`)}</span></div>`)}</div>
      <div class="card-greys">
        <small>${t("t.grey")}</small>
        <div>${GREYS.map((part) => html`<i style=${{ background: `rgb(${[1, 1, 1].map(() => Math.round(part * 2.55)).join(" ")})` }} />`)}</div>
      </div>
      <div class="card-foot"><span data-role="sound">${soundText(display, playing, t)}</span><span>${t("t.safe")} · ${t("t.action")}</span></div>
      <${Circle} />
    </div>
  </main>`;
}
