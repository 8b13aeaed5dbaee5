// What belongs to a moment beside its word: the order of the presses, the rules, the marks, the choices, the result.
import { html } from "../shared/html.js";
import { change, milliseconds, points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";

const person = (view, seat) => view.seats.find((one) => one.seat === seat);

export function Details(props) {
  const Own = DETAILS[props.moment.kind];
  return Own ? html`<${Own} ...${props} />` : null;
}

/** Rows of a seat each: number or place, name with a line below it, and what it has. */
function Rows({ view, rows, label }) {
  return html`<ol class="rows" aria-label=${label}>
    ${rows.map(({ head, seat, note, has }) => {
      const { name } = person(view, seat);
      return html`<li key=${seat} data-seat=${seat}><b class="figures">${head}</b><span class="rows-name">${name}${note && html`<small class="set-by-words">${words(note)}</small>`}</span><strong class="figures">${has}</strong></li>`;
    })}
  </ol>`;
}

/** Everyone who pressed, in order of time. Where it was settled, and while it cannot be told, nobody stands before another. */
function Presses({ view, t }) {
  const { buzz } = view.scene;
  const order = buzz.order.filter((press) => ["first", "tied", "after"].includes(press.status)).sort((a, b) => a.lag_us - b.lag_us);
  if (order.length < 2 || buzz.first?.settled) return null;
  const has = (press) => (press.status === "tied" ? t("p.tooClose") : press.lag_us === 0 ? t("m.first") : t("audience.after", { lag: milliseconds(press.lag_us) }));
  return html`<section class="card"><h2>${t("audience.order")}</h2><${Rows} view=${view} label=${t("audience.order")} rows=${order.map((press) => ({ head: press.seat, seat: press.seat, has: has(press) }))} /></section>`;
}

function Lines({ lines, language }) {
  return html`<ul class="lines">${lines.map((line) => html`<li class="set-by-words">${words(pick(line, language))}</li>`)}</ul>`;
}

const Round = ({ view, language }) => html`<section class="card"><${Lines} lines=${view.round?.rules ?? []} language=${language} /></section>`;

const Rules = ({ view, language }) =>
  (view.scene.blocks ?? []).map((block) => html`<section class="card"><h2>${pick(block.title, language)}</h2><${Lines} lines=${block.lines} language=${language} /></section>`);

function Correction({ view, t }) {
  const { changes, by } = view.correction;
  return html`<section class="card" data-role="correction">
    ${changes.length ? html`<${Rows} view=${view} rows=${changes.map((one) => ({ head: one.seat, seat: one.seat, has: change(one.points) }))} />` : html`<p>${t("p.correction.none")}</p>`}
    ${by && html`<p class="card-note">${t("p.correction.by", { by })}</p>`}
  </section>`;
}

const Lineup = ({ view }) => html`<section class="card"><${Rows} view=${view} rows=${view.seats.map((one) => ({ head: one.seat, seat: one.seat, note: one.unit, has: one.number }))} /></section>`;

const Stake = ({ view, t }) => html`<ul class="values">
  ${view.scene.values.map((value) => html`<li data-left=${value.left === 0 ? "none" : "some"}><b class="figures">${points(value.points)}</b> <span>${value.left === 0 ? t("p.gone") : t("p.left", { left: value.left })}</span></li>`)}
</ul>`;

const Stakes = ({ view, t }) => html`<section class="card"><${Rows} view=${view} rows=${view.scene.stakes.map((one) => ({ head: one.seat, seat: one.seat, has: one.points === 0 ? t("p.declined") : t("m.ofPoints", { points: points(one.points) }) }))} /></section>`;

const Tie = ({ view }) => html`<section class="card"><${Rows} view=${view} rows=${view.scene.tie.points.map((one) => ({ head: one.seat, seat: one.seat, has: view.scene.tie.scored ? points(one.points) : "" }))} /></section>`;

const Numbers = ({ view }) => html`<ul class="numbers figures">${view.scene.numbers.map((number) => html`<li>${number}</li>`)}</ul>`;

const Marks = ({ view, t }) => html`<section class="card"><ul class="rows marks">
  ${view.scene.marks.map((mark) => html`<li data-dropped=${mark.dropped ?? "no"}><span class="rows-name">${mark.name}${mark.dropped && html`<small>${t(`p.dropped.${mark.dropped}`)}</small>`}</span><strong class="figures">${points(mark.mark)}</strong></li>`)}
</ul></section>`;

/** Places that the hall has seen, the best first. */
function Places({ view, t }) {
  const rows = view.scene.places
    .flatMap((place) => place.seats.map((seat) => ({ place: place.place, ...person(view, seat) })))
    .sort((a, b) => a.place - b.place || a.seat - b.seat);
  if (rows.length === 0) return null;
  const certified = view.scene.complete && view.certified?.length === 2;
  return html`<section class="card" data-role="standings">
    <${Rows} view=${view} rows=${rows.map((one) => ({ head: one.place, seat: one.seat, note: one.unit, has: points(one.score) }))} />
    ${certified && html`<p class="card-note">${view.certified.map((one) => t(`p.certified.${one.role}`, { name: one.name })).join(t("sentence"))}</p>`}
  </section>`;
}

const DETAILS = {
  floor: Presses, tooClose: Presses, round: Round, rules: Rules, correction: Correction, lineup: Lineup, stake: Stake, stakes: Stakes, tie: Tie,
  number: Numbers, marks: Marks, place: Places, standings: Places,
};
