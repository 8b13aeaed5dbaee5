// The host console: three zones that never move, and under the middle one the next action.
import { html, useEffect } from "../shared/html.js";
import { Boxes } from "./boxes.js";
import { useCommands } from "./commands.js";
import { Actions, Tools } from "./controls.js";
import { Header } from "./header.js";
import { useKeyboard, useKeyboardHere } from "./keyboard.js";
import { useLanguage } from "./language.js";
import { Now } from "./now.js";
import { NowLine } from "./now_line.js";
import { Overlay, useOverlay } from "./overlay.js";
import { Seats } from "./seats.js";
import { Side } from "./side.js";
import { Subject } from "./subject.js";

/**
 * @param {object} props
 * @param {object|null} props.view the host view, null before the first snapshot
 * @param {{state: string}} props.link state of the line to the server
 * @param {(command: object) => Promise<{accepted: boolean, revision: number|null, reason: object|null}>} props.send
 * @param {() => number} props.contestNs contest time now, ns
 */
export function App({ view, link, send, contestNs }) {
  const { language, t, toggle } = useLanguage(view?.lang);
  const commands = useCommands({ view, link, send });
  const overlay = useOverlay(commands);
  useKeyboard({ view, simulate: commands.simulate, overlay });
  const keyboardHere = useKeyboardHere();

  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t("host.page")}`;
  }, [t]);

  const words = { t, language };
  if (!view) return html`<${Waiting} link=${link} ...${words} />`;

  const live = link.state === "live";
  const classes = ["console", view.blackout && "is-black", view.rehearsal && "is-rehearsal", !live && "is-lost"];
  return html`
    <div class=${classes.filter(Boolean).join(" ")}>
      <${Header} view=${view} link=${link} toggle=${toggle} ...${words} />
      <div class="zones">
        <section class="zone zone-seats" aria-label=${t("host.seats")}>
          <${Seats} view=${view} contestNs=${contestNs} ...${words} />
          <${Boxes} view=${view} contestNs=${contestNs} commands=${commands} live=${live} ...${words} />
        </section>
        <main class="zone zone-now">
          <${Now} view=${view} contestNs=${contestNs} ...${words} />
          <${Subject} view=${view} ...${words} />
          <${NowLine} view=${view} contestNs=${contestNs} ...${words} />
          <${Actions} view=${view} commands=${commands} press=${overlay.press} live=${live} keyboardHere=${keyboardHere} ...${words} />
          <${Tools} view=${view} commands=${commands} overlay=${overlay} live=${live} ...${words} />
          <${Overlay} overlay=${overlay} view=${view} commands=${commands} live=${live} ...${words} />
        </main>
        <${Side} view=${view} contestNs=${contestNs} ...${words} />
      </div>
    </div>
  `;
}

function Waiting({ link, t }) {
  const refused = link.state === "refused";
  return html`
    <div class="waiting">
      <p class="waiting-product">${t("product")}</p>
      <p data-role="link" data-link=${link.state} role="status">${t(`link.${refused || link.state === "lost" ? link.state : "connecting"}`)}</p>
      ${refused && html`<a class="plain-button" href="/login/host">${t("signIn.again")}</a>`}
    </div>
  `;
}
