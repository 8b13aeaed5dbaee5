// A ruling that waits: what it would change, for the host's eyes. The hall does not see it until it is revealed.
import { html } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { resultText } from "./now_line.js";

/** Place of a seat if the scores were these; equal scores share a place. */
function placeIn(scores, seat) {
  const own = scores.get(seat);
  const others = [...scores].filter(([other]) => other !== seat).map(([, score]) => score);
  return { place: 1 + others.filter((score) => score > own).length, shared: others.includes(own) };
}

/** Score and place of the seat before and after; null where the ruling is nobody's. */
export function stagedChange(view) {
  const { staged, seats } = view;
  const seat = seats.find((one) => one.seat === staged.seat);
  if (!seat) return null;
  const before = new Map(seats.map((one) => [one.seat, one.score]));
  const score = Math.round((seat.score + staged.points) * 100) / 100;
  return { seat, before: { score: seat.score, place: seat.place, shared: seat.shared }, after: { score, ...placeIn(new Map(before).set(seat.seat, score), seat.seat) } };
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
