// Every string the pages say, in both languages. Keys stand in one table a page; common.js holds what all share.
import { audience } from "./strings/audience.js";
import { common } from "./strings/common.js";
import { consoleStrings } from "./strings/console.js";
import { desk } from "./strings/desk.js";
import { house } from "./strings/house.js";
import { judge } from "./strings/judge.js";
import { logAlarm } from "./strings/log_alarm.js";
import { moment } from "./strings/moment.js";
import { overlay } from "./strings/overlay.js";
import { projector } from "./strings/projector.js";
import { signIns } from "./strings/sign_ins.js";
import { stage } from "./strings/stage.js";
import { testCard } from "./strings/test_card.js";

const CATALOGUE = { ...common, ...projector, ...consoleStrings, ...logAlarm, ...house, ...signIns, ...judge, ...desk, ...moment, ...stage, ...audience, ...overlay, ...testCard };
const LANGUAGES = { "zh-CN": 0, en: 1 };

/**
 * A translator for one language.
 *
 * @param {"zh-CN"|"en"} language
 * @param {object} catalogue another table for a page whose strings no other page should have to load
 * @returns {(key: string, values?: object) => string} `{name}` in a string is replaced from values.
 * Throws on an unknown key: a missing string is a mistake to find in tests, never a blank on a stage.
 */
export function translator(language, catalogue = CATALOGUE) {
  const column = LANGUAGES[language];
  return (key, values = {}) => {
    const entry = catalogue[key];
    if (!entry) throw new Error(`no string '${key}' in the catalogue`);
    return entry[column].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

/** A string in both languages, as the server sends its own: {zh, en}. */
export function pair(key) {
  const [zh, en] = CATALOGUE[key];
  return { zh, en };
}

/** Pick the language of a {zh, en} pair sent by the server. */
export function pick(pair, language) {
  if (!pair) return "";
  return language === "en" ? pair.en : pair.zh;
}
