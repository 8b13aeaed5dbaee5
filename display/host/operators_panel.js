// 控制权: the consoles that are open, who of them holds the control, and how it goes from one to another.
import { html, useState } from "../shared/html.js";
import { keepFocus } from "./focus.js";
import { NameField } from "./name_field.js";
import { controlStep, operatorName } from "./operators.js";

/** @param {{control: object, commands: object, live: boolean}} props control: what controlOf() says */
export function Operators({ control, commands, live, t }) {
  const all = [...(control.me ? [control.me] : []), ...control.others];
  return html`
    <div class="operators">
      <ol class="operator-list">
        ${all.map((one) => html`<${Operator} key=${one.page} operator=${one} control=${control} commands=${commands} live=${live} t=${t} />`)}
      </ol>
      <div class="operator-own">
        ${!control.mine && html`<${Way} control=${control} commands=${commands} live=${live} t=${t} />`}
        <${NameField}
          id="own-name"
          label=${t("host.operator.mine")}
          name=${control.me?.name ?? ""}
          able=${live}
          send=${(name) => commands.tell(`name ${name}`, { type: "control", do: "name", name })}
        />
        <p class="panel-none">${t("host.control.note")}</p>
      </div>
    </div>
  `;
}

function Operator({ operator, control, commands, live, t }) {
  const holds = operator === control.holder;
  const own = operator === control.me;
  const give = { type: "control", do: "give", page: operator.page };
  const state = operator.online === false ? "away" : holds ? "holds" : operator.asking ? "asks" : "looks";
  return html`
    <li class=${`operator is-${state}`} data-operator=${operator.page}>
      <span class="operator-name"><b>${operatorName(operator, t)}</b>${own && html`<i>${t("host.operator.me")}</i>`}</span>
      <span class="operator-state">${t(`host.operator.${state}`)}</span>
      <small>${operator.address}</small>
      ${control.mine && !own && operator.online !== false &&
      html`<button type="button" class=${`usual ${operator.asking ? "is-main" : ""}`} data-control="give" data-first=${operator === control.asking[0] ? "" : undefined} disabled=${!live} onMouseDown=${keepFocus} onClick=${() => commands.tell(`give ${operator.page}`, give)}>
        ${t("host.control.give", { name: operatorName(operator, t) })}
      </button>`}
    </li>
  `;
}

/** How to come to the control: ask for it; or take it, at once where its holder is gone, else after a second look. */
function Way({ control, commands, live, t }) {
  const [sure, setSure] = useState(false);
  const step = controlStep(control, t);
  const take = () => commands.tell("take", { type: "control", do: "take" });
  return html`
    <div class="operator-way">
      <button type="button" class="form-button is-main" data-control=${step.command.do} data-first="" disabled=${!live} onMouseDown=${keepFocus} onClick=${() => commands.tell(step.id, step.command)}>${step.label}</button>
      ${step.command.do !== "take" &&
      !sure &&
      html`<button type="button" class="usual" data-control="take" disabled=${!live} onMouseDown=${keepFocus} onClick=${() => setSure(true)}>${t("host.control.takeAsk")}</button>`}
      ${step.command.do !== "take" &&
      sure &&
      html`
        <div class="operator-sure" role="alert">
          <p>${t("host.control.takeSure", { name: operatorName(control.holder, t) })}</p>
          <button type="button" class="usual" onMouseDown=${keepFocus} onClick=${() => setSure(false)}>${t("host.form.cancel")}</button>
          <button type="button" class="form-button is-danger" data-control="take-sure" disabled=${!live} onMouseDown=${keepFocus} onClick=${take}>${t("host.control.takeNow")}</button>
        </div>
      `}
    </div>
  `;
}
