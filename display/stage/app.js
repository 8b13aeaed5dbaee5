// The stage monitor: what the one who stands on the stage has to know, from four metres away. Contestants see it as well.
import { lastTen } from "../projector/clock-face.js";
import { Fit, Name, useMeasureAgain } from "../projector/fit.js";
import { useContestTime, useCount } from "../projector/time.js";
import { clockText, remainingMs } from "../shared/clock.js";
import { html, useEffect } from "../shared/html.js";
import { momentOf } from "../shared/moment.js";
import { change, points } from "../shared/numbers.js";
import { usePage } from "../shared/page.js";
import { saidOf } from "../shared/said.js";
import { Shape } from "../shared/shape.js";
import { Body } from "./body.js";
import { nextParts, planOf } from "./coming.js";

const WITHOUT_SCORES = new Set(["final", "place", "standings", "rules"]); // the order of a result is not said before its time; rules need the room
const LONG = 150; // characters of Chinese; English is as long at twice as many

/** @param {{view: object|null, link: {state: string}, contestNs: () => number, display?: object}} props view: the stage view */
export function App({ view, link, contestNs, display }) {
  const { language, t } = usePage(view, display);
  const nowNs = useContestTime(view, contestNs);
  const count = useCount(view?.scene.buzz, nowNs);
  useMeasureAgain();
  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t("stage.page")}`;
  }, [t]);

  if (!view) return html`<main class="monitor is-empty" data-link=${link.state}><p class="empty">${t("link.connecting")}</p></main>`;
  const moment = momentOf(view, nowNs, count);
  const said = saidOf(view, moment, count, language, t);
  const clock = view.blackout ? null : view.clock;
  const dense = moment.kind === "rules" || isLong(view.scene.question);
  const shared = { view, moment, said, dense, nowNs, language, t };
  return html`<main
    class="monitor"
    data-moment=${moment.kind}
    data-look=${moment.look}
    data-clock=${clock ? "yes" : "no"}
    data-link=${link.state}
    data-dense=${dense ? "yes" : "no"}
    data-rehearsal=${view.rehearsal ? "yes" : "no"}
  >
    ${link.state !== "live" && html`<div class="lost" role="status" data-role="link">${t("link.lost")}</div>`}
    <header class="top">
      <${Now} ...${shared} />
      ${clock && html`<${Clock} clock=${clock} nowNs=${nowNs} dense=${dense} t=${t} />`}
    </header>
    <${Body} ...${shared} />
    <footer class="foot">
      ${!WITHOUT_SCORES.has(moment.kind) && html`<${Scores} view=${view} />`}
      <${Coming} view=${view} language=${language} t=${t} />
    </footer>
  </main>`;
}

/** A text so long that it needs some of the state's room to be read from the stage. */
function isLong(question) {
  if (!question) return false;
  const text = [question.prompt, ...(question.options ?? []).map((option) => option.text)].join("");
  return [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 1 : 0.5), 0) > LONG;
}

/** The state as a plate: its shape or whose seat, the word above, the large word, the line below. */
function Now({ moment, said, t }) {
  const { look } = moment;
  return html`<section class="now" data-role="now">
    ${said.seat === null ? html`<${Shape} look=${look} />` : html`<b class="now-seat figures">${said.seat}</b>`}
    <div class="now-words">
      ${said.tag && html`<${Fit} max=${5.6} wrap=${false} class="now-tag" data-role="tag">${said.tag}<//>`}
      <div class="now-line">
        ${moment.kind === "count" && html`<span class="now-count figures" data-role="word">${said.main}</span>`}
        ${moment.kind !== "count" && (said.seat === null ? html`<${Fit} max=${18} min=${6} class="now-main" data-role="word">${said.main}<//>` : html`<${Name} max=${16} min=${6} class="now-main" data-role="word">${said.main}<//>`)}
        ${said.figure && html`<span class="now-figure figures" data-role="figure">${said.figure}</span>`}
      </div>
      ${said.note && moment.kind !== "correction" && html`<${Fit} max=${5} class=${`now-note ${moment.fouled ? "is-foul" : ""}`} data-role="note">${said.note}<//>`}
    </div>
  </section>`;
}

function Clock({ clock, nowNs, dense, t }) {
  const last = lastTen(clock, nowNs);
  return html`<section class="time" data-role="clock" data-state=${clock.state} data-last=${last ? "yes" : "no"}>
    <${Fit} max=${dense ? 29 : clock.state === "held" ? 34 : 42} min=${12} wrap=${false} class="time-figures figures">${clockText(remainingMs(clock, nowNs))}<//>
    ${clock.state === "held" && html`<span class="time-held">${t("p.held")}</span>`}
  </section>`;
}

/** Scores in the order of the seats, small; names while there is room for them. */
function Scores({ view }) {
  return html`<ol class="scores" data-many=${view.seats.length > 6 ? "yes" : "no"} style=${{ "--columns": view.seats.length }}>
    ${view.seats.map((seat) => html`<li key=${seat.seat} data-seat=${seat.seat} data-state=${seat.state}>
      <b class="figures">${seat.seat}</b>
      ${view.seats.length <= 6 && html`<span class="scores-name">${seat.name}</span>`}
      <span class="scores-points figures" data-score=${seat.score}>${points(seat.score)}</span>
      ${seat.delta && html`<em class="figures">${change(seat.delta.points)}</em>`}
    </li>`)}
  </ol>`;
}

/** Where we are, what comes next, and how the show stands against its plan. */
function Coming({ view, language, t }) {
  const plan = planOf(view.plan, t);
  const next = nextParts(view, language, t).join(t("sentence"));
  return html`<div class="coming">
    ${view.rehearsal && html`<b class="coming-rehearsal">${t("p.rehearsal")}</b>`}
    ${next && html`<div class="coming-next" data-role="next"><span>${t("stage.next")}</span><${Fit} max=${5} wrap=${false} as="b" class="coming-words">${next}<//></div>`}
    ${plan && html`<div class="coming-plan" data-role="plan" data-over=${plan.look}><b>${plan.word}</b><span class="figures">${plan.used}</span></div>`}
  </div>`;
}
