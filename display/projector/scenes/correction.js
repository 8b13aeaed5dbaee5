// 比分更正: who, how much and why. The whole picture, unless a question is being answered; then a bar instead of the title band.
import { html } from "../../shared/html.js";
import { change } from "../../shared/numbers.js";
import { Fit, Name } from "../fit.js";
import { safeWidth } from "../frame.js";
import { seatOf } from "../seats.js";

const WITH_SEATS = 5; // more changes than that take the room of the seats as well

/** Which form the seats have under a notice. */
export const seatsUnder = ({ changes }) => (changes.length > WITH_SEATS ? null : "strip");

export function Correction({ view, t }) {
  const { changes, reason, by } = view.correction;
  const rows = Math.max(1, changes.length);
  return html`<div class="scene correction" data-role="correction">
    <div class="correction-head"><span class="correction-title">${t("p.correction")}</span><${Fit} max=${4.4} class="correction-by">${by && t("p.correction.by", { by })}<//></div>
    <ol class="correction-rows" data-rows=${rows} style=${{ gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      ${changes.length === 0 && html`<li><${Fit} max=${10} class="correction-name">${t("p.correction.none")}<//></li>`}
      ${changes.map(
        (one) => html`<li data-role="corrected" data-seat=${one.seat}>
          <b class="figures">${one.seat}</b>
          <${Name} max=${rows > 5 ? 5.4 : rows > 3 ? 5 : rows > 1 ? 8 : 12} class="correction-name">${seatOf(view, one.seat).name}<//>
          <span class="correction-points figures">${change(one.points)}</span>
        </li>`,
      )}
    </ol>
    <${Fit} max=${5} class="correction-reason" data-role="reason">${reason}<//>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

const barWidth = () => safeWidth() - 12; // u, for title, names and reason together
const NAMED = 3; // more changes than that are counted

/** As much of a reason as the bar holds; the whole of it stands in the log and on the certificate. */
function shortened(reason, taken) {
  const room = Math.floor((barWidth() - taken) / 3.9);
  return reason.length <= room ? reason : room > 5 ? `${reason.slice(0, room - 1)}…` : "";
}

export function CorrectionBar({ view, t }) {
  const { changes, reason } = view.correction;
  const named = changes.slice(0, NAMED).map((one) => `${t("seat", { seat: one.seat })} ${change(one.points)}`);
  const who = [...named, ...(changes.length > NAMED ? ["…"] : [])].join(t("list")) || t("p.correction.none");
  const title = t("p.correction");
  const width = [...title, ...who].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 3.8 : 2), 8);
  return html`<header class="band correction-bar" data-role="correction">
    <i class="band-mark" />
    <b>${title}</b>
    <span class="correction-bar-who figures">${who}</span>
    <span class="correction-bar-why">${shortened(reason, width)}</span>
  </header>`;
}
