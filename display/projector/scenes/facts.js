// Short words beside a question: what hangs on it, who failed already, who handed it on, how a tie was settled, what a tie is about.
import { html } from "../../shared/html.js";
import { milliseconds, points, uncertaintyText } from "../../shared/numbers.js";
import { Fit } from "../fit.js";

/** The places that follow from right and from wrong. @param {{outlook: {right_place, wrong_place}, t: Function}} props */
export function Outlook({ outlook, t }) {
  const line = (kind, place) => html`<div class=${`outlook-line is-${kind}`}><span>${t(`p.outlook.${kind}`)}</span><i>→</i><b>${t("p.outlook.place", { place })}</b></div>`;
  return html`<div class="outlook" data-role="outlook">${line("right", outlook.right_place)}${line("wrong", outlook.wrong_place)}</div>`;
}

/** Who has answered this question in vain while it stays open for the others. */
export function Attempts({ attempts, t }) {
  const wrong = attempts.every((one) => one.result === "wrong");
  return html`<div class="attempts" data-role="attempts">
    <span>${t(wrong ? "p.attempts.wrong" : "p.attempts.other")}</span>
    ${attempts.map((one) => html`<b class="figures" data-seat=${one.seat}>${one.seat}</b>`)}
  </div>`;
}

/** How presses too close to call were settled: said as what it is, never as a lead. @param {{small?: boolean}} props beside the question */
export function Settled({ buzz, small = false, t }) {
  const { settled, lead_us: lead, uncertainty_us: uncertainty } = buzz.first;
  const known = settled === "estimate" && lead !== null;
  const note = known ? t(small ? "p.tooCloseNoteAside" : "p.tooCloseNote", { lag: milliseconds(lead), uncertainty: uncertaintyText(uncertainty ?? 0, milliseconds(lead)) }) : t("p.settledNote");
  return html`<div class="settled" data-role="settled" data-how=${settled}><${Fit} max=${small ? 4.6 : 7} as="b" class="settled-word">${t(`p.settled.${settled}`)}<//><${Fit} max=${4.2} class="settled-note">${note}<//></div>`;
}

/** What a tie-break is about, and what each of the tied has in it; two of them as a score: "2 号 1 : 0 4 号". */
export function TieFor({ tie, t }) {
  const scored = tie.points.some((one) => one.points !== 0);
  const duel = scored && tie.points.length === 2;
  const one = ({ seat, points: has }) => html`<span data-seat=${seat}><b class="figures">${seat}</b>${scored && html`<i class="figures">${points(has)}</i>`}</span>`;
  return html`<div class="tie-for" data-role="tie">
    <div class="tie-place">${t("p.tieFor", { place: tie.place })}</div>
    <div class=${`tie-seats ${duel ? "is-duel" : ""}`} data-many=${tie.points.length > 4 ? "yes" : "no"}>
      ${duel ? html`${one(tie.points[0])}<u class="figures">:</u>${one(tie.points[1])}` : tie.points.map(one)}
    </div>
  </div>`;
}
