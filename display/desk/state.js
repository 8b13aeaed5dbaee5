// From a view, the line and the button to the one thing the page says. Pure.

/**
 * @param {object} view the desk view, not null
 * @param {{state: string}} link
 * @param {{uncertaintyUs: number|null, replaced: boolean}} buzzer
 * @param {string|null} pressedIn the arming in which this page was pressed last
 * @param {number} nowNs contest time
 * @returns {string} a state; the strings desk.STATE and desk.STATE.note say it
 */
export function deskState(view, link, buzzer, pressedIn, nowNs) {
  if (view.seat === null) return "barred";
  if (buzzer.replaced) return "replaced";
  if (link.state === "refused") return "refused";
  if (view.stake) return "stake"; // nothing can be pressed for meanwhile; it says itself when the line is lost
  if (link.state !== "live") return "lost";
  const { buzz, seat } = view;
  if (buzz?.phase === "locked") return buzz.first.seat === seat ? "first" : "other";
  const live = buzz?.phase === "armed" || buzz?.phase === "open";
  const again = live && buzz.eligible.includes(seat); // a foul that costs the press alone
  if (buzz?.fouls.some((foul) => foul.seat === seat) && !again) return "foul";
  if (buzz?.phase === "too_close") return tiedSeats(buzz).includes(seat) ? "tied" : "close";
  if (buzz?.phase === "nobody" || buzz?.phase === "interrupted") return buzz.phase;
  if (live && !buzz.eligible.includes(seat)) return "out";
  if (buzzer.uncertaintyUs === null) return "syncing";
  if (!live) return ownTurn(view) ? "turn" : "idle";
  if (pressedIn === buzz.arming) return "pressed";
  return buzz.phase === "open" && nowNs >= buzz.open_at_ns ? "open" : "armed";
}

/** Whether it is this seat that answers, in a round in which nobody presses. */
function ownTurn({ seats, seat, buzz }) {
  return !buzz && seats.find((one) => one.seat === seat)?.state === "turn";
}

export function tiedSeats(buzz) {
  return buzz.order.filter((press) => press.status === "tied").map((press) => press.seat);
}
