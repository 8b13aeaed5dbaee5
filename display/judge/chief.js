// The chief judge closes the marking: out of the way of the sheet, and never at the first touch.
import { html, useEffect, useState } from "../shared/html.js";
import { pick } from "../shared/strings.js";

/** @param {{view: object, live: boolean, send: Function}} props drawn only where the view says `may_close` */
export function CloseMarking({ view, live, send, t, language }) {
  const [step, setStep] = useState("rest"); // rest | confirm | sending
  const [refusal, setRefusal] = useState(null);
  useEffect(() => setStep("rest"), [view.sheet.seat]);

  const close = async () => {
    setStep("sending");
    const answer = await send({ type: "close_marking" });
    setStep("rest");
    setRefusal(answer.accepted ? null : answer.reason);
  };

  return html`
    <section class=${`chief is-${step}`} data-role="chief">
      ${step === "rest"
        ? html`
            <p class="chief-say" aria-live="assertive">${refusal ? html`<strong>${t("judge.close.refused", { reason: pick(refusal, language) })}</strong>` : t("judge.chief")}</p>
            <button type="button" class="button" data-role="close-marking" disabled=${!live} onClick=${() => setStep("confirm")}>${t("judge.close")}</button>
          `
        : html`
            <p class="chief-say">
              <strong>${t("judge.close.confirm")}</strong>
              <span>${t(view.sheet.state === "open" ? "judge.close.own" : "judge.close.text")}</span>
            </p>
            <button type="button" class="button is-main" data-role="close-confirm" disabled=${!live || step === "sending"} onClick=${close}>${t(step === "sending" ? "judge.sending" : "judge.close.yes")}</button>
            <button type="button" class="button" data-role="close-back" disabled=${step === "sending"} onClick=${() => setStep("rest")}>${t("judge.confirm.no")}</button>
          `}
    </section>
  `;
}
