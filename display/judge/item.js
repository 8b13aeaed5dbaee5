// One item of the sheet: its text, its maximum, and the stepper under the thumb.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { words } from "../shared/words.js";
import { lineTotal, most, stepOf } from "./counting.js";
import { stepped } from "./draft.js";

const KEY_STEPS = { ArrowUp: 1, ArrowRight: 1, "+": 1, "=": 1, ArrowDown: -1, ArrowLeft: -1, "-": -1 };

/** One line of the sheet. What is entered depends on its kind: points, points taken off, faults, or whether the point was made. */
export function Item(props) {
  const { index, item, mark, pointed, t } = props;
  const marked = mark !== null;
  const counted = item.kind !== "mark";
  return html`
    <li class=${`item is-${item.kind} ${marked ? "is-marked" : ""} ${pointed ? "is-pointed" : ""}`} data-item=${index} data-kind=${item.kind}>
      <p class="item-text" id=${`item-${index}`}>
        <span class="item-number figures">${index + 1}</span>
        <span class="set-by-words">${words(item.text)}</span>
        <small>
          ${item.kind === "faults" && html`${t("judge.each", { points: points(item.each) })}${t("sentence")}`}${t("judge.max", { max: points(item.max) })}
          ${counted && html`<b class="item-got" data-role="line">${marked ? t("judge.got", { points: points(lineTotal(item, mark)) }) : ""}</b>`}
        </small>
      </p>
      ${item.kind === "hit" ? html`<${Hit} ...${props} />` : html`<${Stepper} ...${props} />`}
    </li>
  `;
}

/** Made or not made: two buttons, one touch. */
function Hit({ index, mark, locked, onMark, t }) {
  const onKeyDown = (event) => {
    const value = { ArrowRight: 1, ArrowUp: 1, End: 1, 1: 1, ArrowLeft: 0, ArrowDown: 0, Home: 0, 0: 0 }[event.key];
    if (locked || value === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    onMark(value);
    event.preventDefault();
  };
  const button = (value, name) => html`
    <button type="button" class=${`step is-${name} ${mark === value ? "is-chosen" : ""}`} data-step=${name} role="radio" aria-checked=${String(mark === value)} tabindex="-1" disabled=${locked} onClick=${() => onMark(value)}>
      ${t(`judge.${name}`)}
    </button>
  `;
  return html`
    <div class="hit" role="radiogroup" tabindex="0" data-entry aria-labelledby=${`item-${index}`} onKeyDown=${onKeyDown}>
      ${button(0, "missed")}${button(1, "hit")}
    </div>
  `;
}

const ENDS = { mark: ["judge.zero", "judge.full"], deduct: ["judge.none", "judge.all"], faults: ["judge.noFault", null] };

function Stepper({ index, item, mark, step: sheetStep, locked, onMark, t }) {
  const step = stepOf(item, sheetStep);
  const largest = most(item);
  const by = (steps) => onMark(stepped(mark, steps, item, step));
  const [least, full] = ENDS[item.kind];

  // The keyboard fills in the sheet with Tab and arrows alone; the four buttons are for fingers.
  const onKeyDown = (event) => {
    if (locked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in KEY_STEPS) by(KEY_STEPS[event.key]);
    else if (event.key === "Home") onMark(0);
    else if (event.key === "End" && full) onMark(largest);
    else if (/^\d$/.test(event.key)) onMark(Math.min(largest, Number(event.key)));
    else return;
    event.preventDefault();
  };

  const button = (name, label, text, onClick, chosen) => html`
    <button
      type="button"
      class=${`step is-${name} ${chosen ? "is-chosen" : ""}`}
      data-step=${name}
      tabindex="-1"
      aria-label=${label}
      aria-pressed=${chosen === undefined ? undefined : String(chosen)}
      disabled=${locked}
      onClick=${onClick}
    >
      ${text}
    </button>
  `;

  const marked = mark !== null;
  const said = marked ? entryText(item, mark, t) : t("judge.unmarked");
  return html`
    <div class="stepper">
      ${button("zero", t(least), t(least), () => onMark(0), mark === 0)}
      ${button("down", t(`judge.${item.kind === "faults" ? "faultLess" : "down"}`, { step: points(step) }), "−", () => by(-1))}
      <span
        class="mark figures"
        role="spinbutton"
        tabindex="0"
        data-entry
        aria-labelledby=${`item-${index}`}
        aria-valuemin="0"
        aria-valuemax=${largest}
        aria-valuenow=${mark ?? undefined}
        aria-valuetext=${said}
        onKeyDown=${onKeyDown}
      >
        ${marked ? said : html`<em>${said}</em>`}
      </span>
      ${button("up", t(`judge.${item.kind === "faults" ? "faultMore" : "up"}`, { step: points(step) }), "+", () => by(1))}
      ${full ? button("full", t(full), t(full), () => onMark(largest), mark === largest) : html`<span />`}
    </div>
  `;
}

/** An entry as it is read: points, "−3" points taken off, "3 处" faults. */
export function entryText(item, mark, t) {
  if (item.kind === "faults") return t("judge.faults", { n: mark });
  if (item.kind === "hit") return t(mark ? "judge.hit" : "judge.missed");
  return item.kind === "deduct" && mark > 0 ? points(-mark) : points(mark);
}
