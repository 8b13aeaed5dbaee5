// The audience's page, for a phone in the hand: where we are, the question, who was first, the ruling, the scores.
import { lastTen } from "../projector/clock-face.js";
import { useContestTime, useCount } from "../projector/time.js";
import { clockText, remainingMs } from "../shared/clock.js";
import { html, useEffect } from "../shared/html.js";
import { useLanguage } from "../shared/language.js";
import { momentOf } from "../shared/moment.js";
import { useLook } from "../shared/page.js";
import { oneLine, saidOf } from "../shared/said.js";
import { Shape } from "../shared/shape.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { Details } from "./details.js";
import { Question } from "./question.js";
import { Scores } from "./scores.js";

const QUIET = new Set(["dark", "hold", "opening"]); // nothing but the contest's title
const WITHOUT_SCORES = new Set(["lineup", "rules", "standings", "final", "place"]);

/** @param {{view: object|null, link: {state: string}, contestNs: () => number, display?: object}} props view: the audience view */
export function App({ view, link, contestNs, display }) {
  const { language, t, toggle } = useLanguage(view?.lang, display?.language ?? null);
  useLook(view, display);
  const nowNs = useContestTime(view, contestNs);
  const count = useCount(view?.scene.buzz, nowNs);
  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t("audience.page")}`;
  }, [t]);

  if (!view) return html`<main class="audience is-quiet" data-link=${link.state}><p class="quiet-note" role="status">${t("link.connecting")}</p></main>`;
  const moment = momentOf(view, nowNs, count);
  const quiet = QUIET.has(moment.kind);
  const shared = { view, moment, nowNs, language, t };
  return html`<main class=${`audience ${quiet ? "is-quiet" : ""}`} data-moment=${moment.kind} data-look=${moment.look} data-link=${link.state}>
    ${link.state !== "live" && html`<p class="lost" role="status" data-role="link">${t(link.state === "old" ? "audience.old" : "audience.lost")}</p>`}
    ${quiet ? html`<${Hold} ...${shared} />` : html`
      <${Header} ...${shared} toggle=${toggle} />
      <div class="columns">
        <div class="now-column">
          <${Now} ...${shared} said=${saidOf(view, moment, count, language, t)} />
          ${view.scene.question && html`<${Question} ...${shared} />`}
          <${Details} ...${shared} />
        </div>
        ${!WITHOUT_SCORES.has(moment.kind) && html`<${Scores} view=${view} t=${t} />`}
      </div>
    `}
  </main>`;
}

/** Blackout, the hold slide, and before it begins: the title, and nothing to wait in front of. */
function Hold({ view, moment, language, t }) {
  return html`<div class="hold" data-role="hold">
    <h1 class="hold-title set-by-words">${words(pick(view.title, language))}</h1>
    <p class="hold-subtitle set-by-words">${words(pick(view.subtitle, language))}</p>
    <p class="quiet-note" role="status">${t(moment.kind === "opening" ? "m.waiting" : "audience.hold")}</p>
  </div>`;
}

function Header({ view, language, t, toggle }) {
  const { round, turn } = view;
  return html`<header class="head">
    <div class="head-line">
      <h1 class="head-title">${oneLine(pick(view.title, language), language)}</h1>
      <button type="button" class="head-language" onClick=${toggle} lang=${language === "en" ? "zh-CN" : "en"}>${t("language.switch")}</button>
    </div>
    <p class="head-where" data-role="where">
      ${view.rehearsal && html`<b class="head-rehearsal">${t("p.rehearsal")}</b>`}
      ${round && html`<b>${oneLine(pick(round.title, language), language)}</b>`}
      ${round && turn && html`<span data-role="position">${t("p.position", { position: turn.position, of: turn.of })}</span>`}
    </p>
  </header>`;
}

/** What matters now. A screen reader is told when it changes; the clock beside it is not read out. */
function Now({ view, moment, said, nowNs, t }) {
  const { clock } = view;
  const alone = said.seat !== null;
  return html`<section class="now" aria-label=${t("audience.now")}>
    <div class="now-said" role="status" aria-atomic="true" data-role="now">
      <${Shape} look=${moment.look} />
      ${alone && html`<b class="now-seat figures">${said.seat}</b>`}
      <div class="now-words">
        ${said.tag && html`<span class="now-tag">${said.tag}</span>${" "}`}
        <span class="now-line"><strong class="now-main set-by-words" data-role="word">${alone ? said.main : words(said.main)}</strong>${said.figure && html` <b class="now-figure figures">${said.figure}</b>`}</span>
        ${said.note && html`${" "}<span class=${`now-note set-by-words ${moment.fouled ? "is-foul" : ""}`}>${words(said.note)}</span>`}
      </div>
    </div>
    ${clock && html`<div class="time" role="timer" aria-label=${t("audience.left")} data-role="clock" data-last=${lastTen(clock, nowNs) ? "yes" : "no"}>
      <span class="figures">${clockText(remainingMs(clock, nowNs))}</span>${clock.state === "held" && html`<small>${t("p.held")}</small>`}
    </div>`}
  </section>`;
}
