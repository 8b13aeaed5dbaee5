// A moment in words: a small word above, the large one, and a line below. Names are said as names, nothing is added to them.
import { change, milliseconds, points as written, uncertaintyText } from "./numbers.js";
import { pick } from "./strings.js";

const person = (view, seat) => view.seats.find((one) => one.seat === seat);
const names = (view, seats) => seats.map((seat) => person(view, seat).name);

/** A title may say where its line breaks. */
export function oneLine(title, language) {
  return title.replaceAll("\n", language === "en" ? " " : "");
}

/** "第二名", "Tied 2nd", "冠军". @param {{place: number, seats: number[]}} group */
export function placeName({ place, seats }, t) {
  if (place === 1) return t("p.champion");
  const ordinal = t("p.ordinals").split(" ")[place - 1] ?? place;
  return t(seats.length > 1 ? "p.nthShared" : "p.nth", { ordinal });
}

/** Who was first and by how much; or that it was settled, and how. "" where nobody has the floor. */
export function leadText(buzz, t) {
  if (!buzz?.first) return "";
  const { lead_us: lead, uncertainty_us: uncertainty, settled } = buzz.first;
  if (settled) return t(`p.settled.${settled}`);
  if (lead === null) return t("p.alone");
  const next = buzz.order.filter((press) => press.status === "after").sort((a, b) => a.lag_us - b.lag_us)[0];
  const text = milliseconds(lead);
  return t(next ? "m.lead" : "m.leadAlone", { seat: next?.seat, lead: text, uncertainty: uncertaintyText(uncertainty ?? 0, text) });
}

/** Fouls of this arming in one line, or "". */
export function foulText(buzz, t) {
  if (!buzz?.fouls.length) return "";
  const who = buzz.fouls.map((foul) => `${t("seat", { seat: foul.seat })}${foul.points ? ` ${change(foul.points)}` : ""}`);
  return t("m.fouls", { who: who.join(t("list")) });
}

/** Minutes and seconds of a length of time: "1:05:09", "3:20", "0:07". */
export function durationText(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * @param {object} view
 * @param {object} moment what `momentOf` answered
 * @returns {{tag: string, main: string, note: string, seat: number|null, figure: string}}
 *   seat: whose name `main` is, null where it is a word; figure: points or a mark to stand beside it
 */
export function saidOf(view, moment, count, language, t) {
  const { kind, seats } = moment;
  const { scene, round } = view;
  const buzz = scene.buzz ?? null;
  const one = seats.length === 1 ? seats[0] : null;
  const say = (main, { tag = "", note = "", seat = null, figure = "" } = {}) => ({ tag, main, note, seat, figure });
  const named = (tag, note = "", figure = "") => (one === null ? say(tag, { note, figure }) : say(person(view, one).name, { tag, note, seat: one, figure }));
  const worded = (word, note = "") => say(word, { tag: one === null ? "" : t("m.who", { seat: one, name: person(view, one).name }), note });
  const tied = (all) => t("m.tieSeats", { seats: all.join(t("list")) });

  switch (kind) {
    case "correction":
      return say(t("p.correction"), { note: view.correction.reason });
    case "opening":
      return say(oneLine(pick(view.title, language), language), { note: pick(view.subtitle, language) });
    case "lineup":
      return say(t("p.lineup"));
    case "scoreboard":
      return say(t("p.scoreboard"));
    case "cue":
      return say(pick(scene.title, language), { tag: t(`p.cue.${scene.kind}`) });
    case "round":
      return say(oneLine(pick(round.title, language), language), { tag: t("p.round", { ordinal: "一二三四五六七八九"[round.position - 1] ?? round.position, position: round.position, of: round.of }) });
    case "tie":
      return say(t("p.tie"), { tag: t("p.tieFor", { place: scene.tie.place }), note: tied(seats) });
    case "call":
      return named(t("p.invite"), scene.points === null || scene.points === undefined ? person(view, one).unit : scene.points === 0 ? t("p.declined") : t("m.chosen", { points: written(scene.points) }));
    case "number":
      return named(t("p.chooseNumber"));
    case "stake":
      return named(t("p.stake"));
    case "stakes":
      return say(t("p.stakes"));
    case "count":
      return say(String(count), { note: t("p.countNote") });
    case "armed":
      return say(t("p.armed"), { note: foulText(buzz, t) || t("p.armedNote") });
    case "open":
      return say(t("m.open"), { note: foulText(buzz, t) });
    case "floor":
      return named(t(buzz.first.settled ? "m.answers" : "m.first"), leadText(buzz, t));
    case "tooClose":
      return say(t("p.tooClose"), { note: tied(seats) });
    case "nobody":
    case "interrupted":
      return say(t(`p.${kind}`), { note: kind === "interrupted" ? t("p.interruptedNote") : "" });
    case "timeUp":
      return worded(t("p.timeUp"));
    case "held": // the clock says that it stands still
      return named(t("m.answering"), leadText(buzz, t));
    case "marking":
    case "closed": {
      const judges = scene.judges ?? [];
      return worded(t(`p.${kind}`), judges.length ? t("p.judges", { submitted: judges.filter((judge) => judge.submitted).length, of: judges.length }) : "");
    }
    case "preparing":
      return named(t("p.preparing"));
    case "ruled": {
      const { result } = scene.ruling;
      return { ...worded(t(`result.${result}`)), figure: moment.points === null ? "" : change(moment.points) };
    }
    case "revealed":
      return say(t("p.answer"));
    case "marks":
      return named(t("p.mean"), "", written(moment.points));
    case "final":
      return say(t("p.final"));
    case "place": {
      const latest = scene.places.at(-1);
      return one === null
        ? say(names(view, seats).join(t("list")), { tag: placeName(latest, t) })
        : named(placeName(latest, t), person(view, one).unit, written(person(view, one).score));
    }
    case "standings":
      return say(t("p.standings"), { note: view.certified?.length === 2 ? t("p.certified") : "" });
    default: // dark, hold, rules, reading, answering, performing, audience
      return named(t(`m.${kind}`));
  }
}
