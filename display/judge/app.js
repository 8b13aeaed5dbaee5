// The judge page: one score sheet, and what it is waiting for.
import { html, useEffect } from "../shared/html.js";
import { useLanguage } from "../shared/language.js";
import { pick } from "../shared/strings.js";
import { CloseMarking } from "./chief.js";
import { Reading } from "./reading.js";
import { Sheet } from "./sheet.js";

/**
 * @param {object} props
 * @param {object|null} props.view the judge view, null before the first snapshot
 * @param {{state: string}} props.link state of the line to the server
 * @param {(command: object) => Promise<{accepted: boolean, reason: object|null}>} props.send
 * @param {object} props.display what `mount` knows of this page among the displays
 */
export function App({ view, link, send, display }) {
  const { language, t, toggle } = useLanguage(view?.lang, display?.language);
  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t("judge.page")}`;
  }, [t]);

  if (!view) {
    return html`<main class="page is-calm"><${LinkLine} link=${link} t=${t} /><p class="calm">${t("link.connecting")}</p></main>`;
  }
  const { sheet } = view;
  const writing = sheet.state === "open" || sheet.state === "submitted";
  return html`
    <div class="page" data-sheet-state=${sheet.state}>
      <header class="top">
        <span class="top-contest">${pick(view.title, language)}</span>
        ${view.rehearsal && html`<strong class="top-rehearsal">${t("judge.rehearsal")}</strong>`}
        <b class="top-judge">${view.judge_name}${view.chief && html`<small>${t("host.judge.chief")}</small>`}</b>
        <button type="button" class="quiet" title=${t("language.title")} onClick=${toggle}>${t("language.switch")}</button>
        <form method="post" action="/logout"><button type="submit" class="quiet">${t("signOut")}</button></form>
      </header>
      <${LinkLine} link=${link} t=${t} />
      ${view.may_close && html`<${CloseMarking} view=${view} live=${link.state === "live"} send=${send} t=${t} language=${language} />`}
      ${writing
        ? html`<${Sheet} view=${view} live=${link.state === "live"} send=${send} t=${t} language=${language} />`
        : html`<${Reading} view=${view} t=${t} />`}
    </div>
  `;
}

function LinkLine({ link, t }) {
  if (link.state === "refused") {
    return html`
      <p class="link-line" data-role="link" data-link="refused" role="alert">
        ${t("link.refused")}${" "}<a href="/login/judge">${t("signIn.again")}</a>
      </p>
    `;
  }
  const text = link.state === "live" ? "" : t(link.state === "lost" ? "judge.link.lost" : "link.connecting");
  return html`<p class=${`link-line ${text ? "" : "is-live"}`} data-role="link" data-link=${link.state} role="status">${text}</p>`;
}
