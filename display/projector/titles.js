// Titles come in two languages; a Chinese picture shows the English one small beside it.
import { pick } from "../shared/strings.js";

/** @returns {{main: string, beside: string}} beside is empty where there is nothing more to say */
export function titlePair(pair, language) {
  return { main: pick(pair, language), beside: language === "en" || pair?.en === pair?.zh ? "" : (pair?.en ?? "") };
}
