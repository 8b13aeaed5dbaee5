// Two authors changed one question: both texts side by side, and nothing is lost before somebody chooses.
import { html, useEffect, useRef } from "../shared/html.js";
import { differences, draftOf, formOf } from "./draft.js";

/** @param {{mine: object, theirs: object, meta: object, onMine: () => void, onTheirs: () => void, onLater: () => void, t: Function}} props */
export function Conflict({ mine, theirs, meta, onMine, onTheirs, onLater, t }) {
  const box = useRef(null);
  useEffect(() => box.current.focus(), []);
  const { question } = theirs;
  const hidden = theirs.locked;
  const differ = hidden ? [] : differences(mine, draftOf(formOf(question, meta)));
  return html`
    <section class="conflict" role="alert" tabindex="-1" ref=${box}>
      <h2>${t("bank.conflict.heading", { author: question.author || t("bank.conflict.somebody") })}</h2>
      <p>${t("bank.conflict.text")}</p>
      <table>
        <thead><tr><td></td><th scope="col">${t("bank.conflict.mine")}</th><th scope="col">${t("bank.conflict.theirs")}</th></tr></thead>
        <tbody>
          ${differ.map(({ field, mine: a, theirs: b }) => html`<tr key=${field}><th scope="row">${t(`bank.field.${field}`)}</th><td>${a || html`<i>${t("bank.conflict.nothing")}</i>`}</td><td>${b || html`<i>${t("bank.conflict.nothing")}</i>`}</td></tr>`)}
        </tbody>
      </table>
      <div class="conflict-do">
        <button type="button" class="button" disabled=${hidden} onClick=${onMine}>${t("bank.conflict.keepMine")}</button>
        <button type="button" class="button is-danger" onClick=${onTheirs}>${t("bank.conflict.takeTheirs")}</button>
        <button type="button" class="plain-button" onClick=${onLater}>${t("bank.conflict.later")}</button>
      </div>
    </section>
  `;
}
