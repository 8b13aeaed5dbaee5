// A clock as figures: quiet while there is time, a quarter of the picture in its last ten seconds.
import { clockText, remainingMs } from "../shared/clock.js";
import { html } from "../shared/html.js";
import { LAST_MS, useRemainingMs } from "./time.js";

/** Whether a clock is in its last ten seconds. */
export function lastTen(clock, nowNs) {
  return clock.state !== "expired" && remainingMs(clock, nowNs) <= LAST_MS;
}

/** @param {{clock: object, contestNs: () => number, t: Function}} props */
export function ClockFace({ clock, contestNs, t }) {
  const leftMs = useRemainingMs(clock, contestNs);
  return html`<div class="clock" data-role="clock" data-state=${clock.state} data-purpose=${clock.purpose} data-last=${clock.state !== "expired" && leftMs <= LAST_MS ? "yes" : "no"}>
    <span class="clock-figures figures">${clockText(leftMs)}</span>
    ${clock.state === "held" && html`<span class="clock-held">${t("p.held")}</span>`}
  </div>`;
}
