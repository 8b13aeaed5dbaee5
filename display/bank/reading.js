// A question to be read and judged, nothing to be written: all of it, the right answer marked.
import { html } from "../shared/html.js";
import { words } from "../shared/words.js";
import { Kept } from "./media-field.js";
import { Status, kindOf, levelWord, shortTime } from "./parts.js";

const points = (points_cp) => String(points_cp / 100);

function Part({ name, t, children }) {
  return html`<div class="part"><dt>${t(`bank.field.${name}`)}</dt><dd>${children}</dd></div>`;
}

/** @param {{question: object, meta: object, t: Function}} props */
export function Reading({ question, meta, t }) {
  const lettered = question.options.length > 0 && question.form !== "true_false";
  const text = (name) => question[name] && html`<${Part} key=${name} name=${name} t=${t}><span class="set-by-words">${words(question[name])}</span><//>`;
  return html`
    <article class="reading" lang=${question.language === "en" ? "en" : "zh-CN"}>
      <p class="reading-kind">${kindOf(question, t)} · ${t(`bank.form.${question.form}`)} · ${question.area} · ${levelWord(question.level, meta, t)}${question.tags.map((tag) => html` <i key=${tag}>${tag}</i>`)}</p>
      <p class="reading-prompt set-by-words">${words(question.prompt)}</p>
      ${question.media && html`<${Kept} name=${question.media} alt=${question.alt} />`}
      ${lettered &&
      html`<ol class="reading-options">
        ${question.options.map((option, i) => {
          const right = question.answer.includes(meta.letters[i]);
          return html`<li key=${i} data-right=${right ? "yes" : "no"}><b class="figures">${meta.letters[i]}</b><span class="set-by-words">${words(option)}</span>${right && html`<em>${t("bank.edit.right")}</em>`}</li>`;
        })}
      </ol>`}
      <dl>
        ${!lettered && text("answer")}
        ${question.variants.length > 0 && html`<${Part} name="variants" t=${t}>${question.variants.join(t("bank.between"))}<//>`}
        ${question.key_points.length > 0 &&
        html`<${Part} name="key_points" t=${t}><ol class="reading-points">${question.key_points.map((one, i) => html`<li key=${i}><span class="set-by-words">${words(one.text)}</span><b class="figures">${points(one.points_cp)}</b></li>`)}</ol><//>`}
        ${["transcript", "brief", "explanation", "alt", "source"].map(text)}
        ${question.source_date && html`<${Part} name="source_date" t=${t}><span class="figures">${question.source_date}</span><//>`}
        ${question.time_s && html`<${Part} name="time_s" t=${t}><span class="figures">${question.time_s}</span><//>`}
      </dl>
    </article>
  `;
}

/** Who wrote and who reviewed it, and what reviewers said. */
export function Standing({ state, t }) {
  const { question, notes } = state;
  return html`
    <dl class="standing">
      <div><dt>${t("bank.field.status")}</dt><dd><${Status} status=${question.status} t=${t} /></dd></div>
      <div><dt>${t("bank.field.author")}</dt><dd>${question.author || t("bank.list.noAuthor")}</dd></div>
      ${question.reviewer && html`<div><dt>${t("bank.field.reviewer")}</dt><dd>${question.reviewer}</dd></div>`}
    </dl>
    ${notes.map(
      (note, i) => html`
        <figure key=${i} class="note" data-done=${note.done ? "yes" : "no"}>
          <figcaption>${t("bank.note.by", { author: note.author })} <time>${shortTime(note.at)}</time>${note.done && html` <em>${t("bank.note.done")}</em>`}</figcaption>
          <blockquote>${note.text}</blockquote>
        </figure>
      `,
    )}
  `;
}

/** Where it was asked, and what became of it. */
export function Uses({ uses, t }) {
  return html`
    <section class="uses">
      <h2 class="side-title">${t("bank.side.uses")}</h2>
      ${uses.length === 0 && html`<p class="side-note">${t("bank.side.unused")}</p>`}
      <ul>
        ${uses.map((use, i) => html`<li key=${i}><span>${use.contest}</span><small>${t(`bank.pool.${use.kind}`)} · ${shortTime(use.at)}</small><b data-result=${use.result ?? "unknown"}>${t(`bank.use.${use.result ?? "unknown"}`)}</b></li>`)}
      </ul>
    </section>
  `;
}
