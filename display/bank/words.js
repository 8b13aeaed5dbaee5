// The language of the authors' pages, and their strings: a table that no other page loads.
import { useLayoutEffect, useState } from "../shared/html.js";
import { translator } from "../shared/strings.js";
import { bank } from "../shared/strings/bank.js";
import { common } from "../shared/strings/common.js";
import { consoleStrings } from "../shared/strings/console.js";

const OF_THE_CONSOLE = ["language.switch", "language.title"];
const CATALOGUE = { ...common, ...bank, ...Object.fromEntries(OF_THE_CONSOLE.map((key) => [key, consoleStrings[key]])) };
const TRANSLATORS = { "zh-CN": translator("zh-CN", CATALOGUE), en: translator("en", CATALOGUE) };
const STORED_AS = "firstpress.language";

/** @returns {{language: "zh-CN"|"en", t: Function, toggle: () => void}} */
export function useWords() {
  const [language, set] = useState(() => {
    try {
      return localStorage.getItem(STORED_AS) === "en" ? "en" : "zh-CN";
    } catch {
      return "zh-CN"; // storage switched off
    }
  });
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const toggle = () => {
    const next = language === "en" ? "zh-CN" : "en";
    set(next);
    try {
      localStorage.setItem(STORED_AS, next);
    } catch {
      // Storage switched off: the choice holds until the page is left.
    }
  };
  return { language, t: TRANSLATORS[language], toggle };
}
