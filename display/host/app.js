// The host console: three zones that never move, and under the middle one the next action.
import { html, useEffect } from "../shared/html.js";
import { useLanguage } from "../shared/language.js";
import { Boxes } from "./boxes.js";
import { useCommands } from "./commands.js";
import { Actions, muteTool, Tools } from "./controls.js";
import { Header } from "./header.js";
import { useKeyboard, useKeyboardHere } from "./keyboard.js";
import { LogAlarm } from "./log_alarm.js";
import { movedOf } from "./moved.js";
import { Now } from "./now.js";
import { NowLine } from "./now_line.js";
import { controlOf, controlStep } from "./operators.js";
import { Overlay, useOverlay } from "./overlay.js";
import { Seats } from "./seats.js";
import { Side } from "./side.js";
import { Subject } from "./subject.js";
import { useLastVerdict } from "./verdict.js";

/**
 * @param {object} props
 * @param {object|null} props.view the host view, null before the first snapshot
 * @param {{state: string}} props.link state of the line to the server
 * @param {(command: object) => Promise<{accepted: boolean, revision: number|null, reason: object|null}>} props.send
 * @param {() => number} props.contestNs contest time now, ns
 * @param {{page: string}|null} [props.display] which of the consoles this one is
 * @param {() => string|null} [props.way] the address of this page at the other laptop, see move.js
 */
export function App({ view, link, send, contestNs, display = null, way = () => null }) {
  const { language, t, toggle } = useLanguage(view?.lang, display?.language);
  // Under a slide the host goes on reading what the contest stands at; that the slide is there is said in the header.
  const below = view?.below ? { ...view, scene: view.below } : view;
  const control = controlOf(view, display?.page ?? null);
  const moved = movedOf(view);
  const commands = useCommands({ view, link, send, mine: control.mine, moved: moved?.state ?? null });
  const overlay = useOverlay(commands);
  const lastVerdict = useLastVerdict(below);
  const step = moved ? null : controlStep(control, t);
  const controls = view ? [...view.actions, ...view.tools, muteTool(view)].filter(Boolean) : [];
  useKeyboard({ view, controls, simulate: commands.simulate, overlay, step: step && (() => commands.tell(step.id, step.command)) });
  const keyboardHere = useKeyboardHere();
  const role = document.body.dataset.role ?? "host";

  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t(role === "operator" ? "host.page.operator" : "host.page")}`;
  }, [t, role]);

  const words = { t, language };
  if (!view) return html`<${Waiting} link=${link} ...${words} />`;

  const live = link.state === "live";
  const classes = ["console", view.blackout && "is-black", view.rehearsal && "is-rehearsal", !live && "is-lost", !commands.mine && "is-theirs", (moved?.state === "fenced" || link.state === "refused") && "is-out", view.sound?.muted && "is-muted", view.cover && "is-covered"];
  return html`
    <div class=${classes.filter(Boolean).join(" ")}>
      <${Header} view=${view} link=${link} control=${control} overlay=${overlay} toggle=${toggle} ...${words} />
      <${LogAlarm} view=${view} commands=${commands} live=${live} t=${t} />
      <div class="zones">
        <section class="zone zone-seats" aria-label=${t("host.seats")}>
          <${Seats} view=${view} contestNs=${contestNs} ...${words} />
          <${Boxes} view=${view} contestNs=${contestNs} commands=${commands} live=${live} ...${words} />
        </section>
        <main class="zone zone-now">
          <${Now} view=${below} contestNs=${contestNs} ...${words} />
          <${Subject} view=${below} contestNs=${contestNs} ...${words} />
          <${NowLine} view=${below} contestNs=${contestNs} overlay=${overlay} live=${live} ...${words} />
          <${Actions} view=${view} commands=${commands} control=${control} link=${link} moved=${moved} way=${way} press=${overlay.press} live=${live} keyboardHere=${keyboardHere} ...${words} />
          <${Overlay} overlay=${overlay} view=${view} commands=${commands} control=${control} session=${display?.session ?? null} lastVerdict=${lastVerdict} live=${live} ...${words} />
        </main>
        <${Side} view=${view} contestNs=${contestNs} overlay=${overlay} live=${live} ...${words} />
        <${Tools} view=${view} commands=${commands} overlay=${overlay} live=${live} ...${words} />
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
      ${refused && html`<a class="plain-button" href=${`/login/${document.body.dataset.role ?? "host"}`}>${t("signIn.again")}</a>`}
    </div>
  `;
}
