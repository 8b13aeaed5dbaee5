// The top line: which contest, whether all is well, and the way out. Trouble stands here in words.
import { html } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { troubles } from "./health.js";

export function Header({ view, link, toggle, t, language }) {
  const found = troubles(view, link, t, language);
  return html`
    <header class="header">
      <div class="contest">
        ${view.rehearsal && html`<strong class="rehearsal" data-role="rehearsal">${t("host.rehearsal")}</strong>`}
        ${view.certified.length === 2 && html`<strong class="certified-tag" data-role="certified-tag">${t("host.certified")}</strong>`}
        <span class="contest-title">${pick(view.title, language)}</span>
      </div>
      <div class=${`health ${found.length ? "is-trouble" : ""}`} role="status" data-role="health">
        ${found.length
          ? found.map((one) => html`<strong class="trouble" data-trouble=${one.kind}>${one.text}</strong>`)
          : html`<span>${[t("host.timing.ok"), t("host.boxes.ok"), t("host.log.ok", { events: view.log.events })].join(t("sentence"))}</span>`}
      </div>
      <div class="ways">
        <span class="link-state" data-role="link" data-link=${link.state}>
          ${t(link.state === "live" ? "host.link.live" : `link.${link.state}`).split(t("sentence"))[0]}
        </span>
        ${link.state === "refused" && html`<a class="plain-button" href="/login/host">${t("signIn.again")}</a>`}
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
