// The title of a tie-break: who against whom, for which place, and how it stands.
import { html } from "../../shared/html.js";
import { points } from "../../shared/numbers.js";
import { Fit, Name } from "../fit.js";
import { seatOf } from "../seats.js";

export function TieTitle({ view, t }) {
  const { tie } = view.scene;
  const scored = tie.points.some((one) => one.points !== 0);
  const rows = tie.points.length;
  return html`<div class="scene tie-title">
    <div class="tie-name">
      <${Fit} max=${24} min=${8} wrap=${false} class="tie-word">${t("p.tie")}<//>
      <${Fit} max=${9} wrap=${false} class="tie-what">${t("p.tieFor", { place: tie.place })}<//>
    </div>
    <ol class="tie-who" data-rows=${rows} style=${{ gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      ${tie.points.map((one) => html`<li data-role="tied" data-seat=${one.seat}>
        <b class="figures">${one.seat}</b>
        <${Name} max=${rows > 4 ? 5.4 : 10} class="tie-person">${seatOf(view, one.seat).name}<//>
        ${scored && html`<span class="tie-has figures">${points(one.points)}</span>`}
      </li>`)}
    </ol>
    <div class="wave-room" data-wave-slot />
  </div>`;
}
