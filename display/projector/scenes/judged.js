// The judged round: the task with its clock, and the marks when they are shown, all at once.
import { html } from "../../shared/html.js";
import { points } from "../../shared/numbers.js";
import { ClockFace } from "../clock-face.js";
import { Fit, Name } from "../fit.js";
import { safeWidth } from "../frame.js";
import { seatOf } from "../seats.js";
import { QuestionText } from "./question-text.js";

function Judges({ judges, masked, t }) {
  const submitted = judges.filter((judge) => judge.submitted).length;
  return html`<div class="judges">
    <div class="judges-ticks">${judges.map((judge) => html`<i data-role="judge" data-judge=${judge.judge} data-submitted=${judge.submitted ? "yes" : "no"} />`)}</div>
    <div class="judges-words">${t("p.judges", { submitted, of: judges.length })}</div>
    ${masked > 0 && html`<div class="judges-words" data-role="masked">${t("p.masked", { n: masked })}</div>`}
  </div>`;
}

export function Scenario({ view, t, contestNs }) {
  const { scene, clock } = view;
  const words = { time_up: "p.timeUp", marking: "p.marking", closed: "p.closed" }[scene.phase];
  return html`<div class="scene question scenario">
    <${QuestionText} question=${scene.question} t=${t} />
    <aside class="aside">
      <div class="worth"><div class="worth-points"><small>${t("p.worth")}</small><span class="figures">${scene.question.points}</span><small>${t("p.points")}</small></div></div>
      ${words
        ? html`<div class="command look-quiet"><${Fit} max=${11} wrap=${false} min=${5} class="command-line">${t(words)}<//></div>`
        : clock && html`${clock.purpose === "prepare" && html`<div class="prepare-word" data-role="prepare">${t("p.preparing")}</div>`}<${ClockFace} clock=${clock} contestNs=${contestNs} t=${t} />`}
      ${scene.judges?.length > 0 && html`<${Judges} judges=${scene.judges} masked=${scene.masked ?? 0} t=${t} />`}
    </aside>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

export function Marks({ view, t }) {
  const { scene } = view;
  const seat = seatOf(view, scene.seat);
  const aside = [scene.masked > 0 && t("p.masked", { n: scene.masked }), scene.missing > 0 && t("p.missing", { n: scene.missing })].filter(Boolean).join(t("sentence"));
  const room = safeWidth() / scene.marks.length - 2; // u, for one judge
  const longest = Math.max(...scene.marks.map((mark) => mark.name.length));
  const sizes = { "--mark-size": Math.min(11, room / 2), "--judge-lines": room / longest >= 3.2 ? 1 : Math.ceil((longest * 3.6) / room) };
  return html`<div class="scene marks" style=${sizes}>
    <div class="marks-mean">
      <div class="marks-who"><b class="figures">${seat.seat}</b><${Name} max=${9} class="marks-name">${seat.name}<//></div>
      <div class="marks-label">${t("p.mean")}${aside && html`<small data-role="masked">${aside}</small>`}</div>
      <${Fit} max=${44} min=${20} wrap=${false} class="marks-value figures" data-role="mean">${points(scene.mark)}<//>
    </div>
    <div class="marks-row">
      ${scene.marks.map(
        (mark) => html`<div class="mark" data-role="mark" data-judge=${mark.judge} data-dropped=${mark.dropped ?? "no"}>
          <${Name} max=${3.8} class="mark-judge">${mark.name}<//>
          <div class="mark-value figures"><span>${Number.isInteger(mark.mark) ? `${mark.mark}.0` : String(mark.mark)}</span></div>
          <div class="mark-note">${mark.dropped ? t(`p.dropped.${mark.dropped}`) : ""}</div>
        </div>`,
      )}
    </div>
    <div class="wave-room" data-wave-slot />
  </div>`;
}
