// What lies over the middle zone on demand: corrections and course, displays, the control, press evidence. One frame, a tab and a key each.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { Displays } from "./displays_panel.js";
import { keepFocus } from "./focus.js";
import { keyCap } from "./keys.js";
import { Operators } from "./operators_panel.js";
import { SignIns } from "./sign_ins_panel.js";
import { Evidence } from "./verdict.js";

const PANEL_KEYS = { course: "k", displays: "F2", operators: "o", sign_ins: "F3", evidence: "z" };

/** The panels there are to open: displays and control only where the server tells of them. @returns {[string, string][]} name, key */
export function panelsOf(view) {
  const there = { course: view.role !== "operator", displays: Boolean(view.displays), operators: Boolean(view.control), sign_ins: Boolean(view.sessions), evidence: view.role !== "operator" };
  return Object.entries(PANEL_KEYS).filter(([name]) => there[name]);
}

/**
 * @param {object} props
 * @param {string} props.name which panel is open
 * @param {object} props.overlay {toggle, close, press} of useOverlay
 * @param {object} props.control what controlOf() says
 * @param {string|null} props.session id of the session that this console has
 */
export function Panel({ name, view, live, overlay, commands, control, session, lastVerdict, t, language }) {
  const box = useRef(null);
  // On what is wanted of this panel, where that is plain; never on what Enter should not do by the way.
  useLayoutEffect(() => (box.current.querySelector("[data-first]") ?? box.current).focus(), [name]);
  const words = { t, language };
  return html`
    <section class="form panel" data-role="panel" data-panel-name=${name} ref=${box} tabindex="-1" aria-label=${t(`host.panel.${name}`)}>
      <header class="form-head panel-tabs">
        ${panelsOf(view).map(([one, key]) =>
          one === name
            ? html`<h2 key=${one} class="panel-tab is-open"><kbd>${keyCap(key, t)}</kbd>${t(`host.panel.${one}`)}</h2>`
            : html`<button key=${one} type="button" class="panel-tab" data-panel-tab=${one} onMouseDown=${keepFocus} onClick=${() => overlay.toggle(one)}><kbd>${keyCap(key, t)}</kbd>${t(`host.panel.${one}`)}</button>`,
        )}
      </header>
      <div class="panel-body">
        ${name === "course" && html`<${Course} view=${view} live=${live} press=${overlay.press} ...${words} />`}
        ${name === "displays" && html`<${Displays} view=${view} control=${control} commands=${commands} live=${live} ...${words} />`}
        ${name === "operators" && html`<${Operators} control=${control} commands=${commands} live=${live} t=${t} />`}
        ${name === "sign_ins" && html`<${SignIns} view=${view} own=${session} commands=${commands} live=${live} t=${t} />`}
        ${name === "evidence" && html`<${Evidence} view=${view} last=${lastVerdict} ...${words} />`}
      </div>
      <footer class="form-foot">
        <p class="form-refusal" aria-live="assertive">${noteOf({ name, commands, control, t, language })}</p>
        <button type="button" class="form-button" data-role="panel-close" onMouseDown=${keepFocus} onClick=${overlay.close}><kbd>${keyCap("Escape", t)}</kbd>${t("host.panel.close")}</button>
      </footer>
    </section>
  `;
}

/** What was refused just now; else what is to be known about a panel. */
function noteOf({ name, commands, control, t, language }) {
  const { refusal } = commands;
  if (refusal) return t("host.refused", { reason: refusal.why === "server" ? pick(refusal.reason, language) || t("host.refused.unknown") : t(`host.refused.${refusal.why}`) });
  if (!control.mine && name !== "operators" && name !== "sign_ins" && name !== "evidence") return html`<span class="form-note">${t("host.control.lookOnly")}</span>`;
  return name === "course" ? html`<span class="form-note">${t("host.panel.note")}</span>` : "";
}

function Course({ view, live, press, t, language }) {
  const parts = [
    ["corrections", view.corrections],
    ["course", view.course],
  ];
  return html`
    <div class="panel-parts">
      ${parts.map(
        ([name, offers]) => html`
          <div class="panel-part" data-panel=${name}>
            <h3>${t(`host.panel.part.${name}`)}</h3>
            ${offers.length === 0 && html`<p class="panel-none">${t(view.certified.length === 2 ? "host.panel.frozen" : "host.panel.none")}</p>`}
            ${offers.map(
              (offer, i) => html`
                <button key=${`${offer.id} ${i}`} type="button" class=${`panel-offer is-${offer.tone}`} data-offer=${offer.id} disabled=${!live} onClick=${() => press(offer)}>
                  ${pick(offer.label, language)}${offer.asks.length > 0 && "…"}
                </button>
              `,
            )}
          </div>
        `,
      )}
    </div>
  `;
}

/** The button that opens a panel: in the tools row, or beside the heading of what it belongs to. */
export function PanelButton({ name, small = false, words = null, count = null, bad = false, overlay, live, t }) {
  return html`
    <button type="button" class=${`${small ? "small-button" : "tool"} panel-button ${bad ? "is-bad" : ""}`} data-tool=${name === "course" ? "panel" : `panel-${name}`} disabled=${!live} aria-expanded=${String(overlay.open?.panel === name)} onMouseDown=${keepFocus} onClick=${() => overlay.toggle(name)}>
      <kbd>${keyCap(PANEL_KEYS[name], t)}</kbd><span class="tool-label">${words ?? t(`host.panel.${name}`)}${count !== null && ` ${count}`}</span>
    </button>
  `;
}
