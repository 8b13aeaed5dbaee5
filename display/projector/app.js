// The whole picture: title band, one scene, the seats, and the wave behind them. A pure function of view, link and time.
import { html, useEffect, useLayoutEffect, useRef } from "../shared/html.js";
import { pick, translator } from "../shared/strings.js";
import { useMeasureAgain } from "./fit.js";
import { Final } from "./scenes/final.js";
import { Cue, Lineup, Opening, RoundTitle, Scoreboard, Stake, TurnCall } from "./scenes/between.js";
import { Correction, CorrectionBar, seatsUnder } from "./scenes/correction.js";
import { Marks, Scenario } from "./scenes/judged.js";
import { QuestionScene } from "./scenes/question.js";
import { Ruling } from "./scenes/ruling.js";
import { Stakes } from "./scenes/stakes.js";
import { Seats, useTravel } from "./seats.js";
import { titlePair } from "./titles.js";
import { buzzPhase, isAtWork, useContestTime, useCount } from "./time.js";
import { createWave } from "./wave.js";
import { waveOf } from "./wave-states.js";

const SCENES = {
  opening: Opening, lineup: Lineup, round_title: RoundTitle, turn_call: TurnCall, stake: Stake, stakes: Stakes, cue: Cue, question: QuestionScene,
  ruling: Ruling, scenario: Scenario, marks: Marks, scoreboard: Scoreboard, final: Final,
};
const SEATS_AS = { opening: null, final: null, cue: null, lineup: "lineup", scoreboard: "board" }; // others: "strip"

function languageOf(override, view) {
  return (override ?? view?.lang ?? "zh-CN").startsWith("en") ? "en" : "zh-CN";
}

/** A title may say where its line breaks; the band has one line. */
function oneLine(title, language) {
  return title.replaceAll("\n", language === "en" ? " " : "");
}

function Band({ view, language, t }) {
  const { scene, round, turn } = view;
  const bare = scene.name === "opening";
  const number = scene.name === "question" ? scene.number : null;
  const named = ["round_title", "final", "cue"].includes(scene.name);
  const between = scene.name === "scoreboard" || scene.name === "lineup";
  const own = { scoreboard: t("p.scoreboard"), lineup: t("p.lineup") }[scene.name];
  const counted = round && turn && !between && !named;
  const title = round ? titlePair(round.title, language) : null;
  return html`<header class="band">
    <i class="band-mark" />
    <div class="band-title">${bare ? t("product") : oneLine(pick(view.title, language), language)}</div>
    ${view.rehearsal && html`<div class="band-rehearsal">${t("p.rehearsal")}</div>`}
    <div class="band-round">
      ${!bare && !named && (own ?? (title && html`<b>${title.main}</b>`))}
      ${number !== null && html`<span class="band-number">${t("p.number", { number })}</span>`}
      ${counted && html`<span class="band-position" data-role="position">${t("p.position", { position: turn.position, of: turn.of })}</span>`}
    </div>
  </header>`;
}

/** Where the middle of an element stands by layout, whatever moves it just now; in percent of the stage's height. */
function heightOf(element, stage) {
  let y = element.offsetHeight / 2;
  for (let at = element; at && at !== stage; at = at.offsetParent) y += at.offsetTop;
  return Math.round((y / stage.offsetHeight) * 1000) / 10;
}

/** Draws the line behind the picture, at the height where the scene keeps room for it. */
function useWave(canvas, stage, view, nowNs, contestNs) {
  const wave = useRef(null);
  useEffect(() => {
    wave.current = createWave(canvas.current);
    return () => wave.current.close();
  }, []);
  useEffect(() => {
    if (!view || view.blackout || !stage.current) return;
    const slot = stage.current.querySelector("[data-wave-slot]");
    if (!slot) return;
    wave.current.show(waveOf(view, nowNs, contestNs, heightOf(slot, stage.current)));
  });
  return wave;
}

/**
 * @param {{view: object|null, link: {state: string}, contestNs: () => number, language?: string|null}} props
 *   view: the projector's view; language: overrides the view's
 */
export function App({ view, link, contestNs, language: override = null }) {
  const canvas = useRef(null);
  const stage = useRef(null);
  const language = languageOf(override, view);
  const t = translator(language);
  const nowNs = useContestTime(view, contestNs);
  const count = useCount(view?.scene.buzz, nowNs);
  const measured = useMeasureAgain();
  const wave = useWave(canvas, stage, view, nowNs, contestNs);
  useTravel(view, stage, wave);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const scene = view?.scene.name ?? "waiting";
  const dark = Boolean(view?.blackout);
  // A correction takes the picture, but not a question that is being answered.
  const notice = Boolean(view?.correction);
  const atWork = notice && isAtWork(view);
  const Scene = notice && !atWork ? Correction : SCENES[scene];
  const seatsAs = notice && !atWork ? seatsUnder(view.correction) : scene in SEATS_AS ? SEATS_AS[scene] : "strip";
  const bar = dark || link.state === "live" ? null : t(view ? "link.lost" : "link.connecting");
  const shared = { view, language, t, nowNs, count, seatsAs };
  return html`<main
    class="picture"
    data-scene=${dark ? "blackout" : scene}
    data-phase=${view?.scene.phase ?? ""}
    data-buzz-phase=${buzzPhase(view?.scene.buzz, nowNs) ?? ""}
    data-notice=${notice ? (atWork ? "bar" : "full") : "no"}
    data-rehearsal=${view?.rehearsal ? "yes" : "no"}
    data-champion=${scene === "final" && !notice && !view.scene.complete && view.scene.places.at(-1)?.place === 1 ? "yes" : "no"}
    data-link=${link.state}
    data-measured=${measured}
  >
    <canvas class="wave" ref=${canvas} hidden=${dark || !view} />
    ${!dark && html`<div class="stage" ref=${stage}>
      ${view && html`<${atWork ? CorrectionBar : Band} ...${shared} />`}
      ${Scene && html`<${Scene} key=${notice && !atWork ? "correction" : scene} ...${shared} />`}
      ${view && seatsAs && html`<${Seats} key=${seatsAs} as=${seatsAs} ...${shared} />`}
    </div>`}
    ${bar && html`<div class="link-bar" role="status" data-role="link"><span>${bar}</span></div>`}
  </main>`;
}
