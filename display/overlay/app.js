// The overlay for livestreams: a score bug above and a lower third below, each on its own solid plates, and nothing around them.
import { lastTen } from "../projector/clock-face.js";
import { useContestTime, useCount } from "../projector/time.js";
import { useMeasureAgain } from "../projector/fit.js";
import { clockText, remainingMs } from "../shared/clock.js";
import { html } from "../shared/html.js";
import { momentOf } from "../shared/moment.js";
import { change, points } from "../shared/numbers.js";
import { usePage } from "../shared/page.js";
import { oneLine, saidOf } from "../shared/said.js";
import { pick } from "../shared/strings.js";
import { Third } from "./third.js";

// This page is the projector's under another address: what makes it transparent comes with this module.
document.documentElement.dataset.overlay = "yes";
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "/display/overlay/overlay.css";
document.head.append(sheet);
await new Promise((resolve) => {
  sheet.addEventListener("load", resolve);
  sheet.addEventListener("error", resolve); // without its sheet it is ugly; without the page it would be nothing
});

const NOTHING = new Set(["dark", "opening", "hold", "rules", "cue"]); // the stream shows the stage itself
const WITHOUT_BUG = new Set(["round", "tie", "lineup", "scoreboard", "stakes", "correction", "final", "place", "standings"]); // the lower third says it all
const NAMED = 6; // more seats than that have no names in the bug

/** @param {{view: object|null, link: {state: string}, contestNs: () => number, display?: object}} props view: the projector's view */
export function App({ view, link, contestNs, display }) {
  const { language, t } = usePage(view, display);
  const nowNs = useContestTime(view, contestNs);
  const count = useCount(view?.scene.buzz, nowNs);
  const measured = useMeasureAgain();

  const moment = view && momentOf(view, nowNs, count);
  if (!view || NOTHING.has(moment.kind)) return html`<main class="ov" data-moment=${moment?.kind ?? "waiting"} data-link=${link.state} />`;
  const said = saidOf(view, moment, count, language, t);
  const lost = link.state !== "live";
  return html`<main class="ov" data-moment=${moment.kind} data-look=${moment.look} data-link=${link.state} data-measured=${measured}>
    <div class="ov-frame">
      <div class="ov-top">
        ${view.round && !WITHOUT_BUG.has(moment.kind) && html`<${Bug} view=${view} nowNs=${nowNs} language=${language} t=${t} />`}
        ${view.rehearsal && html`<b class="ov-mark" data-role="rehearsal">${t("p.rehearsal")}</b>`}
        ${lost && html`<b class="ov-mark" data-role="link">${t("overlay.lost")}</b>`}
      </div>
      <${Third} view=${view} moment=${moment} said=${said} language=${language} t=${t} />
    </div>
  </main>`;
}

function Bug({ view, nowNs, language, t }) {
  const { round, turn, clock, seats } = view;
  const named = seats.length <= NAMED;
  return html`<section class="ov-bug" data-role="bug" data-named=${named ? "yes" : "no"}>
    <div class="ov-bug-where"><b>${oneLine(pick(round.title, language), language)}</b>${turn && html`<span class="figures">${turn.position} / ${turn.of}</span>`}</div>
    ${seats.map((seat) => html`<div class="ov-bug-seat" key=${seat.seat} data-seat=${seat.seat} data-state=${seat.state}>
      <b class="figures">${seat.seat}</b>
      <div>
        ${named && html`<span class="ov-bug-name">${seat.name}</span>`}
        <span class="ov-bug-score figures" data-score=${seat.score}>${points(seat.score)}${seat.delta && named && html`<em>${change(seat.delta.points)}</em>`}</span>
      </div>
    </div>`)}
    ${clock && html`<div class="ov-bug-clock figures" data-role="clock" data-state=${clock.state} data-last=${lastTen(clock, nowNs) ? "yes" : "no"}>${clockText(remainingMs(clock, nowNs))}${clock.state === "held" && html`<small>${t("p.held")}</small>`}</div>`}
  </section>`;
}
