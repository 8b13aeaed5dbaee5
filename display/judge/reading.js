// What a judge sees when there is nothing to mark: waiting, closed, public. And the head that every sheet has.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { words } from "../shared/words.js";
import { lineTotal } from "./counting.js";
import { entryText } from "./item.js";

export function Reading({ view, t }) {
  const { sheet } = view;
  const waiting = sheet.state === "waiting";
  return html`
    <main class="reading">
      ${sheet.seat && html`<${Contestant} view=${view} t=${t} />`}
      <div class="calm" role="status">
        <h1>${t(`judge.${sheet.state}`)}</h1>
        ${waiting && html`<p>${t("judge.waiting.text")}</p>`}
        ${(sheet.state === "masked" || sheet.state === "excused") && html`<p>${t(`judge.${sheet.state}.text`)}</p>`}
        ${sheet.state === "closed" && html`<p>${t(sheet.marks ? "judge.closed.text" : "judge.closed.none")}</p>`}
      </div>
      ${!waiting && sheet.marks && html`<${Given} sheet=${sheet} t=${t} />`}
    </main>
  `;
}

/** Who is being marked. */
export function Contestant({ view, t }) {
  const { sheet } = view;
  const seat = view.seats.find((one) => one.seat === sheet.seat);
  return html`
    <div class="contestant">
      <b class="contestant-seat">${t("judge.contestant", { seat: sheet.seat })}</b>
      <span class="contestant-name">${seat?.name}</span>
      <span class="contestant-unit">${seat?.unit}</span>
    </div>
  `;
}

/** Marks as they were given, not to be changed here. */
export function Given({ sheet, t }) {
  return html`
    <ol class="given">
      ${sheet.items.map(
        (item, i) => html`
          <li><span class="set-by-words">${words(item.text)}</span><b class="figures">${item.kind !== "mark" && html`<em>${entryText(item, sheet.marks[i], t)}</em>`}${points(lineTotal(item, sheet.marks[i]))}<small>${t("judge.of", { max: points(item.max) })}</small></b></li>
        `,
      )}
      <li class="given-total">
        <span>${t("judge.total")}</span>
        <b class="figures" data-role="total">${points(sheet.total)}<small>${t("judge.of", { max: points(sheet.max) })}</small></b>
      </li>
    </ol>
  `;
}
