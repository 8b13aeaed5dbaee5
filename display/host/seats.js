// The seats in stage order: name, score, place, what they may do now, and whether the button works.
import { html } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { seatHealth } from "./health.js";
import { useContestTime } from "./ticking.js";

const MANY = 6; // more seats than that: a line less each

export function Seats({ view, contestNs, t }) {
  const elapsedMs = Math.max(0, useContestTime(contestNs, 1000) - view.contest_ns) / 1e6;
  return html`
    <div class=${`seats ${view.seats.length > MANY ? "is-many" : ""}`}>
      ${view.seats.map(
        (seat) => html`<${Seat} key=${seat.seat} seat=${seat} health=${seatHealth(view, seat.seat, elapsedMs, t)} staged=${view.staged?.seat === seat.seat ? view.staged : null} t=${t} />`,
      )}
    </div>
  `;
}

function Seat({ seat, health, staged, t }) {
  const place = t(seat.shared ? "host.place.shared" : "host.place", { place: seat.place });
  const busy = seat.state !== "idle" || seat.delta !== null || staged !== null; // then only trouble is worth the room
  return html`
    <article class=${`seat is-${seat.state}`} data-seat=${seat.seat} data-state=${seat.state}>
      <span class="seat-number figures">${seat.seat}</span>
      <div class="seat-top"><span class="seat-name" title=${seat.name}>${seat.name}</span><span class="seat-place">${place}</span></div>
      <div class="seat-unit" title=${`${seat.number} ${seat.unit}`}>${seat.unit}</div>
      <div class="seat-score figures">${points(seat.score)}</div>
      <div class="seat-foot">
        ${seat.state !== "idle" && !staged && html`<strong class="seat-state">${t(`host.state.${seat.state}`)}</strong>`}
        ${staged && html`<span class="delta is-staged">${t("host.staged")} <b class="figures">${change(staged.points)}</b></span>`}
        ${seat.delta && !staged && html`<${Delta} delta=${seat.delta} bare=${seat.state !== "idle" || health.bad} t=${t} />`}
        ${(health.bad || !busy) && html`<span class=${`seat-health ${health.bad ? "is-bad" : ""}`} title=${health.text}>${health.text}</span>`}
      </div>
    </article>
  `;
}

function Delta({ delta, bare, t }) {
  const tone = delta.points > 0 ? "up" : delta.points < 0 ? "down" : "same";
  return html`<span class=${`delta is-${tone}`}>${!bare && t(`host.cause.${delta.cause}`)} <b class="figures">${change(delta.points)}</b></span>`;
}
