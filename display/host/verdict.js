// The last verdict of the timing core as evidence: the presses in order and to scale, margins, and why it is final.
import { html, useRef } from "../shared/html.js";
import { change, milliseconds } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { seatNames } from "./health.js";

const FINAL = new Set(["watermarks", "waited"]); // reasons that have a sentence; another one is of a newer timing core

/**
 * The last verdict this console has seen, kept when the question is over; gone with the contest it belongs to.
 *
 * @returns {{verdict: object, order: object[], fouls: object[], eligible: number[], round: object|null, position: number|null, epoch: string}|null}
 */
export function useLastVerdict(view) {
  const last = useRef(null);
  if (last.current && view && last.current.epoch !== view.epoch) last.current = null;
  const buzz = view?.scene.buzz;
  if (view?.verdict) {
    const order = view.verdict.order.length ? view.verdict.order : (buzz?.order ?? []);
    const fouls = buzz?.fouls ?? [];
    const fouled = new Set(fouls.map((one) => one.seat));
    last.current = { verdict: view.verdict, order: order.filter((one) => one.status !== "foul" || !fouled.has(one.seat)), fouls, round: view.round?.title ?? null, position: view.turn?.position ?? null, epoch: view.epoch };
  }
  return last.current;
}

/** Why nothing can change it any more, in one short word. */
export function finalWords(verdict, t) {
  if (!verdict?.final?.why) return "";
  const { why, missing } = verdict.final;
  if (why === "waited" && missing.length) return t("host.buzz.waited", { boxes: missing.join(t("list")) });
  return FINAL.has(why) ? t(`host.final.${why}`) : "";
}

/** Who was first and by how much, as a sentence of its own. */
function outcomeWords(verdict, t) {
  if (verdict.outcome === "nobody") return t("host.buzz.nobody");
  const seats = seatNames(verdict.seats, t);
  if (verdict.outcome !== "winner") return t("host.buzz.too_close", { seats });
  return t("host.buzz.locked", { seat: verdict.seats[0] });
}

function marginWords(verdict, t) {
  const { lead_us: lead, lead_uncertainty_us: uncertainty, outcome, settled } = verdict;
  if (settled) return t(`host.settled.${settled}`);
  if (lead === null) return outcome === "winner" ? t("host.buzz.alone") : "";
  const values = { lead: milliseconds(lead), uncertainty: milliseconds(uncertainty) };
  return t(outcome === "winner" ? "host.buzz.lead" : "host.buzz.apart", values);
}

export function Evidence({ view, last, t, language }) {
  return html`
    <div class="evidence">
      <section class="evidence-presses" aria-label=${t("host.evidence")}>
        ${last ? html`<${Verdict} last=${last} seats=${view.seats} t=${t} language=${language} />` : html`<p class="panel-none">${t("host.evidence.none")}</p>`}
      </section>
      <${Ledger} ledger=${view.ledger} seats=${view.seats} t=${t} language=${language} />
    </div>
  `;
}

function Verdict({ last, seats, t, language }) {
  const { verdict, order, fouls, round, position } = last;
  const widest = Math.max(1, ...order.map((one) => one.lag_us + one.uncertainty_us));
  const where = [round && pick(round, language), position !== null && t("host.evidence.position", { position })].filter(Boolean).join(t("sentence"));
  return html`
    <h3>${t("host.evidence.of", { where })}</h3>
    <p class="evidence-outcome"><b>${outcomeWords(verdict, t)}</b><span>${marginWords(verdict, t)}</span></p>
    <ol class="evidence-list">
      ${fouls.map(
        (one) => html`<li key=${`foul ${one.seat}`} class="is-foul"><b>${t("seat", { seat: one.seat })}</b><span class="evidence-name">${nameOf(seats, one.seat)}</span><span class="evidence-text">${t("host.buzz.foul")} ${change(one.points)}${one.early_us !== null && `${t("sentence")}${t("host.buzz.early", { ms: milliseconds(one.early_us) })}`}</span></li>`,
      )}
      ${order.map((one) => html`<${Press} key=${one.seat} press=${one} widest=${widest} seats=${seats} t=${t} />`)}
    </ol>
    <p class="evidence-why"><b>${t("host.evidence.why")}</b> ${whyWords(verdict, t)}</p>
  `;
}

function whyWords(verdict, t) {
  const { why, missing } = verdict.final;
  if (!FINAL.has(why)) return t("host.final.unknown");
  return why === "waited" && missing.length ? t("host.final.waited.long", { boxes: missing.join(t("list")) }) : t(`host.final.${why}.long`);
}

const nameOf = (seats, number) => seats.find((one) => one.seat === number)?.name ?? "";

/** A press on the axis of time; its bar is as wide as what is not known about it. */
function Press({ press, widest, seats, t }) {
  const percent = (us) => `${(Math.max(0, us) / widest) * 100}%`;
  const values = { ms: milliseconds(press.lag_us), uncertainty: milliseconds(press.uncertainty_us) };
  const text = press.status === "first" ? t("host.evidence.first", values) : t("host.evidence.later", values);
  return html`
    <li class=${`is-${press.status}`} data-evidence=${press.seat}>
      <b>${t("seat", { seat: press.seat })}</b>
      <span class="evidence-name">${nameOf(seats, press.seat)}</span>
      <span class="evidence-text">${text}${press.source === "web" && `${t("sentence")}${t("web")}`}${press.status === "tied" && `${t("sentence")}${t("host.buzz.tied")}`}</span>
      <span class="evidence-axis"><i style=${{ left: percent(press.lag_us - press.uncertainty_us), width: percent(2 * press.uncertainty_us) }}></i><u style=${{ left: percent(press.lag_us) }}></u></span>
    </li>
  `;
}

function Ledger({ ledger, seats, t, language }) {
  return html`
    <section class="ledger" aria-label=${t("host.ledger")}>
      <h3>${t("host.ledger")}</h3>
      <ol>
        ${ledger.length === 0 && html`<li class="is-none">${t("host.ledger.none")}</li>`}
        ${ledger.map(
          (entry) => html`
            <li key=${entry.seq} data-entry=${entry.seq}>
              <b>${t("seat", { seat: entry.seat })}</b><span>${withoutName(pick(entry.text, language), entry.seat, seats)}</span>
              <strong class=${`figures ${entry.points > 0 ? "is-up" : "is-down"}`}>${change(entry.points)}</strong>
            </li>
          `,
        )}
      </ol>
    </section>
  `;
}

/** "王磊 · 必答题答对" → "必答题答对": the row names the seat, and its few characters belong to the cause. */
function withoutName(text, number, seats) {
  const name = nameOf(seats, number);
  return name && text.startsWith(name) ? text.slice(name.length).replace(/^[\s·:：]+/, "") : text;
}
