// The whole picture: title band, one scene, the seats, and the wave behind them. A pure function of view, link and time.
import { html, useLayoutEffect, useMemo, useRef } from "../shared/html.js";
import { applyLook } from "../shared/look.js";
import { translator } from "../shared/strings.js";
import { Band } from "./band.js";
import { useMeasureAgain } from "./fit.js";
import { applyFrame, stageSize } from "./frame.js";
import { takesSeatsRoom, useLengths, videoTakesPicture } from "./media.js";
import { usePhotos } from "./portrait.js";
import { Final } from "./scenes/final.js";
import { Cue, Lineup, Opening, RoundTitle, Scoreboard, Stake, TurnCall } from "./scenes/between.js";
import { Correction, CorrectionBar, seatsUnder } from "./scenes/correction.js";
import { Marks, Scenario } from "./scenes/judged.js";
import { QuestionScene } from "./scenes/question.js";
import { Ruling } from "./scenes/ruling.js";
import { Hold, Rules } from "./scenes/slides.js";
import { Stakes } from "./scenes/stakes.js";
import { Seats, useTravel } from "./seats.js";
import { Sponsors } from "./sponsors.js";
import { buzzPhase, isAtWork, usePictureTime, useCounting } from "./time.js";
import { createWave } from "./wave.js";
import { waveOf } from "./wave-states.js";

const SCENES = {
  opening: Opening, lineup: Lineup, round_title: RoundTitle, turn_call: TurnCall, stake: Stake, stakes: Stakes, cue: Cue, question: QuestionScene,
  ruling: Ruling, scenario: Scenario, marks: Marks, scoreboard: Scoreboard, final: Final, hold: Hold, rules: Rules,
};
const SEATS_AS = { opening: null, final: null, cue: null, hold: null, rules: null, lineup: "lineup", scoreboard: "board" }; // others: "strip"

const SPONSORED = new Set(["opening", "hold", "lineup", "cue"]); // and the standings; never over a question

/** Whether the sponsors stand under this scene. */
const isSponsored = (scene) => SPONSORED.has(scene.name) || (scene.name === "final" && scene.complete);

/** Where the middle of an element stands by layout, whatever moves it just now; in u. */
function heightOf(element, stage) {
  let y = element.offsetHeight / 2;
  for (let at = element; at && at !== stage; at = at.offsetParent) y += at.offsetTop;
  return Math.round((y / stage.offsetHeight) * stageSize().height * 10) / 10;
}

/** Draws the line behind the picture, at the height where the scene keeps room for it. */
function useWave(drawing, stage, view, nowNs, contestNs) {
  const wave = useRef(null);
  useLayoutEffect(() => {
    wave.current = createWave(drawing.current);
    return () => wave.current.close();
  }, []);
  useLayoutEffect(() => {
    if (!view || view.blackout) {
      wave.current.clear();
      return;
    }
    // After the texts were measured, when the layout stands and is read for nothing; before the picture is painted.
    queueMicrotask(() => {
      const slot = stage.current?.querySelector("[data-wave-slot]");
      if (slot) wave.current.show(waveOf(view, nowNs, contestNs, heightOf(slot, stage.current)));
    });
  });
  return wave;
}

/**
 * @param {{view: object|null, link: {state: string}, contestNs: () => number, display?: {settings: object}}} props
 *   view: the projector's view; settings: theme, ratio, mirror, as the register or the address says
 */
export function App({ view, link, contestNs, display = null }) {
  const settings = display?.settings ?? {};
  // While drawing and not after it: text measures itself before this component's own effects would run.
  applyFrame(settings);
  if (view) applyLook(view.look, settings.theme);
  const drawing = useRef(null);
  const stage = useRef(null);
  const language = view?.lang?.startsWith("en") ? "en" : "zh-CN";
  const t = translator(language);
  const nowNs = usePictureTime(view, contestNs);
  useLengths();
  const counting = useCounting(view?.scene.buzz, nowNs);
  const measured = useMeasureAgain();
  const wave = useWave(drawing, stage, view, nowNs, contestNs);
  useTravel(view, stage, wave);
  const photos = usePhotos(view);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const scene = view?.scene.name ?? "waiting";
  const dark = Boolean(view?.blackout);
  // A correction takes the picture, but not a question that is being answered.
  const notice = Boolean(view?.correction);
  const atWork = notice && isAtWork(view);
  const Scene = notice && !atWork ? Correction : SCENES[scene];
  const seatsAs = notice && !atWork ? seatsUnder(view.correction) : videoTakesPicture(view) || takesSeatsRoom(view) ? null : scene in SEATS_AS ? SEATS_AS[scene] : "strip";
  const bar = dark || link.state === "live" ? null : t(view ? "link.lost" : "link.connecting");
  const sponsors = !notice && view && isSponsored(view.scene) ? (view.look?.sponsors ?? []) : [];
  const theme = JSON.stringify([view?.look?.ground, settings.theme ?? view?.look?.theme]);
  const shared = { view, language, t, nowNs, counting, seatsAs, theme, contestNs, display };
  // The seats know no time: a clock beside them, which has the whole picture rendered each second, leaves them as they are.
  const seats = useMemo(() => view && seatsAs && html`<${Seats} key=${seatsAs} as=${seatsAs} view=${view} t=${t} />`, [view, seatsAs, language, photos, measured, stageSize()]);
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
    <i class="champion-ground" />
    <div class="wave" ref=${drawing} aria-hidden="true" hidden=${dark || !view} />
    ${!dark && html`<div class="stage" ref=${stage}>
      ${view && html`<${atWork ? CorrectionBar : Band} ...${shared} />`}
      ${Scene && html`<${Scene} key=${notice && !atWork ? "correction" : scene} ...${shared} />`}
      ${seats}
      ${sponsors.length > 0 && html`<${Sponsors} sources=${sponsors} theme=${theme} />`}
    </div>`}
    ${bar && html`<div class="link-bar" role="status" data-role="link"><span>${bar}</span></div>`}
  </main>`;
}
