// The scores on the phone: in the order of the stage, as people see the contestants sit; the place stands beside.
import { html } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";

function placeText(seat, seats, t) {
  if (seat.place === null || seats.every((one) => one.place === seats[0].place)) return ""; // nobody is ahead yet
  return t(seat.shared ? "p.placeShared" : "p.place", { place: seat.place });
}

/** What a seat's state is called: the last change of its score, a foul, or whose turn it is. */
function stateText(seat, t) {
  if (seat.state === "foul" || seat.delta?.cause === "foul") return seat.delta ? `${t("foul")} ${change(seat.delta.points)}` : t("foul");
  if (seat.delta) return change(seat.delta.points);
  return ["out", "turn", "floor"].includes(seat.state) ? t(`p.state.${seat.state}`) : "";
}

export function Scores({ view, t }) {
  return html`<section class="scores" aria-label=${t("audience.scores")}>
    <h2>${t("audience.scores")}</h2>
    <ol>
      ${view.seats.map((seat) => {
        const state = stateText(seat, t);
        const foul = seat.state === "foul" || seat.delta?.cause === "foul";
        return html`<li key=${seat.seat} data-seat=${seat.seat} data-state=${seat.state}>
          <b class="figures">${seat.seat}</b>
          <span class="scores-name">${seat.name}${" "}${state && html`<em data-foul=${foul ? "yes" : "no"}>${state}</em>`}</span>
          <span class="scores-place">${placeText(seat, view.seats, t)}</span>
          <strong class="figures" data-score=${seat.score}>${points(seat.score)}</strong>
        </li>`;
      })}
    </ol>
  </section>`;
}
