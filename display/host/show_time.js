// The time of day, when the show will end, and by how much it is late; reckoned from the cue sheet.
import { html, useEffect, useState } from "../shared/html.js";

const LATE_S = 60; // by less than a minute nobody is late

/**
 * @param {object[]} cues the cue sheet
 * @param {number} sinceS seconds since the snapshot: the part in hand goes on
 * @returns {{leftS: number, overS: number, hereLeftS: number|null}} overS below 0: ahead of the plan; hereLeftS: of the part in hand.
 *   The opening is never late, the hall may stand open for an hour; what was skipped and a tie-break that may never be count nothing.
 */
export function forecast(cues, sinceS) {
  let [leftS, overS, hereLeftS] = [0, 0, null];
  for (const cue of cues) {
    const usedS = cue.used_s + (cue.state === "now" ? sinceS : 0);
    const opening = cue.kind === "opening";
    const aheadS = cue.planned_s > 0 ? cue.planned_s - usedS : 0;
    if (cue.state === "todo" || cue.state === "next") leftS += cue.kind === "tie" ? 0 : cue.planned_s;
    else if (cue.state === "done" && !opening) overS -= aheadS;
    else if (cue.state === "now") {
      if (cue.planned_s > 0) hereLeftS = aheadS;
      leftS += Math.max(0, aheadS);
      if (!opening) overS += Math.max(0, -aheadS);
    }
  }
  return { leftS, overS, hereLeftS };
}

const twoDigits = (n) => String(n).padStart(2, "0");

/** "16:40" on the clock of this machine. */
export function timeOfDay(date) {
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** Minutes and seconds: "8:22". */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${twoDigits(whole % 60)}`;
}

/** Sentences: when it ends, and early or late by how many minutes. */
export function forecastWords({ leftS, overS }, now, t) {
  const end = t("host.time.end", { time: timeOfDay(new Date(now.getTime() + leftS * 1000)) });
  if (overS >= LATE_S) return { end, over: t("host.time.over", { n: Math.round(overS / 60) }), late: true };
  if (overS <= -LATE_S) return { end, over: t("host.time.early", { n: Math.round(-overS / 60) }), late: false };
  return { end, over: t("host.time.asPlanned"), late: false };
}

/** Stands above the cue sheet. `frozen`: the show is over and certified. */
export function ShowTime({ cues, sinceS, frozen, t }) {
  const now = useNow();
  const known = forecast(cues, sinceS);
  const { end, over, late } = forecastWords(known, now, t);
  const hereLate = known.hereLeftS !== null && known.hereLeftS < 0;
  return html`
    <div class=${`show-time ${late ? "is-late" : ""}`} data-role="show-time">
      <b class="figures day-clock">${timeOfDay(now)}</b>
      ${!frozen &&
      cues.length > 0 &&
      html`
        <p><span>${end}</span><strong>${over}</strong></p>
        <p class="here-left">${known.hereLeftS !== null && t(hereLate ? "host.time.hereOver" : "host.time.hereLeft", { minutes: minutes(Math.abs(known.hereLeftS)) })}</p>
      `}
    </div>
  `;
}

function useNow() {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
