// The language of a page: what the console sets for it or its address says, else the contest's, until somebody at this screen switches.
import { useEffect, useLayoutEffect, useRef, useState } from "./html.js";
import { translator } from "./strings.js";

const STORED_AS = "firstpress.language";
const TRANSLATORS = { "zh-CN": translator("zh-CN"), en: translator("en") };

/**
 * @param {string|undefined} contest the view's own language
 * @param {"zh-CN"|"en"|null} set `display.language`: the register's or the address's; when it changes, it takes what was chosen here away
 * @returns {{language: "zh-CN"|"en", t: Function, toggle: () => void}}
 */
export function useLanguage(contest, set = null) {
  const [chosen, setChosen] = useState(() => (set === null ? stored() : null));
  const before = useRef(set);
  const overruled = before.current !== set && set !== null;
  const language = (overruled ? null : chosen) ?? set ?? (contest === "en" ? "en" : "zh-CN");

  useEffect(() => {
    if (before.current !== set && set !== null) setChosen(null);
    before.current = set;
  }, [set]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const toggle = () => {
    const next = language === "en" ? "zh-CN" : "en";
    setChosen(next);
    try {
      localStorage.setItem(STORED_AS, next);
    } catch {
      // Storage switched off: the choice holds until the page is left.
    }
  };
  return { language, t: TRANSLATORS[language], toggle };
}

function stored() {
  try {
    const value = localStorage.getItem(STORED_AS);
    return value in TRANSLATORS ? value : null;
  } catch {
    return null;
  }
}
