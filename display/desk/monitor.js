// The contestant's screen beside a box of wood and wire: own seat, score, clock and how it stands. Nothing here can be pressed.
import { clockText, remainingMs } from "../shared/clock.js";
import { html } from "../shared/html.js";
import { change } from "../shared/numbers.js";

/** Stands where the page's own button would: a box of its own knows its clock, and the console watches it. */
export const NO_BUTTON = { state: () => ({ sequence: 0, taken: 0, uncertaintyUs: 0, replaced: false }) };

/** Which seat this screen stands at, by its address (`?seat=3`); null where that is no seat of the contest. */
export function seatOfAddress(seats, search) {
  const number = Number(new URLSearchParams(search).get("seat"));
  return seats.some((one) => one.seat === number) ? number : null;
}

/** The clock of whoever answers; quiet for all others. */
export function DeskClock({ view, nowNs, t }) {
  const { clock } = view;
  if (!clock || clock.purpose === "open") return null;
  const ms = remainingMs(clock, nowNs);
  const last = clock.state !== "expired" && ms <= 10_000;
  return html`
    <div class="desk-clock" data-role="clock" data-state=${clock.state} data-last=${last ? "yes" : "no"} role="timer" aria-live="off">
      <b class="figures">${clockText(ms)}</b>
      ${clock.state === "held" && html`<span>${t("p.held")}</span>`}
      ${clock.state === "expired" && html`<span>${t("p.timeUp")}</span>`}
    </div>
  `;
}

/** What the last ruling did to one's own score. */
export function OwnChange({ own, t }) {
  if (!own?.delta) return null;
  const { points, cause } = own.delta;
  const word = cause === "foul" ? t("foul") : "";
  return html`<span class=${`who-change ${points < 0 ? "is-loss" : "is-gain"}`} data-role="delta">${word}${word && " "}${change(points)}</span>`;
}

/** Before a seat is chosen: one large way a seat. */
export function SeatChoice({ view, t }) {
  return html`
    <section class="seat-choice">
      <h1>${t("desk.choose")}</h1>
      <p>${t("desk.choose.note")}</p>
      <ol>
        ${view.seats.map((one) => html`<li><a href=${`?seat=${one.seat}`} data-seat=${one.seat}><b class="figures">${one.seat}</b><span>${one.name}</span></a></li>`)}
      </ol>
    </section>
  `;
}
