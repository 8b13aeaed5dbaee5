// The right zone: what the audience sees, what it would see next, the time, the cue sheet, the next question.
import { html } from "../shared/html.js";
import { words } from "../shared/words.js";
import { CueSheet } from "./cue_sheet.js";
import { displayProblem, rowsOf } from "./displays.js";
import { PanelButton } from "./panel.js";
import { NextPicture, NowPicture } from "./previews.js";
import { ShowTime } from "./show_time.js";
import { useContestTime } from "./ticking.js";

export function Side({ view, contestNs, overlay, live, t, language }) {
  const frozen = view.certified.length === 2;
  const nowNs = useContestTime(contestNs, frozen ? 0 : 1000);
  const sinceS = frozen ? 0 : Math.max(0, (nowNs - view.contest_ns) / 1e9);
  const rows = rowsOf(view);
  const bad = rows.some((one) => displayProblem(one, view));
  const displays = view.displays && html`<${PanelButton} name="displays" small=${true} count=${rows.filter((one) => one.online).length} bad=${bad} overlay=${overlay} live=${live} t=${t} />`;
  return html`
    <aside class="zone zone-side" aria-label=${t("host.side")}>
      <${NowPicture} view=${view} aside=${displays} t=${t} />
      ${view.role !== "operator" && html`<${NextPicture} view=${view} t=${t} />`}
      <${ShowTime} cues=${view.cue_sheet} sinceS=${sinceS} frozen=${frozen} t=${t} />
      <${CueSheet} view=${view} sinceS=${sinceS} t=${t} language=${language} />
      ${view.role !== "operator" && html`<${Preview} preview=${view.preview} t=${t} />`}
    </aside>
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
