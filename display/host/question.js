// The question in hand as the host reads it, and below a line the answer that only the host may see.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";

const LONG_ANSWER = 16; // characters; beyond, an answer is a sentence to read and not a word to hear

export function Question({ view, t }) {
  const { question, phase } = view.scene;
  const { secret } = view;
  return html`
    <div class="question">
      <p class="prompt">${question.prompt}</p>
      ${question.options.length > 0 &&
      html`
        <ol class="options">
          ${question.options.map(
            (option) => html`
              <li key=${option.key} class=${`option ${secret?.keys.includes(option.key) ? "is-right" : ""}`}>
                <b class="figures">${option.key}</b><span>${option.text}</span>
              </li>
            `,
          )}
        </ol>
      `}
    </div>
    ${secret && html`<${Secret} secret=${secret} shown=${phase === "revealed"} t=${t} />`}
  `;
}

function Secret({ secret, shown, t }) {
  const notes = [];
  if (secret.explanation) notes.push(`${t("host.explanation")} ${secret.explanation}`);
  if (secret.source) notes.push(`${t("host.source")} ${secret.source}`);
  return html`
    <aside class="secret" data-role="answer">
      <div class="secret-head">
        <span class="secret-word">${t(secret.answer ? "host.answer" : "host.keyPoints")}</span>
        <b class=${`secret-answer ${secret.answer.length > LONG_ANSWER ? "is-long" : ""}`}>${secret.answer}</b>
        <span class="secret-mark">${t(shown ? "host.secret.public" : "host.secret")}</span>
      </div>
      ${secret.key_points.length > 0 &&
      html`
        <ol class="key-points" aria-label=${t("host.keyPoints")}>
          ${secret.key_points.map(
            (one) => html`<li><span>${one.text}</span>${one.points > 0 && html`<b class="figures">${points(one.points)}</b>`}</li>`,
          )}
        </ol>
      `}
      ${notes.length > 0 && html`<p class="secret-why">${notes.join("　")}</p>`}
    </aside>
  `;
}
