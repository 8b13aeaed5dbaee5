// The contestant's page: who sits here, and one button as large as the lower part of the page.
import { html, useEffect, useRef, useState } from "../shared/html.js";
import { useLanguage } from "../shared/language.js";
import { change, points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { keepFocus } from "../host/focus.js";
import { useContestTime } from "../host/ticking.js";
import { shownMs } from "./buzzer.js";
import { DeskClock, NO_BUTTON, OwnChange, SeatChoice, seatOfAddress } from "./monitor.js";
import { StakeChoice } from "./stake.js";
import { deskState, tiedSeats } from "./state.js";

const NOTICED_MS = 1500; // how long a press that does not count is answered

/**
 * @param {object} props
 * @param {object|null} props.view the desk view, null before the first snapshot
 * @param {{state: string}} props.link state of the line to the server
 * @param {(command: object) => Promise<object>} props.send for the one command a contestant has: the secret choice
 * @param {() => number} props.contestNs contest time now
 * @param {object} props.buzzer what `makeBuzzer` made
 * @param {object} props.display what `mount` knows of this page among the displays
 */
export function App({ view: sent, link, send, contestNs, buzzer: button, display }) {
  // With boxes at the seats this page is a screen: which seat it stands at is in its address.
  const view = sent && !sent.web_buzzers ? { ...sent, seat: seatOfAddress(sent.seats, location.search) } : sent;
  const buzzer = view && !view.web_buzzers ? NO_BUTTON : button;
  const { language, t, toggle } = useLanguage(view?.lang, display?.language);
  const [pressedIn, setPressedIn] = useState(null);
  const [noticed, setNoticed] = useState(0); // sequence of a press that is being answered
  const scheduled = view?.buzz?.phase === "open";
  const nowNs = useContestTime(contestNs, scheduled ? 40 : view?.clock?.state === "running" ? 100 : 0);
  const known = buzzer.state();

  useEffect(() => {
    document.title = `${t("product")}${t("sentence")}${t("desk.page")}`;
  }, [t]);

  const pressed = () => {
    setPressedIn(view?.buzz?.arming ?? null);
    setNoticed(buzzer.state().sequence);
  };
  const choosing = Boolean(view?.stake);
  useKeyboard(buzzer, view?.web_buzzers === true && !choosing, pressed);
  useEffect(() => {
    const timer = setTimeout(() => setNoticed(0), NOTICED_MS);
    return () => clearTimeout(timer);
  }, [noticed]);

  if (!view) {
    const gone = link.state === "refused";
    return html`<main class="desk" data-state=${gone ? "refused" : "connecting"}><${Say} state=${gone ? "refused" : "connecting"} t=${t} /></main>`;
  }
  const state = deskState(view, link, known, pressedIn, nowNs);
  const arrived = state === "idle" && noticed > 0 && known.taken >= noticed;
  return html`
    <main class="desk" data-state=${state} data-link=${link.state}>
      <header class="top">
        <span class="top-contest">${pick(view.title, language).replace("\n", "")}</span>
        ${view.rehearsal && html`<strong class="top-rehearsal">${t("p.rehearsal")}</strong>`}
        <button type="button" class="quiet" title=${t("language.title")} onMouseDown=${keepFocus} onClick=${toggle}>${t("language.switch")}</button>
        ${view.web_buzzers && html`<form method="post" action="/logout"><button type="submit" class="quiet">${t("signOut")}</button></form>`}
      </header>
      <${Contestant} view=${view} known=${known} t=${t} />
      ${state === "barred" && html`<${SeatChoice} view=${view} t=${t} />`}
      ${state === "stake" && html`<${StakeChoice} stake=${view.stake} live=${link.state === "live"} send=${send} t=${t} language=${language} />`}
      ${state !== "barred" &&
      state !== "stake" &&
      html`
        <${Button} pressable=${view.web_buzzers && !["replaced", "refused"].includes(state)} buzzer=${buzzer} onPressed=${pressed}>
          <${Say} state=${state} view=${view} arrived=${arrived} nowNs=${nowNs} t=${t} />
        <//>
      `}
    </main>
  `;
}

/** Space and Enter press, wherever the focus is but on another control. */
function useKeyboard(buzzer, allowed, pressed) {
  const latest = useRef(pressed);
  latest.current = pressed;
  useEffect(() => {
    if (!allowed) return undefined;
    const own = (event) => (event.code === "Space" || event.code === "Enter" || event.code === "NumpadEnter") && !event.target.closest?.(".top, .say-way");
    const down = (event) => {
      if (!own(event)) return;
      event.preventDefault();
      if (!event.repeat && buzzer.press(event.code, event)) latest.current();
    };
    const up = (event) => buzzer.release(event.code, event);
    const listeners = { keydown: down, keyup: up, blur: buzzer.letGo };
    for (const [name, take] of Object.entries(listeners)) window.addEventListener(name, take);
    return () => {
      for (const [name, take] of Object.entries(listeners)) window.removeEventListener(name, take);
    };
  }, [buzzer, allowed]);
}

function Button({ pressable, buzzer, onPressed, children }) {
  const pointer = (event) => `pointer ${event.pointerId}`;
  const down = (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId); // the release is ours wherever the finger goes
    if (buzzer.press(pointer(event), event)) onPressed();
  };
  const up = (event) => buzzer.release(pointer(event), event);
  if (!pressable) return html`<section class="buzz">${children}</section>`;
  return html`
    <button type="button" class="buzz" data-role="buzz" onPointerDown=${down} onPointerUp=${up} onPointerCancel=${up} onContextMenu=${(event) => event.preventDefault()}>
      ${children}
    </button>
  `;
}

function Contestant({ view, known, t }) {
  const own = view.seats.find((one) => one.seat === view.seat);
  if (!own) return html`<div class="who" />`;
  const ms = shownMs(known.uncertaintyUs);
  return html`
    <div class="who">
      <b class="who-seat figures" data-role="seat">${own.seat}</b>
      <div class="who-name"><strong>${own.name.split(/(?<=[·・•\s])/).map((part, i) => html`${i > 0 && html`<wbr />`}${part}`)}</strong><span class="set-by-words">${words(own.unit)}</span></div>
      <div class="who-score"><strong class="figures" data-role="score">${points(own.score)}</strong><span><${OwnChange} own=${own} t=${t} /> ${t("points")}</span></div>
      ${view.web_buzzers && html`<p class="who-clock">${ms !== null && t("desk.clock", { ms })}</p>`}
    </div>
  `;
}

/** The word of the state, and a line that explains it. */
function Say({ state, view, arrived, nowNs, t }) {
  const buzz = view?.buzz;
  const answers = state === "first" || state === "turn";
  const settled = buzz?.first?.settled ? ".settled" : "";
  const word = state === "other" ? t(`desk.other${settled}`, { seat: buzz.first.seat }) : t(`desk.${state}${state === "first" ? settled : ""}`);
  return html`
    <span class="say" aria-live="polite">
      ${answers && html`<${DeskClock} view=${view} nowNs=${nowNs} t=${t} />`}
      <strong class="say-word set-by-words" data-role="state">${words(word)}</strong>
      <span class="say-note set-by-words">${words(note(state, view, arrived, t))}</span>
      ${state === "refused" && html`<a class="say-way" href="/login/desk">${t("signIn.again")}</a>`}
      ${state === "replaced" && html`<button type="button" class="say-way" onClick=${() => location.reload()}>${t("desk.replaced.back")}</button>`}
    </span>
  `;
}

function note(state, view, arrived, t) {
  const { buzz, seat } = view ?? {};
  if (state === "other") return view.seats.find((one) => one.seat === buzz.first.seat)?.name ?? "";
  if (state === "foul") {
    const foul = buzz.fouls.find((one) => one.seat === seat);
    const then = t(`desk.foul.${foul.then}`);
    return foul.points === 0 ? then : `${t("desk.foul.note", { points: change(foul.points) })}${t("sentence")}${then}`;
  }
  if (state === "first" && buzz.first.settled) return t(`p.settled.${buzz.first.settled}`);
  if (state === "tied" || state === "close") {
    const seats = tiedSeats(buzz).filter((one) => one !== seat);
    return t(`desk.${state}.note`, { seats: seats.join(t("list")) });
  }
  if (arrived) return t("desk.idle.works");
  if (state === "lost" || state === "open") return t(`desk.${state}.${view.web_buzzers ? "note" : "box"}`);
  return ["connecting", "refused", "turn", "out", "nobody"].includes(state) ? "" : t(`desk.${state}.note`);
}
