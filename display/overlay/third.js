// The lower third: who is called or has the floor, the ruling, the result; below it the question with its options.
import { Fit, holdsContent, largest, Name, useMeasureAgain } from "../projector/fit.js";
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { Shape } from "../shared/shape.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";

const LARGEST = 4.2; // percent of the picture's height
const SMALLEST = 2.3;
const PERSON = new Set(["call", "number", "place"]); // the subject is a name, and it has the room for it
const QUICK = new Set(["ruled", "open", "floor"]); // an answer to a press

export function Third({ view, moment, said, language, t }) {
  const { scene } = view;
  const question = scene.question && moment.kind !== "marks" && moment.kind !== "correction";
  const silent = moment.kind === "reading" && said.seat === null; // the question says it
  const seats = COLUMNS[moment.kind]?.(view, t);
  return html`<div class="ov-third" data-role="third">
    ${!silent && moment.kind !== "revealed" && html`<${Said} key=${`${moment.kind} ${said.seat}`} view=${view} moment=${moment} said=${said} language=${language} />`}
    ${seats?.length > 0 && html`<${Columns} key="columns" rows=${seats} />`}
    ${moment.kind === "standings" && html`<${Standings} view=${view} />`}
    ${question && html`<${Question} key="question" scene=${scene} t=${t} />`}
  </div>`;
}

function Said({ view, moment, said, language }) {
  const { kind, look } = moment;
  const champion = kind === "place" && view.scene.places.at(-1).place === 1;
  const note = kind === "round" ? roundNote(view, language) : said.note;
  return html`<section class="ov-said" data-look=${champion ? "champion" : look} data-large=${PERSON.has(kind) ? "yes" : "no"} data-quick=${QUICK.has(kind) ? "yes" : "no"} data-role="said">
    ${said.seat === null ? html`<${Shape} look=${look} />` : html`<b class="ov-said-seat figures">${said.seat}</b>`}
    <div class="ov-said-words">
      ${said.tag && html`<span class="ov-said-tag">${said.tag}</span>`}
      <${Name} max=${PERSON.has(kind) ? 8.6 : 6} min=${2.4} class="ov-said-main" data-role="word">${said.main}<//>
    </div>
    ${said.figure && html`<b class="ov-said-figure figures" data-role="figure">${said.figure}</b>`}
    ${note && html`<${Fit} max=${3.4} min=${2.3} class=${`ov-said-note ${moment.fouled ? "is-foul" : ""}`} data-role="note">${note}<//>`}
  </section>`;
}

/** The second language of a round's title, where there is one to show. */
function roundNote({ round }, language) {
  return language === "en" || round.title.en === round.title.zh ? "" : pick(round.title, "en");
}

/** One plate a seat, in the order of the stage. */
function Columns({ rows }) {
  return html`<ol class="ov-columns" data-many=${rows.length > 6 ? "yes" : "no"} style=${{ "--columns": rows.length }}>
    ${rows.map((row) => html`<li key=${row.seat} data-seat=${row.seat}>
      <div class="ov-column-head"><b class="figures">${row.seat}</b>${row.note && html`<small>${row.note}</small>`}</div>
      <${Name} max=${3.6} min=${2.3} class="ov-column-name">${row.name}<//>
      <div class="ov-column-has figures">${row.has}</div>
    </li>`)}
  </ol>`;
}

const COLUMNS = {
  lineup: (view) => view.seats.map((one) => ({ ...one, has: one.number, note: "" })),
  scoreboard: (view, t) => view.seats.map((one) => ({ ...one, has: points(one.score), note: one.place === null ? "" : t(one.shared ? "p.placeShared" : "p.place", { place: one.place }) })),
  correction: (view) => view.correction.changes.map((one) => ({ seat: one.seat, name: view.seats.find((seat) => seat.seat === one.seat).name, has: change(one.points), note: "" })),
  tie: (view) => view.scene.tie.points.map((one) => ({ seat: one.seat, name: view.seats.find((seat) => seat.seat === one.seat).name, has: view.scene.tie.scored ? points(one.points) : "", note: "" })),
  stakes: (view, t) => {
    const chosen = new Map(view.scene.stakes.map((one) => [one.seat, one.points]));
    const said = (value) => (value === undefined ? "–" : value === 0 ? t("p.declined") : points(value));
    return view.seats.map((one) => ({ ...one, has: said(chosen.get(one.seat)), note: "" }));
  },
};

function Standings({ view }) {
  const rows = view.scene.places
    .flatMap((place) => place.seats.map((seat) => ({ place: place.place, ...view.seats.find((one) => one.seat === seat), first: place.place === 1 })))
    .sort((a, b) => a.place - b.place || a.seat - b.seat);
  const half = rows.length > 5 ? Math.ceil(rows.length / 2) : rows.length;
  return html`<ol class="ov-standings" style=${{ "--rows": half, "--columns": rows.length > 5 ? 2 : 1 }}>
    ${rows.map((row) => html`<li key=${row.seat} data-seat=${row.seat} data-first=${row.first ? "yes" : "no"}><b class="figures">${row.place}</b><${Name} max=${3.8} min=${2.3} class="ov-standing-name">${row.name}<//><span class="figures">${points(row.score)}</span></li>`)}
  </ol>`;
}

const optionsBreak = (element) => [...element.querySelectorAll(".ov-options span")].some((text) => text.offsetHeight > 1.9 * parseFloat(getComputedStyle(text).fontSize));

/** The largest size at which the question stays in its room; options beside each other where none of them breaks. */
function fitQuestion(element, layouts) {
  const attempt = (layout) => {
    element.dataset.layout = layout;
    return largest(SMALLEST, LARGEST, (size) => {
      element.style.setProperty("--q", size.toFixed(2));
      return holdsContent(element) && (layout === "list" || !optionsBreak(element));
    });
  };
  const best = layouts.map((layout) => ({ layout, size: attempt(layout) })).reduce((a, b) => (b.size > a.size ? b : a));
  attempt(best.layout);
}

function Question({ scene, t }) {
  const box = useRef(null);
  const again = useMeasureAgain();
  const fitted = useRef("");
  const { question, phase } = scene;
  const answer = phase === "revealed" ? scene.answer : null;
  const options = question.options ?? [];
  const right = new Set(answer?.keys ?? []);
  const marked = options.some((option) => right.has(option.key));
  useLayoutEffect(() => {
    const wanted = JSON.stringify([question, answer, again]);
    if (wanted === fitted.current) return;
    fitted.current = wanted;
    fitQuestion(box.current, options.length > 0 ? ["row", "grid", "list"] : ["list"]);
  });
  return html`<section class="ov-question" ref=${box}>
    <p class="ov-prompt set-by-words" data-role="question">${words(question.prompt)}${question.form === "multiple" && html`<small class="several">${t("several")}</small>`}</p>
    ${options.length > 0 && html`<ul class="ov-options" style=${{ "--options": options.length }}>
      ${options.map(({ key, text }) => html`<li key=${key} data-role="option" data-right=${answer ? (right.has(key) ? "yes" : "no") : ""}><b class="figures">${key}</b><span class="set-by-words">${words(text)}</span>${right.has(key) && html`<em>${t("p.correct")}</em>`}</li>`)}
    </ul>`}
    ${answer && !marked && html`<p class="ov-answer" data-role="answer"><b>${t("p.answer")}</b><span class="set-by-words">${words(answer.text)}</span></p>`}
  </section>`;
}
