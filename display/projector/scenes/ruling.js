// A ruling: as the whole picture at the moment it is said, and small beside the answer afterwards.
import { html } from "../../shared/html.js";
import { change } from "../../shared/numbers.js";
import { Fit, Name } from "../fit.js";
import { seatOf } from "../seats.js";

const LOOKS = { right: "right", partial: "right", audience: "plain", wrong: "wrong", timeout: "wrong", declined: "wrong", void: "plain", unanswered: "plain" };

/** @param {{view: object, t: Function, small?: boolean}} props small: beside the question */
export function Ruling({ view, t, small = false }) {
  const { ruling } = view.scene;
  const seat = ruling.seat ? seatOf(view, ruling.seat) : null;
  const look = LOOKS[ruling.result];
  const scored = ["right", "partial", "wrong", "timeout", "declined"].includes(ruling.result) && (ruling.points !== 0 || (ruling.result === "right" && !view.scene.tie));
  const word = html`<${Fit} max=${small ? 11 : 29} min=${small ? 4 : 5} wrap=${false} class="ruling-word">${t(`result.${ruling.result}`)}<//>`;
  const number = scored && html`<div class="ruling-points figures" data-long=${change(ruling.points).length > 4 ? "yes" : "no"}>${change(ruling.points)}</div>`;
  const who = seat && html`<div class="ruling-who"><b class="figures">${seat.seat}</b><${Name} max=${small ? 5 : 8.4} class="ruling-name">${seat.name}<//></div>`;
  if (small) return html`<div class=${`ruling small look-${look}`} data-role="ruling" data-result=${ruling.result}>${who}${word}${number}</div>`;
  const struck = ruling.result === "wrong"; // the wave itself strikes the word out
  return html`<div class="scene ruled">
    <div class=${`ruling look-${look}`} data-role="ruling" data-result=${ruling.result}>
      ${who}
      <div class="ruling-said">${word}${number}${struck && html`<i class="strike-room" data-wave-slot />`}</div>
    </div>
    <div class="wave-room" data-wave-slot=${struck ? null : ""} />
  </div>`;
}
