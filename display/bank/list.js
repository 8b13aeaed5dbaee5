// Every question of the bank: searched, filtered, fifty a page; the address holds all of it, so that back goes back.
import { html, useEffect, useRef, useState } from "../shared/html.js";
import { words } from "../shared/words.js";
import { ask } from "./api.js";
import { Link, Status, Trouble, count, kindOf, levelWord } from "./parts.js";

const FILTERS = ["status", "round", "form", "area", "level", "tag", "author", "pool", "language"];
const TYPING_MS = 250;

/** The address of the list with other conditions; the page begins anew unless it is what changes. */
function addressWith(query, change) {
  const next = new URLSearchParams(query);
  if (!("page" in change)) next.delete("page");
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  return text ? `/questions?${text}` : "/questions";
}

/** What the server answers for an address; an answer that was overtaken is dropped. */
function useFound(query) {
  const [found, set] = useState({ query: null, answer: null });
  const newest = useRef(0);
  const load = async () => {
    const mine = (newest.current += 1);
    const answer = await ask(`/questions?${query}`);
    if (mine === newest.current) set({ query, answer });
  };
  useEffect(() => {
    load();
    return () => {
      newest.current += 1;
    };
  }, [query]);
  return { ...found, busy: found.query !== query, load };
}

export function List({ at, meta, go, t, language }) {
  const query = at.split("?")[1] ?? "";
  const chosen = new URLSearchParams(query);
  const { answer, busy, load } = useFound(query);
  const turn = (change, how) => go(addressWith(query, change), how);
  const on = FILTERS.filter((name) => chosen.get(name)).length;
  const shared = { meta, t, go };
  return html`
    <div class="browse">
      <h1 class="unseen">${t("bank.nav.questions")}</h1>
      <${Search} text=${chosen.get("text") ?? ""} turn=${turn} t=${t} />
      <${Filters} chosen=${chosen} on=${on} turn=${turn} go=${go} meta=${meta} t=${t} />
      <section class="found" aria-busy=${String(busy)} aria-label=${t("bank.nav.questions")}>
        ${answer && answer.status !== 200 && html`<${Trouble} answer=${answer} again=${load} t=${t} language=${language} />`}
        ${!answer && html`<p class="waiting" role="status">${t("bank.loading")}</p>`}
        ${answer?.status === 200 && html`<${Rows} data=${answer.data} some=${on > 0 || chosen.has("text")} turn=${turn} ...${shared} />`}
      </section>
    </div>
  `;
}

function Search({ text, turn, t }) {
  const [typed, type] = useState(text);
  const field = useRef(null);
  const waiting = useRef(0);
  const composing = useRef(false);
  const asked = useRef(text);
  useEffect(() => {
    if (text !== asked.current) type(text); // another address, not this field
    asked.current = text;
  }, [text]);
  useEffect(() => {
    const slash = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      event.preventDefault();
      field.current.focus();
    };
    addEventListener("keydown", slash);
    return () => {
      removeEventListener("keydown", slash);
      clearTimeout(waiting.current);
    };
  }, []);
  const search = (value) => {
    clearTimeout(waiting.current);
    asked.current = value.trim();
    turn({ text: value.trim() }, "replace");
  };
  // Half a word of a Chinese input method is no word to search for.
  const later = (value) => {
    type(value);
    clearTimeout(waiting.current);
    if (!composing.current) waiting.current = setTimeout(() => search(value), TYPING_MS);
  };
  return html`
    <form class="search" role="search" onSubmit=${(event) => (event.preventDefault(), search(typed))}>
      <label for="search">${t("bank.list.search")}</label>
      <input
        id="search"
        class="entry"
        type="search"
        ref=${field}
        maxlength="100"
        autocomplete="off"
        placeholder=${t("bank.list.searchHint")}
        value=${typed}
        onInput=${(event) => later(event.currentTarget.value)}
        onCompositionStart=${() => (composing.current = true)}
        onCompositionEnd=${(event) => {
          composing.current = false;
          later(event.currentTarget.value);
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  `;
}

/** Name of a filter → [value, word] of each choice. */
function choicesOf(meta, t) {
  const coded = (values, word) => values.map((value) => [value, word(value)]);
  const plain = (values) => values.map((value) => [value, value]);
  return {
    status: coded(meta.statuses, (one) => t(`bank.status.${one}`)),
    round: coded(meta.rounds, (one) => t(`bank.round.${one}`)),
    form: coded(meta.forms, (one) => t(`bank.form.${one}`)),
    area: plain(meta.areas),
    level: meta.levels.map((level) => [level, levelWord(level, meta, t)]),
    tag: plain(meta.tags),
    author: plain(meta.authors),
    pool: coded(meta.pools, (one) => t(`bank.pool.${one}`)),
    language: coded(meta.languages, (one) => t(`bank.language.${one}`)),
  };
}

function Filters({ chosen, on, turn, go, meta, t }) {
  const [open, toggle] = useState(false); // counts only where the window is narrow
  const choices = choicesOf(meta, t);
  return html`
    <section class="filters" data-open=${open ? "yes" : "no"} aria-label=${t("bank.list.filters")}>
      <button type="button" class="button filters-toggle" aria-expanded=${String(open)} aria-controls="filters" onClick=${() => toggle(!open)}>${on ? t("bank.list.filtersOn", { n: on }) : t("bank.list.filters")}</button>
      <div id="filters" class="filters-fields">
        ${FILTERS.map((name) => {
          const value = chosen.get(name) ?? "";
          const known = choices[name].some(([one]) => one === value);
          return html`
            <div key=${name} class=${`filter ${value ? "is-on" : ""}`}>
              <label for=${`filter-${name}`}>${t(`bank.field.${name}`)}</label>
              <select id=${`filter-${name}`} class="entry" onChange=${(event) => turn({ [name]: event.currentTarget.value })}>
                <option value="" selected=${!value}>${t("bank.list.any")}</option>
                ${value && !known && html`<option value=${value} selected>${value}</option>`}
                ${choices[name].map(([one, word]) => html`<option key=${one} value=${one} selected=${one === value}>${word}</option>`)}
              </select>
            </div>
          `;
        })}
        ${(on > 0 || chosen.has("text")) && html`<${Link} to="/questions" go=${go} class="plain-button">${t("bank.list.clear")}<//>`}
      </div>
    </section>
  `;
}

function Rows({ data, some, turn, meta, t, go }) {
  if (data.total === 0) return html`<p class="nothing" role="status">${t(some ? "bank.list.none" : "bank.list.empty")}</p>`;
  return html`
    <div class="found-head">
      <p class="found-count" role="status"><b class="figures">${count(data.total)}</b> ${t("bank.list.found", { n: "" }).trim()}</p>
      ${data.pages > 1 && html`<${Pages} data=${data} turn=${turn} short=${true} t=${t} />`}
    </div>
    <ol class="rows" start=${(data.page - 1) * data.per_page + 1}>
      ${data.rows.map((row) => html`<${Row} key=${row.id} row=${row} meta=${meta} go=${go} t=${t} />`)}
    </ol>
    ${data.pages > 1 && html`<${Pages} data=${data} turn=${turn} t=${t} />`}
  `;
}

export function Row({ row, meta, go, t, to = `/questions/${encodeURIComponent(row.id)}`, children }) {
  return html`
    <li class="row" data-status=${row.status}>
      <${Link} to=${to} go=${go} class="row-link">
        <span class="row-prompt set-by-words" lang=${row.language === "en" ? "en" : "zh-CN"}>${row.prompt ? words(row.prompt) : html`<i>${t("bank.list.sealed")}</i>`}</span>
        <span class="row-kind"><b>${kindOf(row, t)}</b><small>${t(`bank.form.${row.form}`)}</small></span>
        <span class="row-place"><b>${row.area}</b><small>${levelWord(row.level, meta, t)}</small></span>
        <span class="row-state"><${Status} status=${row.status} t=${t} /><small>${row.author || t("bank.list.noAuthor")}</small></span>
        <span class="row-id"><span class="figures">${row.id}</span>${row.pool === "rehearsal" && html`<em>${t("bank.pool.rehearsal")}</em>`}${row.tags.map((tag) => html`<i key=${tag}>${tag}</i>`)}${children}</span>
      <//>
    </li>
  `;
}

function Pages({ data, turn, short = false, t }) {
  const to = (page) => turn({ page: page > 1 ? String(page) : "" });
  const step = (name, page, off) => html`<button type="button" class="plain-button" disabled=${off} onClick=${() => to(page)}>${t(`bank.list.${name}`)}</button>`;
  const jump = (event) => {
    event.preventDefault();
    const page = Number(new FormData(event.currentTarget).get("page"));
    if (Number.isInteger(page)) to(Math.min(data.pages, Math.max(1, page)));
  };
  const [at, of] = [data.page, data.pages];
  return html`
    <nav class=${`pages ${short ? "is-short" : ""}`} aria-label=${`${t("bank.list.pages")}${short ? " 1" : " 2"}`}>
      ${!short && step("first", 1, at <= 1)} ${step("previous", at - 1, at <= 1)}
      <span class="pages-at">${t("bank.list.page", { page: count(at), pages: count(of) })}</span>
      ${step("next", at + 1, at >= of)} ${!short && step("last", of, at >= of)}
      ${!short &&
      html`<form onSubmit=${jump}>
        <label class="unseen" for="page">${t("bank.list.goTo")}</label>
        <input id="page" name="page" class="entry figures" type="number" min="1" max=${of} placeholder=${t("bank.list.goTo")} />
      </form>`}
    </nav>
  `;
}
