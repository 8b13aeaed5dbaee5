// From what a judge enters to points, as server/game/judging.py counts: whole hundredths, rounded half up, never a float.

const MOST_FAULTS = 50;
const cp = (points) => BigInt(Math.round(points * 100));

/** The largest entry a line takes: points, faults, or 1 for a hit. */
export function most(item) {
  if (item.kind === "faults") return MOST_FAULTS;
  return item.kind === "hit" ? 1 : item.max;
}

/** The size of one step of an entry. */
export function stepOf(item, step) {
  return item.kind === "faults" || item.kind === "hit" ? 1 : step;
}

/** What a line comes to in hundredths, 0 to its maximum; nothing before it is marked. @returns {bigint} */
function lineCp(item, entered) {
  if (entered === null) return 0n;
  const left = (taken) => (taken > cp(item.max) ? 0n : cp(item.max) - taken);
  switch (item.kind) {
    case "deduct":
      return left(cp(entered));
    case "faults":
      return left(BigInt(entered) * cp(item.each));
    case "hit":
      return entered ? cp(item.max) : 0n;
    default:
      return cp(entered);
  }
}

/** What a line comes to in points. */
export function lineTotal(item, entered) {
  return Number(lineCp(item, entered)) / 100;
}

const sum = (values) => values.reduce((a, b) => a + b, 0n);
const halfUp = (total, count) => (2n * total + count) / (2n * count);

/**
 * A judge's mark in points of `sheet.max`: the lines' share of their maxima, by groups where these have weights.
 *
 * @param {{items: object[], groups: {weight: number}[], max: number}} sheet
 * @param {Array<number|null>} marks an entry a line; null: not marked yet
 */
export function total(sheet, marks) {
  const got = sheet.items.map((item, i) => lineCp(item, marks[i]));
  const whole = cp(sheet.max);
  const weights = sheet.groups.map((group) => BigInt(group.weight));
  const all = sum(weights);
  if (all === 0n) return Number(halfUp(whole * sum(got), sum(sheet.items.map((item) => cp(item.max))))) / 100;
  let [above, below] = [0n, 1n];
  weights.forEach((weight, index) => {
    const members = sheet.items.flatMap((item, i) => (item.group === index ? [i] : []));
    const full = sum(members.map((i) => cp(sheet.items[i].max)));
    if (weight === 0n || full === 0n) return;
    [above, below] = [above * full + weight * sum(members.map((i) => got[i])) * below, below * full];
  });
  return Number(halfUp(whole * above, below * all)) / 100;
}
