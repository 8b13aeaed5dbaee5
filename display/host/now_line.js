// The line under the question that says how far we are: phase and ruling, the buzz with its margins, the judges.
import { html } from "../shared/html.js";
import { change, milliseconds, points } from "../shared/numbers.js";
import { seatNames } from "./health.js";
import { PanelButton } from "./panel.js";
import { Staged } from "./staged.js";
import { useContestTime } from "./ticking.js";
import { finalWords } from "./verdict.js";

export function NowLine({ view, contestNs, overlay, live, t }) {
  const { scene } = view;
  if (view.staged) return html`<${Staged} view=${view} t=${t} />`;
  if (scene.name === "question" && scene.buzz) return html`<${Buzz} view=${view} contestNs=${contestNs} overlay=${overlay} live=${live} t=${t} />`;
  if (scene.name === "question") {
    const known = facts(scene, t);
    return html`<div class="now-line"><${Phase} scene=${scene} t=${t} />${known.length > 0 && html`<p class="facts">${known.map((fact) => html`<span>${fact}</span>`)}</p>`}</div>`;
  }
  if (scene.name === "scenario") return html`<${Judges} view=${view} t=${t} />`;
  return html`<div class="now-line is-empty"></div>`;
}

/** Number, who handed it on, help, and what hangs on the answer. */
function facts({ number, assigned_by: by, helped, outlook }, t) {
  return [
    outlook && t("host.outlook", { right: outlook.right_place, wrong: outlook.wrong_place }),
    number !== null && t("host.number", { number }),
    by !== null && t("host.assigned", { seat: by }),
    helped && t("host.helped"),
  ].filter(Boolean);
}

function Phase({ scene, t }) {
  const { ruling, phase } = scene;
  return html`
    <div class="phase">
      <strong class=${ruling ? `ruling is-${ruling.result}` : ""}>${ruling ? rulingText(ruling, t) : t(`host.phase.${phase}`)}</strong>
      ${ruling && html`<span>${t(phase === "revealed" ? "host.phase.revealed" : "host.phase.ruled")}</span>`}
    </div>
  `;
}

export function rulingText(ruling, t) {
  const words = resultText(ruling, t);
  return ruling.seat === null || ruling.result === "void" ? words : `${words} ${change(ruling.points)}`;
}

/** A ruling in words, without its points. */
export function resultText(ruling, t) {
  return t(`host.ruling.${ruling.result}`, { seat: ruling.seat });
}

function Buzz({ view, contestNs, overlay, live, t }) {
  const { scene } = view;
  const { buzz } = scene;
  const scheduled = buzz.phase === "open" && buzz.open_at_ns !== null;
  const nowNs = useContestTime(contestNs, scheduled ? 40 : 0);
  const phase = scheduled && nowNs < buzz.open_at_ns ? "scheduled" : buzz.phase;
  const fouled = new Set(buzz.fouls.map((one) => one.seat));
  const order = buzz.order.filter((one) => one.status !== "foul" || !fouled.has(one.seat));
  return html`
    <div class=${`now-line buzz is-${phase}`} data-role="buzz" data-phase=${phase}>
      <div class="phase">
        <strong>${scene.ruling ? rulingText(scene.ruling, t) : buzzWord(buzz, phase, t)}</strong>
        <span>${scene.ruling ? t(`host.phase.${scene.phase === "revealed" ? "revealed" : "ruled"}`) : margin(view, t)}</span>
        ${view.verdict && html`<${PanelButton} name="evidence" small=${true} overlay=${overlay} live=${live} t=${t} />`}
      </div>
      <ol class="presses" aria-label=${t("host.buzz.order")}>
        ${buzz.fouls.map((one) => html`<${Press} key=${`foul ${one.seat}`} seat=${one.seat} status="foul" tag=${foulTag(one, t)} text=${earlyText(one, t)} t=${t} />`)}
        ${order.map((one) => html`<${Press} key=${one.seat} seat=${one.seat} status=${one.status} source=${one.source} text=${pressText(one, buzz, t)} t=${t} />`)}
        ${buzz.fouls.length + order.length === 0 && html`<li class="presses-none">${t(phase === "nobody" ? "host.buzz.order.none" : "host.buzz.order.empty")}</li>`}
      </ol>
    </div>
  `;
}

function buzzWord(buzz, phase, t) {
  if (phase === "locked") return t("host.buzz.locked", { seat: buzz.first.seat });
  if (phase === "too_close") {
    const tied = buzz.order.filter((one) => one.status === "first" || one.status === "tied").map((one) => one.seat);
    return t("host.buzz.too_close", { seats: seatNames(tied, t) });
  }
  return t(`host.buzz.${phase}`);
}

/** By how much the first was first, and what is missing from the evidence. */
function margin(view, t) {
  const { buzz } = view.scene;
  const said = [];
  if (view.scene.attempts.length) said.push(attemptsText(view.scene.attempts, t));
  if (buzz.phase === "locked" && buzz.first) {
    const { lead_us: lead, uncertainty_us: uncertainty, settled } = buzz.first;
    if (settled) said.push(t(`host.settled.${settled}`));
    else said.push(lead === null ? t("host.buzz.alone") : t("host.buzz.lead", { lead: milliseconds(lead), uncertainty: milliseconds(uncertainty) }));
  }
  const verdict = view.verdict;
  if (buzz.phase === "too_close" && verdict && verdict.lead_us !== null) {
    said.push(t("host.buzz.apart", { lead: milliseconds(verdict.lead_us), uncertainty: milliseconds(verdict.lead_uncertainty_us) }));
  }
  if (verdict) said.push(finalWords(verdict, t));
  return said.filter(Boolean).join(t("sentence"));
}

/** Who has answered already, while the question stays open for others. */
function attemptsText(attempts, t) {
  return attempts.map((one) => rulingText(one, t)).join(t("list"));
}

function pressText(press, buzz, t) {
  const values = { ms: milliseconds(press.lag_us), uncertainty: milliseconds(press.uncertainty_us) };
  if (press.status === "first") return t("host.buzz.first");
  if (press.status === "tied") return press.lag_us === 0 ? t("host.buzz.tied") : t("host.buzz.gap", values);
  if (press.status === "after") return t("host.buzz.lag", values);
  return t(`host.buzz.${press.status}`);
}

function foulTag(foul, t) {
  return `${t("host.buzz.foul")} ${change(foul.points)}`;
}

function earlyText(foul, t) {
  return foul.early_us === null ? "" : t("host.buzz.early", { ms: milliseconds(foul.early_us) });
}

function Press({ seat, status, source, tag, text, t }) {
  return html`
    <li class=${`press is-${status}`} data-press=${seat}>
      <b>${t("seat", { seat })}${tag && html`${" "}<em>${tag}</em>`}${source === "web" && html`${" "}<small data-role="source">${t("web")}</small>`}</b><span>${text}</span>
    </li>
  `;
}

function Judges({ view, t }) {
  const { scene, judges } = view;
  const preparing = scene.purpose === "prepare" && scene.phase === "running";
  const marking = scene.phase === "marking" || scene.phase === "closed";
  const marks = judges.filter((one) => !one.masked && !one.excused);
  const missing = marks.filter((one) => !one.submitted);
  const done = t("host.judges.count", { done: marks.length - missing.length, of: marks.length });
  const names = missing.map((one) => one.name).join(t("list"));
  return html`
    <div class="now-line judges" data-role="judges">
      <div class="phase">
        <strong>${t(preparing ? "host.scenario.preparing" : `host.scenario.${scene.phase}`)}</strong>
        <span class=${marking && missing.length ? "is-missing" : ""}>
          ${done}${marking && missing.length > 0 && `${t("sentence")}${t("host.judges.missing", { names })}`}
        </span>
      </div>
      <ol class="judge-list">
        ${judges.map((one) => html`<${Judge} key=${one.judge} judge=${one} t=${t} />`)}
      </ol>
    </div>
  `;
}

function Judge({ judge, t }) {
  const state = judge.masked ? "masked" : judge.excused ? "excused" : judge.submitted ? "submitted" : judge.online ? "missing" : "offline";
  return html`
    <li class=${`judge is-${state}`} data-judge=${judge.judge}>
      <span class="judge-name">${judge.name}${judge.chief && html`${" "}<small>${t("host.judge.chief")}</small>`}</span>
      <span class="judge-state">${t(`host.judge.${state}`)}${judge.mark !== null && html`${" "}<b class="figures">${points(judge.mark)}</b>`}</span>
    </li>
  `;
}
