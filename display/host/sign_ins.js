// Who is signed in, and for whom a code can be made: words and rows of the panel 登录. Pure.

/**
 * @param {object} row one of view.sessions
 * @param {object} view the host view, for names
 * @returns {string} "3 号评委 李秀英", "主持人"
 */
export function whoOf({ role, number }, view, t) {
  const name = (list, field) => list.find((one) => one[field] === number)?.name ?? "";
  if (role === "judge") return t("host.signIn.judge", { n: number, name: name(view.judges, "judge") }).trim();
  if (role === "desk") return t("host.signIn.desk", { n: number, name: name(view.seats, "seat") }).trim();
  return t(`host.signIn.role.${role}`);
}

const NAMES = { Edg: "Edge", OPR: "Opera", Macintosh: "Mac", CrOS: "Chromebook" }; // what browsers call themselves → what people do

/** "Windows · Edge" of what the server has read out of a device's own words. */
export function deviceOf(label, t) {
  return label
    .split(" · ")
    .map((part) => (part === "MicroMessenger" ? t("host.signIn.wechat") : (NAMES[part] ?? part)))
    .join(t("sentence"));
}

/** The rows in the order of the list: this console first, then as the server has them. */
export function sessionRows(view, own) {
  const rows = view.sessions ?? [];
  return [...rows.filter((one) => one.session === own), ...rows.filter((one) => one.session !== own)];
}

/**
 * For whom a code can be shown, in groups.
 *
 * @returns {{name: string, seats: {role: string, number: number|null}[]}[]} seats only where the contestants' pages are buzzers
 */
export function seatsForCodes(view) {
  const alone = (role) => ({ role, number: null });
  const groups = [
    { name: "judges", seats: view.judges.map((one) => ({ role: "judge", number: one.judge })) },
    { name: "desks", seats: view.web_buzzers ? view.seats.map((one) => ({ role: "desk", number: one.seat })) : [] },
    { name: "others", seats: [alone("operator"), alone("display"), alone("host")] },
  ];
  return groups.filter((one) => one.seats.length > 0);
}

/** The session that a code has made: one of its role and number, by a code, that was not there before; null while there is none. */
export function madeBy(code, view) {
  const fits = (one) => one.role === code.role && (one.number ?? null) === code.number && one.how === "ticket";
  return (view.sessions ?? []).find((one) => fits(one) && !code.before.includes(one.session)) ?? null;
}

/** "14:05" of seconds since 1970, where this console stands. */
export function clockTime(seconds) {
  const at = new Date(seconds * 1000);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** "9:05" of seconds that are left. */
export function minutes(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * The dark modules as one path, a run of them in a row at a time.
 *
 * @param {string[]} rows "0" and "1", without the quiet zone
 * @param {number} quiet modules around it
 */
export function modulePath(rows, quiet) {
  return rows.map((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`).join("")).join("");
}
