// The middle of the stage monitor: the text that is read out, as large as it goes; where there is none, what belongs to the moment.
import { Fit, holdsContent, largest, Name, useMeasureAgain } from "../projector/fit.js";
import { html, useLayoutEffect, useRef } from "../shared/html.js";
import { change, points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { nextParts } from "./coming.js";

const LARGEST = 11; // percent of the picture's height
const SMALLEST = 3.2;

export function Body(props) {
  const { view, moment } = props;
  const { scene } = view;
  const Own = BODIES[moment.kind];
  if (Own) return html`<section class="body"><${Own} ...${props} /></section>`;
  if (scene.question && moment.kind !== "dark") return html`<section class="body"><${Text} ...${props} /></section>`;
  return html`<section class="body"><${Next} ...${props} /></section>`;
}

const optionsBreak = (element) => [...element.querySelectorAll(".text-options span")].some((text) => text.offsetHeight > 1.9 * parseFloat(getComputedStyle(text).fontSize));

/** Text in a box, all of it in one size: the layout that lets it be the largest, options in two columns only where none of them breaks. */
function Fitted({ class: name, max = LARGEST, layouts = ["list"], children, ...rest }) {
  const box = useRef(null);
  useMeasureAgain();
  useLayoutEffect(() => {
    const element = box.current;
    const attempt = (layout) => {
      element.dataset.layout = layout;
      return largest(SMALLEST, max, (size) => {
        element.style.setProperty("--q", size.toFixed(2));
        return holdsContent(element) && !(layout === "grid" && optionsBreak(element));
      });
    };
    const sizes = layouts.map((layout) => ({ layout, size: attempt(layout) }));
    const best = sizes.reduce((a, b) => (b.size > a.size ? b : a));
    if (sizes.length > 1 && best !== sizes.at(-1)) attempt(best.layout);
  });
  return html`<div class=${`fitted ${name}`} ref=${box} ...${rest}>${children}</div>`;
}

/** A picture stands beside its question, unless the text is so long that it needs all the room: the hall sees the picture anyway. */
function Text({ view, dense, t }) {
  const { question, answer } = view.scene;
  const right = new Set(view.scene.phase === "revealed" ? (answer?.keys ?? []) : []);
  const options = question.options ?? [];
  const picture = question.media?.kind === "image" && !dense ? question.media : null;
  return html`
    <${Fitted} class="text" layouts=${options.length > 0 ? ["grid", "list"] : ["list"]}>
      <p class="text-prompt" data-role="question">${words(question.prompt)}</p>
      ${options.length > 0 && html`<ul class="text-options">
        ${options.map(({ key, text }) => html`<li data-role="option" data-right=${right.has(key) ? "yes" : "no"}><b class="figures">${key}</b><span>${words(text)}</span>${right.has(key) && html`<em>${t("p.correct")}</em>`}</li>`)}
      </ul>`}
      ${view.scene.phase === "revealed" && answer && right.size === 0 && html`<p class="text-answer" data-role="answer"><b>${t("p.answer")}</b><span>${words(answer.text)}</span></p>`}
    <//>
    ${picture && html`<img class="text-picture" src=${picture.src} alt=${picture.alt} />`}
  `;
}

/** Nothing to read out: what comes next takes the room. */
function Next({ view, moment, language, t }) {
  const next = nextParts(view, language, t);
  return html`<div class="ahead">
    ${moment.kind === "dark" && html`<${Fit} max=${6} class="ahead-note">${t("stage.hidden")}<//>`}
    ${next.length > 0 && html`<p class="ahead-tag">${t("stage.next")}</p><${Fit} max=${12} min=${4} class="ahead-words">${next.map((part) => html`<span>${part}</span> `)}<//>`}
  </div>`;
}

const Round = ({ view, language }) => html`<${Fitted} class="list" max=${7}><ol>${(view.round?.rules ?? []).map((rule) => html`<li>${words(pick(rule, language))}</li>`)}</ol><//>`;

function Rules({ view, language }) {
  const blocks = view.scene.blocks ?? [];
  return html`<${Fitted} class="list" max=${6.4}>
    <div class="blocks" style=${{ "--columns": Math.ceil(blocks.length / 2) || 1 }}>
      ${blocks.map((block) => html`<section><h2>${words(pick(block.title, language))}</h2><ol>${block.lines.map((line) => html`<li>${words(pick(line, language))}</li>`)}</ol></section>`)}
    </div>
  <//>`;
}

/** One line a seat: whom it is about and what it has. */
const People = ({ view, rows }) => html`<ol class="people" style=${{ "--rows": rows.length > 5 ? Math.ceil(rows.length / 2) : Math.max(1, rows.length), "--columns": rows.length > 5 ? 2 : 1 }}>
  ${rows.map(({ head, seat, has, aside }) => html`<li key=${seat} data-seat=${seat}>
    <b class="figures">${head}</b>
    <${Name} max=${rows.length > 3 ? 7 : 10} min=${3.2} class="people-name">${view.seats.find((one) => one.seat === seat).name}<//>
    <span class="people-has figures">${has}${aside && html`<small>${aside}</small>`}</span>
  </li>`)}
</ol>`;

function Correction({ view, t }) {
  const { changes, by, reason } = view.correction;
  return html`
    ${changes.length ? html`<${People} view=${view} rows=${changes.map((one) => ({ head: one.seat, seat: one.seat, has: change(one.points) }))} />` : html`<${Fit} max=${9} class="ahead-words">${t("p.correction.none")}<//>`}
    <${Fit} max=${4.6} class="body-note">${[reason, by && t("p.correction.by", { by })].filter(Boolean).join(t("sentence"))}<//>
  `;
}

const Tie = ({ view }) => html`<${People} view=${view} rows=${view.scene.tie.points.map((one) => ({ head: one.seat, seat: one.seat, has: view.scene.tie.scored ? points(one.points) : "" }))} />`;
const Stakes = ({ view, t }) => html`<${People} view=${view} rows=${view.scene.stakes.map((one) => ({ head: one.seat, seat: one.seat, has: one.points === 0 ? t("p.declined") : points(one.points) }))} />`;
const Lineup = ({ view }) => html`<${People} view=${view} rows=${view.seats.map((one) => ({ head: one.seat, seat: one.seat, has: one.number }))} />`;

/** The scoreboard in the order of the seats, as everywhere; the place beside the score. */
const Board = ({ view, t }) => html`<${People}
  view=${view}
  rows=${view.seats.map((one) => ({ head: one.seat, seat: one.seat, has: points(one.score), aside: one.place === null ? "" : t("p.outlook.place", { place: one.place }) }))}
/>`;

function Standings({ view }) {
  const rows = view.scene.places.flatMap((place) => place.seats.map((seat) => ({ place: place.place, seat }))).sort((a, b) => a.place - b.place || a.seat - b.seat);
  return html`<${People} view=${view} rows=${rows.map(({ place, seat }) => ({ head: place, seat, has: points(view.seats.find((one) => one.seat === seat).score) }))} />`;
}

/** The values left to choose from. */
const Stake = ({ view, t }) => html`<ol class="values">
  ${view.scene.values.map((value) => html`<li data-left=${value.left === 0 ? "none" : "some"}><b class="figures">${points(value.points)}</b><span>${value.left === 0 ? t("p.gone") : t("p.left", { left: value.left })}</span></li>`)}
</ol>`;

const Numbers = ({ view }) => html`<${Fitted} class="list numbers figures" max=${9}><ul>${view.scene.numbers.map((number) => html`<li>${number}</li>`)}</ul><//>`;

const Marks = ({ view, t }) => html`<ol class="values marks" style=${{ "--columns": view.scene.marks.length }}>
  ${view.scene.marks.map((mark) => html`<li data-dropped=${mark.dropped ?? "no"}><b class="figures">${points(mark.mark)}</b><${Name} max=${3.8} class="marks-name">${mark.name}<//><span>${mark.dropped ? t(`p.dropped.${mark.dropped}`) : ""}</span></li>`)}
</ol>`;

const BODIES = {
  round: Round, rules: Rules, correction: Correction, tie: Tie, stakes: Stakes, lineup: Lineup, scoreboard: Board, place: Standings, standings: Standings,
  stake: Stake, number: Numbers, marks: Marks,
};
