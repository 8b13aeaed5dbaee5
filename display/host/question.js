// The question in hand as the host reads it, and below a line the answer that only the host may see.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { words } from "../shared/words.js";
import { QuestionMedia } from "./question_media.js";

const LONG_ANSWER = 16; // characters; beyond, an answer is a sentence to read and not a word to hear

export function Question({ view, contestNs, t }) {
  const { question, phase } = view.scene;
  const { secret } = view;
  return html`
    <div class="question">
      <p class="prompt">${words(question.prompt)}${question.form === "multiple" && html`<small class="several">${t("several")}</small>`}</p>
      ${question.media && html`<${QuestionMedia} media=${question.media} contestNs=${contestNs} t=${t} />`}
      ${question.options.length > 0 &&
      html`
        <ol class="options">
          ${question.options.map(
            (option) => html`
              <li key=${option.key} class=${`option ${secret?.keys.includes(option.key) ? "is-right" : ""}`}>
                <b class="figures">${option.key}</b><span>${words(option.text)}</span>
              </li>
            `,
          )}
        </ol>
      `}
    </div>
    ${secret && html`<${Secret} secret=${secret} shown=${phase === "revealed"} t=${t} />`}
  `;
}

function SecretWords({ name, text, t }) {
  return html`<p class="secret-words set-by-words" data-role=${name}><b>${t(name)}</b><span>${words(text)}</span></p>`;
}

function Secret({ secret, shown, t }) {
  // Fields that a server of an older release does not send are simply not there.
  const also = [
    ["host.variants", (secret.variants ?? []).join(t("list"))],
    ["host.transcript", secret.transcript],
  ];
  const notes = [
    ["host.explanation", secret.explanation],
    ["host.source", secret.source],
  ].filter(([, text]) => text);
  return html`
    <aside class="secret" data-role="answer">
      <div class="secret-head">
        <span class="secret-word">${t(secret.answer ? "host.answer" : "host.keyPoints")}</span>
        <b class=${`secret-answer ${secret.answer.length > LONG_ANSWER ? "is-long" : ""}`}>${words(secret.answer)}</b>
        <span class=${`secret-mark ${shown ? "is-public" : ""}`}>${t(shown ? "host.secret.public" : "host.secret")}</span>
      </div>
      ${also.map(([name, text]) => text && html`<${SecretWords} name=${name} text=${text} t=${t} />`)}
      ${secret.key_points.length > 0 &&
      html`
        <ol class="key-points" aria-label=${t("host.keyPoints")}>
          ${secret.key_points.map(
            (one) => html`<li><span class="set-by-words">${words(one.text)}</span>${one.points > 0 && html`<b class="figures">${points(one.points)}</b>`}</li>`,
          )}
        </ol>
      `}
      ${secret.brief && html`<${SecretWords} name="host.brief" text=${secret.brief} t=${t} />`}
      ${notes.length > 0 && html`<p class="secret-why set-by-words">${notes.map(([name, text]) => html`<b>${t(name)}</b><span>${words(text)}</span> `)}</p>`}
    </aside>
  `;
}
