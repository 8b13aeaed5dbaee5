// One item of the sheet: its text, its maximum, and the stepper under the thumb.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { words } from "../shared/words.js";
import { stepped } from "./draft.js";

const KEY_STEPS = { ArrowUp: 1, ArrowRight: 1, "+": 1, "=": 1, ArrowDown: -1, ArrowLeft: -1, "-": -1 };

export function Item({ index, item, mark, step, pointed, locked, onMark, t }) {
  const by = (steps) => onMark(stepped(mark, steps, item, step));

  // The keyboard fills in the sheet with Tab and arrows alone; the four buttons are for fingers.
  const onKeyDown = (event) => {
    if (locked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in KEY_STEPS) by(KEY_STEPS[event.key]);
    else if (event.key === "Home") onMark(0);
    else if (event.key === "End") onMark(item.max);
    else if (/^\d$/.test(event.key)) onMark(Math.min(item.max, Number(event.key)));
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
  return html`
    <li class=${`item ${marked ? "is-marked" : ""} ${pointed ? "is-pointed" : ""}`} data-item=${index}>
      <p class="item-text" id=${`item-${index}`}>
        <span class="item-number figures">${index + 1}</span>
        <span class="set-by-words">${words(item.text)}</span>
        <small>${t("judge.max", { max: points(item.max) })}</small>
      </p>
      <div class="stepper">
        ${button("zero", t("judge.zero"), t("judge.zero"), () => onMark(0), mark === 0)}
        ${button("down", t("judge.down", { step: points(step) }), "−", () => by(-1))}
        <span
          class="mark figures"
          role="spinbutton"
          tabindex="0"
          aria-labelledby=${`item-${index}`}
          aria-valuemin="0"
          aria-valuemax=${item.max}
          aria-valuenow=${mark ?? undefined}
          aria-valuetext=${marked ? points(mark) : t("judge.unmarked")}
          onKeyDown=${onKeyDown}
        >
          ${marked ? points(mark) : html`<em>${t("judge.unmarked")}</em>`}
        </span>
        ${button("up", t("judge.up", { step: points(step) }), "+", () => by(1))}
        ${button("full", t("judge.full"), t("judge.full"), () => onMark(item.max), mark === item.max)}
      </div>
    </li>
  `;
}
