// The top line: which contest, whether all is well, and the way out. Trouble stands here in words.
import { html } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { troubles } from "./health.js";
import { hostIn } from "./hosts.js";
import { operatorName } from "./operators.js";
import { PanelButton } from "./panel.js";
import { widthOf } from "./width.js";

const ROOM = 130; // half-width characters of trouble that stand in two lines; what is beyond is counted

export function Header({ view, link, control, overlay, toggle, t, language }) {
  const found = troubles(view, link, t, language);
  const grave = found.some((one) => !one.calm);
  const shown = worst(found);
  return html`
    <header class="header">
      <h1 class="contest">
        ${view.rehearsal && html`<strong class="rehearsal" data-role="rehearsal">${t("host.rehearsal")}</strong>`}
        ${view.certified.length === 2 && html`<strong class="certified-tag" data-role="certified-tag">${t("host.certified")}</strong>`}
        ${view.role === "operator" && html`<strong class="certified-tag" data-role="operator-tag">${t("host.view.operator")}</strong>`}
        <span class="contest-title">${pick(view.title, language)}</span>
      </h1>
      <div class=${`health ${grave ? "is-trouble" : found.length ? "is-notice" : ""}`} role="status" data-role="health">
        ${found.length
          ? [
              ...shown.map((one) => html`<strong class="trouble" data-trouble=${one.kind}>${one.text}</strong>`),
              shown.length < found.length && html`<strong class="trouble" title=${found.slice(shown.length).map((one) => one.text).join("\n")}>${t("host.more", { n: found.length - shown.length })}</strong>`,
            ]
          : html`<span>${[t("host.timing.ok"), t("host.boxes.ok"), t("host.log.ok", { events: view.log.events })].join(t("sentence"))}</span>`}
      </div>
      <div class="ways">
        ${control.known && html`<${PanelButton} name="operators" small=${true} words=${view.fence?.state === "fenced" ? null : who(control, t)} bad=${!control.mine} overlay=${overlay} live=${link.state === "live"} t=${t} />`}
        ${view.sessions && html`<${PanelButton} name="sign_ins" small=${true} overlay=${overlay} live=${link.state === "live"} t=${t} />`}
        <span class="link-state" data-role="link" data-link=${link.state}>
          ${t(link.state === "live" ? "host.link.live" : `link.${link.state}`).split(t("sentence"))[0]}${where(view)}
        </span>
        ${view.standby && view.standby.state !== "unasked" && html`<span class="link-state" data-role="standby" data-link=${view.standby.state === "live" ? "live" : "lost"}>${standbyWords(view.standby, t)}</span>`}
        ${link.state === "refused" && html`<a class="plain-button" href=${`/login/${view.role}`}>${t("signIn.again")}</a>`}
        <button type="button" class="plain-button" title=${t("language.title")} onMouseDown=${keepFocus} onClick=${toggle}>
          ${t("language.switch")}
        </button>
        <form method="post" action="/logout">
          <button type="submit" class="plain-button" onMouseDown=${keepFocus}>${t("signOut")}</button>
        </form>
      </div>
    </header>
  `;
}

/** Which laptop this is, once there are two. */
function where(view) {
  return view.standby || view.fence?.epoch > 0 || view.fence?.state === "fenced" ? ` ${location.host}` : "";
}

function standbyWords({ address, state, behind }, t) {
  if (state !== "live") return t("host.standby.gone", { address: hostIn(address) });
  return t(behind > 0 ? "host.standby.behind" : "host.standby.whole", { address: hostIn(address), n: behind });
}

/** As many as there is room for, at least one. */
function worst(found) {
  let left = ROOM;
  const fits = found.findIndex(({ text }) => (left -= widthOf(text) + 4) < 0);
  return fits < 0 ? found : found.slice(0, Math.max(1, fits));
}

/** Who has the control, and how many consoles there are. */
function who(control, t) {
  const n = control.others.length + (control.me ? 1 : 0);
  const holder = control.mine ? t("host.control.mine") : control.nobody ? t("host.control.nobody") : t("host.control.by", { name: operatorName(control.holder, t) });
  return n > 1 ? `${holder}${t("sentence")}${t("host.control.consoles", { n })}` : holder;
}
