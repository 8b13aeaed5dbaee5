// The question on the phone, with its options; after the reveal the answer.
import { html } from "../shared/html.js";
import { words } from "../shared/words.js";

/** A picture is part of the question; sound and film are played in the hall and not here. */
function Media({ media, t }) {
  if (media.kind === "image") return html`<img class="question-picture" src=${media.src} alt=${media.alt} />`;
  return html`<p class="question-media">${t(`audience.media.${media.kind}`)}</p>`;
}

/** Nothing of an answer stands here before the view has it. */
export function Question({ view, moment, t }) {
  const { question, phase, answer } = view.scene;
  if (moment.kind === "marks") return null;
  const shown = phase === "revealed" ? answer : null;
  const right = new Set(shown?.keys ?? []);
  const options = question.options ?? [];
  const marked = options.some((option) => right.has(option.key));
  return html`<section class="question" aria-label=${t("audience.question")} aria-live="polite">
    <p class="question-prompt set-by-words" data-role="question">${words(question.prompt)}${question.form === "multiple" && html`<small class="several">${t("several")}</small>`}</p>
    ${question.media && html`<${Media} media=${question.media} t=${t} />`}
    ${options.length > 0 && html`<ul class="options">
      ${options.map(({ key, text }) => html`<li key=${key} data-role="option" data-right=${shown ? (right.has(key) ? "yes" : "no") : ""}>
        <b class="figures">${key}</b><span class="set-by-words">${words(text)}</span>${right.has(key) && html`<em>${t("p.correct")}</em>`}
      </li>`)}
    </ul>`}
    ${shown && !marked && html`<p class="answer" data-role="answer"><b>${t("p.answer")}</b> <span class="set-by-words">${words(shown.text)}</span></p>`}
    ${shown?.explanation && html`<p class="explanation set-by-words">${words(shown.explanation)}</p>`}
  </section>`;
}
