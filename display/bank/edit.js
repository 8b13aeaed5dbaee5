// One question to write: the form, the projector's picture of it, and saving, which loses nothing whatever the server says.
import { html, useCallback, useEffect, useMemo, useRef, useState } from "../shared/html.js";
import { Answers } from "./answers.js";
import { ask, why } from "./api.js";
import { Conflict } from "./conflict.js";
import { draftOf, formOf } from "./draft.js";
import { Area, Choice, Line } from "./fields.js";
import { MediaField } from "./media-field.js";
import { Trouble, levelWord } from "./parts.js";
import { Preview, usePreview } from "./preview.js";
import { Reading, Standing, Uses } from "./reading.js";

/** The question of an address; a new one has nothing to fetch. */
export function Editor(props) {
  const { id, t, language } = props;
  const [state, setState] = useState(id === null ? { question: null, version: null, locked: false, own: true, notes: [], uses: [] } : null);
  const [trouble, setTrouble] = useState(null);
  const load = useCallback(async () => {
    setTrouble(null);
    const answer = await ask(`/questions/${encodeURIComponent(id)}`);
    if (answer.status === 200) setState(answer.data);
    else setTrouble(answer);
  }, [id]);
  useEffect(() => {
    if (id !== null) load();
  }, []);
  if (trouble) return html`<${Trouble} answer=${trouble} again=${load} t=${t} language=${language} />`;
  if (!state) return html`<p class="waiting" role="status">${t("bank.loading")}</p>`;
  if (state.question?.status === "sealed") return html`<${Sealed} state=${state} ...${props} />`;
  if (state.locked) return html`<${Locked} state=${state} ...${props} />`;
  return html`<${Form} state=${state} setState=${setState} ...${props} />`;
}

function Sealed({ state, t, meta }) {
  const { question } = state;
  return html`
    <div class="alone">
      <h1>${t("bank.edit.heading", { id: question.id })}</h1>
      <p class="banner is-secret">${t("bank.edit.isSealed")}</p>
      <p class="reading-kind">${t(`bank.round.${question.round}`)} · ${t(`bank.form.${question.form}`)} · ${question.area} · ${levelWord(question.level, meta, t)}</p>
    </div>
  `;
}

/** A question that was used: to be read, not to be changed. */
function Locked({ state, meta, t }) {
  const { question } = state;
  const [revealed, reveal] = useState(false);
  const { view } = usePreview(useMemo(() => draftOf(formOf(question, meta)), [question]), revealed);
  return html`
    <div class="edit">
      <div class="edit-main"><h1>${t("bank.edit.heading", { id: question.id })}</h1><p class="banner">${t("bank.edit.isUsed")}</p><${Reading} question=${question} meta=${meta} t=${t} /></div>
      <aside class="edit-side"><${Preview} view=${view} revealed=${revealed} onReveal=${reveal} scenario=${question.form === "scenario"} t=${t} /><${Standing} state=${state} t=${t} /><${Uses} uses=${state.uses} t=${t} /></aside>
    </div>
  `;
}

/** What stands in the form, what was wrong when last looked at, and how saving went. */
function useSaving({ id, state, setState, form, guard, show, onMeta }) {
  const [outcome, say] = useState({ kind: "none" }); // none | busy | saved | again | unchanged | problems | refused | conflict
  const saved = useRef(JSON.stringify(draftOf(form)));
  const draft = draftOf(form);
  const dirty = JSON.stringify(draft) !== saved.current;
  useEffect(() => {
    guard(dirty);
    return () => guard(false);
  }, [dirty]);
  const busy = useRef(false);
  const send = async (path, how, done) => {
    if (busy.current) return;
    busy.current = true;
    say({ kind: "busy" });
    const answer = await ask(path, how);
    busy.current = false;
    const { status, data } = answer;
    if (status !== 200 && status !== 201) say({ kind: "refused", answer });
    else if (data.problems) say({ kind: "problems", problems: data.problems });
    else if (data.conflict) say({ kind: "conflict", theirs: data.conflict });
    else done(data);
  };
  const save = (version = state.version) => {
    const path = id === null ? "/questions" : `/questions/${encodeURIComponent(id)}`;
    const sent = JSON.stringify(draft);
    return send(path, { method: id === null ? "POST" : "PUT", body: { question: draft, version } }, (data) => {
      saved.current = sent;
      guard(false);
      onMeta();
      if (id === null) return show(`/questions/${encodeURIComponent(data.question.id)}`, "replace");
      const before = state.question.status;
      setState(data);
      return say({ kind: data.unchanged ? "unchanged" : before === "draft" ? "saved" : "again" });
    });
  };
  const stand = (path, body) => send(`/questions/${encodeURIComponent(id)}/${path}`, { method: "POST", body: { ...body, version: state.version } }, (data) => (setState(data), say({ kind: "none" })));
  return { outcome, say, dirty, save, stand, saved };
}

function Form(props) {
  const { id, state, setState, meta, t, language } = props;
  const [form, setForm] = useState(() => formOf(state.question, meta));
  const [touched, setTouched] = useState(() => new Set());
  const [revealed, reveal] = useState(false);
  const saving = useSaving({ ...props, form });
  const { outcome, say, dirty, save } = saving;
  const set = (change) => setForm((before) => ({ ...before, ...change }));
  const touch = (name) => setTouched((before) => (before.has(name) ? before : new Set([...before, name])));
  const draft = draftOf(form);
  const { view, problems: live } = usePreview(draft, revealed);
  // Once somebody tried to save, all that is wrong is said; before, only where something was written. What only the server knows stays until then.
  const refused = outcome.kind === "problems" ? outcome.problems : [];
  const tried = refused.length > 0;
  const elsewhere = refused.filter((one) => ["prompt", "media", "id"].includes(one.field) && !live.some((other) => other.field === one.field));
  const problems = tried ? [...live, ...elsewhere] : live.filter(({ field }) => touched.has(field) && !(field === "answer" && !touched.has("answer")));
  const box = useRef(null);
  useEffect(() => {
    if (tried) box.current.querySelector("[aria-invalid=true], [data-wrong=yes] :is(input, textarea, select, button)")?.focus();
  }, [outcome]);
  const latest = useRef(save);
  latest.current = save; // while drawing: a key pressed before the effects have run saves what was typed before it
  useEffect(() => {
    const key = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  const takeTheirs = () => {
    const { theirs } = outcome;
    setState(theirs);
    const next = formOf(theirs.question, meta);
    saving.saved.current = JSON.stringify(draftOf(next));
    setForm(next);
    say({ kind: "none" });
  };
  const fields = { form, set, touch, problems, meta, t, language };
  const coded = (values, word) => values.map((value) => [value, word(value)]);
  return html`
    <form class="edit" ref=${box} noValidate onSubmit=${(event) => (event.preventDefault(), save())}>
      <div class="edit-main">
        <h1>${id === null ? t("bank.edit.new") : t("bank.edit.heading", { id })}</h1>
        <${Banner} state=${state} t=${t} />
        ${outcome.kind === "conflict" && html`<${Conflict} mine=${draft} theirs=${outcome.theirs} meta=${meta} onMine=${() => save(outcome.theirs.version)} onTheirs=${takeTheirs} onLater=${() => say({ kind: "none" })} t=${t} />`}
        <fieldset class="edit-part">
          <legend>${t("bank.edit.part.question")}</legend>
          <div class="line-of-fields">
            <${Choice} name="round" choices=${coded(meta.rounds, (one) => t(`bank.round.${one}`))} ...${fields} />
            <${Choice} name="form" choices=${coded(meta.forms, (one) => t(`bank.form.${one}`))} ...${fields} />
            <${Line} name="value" figures=${true} placeholder=${t("bank.hint.value")} ...${fields} />
            <${Line} name="time_s" figures=${true} placeholder=${t("bank.hint.time_s")} ...${fields} />
            <${Choice} name="language" choices=${coded(meta.languages, (one) => t(`bank.language.${one}`))} ...${fields} />
          </div>
          <${Area} name="prompt" rows=${3} most=${meta.most.prompt} class="is-large" ...${fields} />
          <${MediaField} ...${fields} />
          ${form.media && html`<${Line} name="alt" hint=${t("bank.hint.alt")} most=${meta.most.alt} ...${fields} />`}
        </fieldset>
        <fieldset class="edit-part">
          <legend>${t("bank.edit.part.answer")}</legend>
          <${Answers} ...${fields} />
        </fieldset>
        <fieldset class="edit-part">
          <legend>${t("bank.edit.part.about")}</legend>
          <div class="line-of-fields">
            <${Line} name="area" list=${meta.areas} ...${fields} />
            <${Choice} name="level" choices=${meta.levels.map((level) => [level, levelWord(level, meta, t)])} ...${fields} />
            <${Choice} name="pool" choices=${coded(meta.pools, (one) => t(`bank.pool.${one}`))} ...${fields} />
          </div>
          <${Line} name="tags" hint=${t("bank.hint.tags")} ...${fields} />
          <div class="line-of-fields is-source">
            <${Line} name="source" hint=${t("bank.hint.source")} ...${fields} />
            <${Line} name="source_date" hint=${t("bank.hint.source_date")} ...${fields} />
          </div>
          ${id === null && html`<${Line} name="id" hint=${t("bank.hint.id")} ...${fields} />`}
        </fieldset>
      </div>
      <aside class="edit-side">
        <${Preview} view=${view} revealed=${revealed} onReveal=${reveal} scenario=${form.form === "scenario"} t=${t} />
        ${id !== null && html`<${Side} state=${state} dirty=${dirty} stand=${saving.stand} t=${t} /><${Uses} uses=${state.uses} t=${t} />`}
      </aside>
      <${SaveBar} outcome=${outcome} problems=${problems} dirty=${dirty || id === null} t=${t} language=${language} />
    </form>
  `;
}

/** What follows from saving a change, said before it is made. */
function Banner({ state, t }) {
  const { question, own } = state;
  if (!question) return null;
  const lines = [
    question.status === "reviewed" && t("bank.edit.wasReviewed", { reviewer: question.reviewer || t("bank.conflict.somebody") }),
    question.status === "retired" && t("bank.edit.isRetired"),
    !own && question.author && t("bank.edit.notYours", { author: question.author }),
  ].filter(Boolean);
  return lines.length > 0 && html`<div class="banner">${lines.map((line) => html`<p key=${line}>${line}</p>`)}</div>`;
}

function Side({ state, dirty, stand, t }) {
  const { question, own } = state;
  const retired = question.status === "retired";
  return html`
    <section class="side-standing">
      <h2 class="side-title">${t("bank.side.standing")}</h2>
      <${Standing} state=${state} t=${t} />
      <div class="side-do">
        ${question.status === "draft" && !own && html`<button type="button" class="button is-right" disabled=${dirty} onClick=${() => stand("review", { decision: "approve" })}>${t("bank.side.approve")}</button>`}
        <button type="button" class="plain-button" disabled=${dirty} onClick=${() => stand("status", { to: retired ? "draft" : "retired" })}>${t(retired ? "bank.side.unretire" : "bank.side.retire")}</button>
      </div>
      ${question.status === "draft" && own && html`<p class="side-note">${t("bank.side.own")}</p>`}
      ${dirty && html`<p class="side-note">${t("bank.side.saveFirst")}</p>`}
    </section>
  `;
}

function SaveBar({ outcome, problems, dirty, t, language }) {
  const { kind } = outcome;
  const good = { saved: "bank.edit.saved", again: "bank.edit.savedAgain", unchanged: "bank.edit.unchanged" }[kind];
  const trouble = kind === "refused" ? outcome.answer : null;
  const labels = [...new Set(problems.map(({ field }) => (field.startsWith("option_") ? "options" : field)))];
  return html`
    <div class="save-bar" data-kind=${kind}>
      <p class="save-said" role="status">
        ${kind === "problems" && problems.length > 0 && html`<b class="is-bad">${t("bank.edit.problems", { n: problems.length })}</b> ${labels.map((name) => t(`bank.field.${name}`)).join(t("bank.between"))}`}
        ${trouble && html`<b class="is-bad">${t("bank.edit.notSaved", { why: why(trouble, t, language) })}</b>${trouble.status === 401 && html` <a href="/login" target="_blank" rel="noopener">${t("bank.signInAgain")}</a>`}`}
        ${kind === "busy" && t("bank.edit.saving")}
        ${good && !dirty && html`<b class="is-good">${t(good)}</b>`}
        ${dirty && !trouble && !["busy", "problems"].includes(kind) && html`<span>${t("bank.edit.unsaved")}</span>`}
      </p>
      <button type="submit" class="button is-main" disabled=${kind === "busy"}>${t("bank.edit.save")} <kbd>Ctrl S</kbd></button>
    </div>
  `;
}
