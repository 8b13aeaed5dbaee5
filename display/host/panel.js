// 更正 · 流程: what puts right and what leaves the course, out of the way until it is asked for.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { keyCap } from "./keys.js";

export const PANEL_KEY = "k";

/** @param {{view: object, live: boolean, press: (offer: object) => void, close: () => void}} props */
export function Panel({ view, live, press, close, t, language }) {
  const box = useRef(null);
  useLayoutEffect(() => box.current.focus(), []);
  const parts = [
    ["corrections", view.corrections],
    ["course", view.course],
  ];
  return html`
    <section class="form panel" data-role="panel" ref=${box} tabindex="-1" aria-label=${t("host.panel")}>
      <header class="form-head"><h2>${t("host.panel")}</h2><p>${t("host.panel.note")}</p></header>
      <div class="panel-parts">
        ${parts.map(
          ([name, offers]) => html`
            <div class="panel-part" data-panel=${name}>
              <h3>${t(`host.panel.${name}`)}</h3>
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
      <footer class="form-foot">
        <p class="form-refusal"></p>
        <button type="button" class="form-button" data-role="panel-close" onMouseDown=${keepFocus} onClick=${close}><kbd>${keyCap("Escape", t)}</kbd>${t("host.panel.close")}</button>
      </footer>
    </section>
  `;
}

/** The button in the tools row that opens it. */
export function PanelButton({ live, open, toggle, t }) {
  return html`
    <button type="button" class="tool panel-button" data-tool="panel" disabled=${!live} aria-expanded=${String(open)} onMouseDown=${keepFocus} onClick=${toggle}>
      <kbd>${keyCap(PANEL_KEY, t)}</kbd><span class="tool-label">${t("host.panel")}</span>
    </button>
  `;
}
