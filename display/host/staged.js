// A ruling that waits: what it would change, for the host's eyes. The hall does not see it until it is revealed.
import { html } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { resultText } from "./now_line.js";

/** Score and place of the seat before and after; null where the ruling is nobody's, or moves no score. */
export function stagedChange(view) {
  const { staged, seats } = view;
  const seat = seats.find((one) => one.seat === staged.seat);
  if (!seat || !staged.after) return null;
  return { seat, before: { score: seat.score, place: seat.place, shared: seat.shared }, after: staged.after };
}

export function Staged({ view, t }) {
  const { staged } = view;
  const moved = stagedChange(view);
  const place = ({ place: number, shared }) => t(shared ? "host.place.shared" : "host.place", { place: number });
  return html`
    <div class="now-line staged" data-role="staged">
      <div class="phase">
        <b class="staged-word">${t("host.staged")}</b>
        <strong>${staged.seat === null ? resultText(staged, t) : `${resultText(staged, t)} ${change(staged.points)}`}</strong>
        ${moved && html`<span>${moved.seat.name}</span>`}
        <span class="staged-note">${t("host.staged.note")}</span>
      </div>
      ${moved &&
      html`<p class="staged-change">
        <span><small>${t("host.staged.score")}</small><b class="figures">${points(moved.before.score)}</b> → <b class="figures">${points(moved.after.score)}</b></span>
        <span><small>${t("host.staged.place")}</small><b>${place(moved.before)}</b> → <b>${place(moved.after)}</b></span>
      </p>`}
    </div>
  `;
}
