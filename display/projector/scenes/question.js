// The question, and beside it what matters now: the clock, the word of command, the one who answers, the ruling.
import { html } from "../../shared/html.js";
import { ClockFace, lastTen } from "../clock-face.js";
import { Fit, Name } from "../fit.js";
import { seatOf } from "../seats.js";
import { buzzPhase, showsPhotoFinish } from "../time.js";
import { Fouls, Lead, PhotoFinish } from "./photo-finish.js";
import { QuestionText } from "./question-text.js";
import { Ruling } from "./ruling.js";

function Worth({ question, t }) {
  return html`<div class="worth">
    <div class="worth-points"><small>${t("p.worth")}</small><span class="figures">${question.points}</span><small>${t("p.points")}</small></div>
    ${question.area && html`<div class="worth-area">${question.area}</div>`}
  </div>`;
}

function Command({ lines, note, look, children }) {
  return html`<div class=${`command look-${look}`}>
    ${lines.map((line) => html`<${Fit} max=${15} min=${6} wrap=${false} class="command-line">${line}<//>`)}
    ${note && html`<${Fit} max=${4} class="command-note">${note}<//>`}
    ${children}
  </div>`;
}

function Floor({ view, t, children }) {
  const { first } = view.scene.buzz;
  const seat = seatOf(view, first.seat);
  return html`<div class="floor">
    <div class="floor-who"><b class="figures">${seat.seat}</b><${Name} max=${8} class="floor-name" data-role="first-name">${seat.name}<//></div>
    <${Lead} buzz=${view.scene.buzz} t=${t} />
    ${children}
  </div>`;
}

function Aside({ view, t, nowNs }) {
  const { scene, clock } = view;
  const { buzz } = scene;
  const phase = buzzPhase(buzz, nowNs);
  const face = clock && scene.phase !== "time_up" && scene.phase !== "revealed" ? html`<${ClockFace} clock=${clock} nowNs=${nowNs} t=${t} />` : null;
  const worth = html`<${Worth} question=${scene.question} t=${t} />`;
  const timeUp = scene.phase === "time_up" && html`<${Command} look="quiet" lines=${[t("p.timeUp")]} />`;
  if (scene.phase === "revealed" || scene.phase === "ruled") {
    return html`${worth}${scene.ruling && html`<${Ruling} view=${view} t=${t} small=${true} />`}`;
  }
  if (!buzz || phase === "idle") return html`${worth}${timeUp || face}`;
  const fouls = buzz.fouls.length > 0 && html`<${Fouls} view=${view} t=${t} />`;
  if (phase === "armed") return html`${fouls || worth}<${Command} look="armed" lines=${[t("p.armed")]} note=${t("p.armedNote")} />`;
  if (phase === "open") {
    const crowded = fouls || (clock && lastTen(clock, nowNs));
    const lines = crowded ? [t("p.open.1") + (t("p.open.1").length > 2 ? " " : "") + t("p.open.2")] : [t("p.open.1"), t("p.open.2")];
    return html`${fouls}<${Command} look="open" lines=${lines}>${face}<//>`;
  }
  if (phase === "nobody") return html`${worth}<${Command} look="quiet" lines=${[t("p.nobody")]} />`;
  if (phase === "interrupted") return html`${fouls || worth}<${Command} look="quiet" lines=${[t("p.interrupted")]} note=${t("p.interruptedNote")} />`;
  if (phase === "too_close") return html`${worth}<${Command} look="quiet" lines=${[t("p.tooClose")]} note=${t("p.tooCloseNoteShort")} />`;
  return html`<${Floor} view=${view} t=${t}>${timeUp || face}<//>`;
}

export function QuestionScene(props) {
  const { view, t, nowNs } = props;
  const { scene } = view;
  if (scene.phase === "ruled" && scene.ruling) return html`<${Ruling} view=${view} t=${t} />`;
  if (showsPhotoFinish(view, nowNs)) return html`<${PhotoFinish} ...${props} />`;
  return html`<div class="scene question">
    <${QuestionText} question=${scene.question} answer=${scene.phase === "revealed" ? scene.answer : null} t=${t} />
    <aside class="aside"><${Aside} ...${props} /></aside>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

