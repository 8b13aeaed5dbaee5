// What the pages for the house have in common: the language they speak and the look they wear.
import { useLayoutEffect } from "./html.js";
import { applyLook } from "./look.js";
import { translator } from "./strings.js";

const TRANSLATORS = { "zh-CN": translator("zh-CN"), en: translator("en") };

/** The contest's look on the document, or the theme that the register or the address asks for. */
export function useLook(view, display) {
  const theme = display?.settings?.theme ?? null;
  useLayoutEffect(() => {
    if (view) applyLook(view.look, theme);
  }, [view, theme]);
}

/**
 * Puts language and look on the document and keeps them there.
 * @param {object|null} view
 * @param {object|undefined} display what the register says of this page; its language goes before the contest's
 * @returns {{language: "zh-CN"|"en", t: Function}}
 */
export function usePage(view, display) {
  const language = (display?.language ?? view?.lang) === "en" ? "en" : "zh-CN";
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useLook(view, display);
  return { language, t: TRANSLATORS[language] };
}
