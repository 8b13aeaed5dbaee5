// 屏幕: every page that is connected, with a name; the one that is picked can be renamed, sent elsewhere, set and made to say its name.
import { html, useState } from "../shared/html.js";
import { displayName, displayProblem, phonesOf, rowsOf, SETTINGS, SHOWABLE, sizeWords, soundingOf, soundWords } from "./displays.js";
import { keepFocus } from "./focus.js";
import { NameField } from "./name_field.js";

export function Displays({ view, control, commands, live, t, language }) {
  const rows = rowsOf(view);
  const [picked, pick] = useState(rows[0]?.page ?? null);
  const display = rows.find((one) => one.page === picked) ?? rows[0] ?? null;
  const able = live && control.mine;
  const words = { t, language };
  const black = view.blackout ? t("host.display.identify.black") : undefined; // in the dark no name may light up
  const sounding = soundingOf(view);
  return html`
    <div class="displays">
      <div class="display-all">
        <p data-role="phones">${t("host.displays.count", { n: rows.filter((one) => one.online).length, of: rows.length })}${t("sentence")}${t("host.displays.phones", { n: phonesOf(view) })}${sounding > 1 && html`<b>${t("host.sound.echo", { n: sounding })}</b>`}</p>
        <button type="button" class="usual" data-do="identify-all" disabled=${!able || view.blackout} title=${black} onMouseDown=${keepFocus} onClick=${() => commands.tell("identify *", { type: "display_do", page: "*", do: "identify" })}>
          ${t("host.display.identifyAll")}
        </button>
      </div>
      <div class="display-list" role="group" aria-label=${t("host.displays")} onKeyDown=${walk}>
        ${rows.length === 0 && html`<p class="panel-none">${t("host.displays.none")}</p>`}
        ${rows.map((one) => html`<${Row} key=${one.page} display=${one} view=${view} picked=${one === display} onPick=${() => pick(one.page)} ...${words} />`)}
      </div>
      <fieldset class="display-one" disabled=${!able}>
        ${display && html`<${One} key=${display.page} display=${display} black=${black} commands=${commands} able=${able} ...${words} />`}
      </fieldset>
    </div>
  `;
}

/** Up and down go from row to row, as Tab does. */
function walk(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  const rows = [...event.currentTarget.querySelectorAll("button")];
  const next = rows[rows.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

function Row({ display, view, picked, onPick, t, language }) {
  const problem = displayProblem(display, view);
  const facts = [t(`host.view.${display.view}`), sizeWords(display), soundWords(display, t), display.connections > 1 && t("host.display.twice", { n: display.connections })];
  return html`
    <button type="button" class=${`display-row ${picked ? "is-picked" : ""} ${problem ? "is-bad" : ""} ${display.online ? "" : "is-offline"}`} data-display=${display.page} data-first=${picked ? "" : undefined} aria-pressed=${String(picked)} onClick=${onPick}>
      <span class="display-top"><b>${displayName(display, t, language)}</b><em>${t(display.online ? "host.display.online" : "host.display.away")}</em></span>
      <span class="display-facts">${facts.filter(Boolean).join(t("sentence"))}</span>
      ${problem && html`<small>${t(`host.display.${problem}.how`)}</small>`}
    </button>
  `;
}

function One({ display, black, commands, able, t, language }) {
  const { page } = display;
  const tell = (command) => commands.tell(`${JSON.stringify(command)}`, command);
  return html`
    <${NameField} id="display-name" label=${t("host.display.name")} name=${display.name ?? ""} able=${able} send=${(name) => tell({ type: "display_set", page, name })} />
    ${SHOWABLE.includes(display.view) &&
    html`<${Setting} name="view" values=${SHOWABLE} value=${display.view} disabled=${!display.online} words=${(value) => t(`host.view.${value}`)} onSet=${(to) => tell({ type: "display_show", page, view: to })} t=${t} />`}
    ${SHOWABLE.includes(display.view) &&
    SETTINGS.map(
      ([name, values]) => html`
        <${Setting}
          key=${name}
          name=${name}
          values=${values}
          value=${display.settings?.[name] ?? null}
          words=${(value) => settingWords(name, value, t)}
          onSet=${(to) => tell({ type: "display_set", page, settings: { [name]: to } })}
          t=${t}
        />
      `,
    )}
    <div class="display-do">
      <button type="button" class="usual" data-do="identify" disabled=${!display.online || black} title=${black} onMouseDown=${keepFocus} onClick=${() => tell({ type: "display_do", page, do: "identify" })}>${t("host.display.identify")}</button>
      <button type="button" class="usual" data-do="reload" disabled=${!display.online} onMouseDown=${keepFocus} onClick=${() => tell({ type: "display_do", page, do: "reload" })}>${t("host.display.reload")}</button>
      <button type="button" class="usual" data-do="forget" disabled=${display.online} onMouseDown=${keepFocus} onClick=${() => tell({ type: "display_forget", page })}>${t("host.display.forget")}</button>
      <span class="display-address figures">${display.address}</span>
    </div>
  `;
}

function settingWords(name, value, t) {
  if (value === null) return t("host.set.asIs");
  if (name === "volume") return `${value} %`;
  if (name === "ratio" && value !== "full") return value;
  return t(`host.set.${name}.${value}`);
}

function Setting({ name, values, value, words, onSet, disabled = false, t }) {
  return html`
    <div class="setting" data-setting=${name} role="group" aria-label=${t(`host.set.${name}`)}>
      <span>${t(`host.set.${name}`)}</span>
      <div class="segments">
        ${values.map(
          (one) => html`
            <button key=${String(one)} type="button" class="segment" disabled=${disabled} aria-pressed=${String(one === value)} data-value=${String(one)} onMouseDown=${keepFocus} onClick=${() => one !== value && onSet(one)}>
              ${words(one)}
            </button>
          `,
        )}
      </div>
    </div>
  `;
}
