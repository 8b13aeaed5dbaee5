// A button that asks: a small form in its place. Nothing entered is lost by a refusal; only Esc, or the result, closes it.
import { html, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { begun, complaintOf, isAsked, messageOf } from "./entries.js";
import { Field } from "./fields.js";
import { keepFocus } from "./focus.js";
import { keyCap } from "./keys.js";

const FIRST = "input, button.pick, select";

/**
 * @param {object} props
 * @param {object} props.offer the button as it stands now, or as it last stood
 * @param {boolean} props.gone true when the view does not offer it any more
 * @param {(command: object) => Promise<{accepted: boolean, why?: string, reason?: object}>} props.submit
 * @param {() => void} props.close
 */
export function Form({ offer, gone, live, submit, close, t, language }) {
  const box = useRef(null);
  const [entries, setEntries] = useState(() => begun(offer, t));
  const [complaints, setComplaints] = useState({}); // field → sentence; after the first attempt
  const [refusal, setRefusal] = useState(null);
  const [sending, setSending] = useState(false);
  const asked = offer.asks.filter((ask) => isAsked(ask, offer, entries));

  // Before the next key arrives, not after the next picture: whoever types on at once loses nothing.
  useLayoutEffect(() => box.current.querySelector(FIRST)?.focus(), []);

  const enter = (field, value) => {
    setEntries((before) => ({ ...before, [field]: value }));
    setComplaints((before) => ({ ...before, [field]: "" }));
    setRefusal(null);
  };

  const send = async (event) => {
    event.preventDefault();
    if (sending || gone || !live) return;
    const found = asked.map((ask) => [ask.field, complaintOf(ask, offer, entries[ask.field], t)]).filter(([, text]) => text);
    setComplaints(Object.fromEntries(found));
    if (found.length) {
      box.current.querySelector(`[data-field="${found[0][0]}"]`).querySelector(FIRST).focus();
      return;
    }
    setSending(true);
    const answer = await submit(messageOf(offer, entries));
    if (answer.accepted) return close();
    setSending(false);
    setRefusal(answer);
    return undefined;
  };

  return html`
    <form class=${`form is-${offer.tone}`} data-role="form" data-form=${offer.id} ref=${box} noValidate onSubmit=${send}>
      <header class="form-head">
        <h2>${pick(offer.label, language)}</h2>
        ${offer.hint && html`<p>${pick(offer.hint, language)}</p>`}
      </header>
      <div class="form-fields">
        ${asked.map(
          (ask) => html`
            <${Field} key=${ask.field} ask=${ask} offer=${offer} value=${entries[ask.field]} complaint=${complaints[ask.field]} onEnter=${(value) => enter(ask.field, value)} t=${t} language=${language} />
          `,
        )}
      </div>
      <footer class="form-foot">
        <p class="form-refusal" data-role="form-refusal" aria-live="assertive">${sentence({ gone, live, refusal, t, language })}</p>
        <button type="button" class="form-button" data-role="form-cancel" onMouseDown=${keepFocus} onClick=${close}>
          <kbd>${keyCap("Escape", t)}</kbd>${t("host.form.cancel")}
        </button>
        <button type="submit" class="form-button is-main" data-role="form-send" disabled=${!live || gone || sending}>
          <kbd>${keyCap("Enter", t)}</kbd>${t(sending ? "host.form.sending" : "host.form.send")}
        </button>
      </footer>
    </form>
  `;
}

function sentence({ gone, live, refusal, t, language }) {
  if (!live) return t("host.form.lost");
  if (gone) return t("host.form.gone");
  if (!refusal) return "";
  const reason = refusal.why && refusal.why !== "server" ? t(`host.refused.${refusal.why}`) : pick(refusal.reason, language);
  return t("host.refused", { reason: reason || t("host.refused.unknown") });
}
