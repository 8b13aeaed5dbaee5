// What stands between questions: opening, line-up, the title of a round, the call of a contestant, the choice of a stake, the scoreboard.
import { html } from "../../shared/html.js";
import { pick } from "../../shared/strings.js";
import { words } from "../../shared/words.js";
import { Fit, Name } from "../fit.js";
import { Portrait, photoOf } from "../portrait.js";
import { seatOf } from "../seats.js";
import { titlePair, wholeWords } from "../titles.js";
import { Outlook } from "./facts.js";
import { Board } from "./stakes.js";
import { TieTitle } from "./tie.js";

export function Opening({ view, language }) {
  const title = titlePair(view.title, language);
  return html`<div class="scene opening">
    <div class="opening-words">
      <${Fit} max=${15} min=${5} class="opening-title">${title.main}<//>
      <${Fit} max=${5.6} class="opening-subtitle">${pick(view.subtitle, language)}<//>
    </div>
    <div class="wave-room" data-wave-slot />
    <${Fit} max=${4.2} class="opening-english figures">${title.beside}<//>
  </div>`;
}

/** The seats themselves are the subject: they stand in their own component, tall. */
export function Lineup() {
  return null;
}

export function Scoreboard() {
  return null;
}

/** A free part of the show: its title, and nothing of the contest. */
export function Cue({ view, language, t }) {
  const title = titlePair(view.scene.title, language);
  return html`<div class="scene cue" data-kind=${view.scene.kind}>
    <div class="cue-words">
      <div class="cue-kind">${t(`p.cue.${view.scene.kind}`)}</div>
      <${Fit} max=${17} min=${5} class="cue-title">${title.main}<//>
      <${Fit} max=${5} class="cue-english figures">${title.beside}<//>
    </div>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

export function RoundTitle({ view, language, t }) {
  if (view.scene.tie) return html`<${TieTitle} view=${view} t=${t} />`;
  const { round } = view;
  const title = titlePair(round.title, language);
  const ordinal = "一二三四五六七八九"[round.position - 1] ?? round.position;
  const rules = round.rules ?? [];
  return html`<div class="scene round-title">
    <div class="round-name">
      <div class="round-ordinal">${t("p.round", { ordinal, position: round.position, of: round.of })}</div>
      <${Fit} max=${27} min=${9} wrap=${language === "en"} class="round-words">${wholeWords(title.main)}<//>
      <div class="round-english figures">${title.beside}</div>
    </div>
    <${Fit} max=${5.4} as="ol" class="round-rules" data-role="rules">${rules.map((rule) => html`<li>${words(pick(rule, language))}</li>`)}<//>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

/** One contestant, as large as it goes: the photo with the number, or the number alone; name, and the unit beneath. */
export function Person({ seat, above, children }) {
  const photo = photoOf(seat) !== null;
  return html`<div class="person" data-photo=${photo ? "yes" : "no"}>
    ${photo ? html`<${Portrait} seat=${seat} />` : html`<div class="person-number figures">${seat.seat}</div>`}
    <div class="person-words">
      ${photo && html`<div class="person-invite">${above}</div>`}
      <${Name} max=${24} min=${6} class="person-name">${seat.name}<//>
      <${Fit} max=${5.4} class="person-unit">${seat.unit}<//>
      ${children}
    </div>
  </div>`;
}

export function TurnCall({ view, t }) {
  const { scene } = view;
  const seat = seatOf(view, scene.seat);
  if (scene.numbers?.length) return html`<${NumberCall} view=${view} seat=${seat} t=${t} />`;
  const chosen = scene.points ?? null;
  const invite = t("p.invite");
  return html`<div class="scene turn-call">
    ${photoOf(seat) === null && html`<div class="invite">${invite}</div>`}
    <${Person} seat=${seat} above=${invite}>
      ${chosen !== null && html`<div class="person-chosen" data-role="chosen"><span>${t("p.chosen")}</span>${chosen === 0 ? html`<b>${t("p.declined")}</b>` : html`<b class="figures">${chosen}</b><span>${t("p.points")}</span>`}</div>`}
    <//>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

/** The contestant chooses a number from the board. */
function NumberCall({ view, seat, t }) {
  return html`<div class="scene turn-call number-call">
    <div class="stake-who"><b class="figures">${seat.seat}</b><${Name} max=${7.4} class="stake-name">${seat.name}<//><span class="stake-ask">${t("p.chooseNumber")}</span></div>
    <${Board} numbers=${view.scene.numbers} last=${view.scene.numbers_of} />
    <div class="wave-room" data-wave-slot />
  </div>`;
}

export function Stake({ view, t }) {
  const { scene } = view;
  const seat = seatOf(view, scene.seat);
  return html`<div class="scene stake">
    <div class="stake-who"><b class="figures">${seat.seat}</b><${Name} max=${7.4} class="stake-name">${seat.name}<//><span class="stake-ask">${t("p.stake")}</span></div>
    <div class="stake-values">
      ${scene.values.map(
        (value) => html`<div class="stake-value" data-role="stake" data-left=${value.left === 0 ? "none" : "some"}>
          <div class="stake-points"><span class="figures">${value.points}</span><small>${t("p.points")}</small></div>
          <div class="stake-left">${value.left === 0 ? t("p.gone") : t("p.left", { left: value.left })}</div>
          ${value.left !== 0 && value.right_place && html`<${Outlook} outlook=${value} t=${t} />`}
        </div>`,
      )}
    </div>
    <div class="wave-room" data-wave-slot />
  </div>`;
}
