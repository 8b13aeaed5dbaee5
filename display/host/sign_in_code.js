// A QR code as large as the panel: of a page that signs in once, or of one that anybody may open. It is in no view and nowhere but here.
import { html, useEffect, useRef, useState } from "../shared/html.js";
import { keepFocus } from "./focus.js";
import { madeBy, minutes, modulePath, whoOf } from "./sign_ins.js";

const QUIET = 4; // modules of paper around a code (ISO/IEC 18004)
const LOOK_MS = 250;

/**
 * @param {object} props
 * @param {object} props.code {page, role, number, before, ticket, ticketId, until (performance.now(), null: for ever), address, matrix, hosts, host, fingerprint}
 * @param {(host: string) => void} props.onHost another of this machine's addresses
 * @param {() => void} props.again a new code for the same seat
 * @param {() => void} props.close
 */
export function Code({ code, view, live, onHost, again, close, t }) {
  const leftS = useLeft(code.until);
  const made = code.ticket ? madeBy(code, view) : null;
  const known = (view.tickets ?? []).includes(code.ticketId);
  const listed = useRef(false); // the answer may be here before the view that lists it
  listed.current ||= known;
  const state = made ? "used" : leftS <= 0 || (listed.current && !known) ? "over" : "open";
  const who = code.role ? whoOf(code, view, t) : t(`host.signIn.page.${code.page}`);
  return html`
    <div class=${`sign-in-code is-${state}`} data-role="code" data-code=${state}>
      <div class="code-picture">
        ${state === "open"
          ? html`<${Qr} matrix=${code.matrix} label=${t("host.signIn.picture", { who })} />`
          : html`<p class="code-none" data-role="code-none">${t(`host.signIn.code.${state}`, { who })}</p>`}
      </div>
      <div class="code-words">
        <h3>${who}</h3>
        <p>${t(code.ticket ? "host.signIn.how" : `host.signIn.how.${code.page}`)}</p>
        ${code.ticket && state === "open" && html`<p class="code-left figures" role="timer" data-role="code-left">${t("host.signIn.left", { left: minutes(leftS) })}</p>`}
        <p class="code-address figures" data-role="code-address">${shownAddress(code.address)}</p>
        ${code.hosts.length > 1 && state === "open" && html`<${Hosts} code=${code} live=${live} onHost=${onHost} t=${t} />`}
        ${code.page === "trust" && html`<p class="code-print figures" data-role="fingerprint">${t("host.signIn.fingerprint")} ${code.fingerprint}</p>`}
        <div class="code-do">
          ${code.ticket && html`<button type="button" class="usual" data-do="again" disabled=${!live} onMouseDown=${keepFocus} onClick=${again}>${t("host.signIn.again")}</button>`}
          <button type="button" class="usual is-main" data-do="close-code" data-first="" onMouseDown=${keepFocus} onClick=${close}>${t("host.signIn.hide")}</button>
        </div>
      </div>
    </div>
  `;
}

/** What can be typed: the code itself is for cameras alone. */
function shownAddress(address) {
  return address.split("#")[0];
}

function Hosts({ code, live, onHost, t }) {
  return html`
    <label class="code-hosts">
      ${t("host.signIn.host")}
      <select class="entry figures" value=${code.host ?? code.hosts[0]} disabled=${!live} onChange=${(event) => onHost(event.currentTarget.value)}>
        ${code.hosts.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
      </select>
    </label>
  `;
}

function Qr({ matrix, label }) {
  const size = matrix.length + 2 * QUIET;
  return html`
    <svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges" data-role="qr">
      <rect class="qr-ground" width=${size} height=${size} />
      <path class="qr-modules" d=${modulePath(matrix, QUIET)} />
    </svg>
  `;
}

/** Seconds until `until`, counted down; Infinity for what does not end. */
function useLeft(until) {
  const [, look] = useState(0);
  useEffect(() => {
    if (until === null) return undefined;
    const timer = setInterval(() => look((n) => n + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? Infinity : (until - performance.now()) / 1000;
}
