// The photo finish: who was first, by how much, and the wave as the axis of time with each press where it happened.
import { html } from "../../shared/html.js";
import { change, milliseconds, uncertaintyText } from "../../shared/numbers.js";
import { Fit, Name } from "../fit.js";
import { stageSize } from "../frame.js";
import { axisOf, axisTo } from "../photo-axis.js";
import { seatOf } from "../seats.js";
import { Settled } from "./facts.js";

const AXIS_Y = 9; // percent of the stage's height in the drawing: the line
const LABEL_TOP = 15.2;
const FOULS_SHOWN = 3; // beside the question; every one stands at its seat as well
const TO_BAND = 34; // upwards from the line: past the lower edge of the band with the name, which lies over it

/** "快 8.12 毫秒 ± 0.30", to the next press. */
export function Lead({ buzz, t }) {
  const { first, order } = buzz;
  if (first.lead_us === null) return html`<div class="lead" data-role="lead"><span>${t("p.alone")}</span></div>`;
  const next = order.filter((press) => press.status === "after").sort((a, b) => a.lag_us - b.lag_us)[0];
  const lead = milliseconds(first.lead_us);
  return html`<div class="lead-line">
    ${next && html`<span class="lead-versus">${t("p.versus", { seat: next.seat })}</span>`}
    <div class="lead" data-role="lead">
      <span>${t("p.faster")}</span> <b class="figures">${lead}</b> <span>${t("p.ms")}</span> <i class="figures">± ${uncertaintyText(first.uncertainty_us, lead)}</i>
    </div>
  </div>`;
}

/** Fouls of this arming: the word, who, and what it cost. */
export function Fouls({ view, t }) {
  const fouls = view.scene.buzz.fouls.slice(0, FOULS_SHOWN);
  return html`<div class="fouls" data-many=${fouls.length > 1 ? "yes" : "no"}>
    ${fouls.map(
      (foul) => html`<div class="foul" data-role="foul" data-seat=${foul.seat}>
        <div class="foul-word">${t("foul")}</div>
        <b class="foul-points figures">${change(foul.points)}</b>
        <div class="foul-who"><b class="figures">${foul.seat}</b><${Name} max=${4.8} class="foul-name">${seatOf(view, foul.seat).name}<//></div>
      </div>`,
    )}
  </div>`;
}

/** Ticks, intervals and leaders under the line, as one drawing in percent of the stage's height. */
function AxisDrawing({ marks }) {
  return html`<svg class="axis-drawing" viewBox=${`0 0 ${stageSize().width} 22`} aria-hidden="true">
    ${marks.map((mark) => {
      const path = `M${mark.x} ${AXIS_Y} v3.6 L${mark.labelX} ${LABEL_TOP}`;
      return html`<g class=${mark.leads ? "leads" : "after"}>
        ${!mark.beyond && mark.half > 0.5 && html`<rect class="interval" x=${mark.x - mark.half} y=${AXIS_Y + 4.2} width=${mark.half * 2} height="1.2" />`}
        ${mark.status === "first" && html`<path class="finish" d=${`M${mark.x} ${AXIS_Y} v${-(TO_BAND + stageSize().height - 100)}`} />`}
        <path class="leader" d=${path} />
      </g>`;
    })}
    ${marks.some((mark) => mark.beyond) && html`<path class="axis-break" d=${`M${axisTo() + 1.4} ${AXIS_Y + 2.4} l2 -4.8 M${axisTo() + 3.2} ${AXIS_Y + 2.4} l2 -4.8`} />`}
  </svg>`;
}

function Axis({ buzz, t }) {
  const { marks } = axisOf(buzz);
  return html`<div class="axis" data-role="axis">
    <div class="wave-room" data-wave-slot />
    <div class="axis-under">
      <${AxisDrawing} marks=${marks} />
      ${marks.map((mark) => {
        const sign = mark.lag_us === 0 ? "0" : `+${milliseconds(mark.lag_us)}`;
        return html`<div class="axis-label" style=${{ left: `calc(var(--u) * ${mark.labelX.toFixed(2)})` }} data-role="press" data-seat=${mark.seat} data-status=${mark.status} data-lag-us=${mark.lag_us}>
          <b class="figures">${mark.seat}</b><span class="figures">${sign}</span>
          ${mark.source === "web" && html`<small data-role="source">${t("web")}</small>`}
        </div>`;
      })}
    </div>
  </div>`;
}

function TooClose({ view, t }) {
  const { buzz } = view.scene;
  const tied = buzz.order.filter((press) => press.status === "tied");
  const lag = Math.max(0, ...tied.map((press) => press.lag_us));
  const text = milliseconds(lag);
  const most = Math.max(0, ...tied.map((press) => press.uncertainty_us));
  return html`<div class="too-close">
    <${Fit} max=${21} min=${8} wrap=${false} class="too-close-word">${t("p.tooClose")}<//>
    <div class="too-close-who">
      ${tied.map((press) => html`<div class="too-close-one" data-role="tied" data-seat=${press.seat}><b class="figures">${press.seat}</b><${Name} max=${6.4} class="too-close-name">${seatOf(view, press.seat).name}<//></div>`)}
    </div>
    <${Fit} max=${4.6} class="too-close-note">${t("p.tooCloseNote", { lag: text, uncertainty: uncertaintyText(most, text) })}<//>
  </div>`;
}

export function PhotoFinish({ view, t }) {
  const { buzz } = view.scene;
  if (buzz.phase === "too_close") return html`<div class="scene photo-finish is-too-close"><${TooClose} view=${view} t=${t} /><${Axis} buzz=${buzz} t=${t} /></div>`;
  const seat = seatOf(view, buzz.first.seat);
  return html`<div class="scene photo-finish">
    <div class="first">
      <div class="first-number figures">${seat.seat}</div>
      <${Name} max=${23} min=${6} class="first-name" data-role="first-name">${seat.name}<//>
    </div>
    ${buzz.first.settled ? html`<${Settled} buzz=${buzz} t=${t} />` : html`<${Lead} buzz=${buzz} t=${t} />`}
    <${Axis} buzz=${buzz} t=${t} />
  </div>`;
}

