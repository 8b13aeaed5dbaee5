// The contestant's secret choice: one large button a value; it may be changed until all choices are revealed.
import { html, useEffect, useState } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";

/** @param {{stake: {values: number[], mine: number|null}, live: boolean, send: Function}} props 0 declines; null: not chosen yet */
export function StakeChoice({ stake, live, send, t, language }) {
  const [sending, setSending] = useState(null); // the value on its way
  const [refusal, setRefusal] = useState(null);
  useEffect(() => setRefusal(null), [stake.mine]);

  const choose = async (value) => {
    if (sending !== null || value === stake.mine) return;
    setSending(value);
    const answer = await send({ type: "choose_stake", points: value });
    setSending(null);
    setRefusal(answer.accepted ? null : answer.reason);
  };

  const button = (value) => html`
    <button
      key=${value}
      type="button"
      class=${`value ${value === stake.mine ? "is-mine" : ""} ${value === sending ? "is-sending" : ""} ${value === 0 ? "is-decline" : ""}`}
      data-value=${value}
      aria-pressed=${String(value === stake.mine)}
      disabled=${!live}
      onClick=${() => choose(value)}
    >
      ${value === 0 ? html`<strong>${t("desk.stake.decline")}</strong>` : html`<strong class="figures">${points(value)}</strong><span>${t("points")}</span>`}
      <em>${value === stake.mine ? t("desk.stake.mine") : ""}</em>
    </button>
  `;

  return html`
    <section class="stake" data-role="stake">
      <h1>${t(stake.mine === null ? "desk.stake" : "desk.stake.change")}</h1>
      <p class="stake-note" aria-live="polite">${note({ live, refusal, t, language })}</p>
      <div class="values">${stake.values.map(button)}</div>
    </section>
  `;
}

function note({ live, refusal, t, language }) {
  if (!live) return html`<strong>${t("desk.stake.lost")}</strong>`;
  if (refusal) return html`<strong>${t("desk.stake.refused", { reason: pick(refusal, language) })}</strong>`;
  return t("desk.stake.note");
}
