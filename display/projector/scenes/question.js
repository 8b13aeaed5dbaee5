// The question, and beside it what matters now: the clock, the word of command, the one who answers, the ruling.
import { html } from "../../shared/html.js";
import { ClockFace, lastTen } from "../clock-face.js";
import { Fit, Name } from "../fit.js";
import { isPlaying, lengthS, usePlayedS, videoTakesPicture } from "../media.js";
import { seatOf } from "../seats.js";
import { buzzPhase, showsPhotoFinish, useCountFigure } from "../time.js";
import { Attempts, Outlook, Settled, TieFor } from "./facts.js";
import { Fouls, Lead, PhotoFinish } from "./photo-finish.js";
import { QuestionText } from "./question-text.js";
import { Ruling } from "./ruling.js";

function Worth({ view, t }) {
  const { question, tie, assigned_by: by, helped } = view.scene;
  if (tie) return html`<${TieFor} tie=${tie} t=${t} />`;
  const facts = [(by ?? null) !== null && t("p.assigned", { seat: by }), helped && t("p.helped")].filter(Boolean);
  return html`<div class="worth">
    <div class="worth-points"><small>${t("p.worth")}</small><span class="figures">${question.points}</span><small>${t("p.points")}</small></div>
    ${facts.length > 0 ? facts.map((fact) => html`<div class="worth-fact" data-role="fact">${fact}</div>`) : question.area && html`<div class="worth-area">${question.area}</div>`}
  </div>`;
}

function Command({ lines, note, look, children }) {
  return html`<div class=${`command look-${look}`}>
    ${lines.map((line) => html`<${Fit} max=${15} min=${4.2} wrap=${false} class="command-line">${line}<//>`)}
    ${note && html`<${Fit} max=${4} class="command-note">${note}<//>`}
    ${children}
  </div>`;
}

function Floor({ view, t, children }) {
  const { first } = view.scene.buzz;
  const seat = seatOf(view, first.seat);
  return html`<div class="floor">
    <div class="floor-who"><b class="figures">${seat.seat}</b><${Name} max=${8} class="floor-name" data-role="first-name">${seat.name}<//></div>
    ${first.settled ? html`<${Settled} buzz=${view.scene.buzz} small=${true} t=${t} />` : html`<${Lead} buzz=${view.scene.buzz} t=${t} />`}
    ${children}
  </div>`;
}

/** 3, 2, 1: a press before zero is a foul. */
function Count({ buzz, contestNs, crowded, t }) {
  const count = useCountFigure(buzz, contestNs);
  return html`<div class="count" data-role="count" data-count=${count}>
    <${Fit} max=${crowded ? 34 : 50} min=${20} wrap=${false} class="count-figure figures">${String(count)}<//>
    <${Fit} max=${4} class="command-note">${t("p.countNote")}<//>
  </div>`;
}

/** A recording or a film that is to be heard: said while nothing else matters, with how far it has come. */
function Played({ media, contestNs, t }) {
  const played = usePlayedS(media, contestNs);
  const length = lengthS(media);
  if (media.state === "stopped") return null;
  const over = played !== null && length !== null && played >= Math.floor(length);
  return html`<${Command} look="quiet" lines=${[t(media.kind === "audio" ? "p.listen" : "p.watch")]} note=${over ? t("p.played") : isPlaying(media) ? t("p.playing") : null}>
    ${length !== null && html`<div class="played-time figures" data-role="played">${played !== null && html`${timeText(played)} <i>/</i> `}<i>${timeText(Math.floor(length))}</i></div>`}
  <//>`;
}

/** Seconds as a player shows them: "0:07". */
const timeText = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function Aside({ view, t, nowNs, counting, contestNs }) {
  const { scene, clock } = view;
  const { buzz } = scene;
  const phase = buzzPhase(buzz, nowNs);
  const face = clock && scene.phase !== "time_up" && scene.phase !== "revealed" ? html`<${ClockFace} clock=${clock} contestNs=${contestNs} t=${t} />` : null;
  const failed = scene.attempts?.length > 0 && !["revealed", "ruled"].includes(scene.phase) && html`<${Attempts} attempts=${scene.attempts} t=${t} />`;
  const worth = html`<${Worth} view=${view} t=${t} />${failed}`;
  const outlook = scene.outlook && !(clock && lastTen(clock, nowNs)) && html`<${Outlook} outlook=${scene.outlook} t=${t} />`;
  const timeUp = scene.phase === "time_up" && html`<${Command} look="quiet" lines=${[t("p.timeUp")]} />`;
  if (scene.phase === "revealed" || scene.phase === "ruled") {
    return html`${worth}${scene.ruling && html`<${Ruling} view=${view} t=${t} small=${true} />`}`;
  }
  const { media } = scene.question;
  const played = media && media.kind !== "image" && html`<${Played} media=${media} contestNs=${contestNs} t=${t} />`;
  if (!buzz || phase === "idle") return html`${worth}${outlook}${timeUp || face || played}`;
  const fouls = buzz.fouls.length > 0 && html`<${Fouls} view=${view} t=${t} />`;
  if (counting) return html`${fouls || failed}<${Count} buzz=${buzz} contestNs=${contestNs} crowded=${Boolean(fouls || failed)} t=${t} />`;
  if (phase === "audience") return html`${worth}<${Command} look="quiet" lines=${[t("p.audience.1"), t("p.audience.2")]} />`;
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
  const { view, t, nowNs, contestNs, display } = props;
  const { scene } = view;
  if (scene.phase === "ruled" && scene.ruling) return html`<${Ruling} view=${view} t=${t} />`;
  if (showsPhotoFinish(view, nowNs)) return html`<${PhotoFinish} ...${props} />`;
  const cinema = videoTakesPicture(view);
  return html`<div class="scene question" data-cinema=${cinema ? "yes" : "no"}>
    <${QuestionText} question=${scene.question} answer=${scene.phase === "revealed" ? scene.answer : null} cinema=${cinema} contestNs=${contestNs} display=${display} t=${t} />
    ${!cinema && html`<aside class="aside"><${Aside} ...${props} /></aside>`}
    <div class="wave-room" data-wave-slot />
  </div>`;
}
