// 登录: who is signed in and how to end it; a code for a tablet, shown large, once; the pages that anybody may open.
import { html, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { keepFocus } from "./focus.js";
import { Code } from "./sign_in_code.js";
import { clockTime, deviceOf, seatsForCodes, sessionRows, whoOf } from "./sign_ins.js";

const OPEN_PAGES = ["audience", "trust"];

/** @param {{view: object, own: string|null, commands: object, live: boolean}} props own: id of the session that this console has */
export function SignIns({ view, own, commands, live, t }) {
  const [code, setCode] = useState(null);
  const [asking, setAsking] = useState(false); // one code at a time, whatever a trembling hand does

  // A code that was put away shall not sign anybody in: it may have been photographed over somebody's shoulder.
  const voids = useRef(null);
  voids.current = (id) => live && commands.ask({ type: "session_ticket_void", ticket_id: id });
  const ticketId = code?.ticketId ?? null;
  useLayoutEffect(() => (ticketId ? () => voids.current(ticketId) : undefined), [ticketId]);

  const show = async (wanted, host = null) => {
    if (asking) return;
    setAsking(true);
    const address = await commands.ask({ type: "address_code", page: wanted.page, ...(wanted.ticket && { ticket: wanted.ticket }), ...(host && { host }) });
    setAsking(false);
    if (!address) return;
    const { matrix, hosts, fingerprint } = address;
    setCode({ ...wanted, address: address.address, matrix, hosts, fingerprint, host });
  };
  const begin = async ({ role, number }) => {
    if (asking) return;
    setAsking(true);
    const before = (view.sessions ?? []).map((one) => one.session);
    const made = await commands.ask({ type: "session_ticket", role, ...(number !== null && { number }) });
    setAsking(false);
    if (made) await show({ page: role, role, number, before, ticket: made.ticket, ticketId: made.ticket_id, until: performance.now() + made.expires_s * 1000 });
  };

  if (code) return html`<${Code} key=${code.address} code=${code} view=${view} live=${live} onHost=${(host) => show(code, host)} again=${() => begin(code)} close=${() => setCode(null)} t=${t} />`;
  const able = live && !asking;
  return html`
    <div class="sign-ins">
      <${List} view=${view} own=${own} commands=${commands} live=${live} t=${t} />
      <div class="sign-in-new">
        <p class="sign-in-lead">${t("host.signIn.new")}</p>
        ${seatsForCodes(view).map(
          ({ name, seats }) => html`
            <div key=${name} class="sign-in-group" role="group" aria-label=${t(`host.signIn.group.${name}`)}>
              ${seats.map(
                (one) => html`
                  <button key=${`${one.role} ${one.number}`} type="button" class="usual sign-in-seat" data-code-for=${[one.role, one.number].filter(Boolean).join("-")} disabled=${!able} title=${whoOf(one, view, t)} onMouseDown=${keepFocus} onClick=${() => begin(one)}>${whoOf(one, view, t)}</button>
                `,
              )}
            </div>
          `,
        )}
        <p class="sign-in-lead">${t("host.signIn.open")}</p>
        <div class="sign-in-group" role="group" aria-label=${t("host.signIn.open")}>
          ${OPEN_PAGES.map((page) => html`<button key=${page} type="button" class="usual sign-in-seat" data-code-for=${page} disabled=${!able} onMouseDown=${keepFocus} onClick=${() => show({ page, role: null, number: null, before: [], ticket: null, until: null })}>${t(`host.signIn.page.${page}`)}</button>`)}
        </div>
      </div>
    </div>
  `;
}

function List({ view, own, commands, live, t }) {
  const rows = sessionRows(view, own);
  const [sure, setSure] = useState(null); // the session, or "others", that is to be looked at a second time
  const end = (command) => {
    setSure(null);
    commands.ask(command);
  };
  const others = rows.filter((one) => one.session !== own).length;
  return html`
    <div class="session-list">
      <ol class="session-rows" tabindex="0" aria-label=${t("host.panel.sign_ins")}>
        ${rows.map((one) => html`<${Row} key=${one.session} row=${one} view=${view} mine=${one.session === own} sure=${sure === one.session} onSure=${setSure} onEnd=${() => end({ type: "session_revoke", session: one.session })} live=${live} t=${t} />`)}
      </ol>
      ${sure === "others"
        ? html`<${Sure} words=${t("host.signIn.othersSure", { n: others })} what="revoke-others" label=${t("host.signIn.othersNow")} live=${live} onEnd=${() => end({ type: "session_revoke_others" })} onBack=${() => setSure(null)} t=${t} />`
        : html`<button type="button" class="usual session-others" data-do="others" disabled=${!live || others === 0} onMouseDown=${keepFocus} onClick=${() => setSure("others")}>${t("host.signIn.others")}</button>`}
    </div>
  `;
}

function Row({ row, view, mine, sure, onSure, onEnd, live, t }) {
  const who = whoOf(row, view, t);
  const times = [t("host.signIn.since", { at: clockTime(row.created_s) }), t("host.signIn.seen", { at: clockTime(row.seen_s) })];
  return html`
    <li class=${`session ${mine ? "is-mine" : ""}`} data-session=${row.session}>
      <span class="session-who"><b>${who}</b>${mine && html`<i>${t("host.operator.me")}</i>`}</span>
      <small class="session-times">${times.join(t("sentence"))}</small>
      <small class="session-where">${[row.address, deviceOf(row.label, t)].filter(Boolean).join(t("sentence"))}</small>
      ${!mine && !sure && html`<button type="button" class="usual" data-do="revoke" aria-label=${t("host.signIn.revokeWho", { who })} disabled=${!live} onMouseDown=${keepFocus} onClick=${() => onSure(row.session)}>${t("host.signIn.revoke")}</button>`}
      ${sure && html`<${Sure} words=${t("host.signIn.revokeSure", { who })} what="revoke-sure" label=${t("host.signIn.revokeNow")} live=${live} onEnd=${onEnd} onBack=${() => onSure(null)} t=${t} />`}
    </li>
  `;
}

/** The second look at what cannot be undone. */
function Sure({ words, what, label, live, onEnd, onBack, t }) {
  return html`
    <div class="operator-sure session-sure" role="alert">
      <p>${words}</p>
      <button type="button" class="usual" data-do="back" onMouseDown=${keepFocus} onClick=${onBack}>${t("host.form.cancel")}</button>
      <button type="button" class="form-button is-danger" data-do=${what} disabled=${!live} onMouseDown=${keepFocus} onClick=${onEnd}>${label}</button>
    </div>
  `;
}
