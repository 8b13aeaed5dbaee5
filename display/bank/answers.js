// The answer of a question: options with what is right, one of two words, a text with its variants, or key points with their points.
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { answerKind, has, sumOf, toggled, without } from "./draft.js";
import { Area, Field, Grow, Line, Problems } from "./fields.js";

/** The field to write in next, once a row was added or taken out. */
function useFocusOn(selector) {
  const wanted = useRef(null);
  const box = useRef(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const all = box.current.querySelectorAll(selector);
    (all[Math.min(wanted.current, all.length - 1)] ?? box.current.querySelector("button"))?.focus();
    wanted.current = null;
  });
  return [box, (at) => (wanted.current = at)];
}

function Options({ form, set, meta, problems, touch, t, language }) {
  const several = form.form === "multiple";
  const [box, focus] = useFocusOn(".option-text");
  const optional = form.form === "listening";
  const least = optional ? 0 : 2;
  const write = (at, text) => set({ options: form.options.map((one, i) => (i === at ? text : one)) });
  const remove = (at) => {
    focus(at);
    set(without(form, at, meta.letters));
  };
  const add = () => {
    focus(form.options.length);
    set({ options: [...form.options, ""] });
  };
  return html`
    <${Field} name="options" group=${true} hint=${t("bank.hint.options")} problems=${problems} t=${t} language=${language}>
      <div class="options-edit" ref=${box}>
        ${form.options.map((text, i) => {
          const letter = meta.letters[i];
          const name = `option_${letter.toLowerCase()}`;
          const wrong = problems.some(({ field }) => field === name);
          return html`
            <div key=${i} class="option-edit" data-right=${form.letters.includes(letter) ? "yes" : "no"} data-wrong=${wrong ? "yes" : "no"}>
              <b class="figures" aria-hidden="true">${letter}</b>
              <${Grow} class="option-text" aria-label=${t("bank.edit.option", { letter })} aria-describedby=${`problem-${name}`} aria-invalid=${wrong ? "true" : undefined} value=${text} onText=${(next) => write(i, next)} onBlur=${() => touch(name)} />
              <label class="option-right">
                <input type=${several ? "checkbox" : "radio"} name="right" aria-label=${t("bank.edit.isRight", { letter })} checked=${form.letters.includes(letter)} onChange=${() => (set({ letters: toggled(form.letters, letter, several) }), touch("answer"))} />
                <span aria-hidden="true">${t("bank.edit.right")}</span>
              </label>
              <button type="button" class="row-remove" disabled=${form.options.length <= least} aria-label=${t("bank.edit.removeOption", { letter })} title=${t("bank.edit.removeOption", { letter })} onClick=${() => remove(i)}>×</button>
              <${Problems} of=${[name]} problems=${problems} language=${language} />
            </div>
          `;
        })}
        <button type="button" class="plain-button" disabled=${form.options.length >= meta.letters.length} onClick=${add}>${t("bank.edit.addOption")}</button>
      </div>
      ${answerKind(form) === "letters" && html`<${Problems} of=${["answer"]} problems=${problems} language=${language} />`}
    <//>
  `;
}

function Truth({ form, set, meta, problems, touch, t, language }) {
  return html`
    <${Field} name="answer" group=${true} problems=${problems} t=${t} language=${language}>
      <div class="picks">
        ${meta.true_false.map(
          (word) => html`<label key=${word} class=${`pick ${form.truth === word ? "is-picked" : ""}`}><input type="radio" name="truth" checked=${form.truth === word} onChange=${() => (set({ truth: word }), touch("answer"))} /><span>${word}</span></label>`,
        )}
      </div>
    <//>
  `;
}

function KeyPoints({ form, set, meta, problems, touch, t, language }) {
  const [box, focus] = useFocusOn(".key-point-text");
  const write = (at, change) => set({ key_points: form.key_points.map((one, i) => (i === at ? { ...one, ...change } : one)) });
  const remove = (at) => {
    focus(at);
    set({ key_points: form.key_points.filter((_, i) => i !== at) });
  };
  const add = () => {
    focus(form.key_points.length);
    set({ key_points: [...form.key_points, { text: "", points: "" }] });
  };
  return html`
    <${Field} name="key_points" group=${true} hint=${form.form === "scenario" ? t("bank.hint.key_points") : null} problems=${problems} t=${t} language=${language}>
      <div class="key-points-edit" ref=${box}>
        ${form.key_points.map(
          (point, i) => html`
            <div key=${i} class="key-point-edit">
              <b class="figures" aria-hidden="true">${i + 1}</b>
              <${Grow} class="key-point-text" aria-label=${t("bank.edit.keyPoint", { n: i + 1 })} value=${point.text} onText=${(next) => write(i, { text: next })} onBlur=${() => touch("key_points")} />
              <input class="entry figures key-point-points" type="text" inputmode="decimal" autocomplete="off" aria-label=${t("bank.edit.keyPointPoints", { n: i + 1 })} value=${point.points} onInput=${(event) => write(i, { points: event.currentTarget.value })} onBlur=${() => touch("key_points")} />
              <button type="button" class="row-remove" aria-label=${t("bank.edit.removeKeyPoint", { n: i + 1 })} title=${t("bank.edit.removeKeyPoint", { n: i + 1 })} onClick=${() => remove(i)}>×</button>
            </div>
          `,
        )}
        <div class="key-points-foot">
          <button type="button" class="plain-button" disabled=${form.key_points.length >= meta.most.key_points} onClick=${add}>${t("bank.edit.addKeyPoint")}</button>
          ${form.key_points.length > 0 && html`<output class="key-points-sum" data-full=${form.form === "scenario" && sumOf(form.key_points) === "20" ? "yes" : "no"}>${t("bank.edit.sum", { n: sumOf(form.key_points) })}</output>`}
        </div>
      </div>
    <//>
  `;
}

/** Everything about the answer that this form of question has. */
export function Answers(props) {
  const { form, meta, t } = props;
  const kind = answerKind(form);
  const { most } = meta;
  return html`
    ${has(form, "options") && html`<${Options} ...${props} />`}
    ${kind === "truth" && html`<${Truth} ...${props} />`}
    ${kind === "text" && html`<${form.form === "oral" ? Area : Line} name="answer" most=${most.answer} ...${props} />`}
    ${has(form, "variants") && html`<${Area} name="variants" hint=${t("bank.hint.variants")} ...${props} />`}
    ${has(form, "key_points") && html`<${KeyPoints} ...${props} />`}
    ${has(form, "brief") && html`<${Area} name="brief" rows=${4} hint=${t("bank.hint.brief")} most=${most.brief} ...${props} />`}
    ${has(form, "transcript") && html`<${Area} name="transcript" rows=${3} hint=${t("bank.hint.transcript")} most=${most.transcript} ...${props} />`}
    <${Area} name="explanation" hint=${t("bank.hint.explanation")} most=${most.explanation} ...${props} />
  `;
}
