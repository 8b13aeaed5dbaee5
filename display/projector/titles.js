// Titles come in two languages; a Chinese picture shows the English one small beside it.
import { html } from "../shared/html.js";
import { pick } from "../shared/strings.js";

/** @returns {{main: string, beside: string}} beside is empty where there is nothing more to say */
export function titlePair(pair, language) {
  return { main: pick(pair, language), beside: language === "en" || pair?.en === pair?.zh ? "" : (pair?.en ?? "") };
}

/** A title in large type breaks between its words only: never "Buzz-" and "in". */
export function wholeWords(title) {
  return title.includes("-") ? title.split(/(?<=\s)/).map((word) => html`<span class="together">${word.trimEnd()}</span>${word.slice(word.trimEnd().length)}`) : title;
}
