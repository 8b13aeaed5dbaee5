// 流程单: every part of the show in order, planned against used minutes, the goes of the round in hand, and what comes next.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { minutes } from "./show_time.js";

const LATE_S = 30; // over the plan by less than that is not worth a word
const ALL_STEPS = 30; // more goes than that are shown as a number

/** @param {{sinceS: number}} props seconds since the snapshot: the part in hand goes on */
export function CueSheet({ view, sinceS, t, language }) {
  const list = useRef(null);
  const here = view.cue_sheet.find((cue) => cue.state === "now");

  // The part in hand stays in sight, with one before it.
  useLayoutEffect(() => {
    const row = list.current.querySelector(".cue.is-now");
    const before = row?.previousElementSibling ?? row;
    if (before) list.current.scrollTop = before.getBoundingClientRect().top - list.current.firstElementChild.getBoundingClientRect().top;
  }, [here?.part, view.turn?.position]);

  return html`
    <div class="cues">
      <h2 class="zone-title">${t("host.cues")}<span>${t("host.cues.minutes")}</span></h2>
      <ol ref=${list} tabindex="0" aria-label=${t("host.cues")}>
        ${view.cue_sheet.map((cue) => html`<${Cue} key=${cue.part} cue=${cue} usedS=${cue.used_s + (cue === here ? sinceS : 0)} t=${t} language=${language} />`)}
      </ol>
    </div>
  `;
}

function Cue({ cue, usedS, t, language }) {
  const overS = usedS - cue.planned_s;
  const late = cue.planned_s > 0 && overS >= LATE_S;
  const used = cue.state === "todo" || cue.state === "next" || cue.state === "skipped" ? "" : minutes(usedS);
  return html`
    <li class=${`cue is-${cue.state}`} data-cue=${cue.part} data-state=${cue.state}>
      <div class="cue-row">
        <span class="cue-title">${pick(cue.title, language)}</span>
        ${cue.state !== "todo" && html`<em>${late && cue.state === "now" ? t("host.cue.over", { minutes: minutes(overS) }) : t(`host.cue.${cue.state}`)}</em>`}
        <span class=${`cue-time figures ${late ? "is-late" : ""}`}>${used && html`<b>${used}</b>${cue.planned_s > 0 && " / "}`}${cue.planned_s > 0 && minutes(cue.planned_s)}</span>
      </div>
      ${cue.state === "now" && cue.steps.length > 0 && html`<${Steps} steps=${cue.steps} t=${t} />`}
    </li>
  `;
}

/** The goes of the round: done, now, to come; with the seat where it is known. */
function Steps({ steps, t }) {
  if (steps.length > ALL_STEPS) {
    const done = steps.filter((step) => step.state === "done").length;
    return html`<p class="cue-count">${t("host.cue.steps", { done, of: steps.length })}</p>`;
  }
  const title = (step) => (step.seat === null ? t("host.cue.step", step) : `${t("host.cue.step", step)}${t("sentence")}${t("seat", step)}`);
  return html`
    <ol class="steps">
      ${steps.map((step) => html`<li key=${step.position} class=${`step is-${step.state} figures`} title=${title(step)} data-step=${step.position}>${step.seat ?? step.position}</li>`)}
    </ol>
  `;
}
