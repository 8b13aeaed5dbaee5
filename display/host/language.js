// The language of a page: the one the contest speaks, until somebody at this screen switches.
import { useEffect, useState } from "../shared/html.js";
import { translator } from "../shared/strings.js";

const STORED_AS = "firstpress.language";
const TRANSLATORS = { "zh-CN": translator("zh-CN"), en: translator("en") };

/**
 * @param {string|undefined} offered the view's own language
 * @returns {{language: "zh-CN"|"en", t: Function, toggle: () => void}}
 */
export function useLanguage(offered) {
  const [chosen, setChosen] = useState(stored);
  const language = chosen ?? (offered === "en" ? "en" : "zh-CN");

  useEffect(() => {
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
