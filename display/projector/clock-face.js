// A clock as figures: quiet while there is time, a quarter of the picture in its last ten seconds.
import { clockText, remainingMs } from "../shared/clock.js";
import { html } from "../shared/html.js";

const LAST_MS = 10_000;

/** Whether a clock is in its last ten seconds. */
export function lastTen(clock, nowNs) {
  return clock.state !== "expired" && remainingMs(clock, nowNs) <= LAST_MS;
}

/** @param {{clock: object, nowNs: number, t: Function}} props */
export function ClockFace({ clock, nowNs, t }) {
  return html`<div class="clock" data-role="clock" data-state=${clock.state} data-purpose=${clock.purpose} data-last=${lastTen(clock, nowNs) ? "yes" : "no"}>
    <span class="clock-figures figures">${clockText(remainingMs(clock, nowNs))}</span>
    ${clock.state === "held" && html`<span class="clock-held">${t("p.held")}</span>`}
  </div>`;
}
