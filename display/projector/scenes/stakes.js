// The sealed choices, all at once, each above its own seat; and the board of numbers a contestant chooses from.
import { html } from "../../shared/html.js";
import { points } from "../../shared/numbers.js";
import { Fit } from "../fit.js";
import { safeWidth } from "../frame.js";

export function Stakes({ view, t }) {
  const chosen = new Map(view.scene.stakes.map((one) => [one.seat, one.points]));
  const said = (value) => {
    if (value === undefined) return "";
    return value === 0 ? html`<${Fit} max=${9} wrap=${false} class="choice-word">${t("p.declined")}<//>` : html`<${Fit} max=${24} wrap=${false} class="choice-points figures">${points(value)}<//>`;
  };
  return html`<div class="scene stakes">
    <div class="stakes-title">${t("p.stakes")}</div>
    <div class="choices" style=${{ "--columns": view.seats.length }}>
      ${view.seats.map(({ seat }) => html`<div class="choice" key=${seat} data-role="choice" data-seat=${seat} data-points=${chosen.get(seat) ?? ""}>${said(chosen.get(seat))}</div>`)}
    </div>
    <div class="wave-room" data-wave-slot />
  </div>`;
}

const BOARD = { height: 30, most: 20, gap: 2.4 }; // percent of the stage's height

/** Columns and size of the figures for a board of so many numbers. */
export function boardLayout(count) {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(BOARD.most, (BOARD.height - BOARD.gap * (rows - 1)) / rows, ((safeWidth() - 4) / columns - BOARD.gap) / 1.25);
    if (size > best.size + 0.01) best = { columns, size };
  }
  return best;
}

/** Every number in its place; one that is gone leaves its place empty. */
export function Board({ numbers, last }) {
  const open = new Set(numbers);
  const { columns, size } = boardLayout(last);
  return html`<ol class="board" data-role="numbers" style=${{ "--across": columns, "--number": size.toFixed(2) }}>
    ${Array.from({ length: last }, (_, i) => i + 1).map((number) => html`<li class="figures" data-number=${number} data-open=${open.has(number) ? "yes" : "no"}>${open.has(number) ? number : ""}</li>`)}
  </ol>`;
}
