// The fields of a form: one of several, a line of text with the usual answers, a figure, an order picked one after another.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { isAsked } from "./entries.js";

const SHORT = 6; // letters: as many as there are may stand as buttons
const LONG = 16; // letters: of these only a few
const MANY_SHORT = 48;
const MANY = 16;
const FEW = 3;
const WIDE = 400; // a range wider than that says nothing

/** Which list of usual reasons fits a command. */
const REASONS = { excuse_judge: "host.reasons.judge", replace_question: "host.reasons.question", end_round: "host.reasons.course" };

export function Field(props) {
  const { ask, complaint, language, value, t } = props;
  const Kind = { choice: Choice, order: Order, points: Points }[ask.kind] ?? Line;
  return html`
    <div class=${`field is-${ask.kind}`} data-field=${ask.field} role="group" aria-label=${pick(ask.label, language)}>
      <p class="field-name">
        <span>${pick(ask.label, language)}</span>
        ${ask.kind === "points" && ask.high - ask.low <= WIDE && html`<small>${t("host.form.between", { low: points(ask.low), high: points(ask.high) })}</small>`}
        ${ask.kind === "order" && html`<small>${t("host.form.order", { n: value.length, of: ask.choices.length })}</small>`}
        <em>${complaint ?? ""}</em>
      </p>
      <${Kind} ...${props} />
    </div>
  `;
}

function Choice(props) {
  const { ask, language } = props;
  const longest = Math.max(...ask.choices.map((one) => pick(one.label, language).length));
  const room = longest > LONG ? FEW : longest > SHORT ? MANY : MANY_SHORT;
  return ask.choices.length > room ? html`<${List} ...${props} />` : html`<${Buttons} ...${props} />`;
}

function List({ ask, value, onEnter, t, language }) {
  const at = ask.choices.findIndex((one) => one.value === value);
  return html`
    <select class="entry" value=${at} onChange=${(event) => onEnter(ask.choices[Number(event.currentTarget.value)].value)}>
      ${at < 0 && html`<option value="-1" disabled selected>${t("host.form.pick")}</option>`}
      ${ask.choices.map((one, i) => html`<option key=${one.value} value=${i} selected=${i === at}>${pick(one.label, language)}</option>`)}
    </select>
  `;
}

/** Radio buttons as large as a hand: arrows move, a digit takes the seat of that number, Enter sends. */
function Buttons({ ask, offer, value, onEnter, language }) {
  const byDigit = (event) => {
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
    const one = digit && ask.choices.find((choice) => String(choice.value) === digit);
    if (!one || ask.choices.some((choice) => String(choice.value).length > 1)) return;
    event.preventDefault();
    onEnter(one.value);
    event.currentTarget.querySelectorAll("input")[ask.choices.indexOf(one)].focus();
  };
  const alone = offer.asks.filter((one) => isAsked(one, offer, {})).length === 1;
  return html`
    <div class=${`picks ${alone ? "is-alone" : ""}`} onKeyDown=${byDigit}>
      ${ask.choices.map(
        (one) => html`
          <label key=${one.value} class=${`pick ${one.value === value ? "is-picked" : ""}`} data-choice=${one.value}>
            <input type="radio" name=${ask.field} checked=${one.value === value} onChange=${() => onEnter(one.value)} />
            <span>${pick(one.label, language)}</span>
          </label>
        `,
      )}
    </div>
  `;
}

function Order({ ask, value, onEnter, t, language }) {
  const take = (one) => {
    if (value.includes(one)) return onEnter(value.slice(0, value.indexOf(one)));
    const taken = [...value, one];
    const left = ask.choices.filter((choice) => !taken.includes(choice.value));
    return onEnter(left.length === 1 ? [...taken, left[0].value] : taken);
  };
  return html`
    <div class="picks">
      ${ask.choices.map((one) => {
        const at = value.indexOf(one.value);
        return html`
          <button key=${one.value} type="button" class=${`pick ${at >= 0 ? "is-picked" : ""}`} data-choice=${one.value} aria-pressed=${String(at >= 0)} onClick=${() => take(one.value)}>
            <b class="pick-order figures">${at >= 0 ? at + 1 : ""}</b><span>${pick(one.label, language)}</span>
          </button>
        `;
      })}
      ${value.length > 0 && html`<button type="button" class="again" onMouseDown=${keepFocus} onClick=${() => onEnter([])}>${t("host.form.again")}</button>`}
    </div>
  `;
}

function Points({ value, onEnter, t, ask, language }) {
  return html`
    <div class="points-entry">
      <input class="entry figures" type="text" inputmode="decimal" autocomplete="off" aria-label=${pick(ask.label, language)} value=${value} onInput=${(event) => onEnter(event.currentTarget.value)} />
      <span>${t("points")}</span>
    </div>
  `;
}

function Line({ ask, offer, value, onEnter, t, language }) {
  const usual = ask.field === "reason" ? t(REASONS[offer.command.type] ?? "host.reasons").split("|") : [];
  return html`
    <div class="line-entry">
      <input class="entry" type="text" maxlength="200" autocomplete="off" aria-label=${pick(ask.label, language)} value=${value} onInput=${(event) => onEnter(event.currentTarget.value)} />
      ${usual.map((one) => html`<button type="button" tabindex="-1" class="usual" onMouseDown=${keepFocus} onClick=${() => onEnter(one)}>${one}</button>`)}
    </div>
  `;
}
