// The head of the middle zone: which round, which turn, whose, for how many points; and the clock.
import { clockText, remainingMs, secondsShown } from "../shared/clock.js";
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { SCENES } from "./scenes.js";
import { useContestTime } from "./ticking.js";

const SOON_SECONDS = 10;

export function Now({ view, contestNs, t, language }) {
  const { round, turn, scene } = view;
  const seat = whose(view);
  const turnKey = round?.kind === "scenario" ? "host.turn.scenario" : "host.turn";
  return html`
    <div class="now">
      <div class="now-where">
        <div class="now-round">
          <b>${round && scene.name !== "final" ? pick(round.title, language) : t(`host.scene.${scene.name in SCENES ? scene.name : "scoreboard"}`)}</b>
          ${turn && html`<span>${t(turnKey, turn)}</span>`}
          ${scene.question && html`<span class="now-worth">${t("host.worth", { points: points(scene.question.points) })}</span>`}
          ${facts(view, t).map((fact) => html`<span class="now-fact">${fact}</span>`)}
        </div>
        <div class=${`now-who ${seat ? `is-${seat.state}` : ""}`}>
          ${seat && html`<b>${t(seat.state === "floor" ? "host.who.floor" : "host.who.turn", { seat: seat.seat })}</b> <span>${seat.name}</span>`}
        </div>
      </div>
      <${Clock} clock=${view.clock} contestNs=${contestNs} t=${t} />
    </div>
  `;
}

/** What else is worth a word up here: that the hall sees a correction, what a tie-break is about, who has chosen in secret. */
function facts(view, t) {
  const { scene, stakes_in: chosen } = view;
  if (view.correction) return [t("host.correction")];
  if (scene.tie && scene.name === "question") return [t("host.scene.tie", { place: scene.tie.place })];
  return chosen.length && scene.name !== "stakes" && scene.name !== "question" ? [t("host.stakes.in", { seats: chosen.join(t("list")) })] : [];
}

/** The seat that is meant now: who has the floor, else whose turn it is. */
function whose(view) {
  const floor = view.seats.find((one) => one.state === "floor");
  return floor ?? view.seats.find((one) => one.seat === view.turn?.seat) ?? null;
}

function Clock({ clock, contestNs, t }) {
  const nowNs = useContestTime(contestNs, clock?.state === "running" ? 100 : 0);
  if (!clock) {
    return html`<div class="clock is-none"><span class="clock-label">${t("host.clock.none")}</span></div>`;
  }
  const ms = remainingMs(clock, nowNs);
  const soon = clock.state === "running" && secondsShown(ms) <= SOON_SECONDS;
  return html`
    <div class=${`clock is-${clock.state} ${soon ? "is-soon" : ""}`} data-role="clock" role="timer">
      <span class="clock-label">${t(`host.clock.${clock.state}`, { purpose: t(`host.clock.${clock.purpose}`) })}</span>
      <span class="clock-digits figures">${clockText(ms)}</span>
    </div>
  `;
}
