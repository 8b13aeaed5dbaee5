// The review: what waits for this reviewer, one question at a time, read in full beside the projector's picture of it.
import { html, useCallback, useEffect, useMemo, useRef, useState } from "../shared/html.js";
import { words } from "../shared/words.js";
import { ask } from "./api.js";
import { draftOf, formOf } from "./draft.js";
import { Link, Trouble, count, kindOf } from "./parts.js";
import { Preview, usePreview } from "./preview.js";
import { Reading, Standing } from "./reading.js";

export function Review({ meta, go, t, language }) {
  const [queue, setQueue] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const [picked, pick] = useState(null);
  const [done, say] = useState("");
  const load = useCallback(async () => {
    setTrouble(null);
    const answer = await ask("/review");
    if (answer.status === 200) setQueue(answer.data);
    else setTrouble(answer);
  }, []);
  useEffect(() => {
    load();
  }, []);
  if (trouble) return html`<${Trouble} answer=${trouble} again=${load} t=${t} language=${language} />`;
  if (!queue) return html`<p class="waiting" role="status">${t("bank.loading")}</p>`;
  const at = queue.rows.find(({ id }) => id === picked) ?? queue.rows[0] ?? null;
  const after = () => {
    const i = queue.rows.indexOf(at);
    pick((queue.rows[i + 1] ?? queue.rows[0])?.id ?? null);
  };
  const decided = async (word, id) => {
    say(t(`bank.review.${word}`, { id }));
    after();
    await load();
  };
  return html`
    <div class="review">
      <section class="queue" aria-labelledby="queue-title">
        <h1 id="queue-title">${t("bank.review.heading")}</h1>
        <p class="queue-count">${t("bank.review.waiting", { n: count(queue.total) })}</p>
        <ol>
          ${queue.rows.map(
            (row) => html`<li key=${row.id}>
              <button type="button" class="queue-row" aria-current=${row === at ? "true" : undefined} onClick=${() => pick(row.id)}>
                <span class="set-by-words">${words(row.prompt)}</span><small>${kindOf(row, t)} · ${row.author || t("bank.list.noAuthor")}</small>
              </button>
            </li>`,
          )}
        </ol>
        ${queue.total > queue.rows.length && html`<p class="side-note">${t("bank.review.more", { n: queue.rows.length })}</p>`}
        ${queue.own > 0 && html`<p class="side-note">${t("bank.review.own", { n: count(queue.own) })}</p>`}
        ${queue.returned.length > 0 &&
        html`<h2 class="side-title">${t("bank.review.returned")}</h2>
          <ul>
            ${queue.returned.map((row) => html`<li key=${row.id}><${Link} class="queue-row is-back" to=${`/questions/${encodeURIComponent(row.id)}`} go=${go}><span class="set-by-words">${words(row.prompt)}</span><small>${row.by}${t("bank.colon")}${row.note}</small><//></li>`)}
          </ul>`}
      </section>
      <p class="review-done" role="status">${done}</p>
      ${at ? html`<${One} key=${at.id} id=${at.id} meta=${meta} go=${go} onSkip=${after} onDone=${decided} t=${t} language=${language} />` : html`<p class="nothing">${t("bank.review.none")}</p>`}
    </div>
  `;
}

function One({ id, meta, go, onSkip, onDone, t, language }) {
  const [state, setState] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const [reason, write] = useState(null); // null: not being sent back
  const [revealed, reveal] = useState(false);
  const field = useRef(null);
  const busy = useRef(false);
  const load = useCallback(async () => {
    setTrouble(null);
    const answer = await ask(`/questions/${encodeURIComponent(id)}`);
    if (answer.status === 200) setState(answer.data);
    else setTrouble(answer);
  }, [id]);
  useEffect(() => {
    load();
  }, []);
  useEffect(() => {
    if (reason === "") field.current?.focus();
  }, [reason === null]);
  const draft = useMemo(() => (state ? draftOf(formOf(state.question, meta)) : null), [state]);
  const { view } = usePreview(draft, revealed);
  const decide = async (decision) => {
    if (busy.current) return;
    busy.current = true;
    const body = { decision, note: reason ?? "", version: state.version };
    const answer = await ask(`/questions/${encodeURIComponent(id)}/review`, { method: "POST", body });
    busy.current = false;
    if (answer.status === 200 && answer.data.question) onDone(decision === "approve" ? "approved" : "sentBack", id);
    else setTrouble(answer);
  };
  if (!state) return trouble ? html`<${Trouble} answer=${trouble} again=${load} t=${t} language=${language} />` : html`<p class="waiting" role="status">${t("bank.loading")}</p>`;
  const { question } = state;
  return html`
    <div class="review-one">
      <${Reading} question=${question} meta=${meta} t=${t} />
      <aside class="edit-side">
        <${Preview} view=${view} revealed=${revealed} onReveal=${reveal} scenario=${question.form === "scenario"} t=${t} />
        <section class="side-standing"><${Standing} state=${state} t=${t} /></section>
        <section class="decide" aria-label=${t("bank.review.heading")}>
          ${trouble && html`<${Trouble} answer=${trouble} again=${load} t=${t} language=${language} />`}
          ${!question.author && html`<p class="banner">${t("bank.review.unnamed")}</p>`}
          ${reason === null
            ? html`
                <p class="side-note">${t("bank.review.askYourself")}</p>
                <div class="decide-do">
                  <button type="button" class="button is-right" onClick=${() => decide("approve")}>${t("bank.review.approve")}</button>
                  <button type="button" class="button" onClick=${() => write("")}>${t("bank.review.return")}</button>
                </div>
                <div class="side-do">
                  <button type="button" class="plain-button" onClick=${onSkip}>${t("bank.review.skip")}</button>
                  <${Link} class="plain-button" to=${`/questions/${encodeURIComponent(id)}`} go=${go}>${t("bank.review.edit")}<//>
                </div>
              `
            : html`
                <label for="reason" class="side-title">${t("bank.review.reason")}</label>
                <textarea id="reason" class="entry" rows="3" maxlength="500" ref=${field} value=${reason} onInput=${(event) => write(event.currentTarget.value)} />
                <div class="decide-do">
                  <button type="button" class="button is-danger" disabled=${!reason.trim()} onClick=${() => decide("return")}>${t("bank.review.confirmReturn")}</button>
                  <button type="button" class="button" onClick=${() => write(null)}>${t("bank.review.cancel")}</button>
                </div>
              `}
        </section>
      </aside>
    </div>
  `;
}
