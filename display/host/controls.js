// The controls: the one next action, its alternatives beside it, and the tools well apart from both.
import { html, useEffect, useState } from "../shared/html.js";
import { pair, pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { ControlLine } from "./control_line.js";
import { keepFocus } from "./focus.js";
import { keyCap } from "./keys.js";
import { Moved, SignedOut } from "./moved.js";
import { PanelButton } from "./panel.js";
import { widthOf } from "./width.js";

const PLACES = 6; // two columns of three; with more alternatives the rows become lower
const LONG_LABEL = { "next-action": 34, alternative: 12 }; // in half-width characters: more than two lines, more than one
const HINT_TAKES = 10; // of them, under the next action
const SLOW_MS = 600; // an answer that takes longer is worth a word

/** True while one command has been under way for longer than SLOW_MS. */
function useSlow(busy) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (busy === null) return undefined;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [busy]);
  return slow;
}

export function Actions({ view, commands, control, link, moved, way, press, live, keyboardHere, t, language }) {
  const next = nextOf(view.actions);
  const others = view.actions.slice(next.length);
  const slow = useSlow(commands.busy);
  if (link.state === "refused") return html`<div class="actions is-moved"><${SignedOut} role=${view.role} t=${t} /></div>`;
  if (moved?.state === "fenced") return html`<div class="actions is-moved"><${Moved} moved=${moved} way=${way} t=${t} /></div>`;
  return html`
    <div class="actions">
      <${ControlLine} control=${control} moved=${moved} commands=${commands} live=${live} slow=${slow} keyboardHere=${keyboardHere} t=${t} language=${language} />
      ${next.length
        ? html`<div class=${`next ${next.length > 1 ? "is-pair" : ""} ${next.length > 2 ? "is-many" : ""}`}>
            ${next.map((one) => html`<${Control} key=${one.id} control=${one} role="next-action" commands=${commands} press=${press} live=${live} t=${t} language=${language} />`)}
          </div>`
        : html`<div class="next-none">${t(view.role === "operator" ? "host.next.theirs" : "host.next.none")}</div>`}
      <div class=${`others ${others.length > PLACES ? "is-many" : ""}`} role="group" aria-label=${t("host.others")}>
        ${slots(others).map((one, i) =>
          one
            ? html`<${Control} key=${one.id} control=${one} role="alternative" commands=${commands} press=${press} live=${live} t=${t} language=${language} />`
            : view.role !== "operator" && html`<span key=${`empty ${i}`} class="empty-place"></span>`,
        )}
      </div>
    </div>
  `;
}

/**
 * The next action. Where none is likelier than the others they stand side by side, equally large: right and wrong,
 * and the stakes, of which the contestant chooses.
 */
export function nextOf(actions) {
  const stakes = actions.filter((one) => one.id.startsWith("stake_")).length;
  if (stakes > 1) return actions.slice(0, stakes);
  const undecided = actions[0]?.tone === "right" && actions[1]?.tone === "wrong";
  return actions.slice(0, undecided ? 2 : 1);
}

/**
 * Alternatives in places that fingers can learn: right first, wrong and its kin from the second place on, what is
 * dangerous last. A place stays empty rather than that another control moves into it.
 */
export function slots(others) {
  const places = new Array(Math.max(PLACES, 2 * Math.ceil(others.length / 2))).fill(null);
  const put = (control, order) => {
    places[order.find((i) => places[i] === null)] = control;
  };
  const upwards = places.map((_, i) => i);
  const orders = { right: upwards, wrong: upwards.slice(1), neutral: upwards.slice(2), go: upwards.slice(2), danger: [...upwards].reverse() };
  for (const tone of ["right", "wrong", "danger", "go", "neutral"]) {
    for (const control of others.filter((one) => one.tone === tone)) put(control, [...orders[tone], ...upwards]);
  }
  return places;
}

function Control({ control, role, commands, press, live, t, language }) {
  const waits = commands.busy !== null || commands.settling || !commands.mine;
  const label = pick(control.label, language);
  const width = widthOf(label) + (control.asks.length ? 2 : 0);
  const longest = LONG_LABEL[role] - (control.hint && role === "next-action" ? HINT_TAKES : 0);
  return html`
    <button
      type="button"
      class=${`control is-${control.tone} ${control.hint ? "has-hint" : ""} ${width > longest ? "is-long" : ""} ${commands.busy === control.id ? "is-busy" : ""}`}
      data-action=${control.id}
      data-role=${role}
      disabled=${!live}
      aria-disabled=${!live || waits ? "true" : "false"}
      aria-haspopup=${control.asks.length ? "dialog" : undefined}
      onMouseDown=${keepFocus}
      onClick=${() => press(control)}
    >
      ${control.key && html`<kbd>${keyCap(control.key, t)}</kbd>`}
      <span class="control-label set-by-words">${words(label)}${control.asks.length > 0 && "…"}</span>
      ${control.hint && html`<small class="control-hint">${pick(control.hint, language)}</small>`}
    </button>
  `;
}

/** M: no page makes a sound until it is pressed again. Not of the contest, so the server does not offer it; null where it does not know of sound. */
export function muteTool(view) {
  if (!view.sound) return null;
  const on = !view.sound.muted;
  const label = pair(on ? "host.mute" : "host.unmute");
  return { id: "mute", command: { type: "mute", on }, label, hint: null, key: "m", tone: "neutral", asks: [] };
}

/** Undo and redo stand first, mute and blackout last, whatever comes between: fingers learn where they are. */
export function Tools({ view, commands, overlay, live, t, language }) {
  const [undo, redo, blackout] = ["undo", "redo", "blackout"].map((id) => view.tools.find((one) => one.id === id));
  const mute = muteTool(view);
  const placed = [undo, redo, blackout];
  const rest = view.tools.filter((one) => !placed.includes(one) && one.id !== "lamp_test"); // that one stands with the boxes
  const common = { commands, press: overlay.press, live, t, language };
  return html`
    <div class="tools" role="region" aria-label=${t("host.tools")}>
      <div class="tools-steps">
        ${view.role !== "operator" && html`<${Undo} tool=${undo} undo=${view.undo} ...${common} />`}
        ${redo && html`<${Tool} tool=${redo} label=${t("host.redo")} ...${common} />`}
      </div>
      <div class="tools-rest">
        ${rest.map((one) => html`<${Tool} key=${one.id} tool=${one} ...${common} />`)}
        ${view.role !== "operator" && html`<${PanelButton} name="course" overlay=${overlay} live=${live} t=${t} />`}
      </div>
      <div class="tools-ends">
        ${mute && html`<${Tool} tool=${mute} pressed=${view.sound.muted} ...${common} />`}
        ${blackout && html`<${Tool} tool=${blackout} pressed=${view.blackout} ...${common} />`}
      </div>
    </div>
  `;
}

function Undo({ tool, undo, t, language, ...common }) {
  if (!tool || !undo) return html`<button type="button" class="tool undo" data-tool="undo" disabled>${t("host.undo.nothing")}</button>`;
  const what = pick(undo.label, language);
  const detail = pick(tool.label, language).includes(what) ? "" : what; // a label may say already what it takes back
  return html`<${Tool} tool=${tool} detail=${detail} t=${t} language=${language} ...${common} />`;
}

function Tool({ tool, detail, label, pressed, commands, press, live, language, t }) {
  const hint = pick(tool.hint, language);
  return html`
    <button
      type="button"
      class=${`tool is-${tool.tone} ${tool.id} ${commands.busy === tool.id ? "is-busy" : ""}`}
      data-tool=${tool.id}
      disabled=${!live}
      aria-disabled=${!live || !commands.mine ? "true" : "false"}
      aria-pressed=${pressed === undefined ? undefined : String(pressed)}
      title=${hint || pick(tool.label, language)}
      onMouseDown=${keepFocus}
      onClick=${() => press(tool)}
    >
      ${tool.key && html`<kbd>${keyCap(tool.key, t)}</kbd>`}
      <span class="tool-label">${label ?? pick(tool.label, language)}</span>
      ${detail && html`<small>${detail}</small>`}
    </button>
  `;
}
