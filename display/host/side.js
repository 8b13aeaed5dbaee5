// The right zone: the cue sheet, the next question, what the audience sees, and the score entries.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { change } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { CueSheet } from "./cue_sheet.js";

const PROJECTOR_WIDTH = 1280; // the picture is laid out at this size and scaled down whole
const PROJECTOR_HEIGHT = 720;

export function Side({ view, contestNs, t, language }) {
  return html`
    <aside class="zone zone-side">
      <${Projector} blackout=${view.blackout} t=${t} />
      <${CueSheet} view=${view} contestNs=${contestNs} t=${t} language=${language} />
      <${Preview} preview=${view.preview} t=${t} />
      <${Ledger} ledger=${view.ledger} seats=${view.seats} t=${t} language=${language} />
    </aside>
  `;
}

function Projector({ blackout, t }) {
  const frame = useRef(null);
  const picture = useRef(null);
  useLayoutEffect(() => {
    const scale = () => {
      picture.current.style.transform = `scale(${frame.current.clientWidth / PROJECTOR_WIDTH})`;
    };
    const watcher = new ResizeObserver(scale);
    watcher.observe(frame.current);
    scale();
    return () => watcher.disconnect();
  }, []);
  return html`
    <div class="projector">
      <h2 class="zone-title">${t("host.projector")}</h2>
      <div class="projector-frame" ref=${frame}>
        <iframe
          ref=${picture}
          src="/projector?preview=1"
          title=${t("host.projector")}
          width=${PROJECTOR_WIDTH}
          height=${PROJECTOR_HEIGHT}
          tabindex="-1"
          inert
          aria-hidden="true"
        ></iframe>
        ${blackout && html`<strong class="projector-black">${t("host.projector.black")}</strong>`}
      </div>
    </div>
  `;
}

function Preview({ preview, t }) {
  return html`
    <div class="preview">
      <h2 class="zone-title">${t("host.preview")}<em>${t("host.secret")}</em></h2>
      <p class=${preview ? "set-by-words" : "is-none"}>${preview ? words(preview.prompt) : t("host.preview.none")}</p>
    </div>
  `;
}

function Ledger({ ledger, seats, t, language }) {
  return html`
    <div class="ledger">
      <h2 class="zone-title">${t("host.ledger")}</h2>
      <ol>
        ${ledger.length === 0 && html`<li class="is-none">${t("host.ledger.none")}</li>`}
        ${ledger.map(
          (entry) => html`
            <li key=${entry.seq} data-entry=${entry.seq}>
              <b>${t("seat", { seat: entry.seat })}</b><span>${withoutName(pick(entry.text, language), entry.seat, seats)}</span>
              <strong class=${`figures ${entry.points > 0 ? "is-up" : "is-down"}`}>${change(entry.points)}</strong>
            </li>
          `,
        )}
      </ol>
    </div>
  `;
}

/** "王磊 · 必答题答对" → "必答题答对": the row names the seat, and its few characters belong to the cause. */
function withoutName(text, number, seats) {
  const name = seats.find((one) => one.seat === number)?.name;
  return name && text.startsWith(name) ? text.slice(name.length).replace(/^[\s·:：]+/, "") : text;
}
