// The red band across the console: nothing can be recorded now, what to do about it, and that the screens go on.
import { html } from "../shared/html.js";

/** What the log says is wrong so that rulings stop; null when they do not. Pure. */
export function alarmOf(view) {
  const alarm = view.log.alarm ?? null;
  if (alarm?.blocks || alarm?.kind === "slow") return alarm;
  return view.log.state === "ok" ? null : { kind: "io", where: "DATA", free_mb: 0, blocks: true, detail: "" };
}

export function LogAlarm({ view, t }) {
  const alarm = alarmOf(view);
  if (!alarm) return null;
  const values = { where: alarm.where, mb: alarm.free_mb };
  return html`
    <div class="log-alarm" role="alert" data-role="log-alarm" data-kind=${alarm.kind} title=${alarm.detail}>
      <strong class="log-alarm-what">${t(`alarm.${alarm.kind}`)}</strong>
      <p class="log-alarm-do">${t(`alarm.${alarm.kind}.do`, values)}</p>
      <p class="log-alarm-then">${t("alarm.then")}</p>
    </div>
  `;
}
