// What comes next and how the show stands against its plan, in words. Pure.
import { durationText, oneLine } from "../shared/said.js";
import { pick } from "../shared/strings.js";

const ON_TIME_S = 30; // less than this off the plan is on time

/** Part, question and contestant, as far as the view says: ["抢答题", "第 5 题 / 共 10 题", "3 号 王丹"]. */
export function nextParts(view, language, t) {
  const { next } = view;
  if (!next) return [];
  const seat = view.seats.find((one) => one.seat === next.seat);
  return [
    next.part && oneLine(pick(next.part, language), language),
    next.question && t("stage.question", next.question),
    seat && t("m.who", { seat: seat.seat, name: seat.name }),
  ].filter(Boolean);
}

/** @param {{planned_s: number, used_s: number, over_s: number}|null|undefined} plan over_s: below zero while there is time in hand */
export function planOf(plan, t) {
  if (!plan?.planned_s) return null;
  const { planned_s: planned, used_s: used, over_s: over } = plan;
  const look = Math.abs(over) < ON_TIME_S ? "on" : over > 0 ? "over" : "under";
  return {
    look,
    word: t(`stage.plan.${look}`, { time: durationText(over) }),
    used: t("stage.plan.used", { used: durationText(used), planned: durationText(planned) }),
  };
}
