// The band across the console: red while nothing can be recorded, or while two machines may rule; amber once a damaged log was mended. What to do.
import { html, useState } from "../shared/html.js";
import { keepFocus } from "./focus.js";
import { hostIn } from "./hosts.js";

/** What the log says is wrong so that rulings stop; null when they do not. Pure. */
export function alarmOf(view) {
  const alarm = view.log.alarm ?? null;
  if (alarm?.blocks || alarm?.kind === "slow") return alarm;
  return view.log.state === "ok" ? null : { kind: "io", where: "DATA", free_mb: 0, blocks: true, detail: "" };
}

export function LogAlarm({ view, commands, live, t }) {
  const [asked, setAsked] = useState(null); // the standby of which somebody here has read that it does not answer
  const alarm = alarmOf(view);
  const { address, state } = view.standby ?? {};
  if (!alarm && state === "unasked" && address !== asked) return html`<${Unasked} address=${address} seen=${() => setAsked(address)} t=${t} />`;
  if (!alarm) return view.log.alarm && html`<${Mended} alarm=${view.log.alarm} role=${view.role} commands=${commands} live=${live} t=${t} />`;
  const values = { where: alarm.where, mb: alarm.free_mb };
  return html`
    <div class="log-alarm" role="alert" data-role="log-alarm" data-kind=${alarm.kind} title=${alarm.detail}>
      <strong class="log-alarm-what">${t(`alarm.${alarm.kind}`)}</strong>
      <p class="log-alarm-do">${t(`alarm.${alarm.kind}.do`, values)}</p>
      <p class="log-alarm-then">${t("alarm.then")}</p>
    </div>
  `;
}

/**
 * A standby that may have taken over before we began, and does not answer: only somebody who looks at it can tell. It may have been put
 * away for good, so whoever has read this can put it away here; the header goes on saying it.
 */
function Unasked({ address, seen, t }) {
  return html`
    <div class="log-alarm is-slim" role="alert" data-role="standby-unasked">
      <strong class="log-alarm-what">${t("alarm.unasked")}</strong>
      <p class="log-alarm-do">${t("host.standby.unasked", { address: hostIn(address) })}</p>
      <p class="log-alarm-then">${t("alarm.unasked.then")}</p>
      <button type="button" class="log-alarm-seen" data-role="unasked-seen" onMouseDown=${keepFocus} onClick=${seen}>${t("alarm.mended.seen")}</button>
    </div>
  `;
}

/** It stays until the host has said that it was read; whoever has not the control reads it as well. */
function Mended({ alarm, role, commands, live, t }) {
  return html`
    <div class="log-alarm is-slim is-mended" role="status" data-role="log-mended" title=${alarm.detail}>
      <strong class="log-alarm-what">${t("alarm.mended")}</strong>
      <p class="log-alarm-do">${t("alarm.mended.do", { where: alarm.where })}</p>
      <p class="log-alarm-then">${t("alarm.mended.kept", { files: alarm.detail })}</p>
      ${role !== "operator" &&
      html`<button type="button" class="log-alarm-seen" data-role="log-seen" disabled=${!live || !commands.mine} onMouseDown=${keepFocus} onClick=${() => commands.tell("log_seen", { type: "log_seen" })}>${t("alarm.mended.seen")}</button>`}
    </div>
  `;
}
