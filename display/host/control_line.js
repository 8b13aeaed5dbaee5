// The line above the controls: refusals; and where there are several consoles, who has the control and the one way to change that.
import { html } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { keyCap } from "./keys.js";
import { controlStep, controlWords, operatorName } from "./operators.js";

export const CONTROL_KEY = "F4";

/**
 * @param {object} props
 * @param {object} props.control what controlOf() says
 * @param {{state: string}|null} props.moved what movedOf() says
 * @param {boolean} props.slow true while an answer takes long enough to be worth a word
 */
export function ControlLine({ control, moved, commands, live, slow, keyboardHere, t, language }) {
  const { refusal } = commands;
  const step = moved ? null : controlStep(control, t);
  const theirs = moved !== null || (control.known && !control.mine);
  const asked = !moved && control.mine && control.asking.length > 0;
  const said = sentence({ control, moved, refusal, live, slow, keyboardHere, t, language });
  const kinds = [theirs && "is-theirs", theirs && refusal?.why === "theirs" && "is-tried", asked && "is-asked", refusal && !theirs && "is-refused"];
  return html`
    <div class=${`line ${kinds.filter(Boolean).join(" ")}`} data-role="control-line">
      <p class="refusal" data-role="refusal" aria-live="assertive">${said || (asked ? askedBy(control, t) : "")}</p>
      ${step &&
      html`
        <button type="button" class="line-button" data-control=${step.command.do} disabled=${!live} onMouseDown=${keepFocus} onClick=${() => commands.tell(step.id, step.command)}>
          <kbd>${keyCap(CONTROL_KEY, t)}</kbd>${step.label}
        </button>
      `}
    </div>
  `;
}

function askedBy(control, t) {
  return t("host.control.wanted", { names: control.asking.map((one) => operatorName(one, t)).join(t("list")) });
}

function sentence({ control, moved, refusal, live, slow, keyboardHere, t, language }) {
  if (moved) return t("host.fence.draining.keys");
  if (refusal?.why === "theirs") return t("host.control.tried", { words: controlWords(control, t) });
  if (refusal) return t("host.refused", { reason: reasonOf(refusal, t, language) });
  if (control.known && !control.mine) return controlWords(control, t);
  if (live && slow) return t("host.next.wait");
  return live && !keyboardHere ? t("host.keyboard.away") : "";
}

function reasonOf(refusal, t, language) {
  if (refusal.why !== "server") return t(`host.refused.${refusal.why}`);
  return refusal.reason ? pick(refusal.reason, language) : t("host.refused.unknown");
}
