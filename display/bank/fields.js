// The fields of a question's form: a label, the field, how long it is, and what is wrong with it right beneath.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { pick } from "../shared/strings.js";

/** Everything wrong with a field (or one of several), under it; announced with it by `aria-describedby`. */
export function Problems({ of, problems, language }) {
  const found = problems.filter(({ field }) => of.includes(field));
  return html`<div id=${`problem-${of[0]}`} class="field-problems">${found.map((one, i) => html`<p key=${i}>${pick(one, language)}</p>`)}</div>`;
}

const wrong = (problems, names) => problems.some(({ field }) => names.includes(field));

/** Label above, hint beside it, count at the end of the line. */
export function Field({ name, hint = null, most = null, length = 0, group = false, problems, t, language, class: wide = "", children }) {
  const label = t(`bank.field.${name}`);
  const id = `field-${name}`;
  return html`
    <div class=${`field ${wide}`} data-field=${name} data-wrong=${wrong(problems, [name]) ? "yes" : "no"} role=${group ? "group" : undefined} aria-labelledby=${group ? `${id}-label` : undefined} aria-describedby=${group ? `problem-${name}` : undefined}>
      <p class="field-name">
        ${group ? html`<span id=${`${id}-label`}>${label}</span>` : html`<label for=${id}>${label}</label>`}
        ${hint && html`<small>${hint}</small>`}
        ${most !== null && length > most / 2 && html`<small class="figures" data-over=${length > most ? "yes" : "no"}>${t("bank.edit.count", { n: length, most })}</small>`}
      </p>
      ${children}
      <${Problems} of=${[name]} problems=${problems} language=${language} />
    </div>
  `;
}

const said = (name, problems) => ({ "aria-describedby": `problem-${name}`, "aria-invalid": wrong(problems, [name]) ? "true" : undefined });

/** One line of text. */
export function Line({ name, form, set, hint, list = null, figures = false, placeholder = "", ...rest }) {
  const { problems, touch } = rest;
  return html`
    <${Field} name=${name} hint=${hint} most=${rest.most ?? null} length=${form[name].length} ...${rest}>
      <input id=${`field-${name}`} class=${`entry ${figures ? "figures" : ""}`} type="text" autocomplete="off" inputmode=${figures ? "numeric" : undefined} placeholder=${placeholder} list=${list ? `${name}-choices` : undefined} value=${form[name]} onInput=${(event) => set({ [name]: event.currentTarget.value })} onBlur=${() => touch(name)} ...${said(name, problems)} />
      ${list && html`<datalist id=${`${name}-choices`}>${list.map((one) => html`<option key=${one} value=${one} />`)}</datalist>`}
    <//>
  `;
}

/** A line of text that may be long: as high as what stands in it, but without line breaks of its own. */
export function Grow({ value, onText, class: name, ...rest }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight + 2}px`;
  }, [value]);
  return html`<textarea class=${`entry ${name}`} ref=${box} rows="1" autocomplete="off" value=${value} onKeyDown=${(event) => event.key === "Enter" && !event.isComposing && event.preventDefault()} onInput=${(event) => onText(event.currentTarget.value.replace(/[\r\n]+/g, " "))} ...${rest} />`;
}

/** Several lines: as high as what stands in it. */
export function Area({ name, form, set, hint, rows = 2, ...rest }) {
  const { problems, touch } = rest;
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight + 4}px`;
  }, [form[name]]);
  return html`
    <${Field} name=${name} hint=${hint} most=${rest.most ?? null} length=${form[name].length} ...${rest}>
      <textarea id=${`field-${name}`} class="entry" ref=${box} rows=${rows} value=${form[name]} onInput=${(event) => set({ [name]: event.currentTarget.value })} onBlur=${() => touch(name)} ...${said(name, problems)} />
    <//>
  `;
}

/** One of several words; `choices`: [value, word]. An empty value is a choice only where `none` names it. */
export function Choice({ name, form, set, choices, hint, none = null, ...rest }) {
  const { problems, touch } = rest;
  const known = choices.some(([value]) => value === form[name]);
  return html`
    <${Field} name=${name} hint=${hint} ...${rest}>
      <select id=${`field-${name}`} class="entry" onChange=${(event) => (set({ [name]: event.currentTarget.value }), touch(name))} ...${said(name, problems)}>
        ${(none !== null || !known) && html`<option value="" selected=${!known}>${none ?? ""}</option>`}
        ${choices.map(([value, word]) => html`<option key=${value} value=${value} selected=${value === form[name]}>${word}</option>`)}
      </select>
    <//>
  `;
}
