// Small things that several of the authors' pages are made of: links, words for codes, what went wrong.
import { html } from "../shared/html.js";
import { why } from "./api.js";

/** A link that changes the page without fetching it anew; opened in another window it is a usual one. */
export function Link({ to, go, current = false, children, ...rest }) {
  const follow = (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return html`<a href=${to} onClick=${follow} aria-current=${current ? "page" : undefined} ...${rest}>${children}</a>`;
}

/** A count as people write it: 12,345. */
export const count = (n) => n.toLocaleString("en-US");

/** The word of a level, which the bank keeps in Chinese; one that the list does not have stays as it is. */
export function levelWord(level, meta, t) {
  const at = meta.levels.indexOf(level);
  return at < 0 ? level : t(`bank.level.${at}`);
}

/** Round and form of a question, with its points where they tell questions of a round apart. */
export function kindOf(question, t) {
  const round = t(`bank.round.${question.round}`);
  return question.value ? `${round} · ${t("bank.value", { n: question.value })}` : round;
}

export const Status = ({ status, t }) => html`<span class="status" data-status=${status}>${t(`bank.status.${status}`)}</span>`;

/** What the server did not do, and the way on. */
export function Trouble({ answer, again = null, t, language }) {
  return html`
    <div class="trouble" role="alert">
      <p>${why(answer, t, language)}</p>
      ${answer.status === 401 && html`<a class="button" href="/login" target="_blank" rel="noopener">${t("bank.signInAgain")}</a>`}
      ${again && html`<button type="button" class="button" onClick=${again}>${t("bank.again")}</button>`}
    </div>
  `;
}

/** A wall time of the server as a person here reads it: 2026-11-23 09:30. */
export const shortTime = (at) => at.slice(0, 16).replace("T", " ");
