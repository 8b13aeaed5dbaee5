// What the bank holds against what a contest needs, by area and level, and how its questions did when they were asked.
import { html, useCallback, useEffect, useState } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { ask } from "./api.js";
import { Trouble, count, kindOf, levelWord } from "./parts.js";

const percent = (part, whole) => `${Math.round((100 * part) / whole)}%`;

export function Figures({ at, meta, go, t, language }) {
  const round = new URLSearchParams(at.split("?")[1] ?? "").get("round") ?? "";
  const [answer, set] = useState(null);
  const load = useCallback(async () => set(await ask(`/statistics?round=${encodeURIComponent(round)}`)), [round]);
  useEffect(() => {
    load();
  }, [round]);
  if (!answer) return html`<p class="waiting" role="status">${t("bank.loading")}</p>`;
  if (answer.status !== 200) return html`<${Trouble} answer=${answer} again=${load} t=${t} language=${language} />`;
  const { data } = answer;
  const shared = { data, meta, t, language };
  return html`
    <div class="figures-page">
      <h1>${t("bank.figures.heading")}</h1>
      ${data.needs.length > 0 && html`<${Needs} ...${shared} />`}
      <section aria-labelledby="areas-title">
        <div class="figures-head">
          <h2 id="areas-title">${t("bank.figures.areas")}</h2>
          <div class="filter">
            <label for="figures-round">${t("bank.field.round")}</label>
            <select id="figures-round" class="entry" onChange=${(event) => go(event.currentTarget.value ? `/statistics?round=${event.currentTarget.value}` : "/statistics", "replace")}>
              <option value="" selected=${!round}>${t("bank.figures.allRounds")}</option>
              ${meta.rounds.map((one) => html`<option key=${one} value=${one} selected=${one === round}>${t(`bank.round.${one}`)}</option>`)}
            </select>
          </div>
        </div>
        <${Areas} ...${shared} />
        ${data.left_out > 0 && html`<p class="side-note">${t("bank.figures.leftOut", { n: count(data.left_out) })}</p>`}
        <p class="side-note">${t("bank.figures.readyMeans")}</p>
      </section>
    </div>
  `;
}

/** What a contest file wishes of the questions of a round, in words. */
function wishOf(need, meta, t) {
  const { levels, areas, forms, tags, languages } = need.wish;
  const parts = [levels.map((level) => levelWord(level, meta, t)), areas, forms.map((form) => t(`bank.form.${form}`)), tags, languages.map((one) => t(`bank.language.${one}`))];
  return parts.filter((part) => part.length > 0).map((part) => part.join(t("bank.between"))).join(" · ");
}

function Needs({ data, meta, t, language }) {
  const most = Math.max(...data.needs.map((need) => need.needed + need.spare), 1);
  const width = (n) => ({ width: `${Math.min(100, (100 * n) / most)}%` });
  const title = data.contest && pick(data.contest, language).replaceAll("\n", " ");
  return html`
    <section aria-labelledby="needs-title">
      <div class="figures-head"><h2 id="needs-title">${t("bank.figures.needs")}</h2>${title && html`<p class="side-note">${t("bank.figures.contest", { title })}</p>`}</div>
      <div class="scrolls" tabindex="0" role="region" aria-labelledby="needs-title">
        <table class="needs">
          <thead><tr><th scope="col">${t("bank.field.round")}</th><td class="needs-bar"></td>${["needed", "spare", "ready", "drafts", "result"].map((name) => html`<th key=${name} scope="col">${t(`bank.figures.${name}`)}</th>`)}</tr></thead>
          <tbody>
            ${data.needs.map((need) => {
              const state = need.short > 0 ? "short" : need.short_spare > 0 ? "spare" : "enough";
              return html`<tr key=${JSON.stringify([need.round, need.value, need.wish])} data-state=${state} data-wish=${need.wish ? "yes" : "no"}>
                <th scope="row">${need.wish ? html`<span class="needs-wish">${kindOf(need, t)} <small>${t("bank.figures.wish", { what: wishOf(need, meta, t) })}</small></span>` : kindOf(need, t)}</th>
                <td class="needs-bar" aria-hidden="true"><div><i class="needs-has" style=${width(Math.min(need.ready, most))}></i><i class="needs-mark" style=${{ left: width(need.needed).width }}></i></div></td>
                <td class="figures">${count(need.needed)}</td><td class="figures">${count(need.spare)}</td><td class="figures">${count(need.ready)}</td><td class="figures">${count(need.draft)}</td>
                <td class="needs-so">${state === "short" ? t("bank.figures.short", { n: count(need.short) }) : state === "spare" ? t("bank.figures.shortSpare", { n: count(need.short_spare) }) : t("bank.figures.enough")}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

function Cell({ tally, area, level, t }) {
  if (!tally) return html`<td class="cell is-none"><span>–</span></td>`;
  const { ready, draft } = tally.states;
  return html`<td class="cell" data-ready=${ready > 0 ? "yes" : "no"} title=${t("bank.figures.cell", { area, level, ready, draft })}><b class="figures">${count(ready)}</b>${draft > 0 && html`<small>${t("bank.figures.draftsMore", { n: count(draft) })}</small>`}</td>`;
}

function Asked({ tally, t }) {
  const judged = tally.right + tally.wrong + tally.none;
  const rate = (n) => (judged > 0 ? percent(n, judged) : t("bank.figures.noResult"));
  return html`<td class="figures">${tally.times > 0 ? t("bank.figures.times", { n: count(tally.times) }) : t("bank.figures.noResult")}</td><td class="figures is-right">${rate(tally.right)}</td><td class="figures">${rate(tally.wrong)}</td>`;
}

function Areas({ data, meta, t }) {
  const row = (name, levels, all, total = false) => html`
    <tr key=${name} class=${total ? "is-total" : ""}>
      <th scope="row">${name}</th>
      ${meta.levels.map((level) => html`<${Cell} key=${level} tally=${levels[level]} area=${name} level=${levelWord(level, meta, t)} t=${t} />`)}
      <${Cell} tally=${all} area=${name} level=${t("bank.figures.total")} t=${t} />
      <${Asked} tally=${all} t=${t} />
    </tr>
  `;
  const sum = (level) =>
    data.areas.reduce((all, { levels }) => {
      const one = levels[level];
      return one ? { states: { ready: (all?.states.ready ?? 0) + one.states.ready, draft: (all?.states.draft ?? 0) + one.states.draft } } : all;
    }, null);
  return html`
    <div class="scrolls" tabindex="0" role="region" aria-labelledby="areas-title">
      <table class="areas">
        <thead>
          <tr>
            <th scope="col">${t("bank.field.area")}</th>
            ${meta.levels.map((level) => html`<th key=${level} scope="col">${levelWord(level, meta, t)}</th>`)}
            ${["total", "asked", "rightRate", "wrongRate"].map((name) => html`<th key=${name} scope="col">${t(`bank.figures.${name}`)}</th>`)}
          </tr>
        </thead>
        <tbody>${data.areas.map((one) => row(one.area, one.levels, one.all))}</tbody>
        <tfoot>${row(t("bank.figures.total"), Object.fromEntries(meta.levels.map((level) => [level, sum(level)])), data.all, true)}</tfoot>
      </table>
    </div>
  `;
}
