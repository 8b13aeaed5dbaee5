// What the middle zone shows when no question is in hand: one small component a scene.
import { html } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { rulingText } from "./now_line.js";

function Opening({ view, t, language }) {
  return html`
    <div class="scene">
      <h2>${pick(view.title, language)}</h2>
      <p class="scene-sub">${pick(view.subtitle, language)}</p>
      <p class="scene-note">${t("host.scene.opening.text")}</p>
    </div>
  `;
}

function Lineup({ view, t }) {
  return html`
    <div class="scene">
      <h2>${t("host.scene.lineup")}</h2>
      <ol class="roll">
        ${view.seats.map(
          (seat) => html`<li><b class="figures">${seat.seat}</b><span>${seat.name}</span><small>${seat.number} ${seat.unit}</small></li>`,
        )}
      </ol>
    </div>
  `;
}

function RoundTitle({ view, t, language }) {
  const title = pick(view.round.title, language);
  if (view.scene.tie) return html`<${TieTitle} view=${view} t=${t} language=${language} />`;
  return html`
    <div class="scene">
      <h2>${t("host.scene.round_title", { title })}</h2>
      <ul class="rules">
        ${view.round.rules.map((rule) => html`<li><span class="set-by-words">${words(pick(rule, language))}</span></li>`)}
      </ul>
    </div>
  `;
}

/** Who is tied for which place, and what each has in this tie-break. */
function TieTitle({ view, t, language }) {
  const { tie } = view.scene;
  return html`
    <div class="scene">
      <h2>${t("host.scene.tie", { place: tie.place })}</h2>
      <ol class="roll">
        ${tie.points.map((one) => {
          const seat = view.seats.find((other) => other.seat === one.seat);
          return html`<li><b class="figures">${one.seat}</b><span>${seat.name}</span><small>${points(one.points)} ${t("points")}</small></li>`;
        })}
      </ol>
      <ul class="rules">${view.round.rules.map((rule) => html`<li><span class="set-by-words">${words(pick(rule, language))}</span></li>`)}</ul>
    </div>
  `;
}

function Cue({ view, t, language }) {
  return html`
    <div class="scene is-central">
      <p class="scene-sub">${t(`host.cueKind.${view.scene.kind}`)}</p>
      <h2 class="called">${pick(view.scene.title, language)}</h2>
    </div>
  `;
}

function Stakes({ view, t }) {
  return html`
    <div class="scene">
      <h2>${t("host.scene.stakes")}</h2>
      <ol class="roll is-stakes">
        ${view.scene.stakes.map((one) => {
          const seat = view.seats.find((other) => other.seat === one.seat);
          return html`<li><b class="figures">${one.seat}</b><span>${seat.name}</span><b>${one.points === 0 ? t("host.stakes.declined") : t("host.worth", { points: points(one.points) })}</b></li>`;
        })}
      </ol>
    </div>
  `;
}

function TurnCall({ view, t }) {
  const { scene } = view;
  const seat = view.seats.find((one) => one.seat === scene.seat);
  return html`
    <div class="scene is-central">
      <p class="scene-sub">${t(scene.numbers.length ? "host.number.choose" : "host.scene.turn_call")}</p>
      <${Called} seat=${seat} t=${t} />
      ${scene.points !== null && html`<p class="scene-sub"><strong>${scene.points === 0 ? t("host.stakes.declined") : t("host.chosen", { points: points(scene.points) })}</strong></p>`}
      ${scene.numbers.length > 0 && html`<p class="numbers figures">${scene.numbers.map((number) => html`<b>${number}</b>`)}</p>`}
    </div>
  `;
}

function Called({ seat, t }) {
  return html`
    <h2 class="called"><b>${t("seat", { seat: seat.seat })}</b> <span>${seat.name}</span></h2>
    <p class="scene-note">${seat.unit}</p>
  `;
}

function Stake({ view, t }) {
  const seat = view.seats.find((one) => one.seat === view.scene.seat);
  return html`
    <div class="scene is-central">
      <p class="scene-sub">${t("host.scene.stake")}</p>
      <${Called} seat=${seat} t=${t} />
      <ul class="stakes">
        ${view.scene.values.map(
          (value) => html`
            <li class=${value.left ? "" : "is-none"}>
              <b>${t("host.stake.points", { points: points(value.points) })}</b>
              <span>${value.left ? t("host.stake.left", { left: value.left }) : t("host.stake.none")}</span>
              ${value.left > 0 && value.right_place && html`<span>${t("host.outlook", { right: value.right_place, wrong: value.wrong_place })}</span>`}
            </li>
          `,
        )}
      </ul>
    </div>
  `;
}

function Scoreboard({ view, t }) {
  const sorted = [...view.seats].sort((a, b) => a.place - b.place || a.seat - b.seat);
  return html`
    <div class="scene">
      <h2>${t("host.scene.scoreboard")}</h2>
      <ol class="standings">
        ${sorted.map((seat) => html`<${Standing} seat=${seat} t=${t} />`)}
      </ol>
    </div>
  `;
}

function Standing({ seat, t }) {
  return html`
    <li>
      <span class="standing-place">${t(seat.shared ? "host.place.shared" : "host.place", { place: seat.place })}</span>
      <b class="figures">${seat.seat}</b><span>${seat.name}</span><strong class="figures">${points(seat.score)}</strong>
    </li>
  `;
}

function Marks({ view, t }) {
  const { scene } = view;
  const aside = [scene.masked > 0 && t("host.marks.masked", { n: scene.masked }), scene.missing > 0 && t("host.marks.missing", { n: scene.missing })];
  const seat = view.seats.find((one) => one.seat === scene.seat);
  return html`
    <div class="scene">
      <h2>${t("seat", { seat: seat.seat })}${" "}${seat.name}<strong class="marks-result">${t("host.marks.result", { mark: points(scene.mark) })}</strong></h2>
      <ol class="marks" style=${{ "--across": Math.max(4, scene.marks.length > 6 ? Math.ceil(scene.marks.length / 2) : scene.marks.length) }}>
        ${scene.marks.map(
          (one) => html`
            <li class=${one.dropped ? "is-dropped" : ""}>
              <span>${one.name}</span><b class="figures">${points(one.mark)}</b>
              <small>${one.dropped ? t(`host.marks.${one.dropped}`) : ""}</small>
            </li>
          `,
        )}
      </ol>
      <p class="scene-note">${aside.filter(Boolean).join(t("sentence"))}</p>
    </div>
  `;
}

/** Who has signed the result; with both names it is frozen. */
function Certified({ certified, t }) {
  if (certified.length === 0) return null;
  const names = certified.map((one) => t(`host.certified.${one.role}`, { name: one.name })).join(t("sentence"));
  if (certified.length < 2) return html`<p class="certified is-waiting" data-role="certified">${t("host.certified.waiting", { names })}</p>`;
  return html`<p class="certified" data-role="certified"><b>${t("host.certified")}</b><span>${names}</span></p>`;
}

function Final({ view, t }) {
  const { scene } = view;
  const byPlace = [...scene.places].sort((a, b) => a.place - b.place);
  return html`
    <div class="scene">
      <h2>${t("host.scene.final")}<strong class="marks-result">${t("host.scene.final.progress", { revealed: scene.revealed, of: scene.of })}</strong></h2>
      <${Certified} certified=${view.certified} t=${t} />
      <ol class="standings">
        ${byPlace.flatMap((group) =>
          group.seats.map((number) => {
            const seat = view.seats.find((one) => one.seat === number);
            return html`<${Standing} seat=${{ ...seat, place: group.place, shared: group.seats.length > 1 }} t=${t} />`;
          }),
        )}
      </ol>
    </div>
  `;
}

function Ruling({ view, t }) {
  const { ruling } = view.scene;
  const seat = view.seats.find((one) => one.seat === ruling.seat);
  return html`
    <div class="scene is-central">
      <p class="scene-sub">${t("host.scene.ruling")}</p>
      ${seat && html`<${Called} seat=${seat} t=${t} />`}
      <p class="scene-sub"><strong>${rulingText(ruling, t)}</strong></p>
    </div>
  `;
}

/** A slide over the show, for whom it is the scene itself; what lies below is in the cue sheet. */
function Hold({ t }) {
  return html`<div class="scene is-central"><h2>${t("host.scene.hold")}</h2><p class="scene-sub">${t("host.scene.hold.text")}</p></div>`;
}

function Rules({ view, t, language }) {
  return html`
    <div class="scene">
      ${view.scene.blocks.map(
        (block) => html`
          <h2>${t("host.scene.round_title", { title: pick(block.title, language) })}</h2>
          <ul class="rules">${block.lines.map((line) => html`<li><span class="set-by-words">${words(pick(line, language))}</span></li>`)}</ul>
        `,
      )}
    </div>
  `;
}

export const SCENES = {
  hold: Hold,
  rules: Rules,
  opening: Opening,
  lineup: Lineup,
  round_title: RoundTitle,
  turn_call: TurnCall,
  stake: Stake,
  stakes: Stakes,
  cue: Cue,
  ruling: Ruling,
  scoreboard: Scoreboard,
  marks: Marks,
  final: Final,
};
