// Slides laid over the show: a pause, and the rules.
import { html, useLayoutEffect, useRef } from "../../shared/html.js";
import { pick, translator } from "../../shared/strings.js";
import { words } from "../../shared/words.js";
import { Fit, fullness, holdsContent, largest, useMeasureAgain } from "../fit.js";
import { titlePair, wholeWords } from "../titles.js";

const RULES = { least: 3.2, most: 6 }; // size of a line, in u
const COLUMNS = 3;

/** A pause: nothing of the contest, and nothing that moves but the line at rest. */
export function Hold({ view, language, t }) {
  return html`<div class="scene hold" data-role="hold">
    <div class="hold-words">
      <${Fit} max=${26} min=${8} wrap=${language === "en"} class="hold-word">${t("p.hold")}<//>
      ${language !== "en" && html`<div class="hold-english figures">${translator("en")("p.hold")}</div>`}
    </div>
    <div class="wave-room" data-wave-slot />
    <${Fit} max=${5.6} class="hold-title">${titlePair(view.title, language).main}<//>
  </div>`;
}

/** The way of setting the blocks in which the lines are largest. */
function fitRules(element, count) {
  element.dataset.tight = "no";
  const set = (columns, size) => {
    element.style.setProperty("--across", columns);
    element.style.setProperty("--r", size.toFixed(2));
  };
  const best = bestColumns(element, count, set);
  if (best.size > 0) return set(best.columns, best.size);
  element.dataset.tight = "yes";
  const tight = bestColumns(element, count, set);
  return set(tight.columns, tight.size || RULES.least);
}

function bestColumns(element, count, set) {
  let best = { columns: COLUMNS, size: 0 };
  for (let columns = 1; columns <= Math.min(COLUMNS, count); columns += 1) {
    const size = largest(RULES.least, RULES.most, (trial) => {
      set(columns, trial);
      return fullness(element);
    });
    if (holdsContent(element) && size > best.size + 0.05) best = { columns, size };
  }
  return best;
}

/** What is played for: one block a round, or the lines of one round beside its title. */
export function Rules({ view, language }) {
  const { blocks } = view.scene;
  const box = useRef(null);
  const again = useMeasureAgain();
  useLayoutEffect(() => fitRules(box.current, blocks.length), [JSON.stringify(blocks), language, again]);
  const lines = (block) => html`<ol class="rules-lines">${block.lines.map((line) => html`<li>${words(pick(line, language))}</li>`)}</ol>`;
  if (blocks.length === 1) {
    const title = titlePair(blocks[0].title, language);
    return html`<div class="scene rules is-single" data-role="rules">
      <div class="rules-name"><${Fit} max=${24} min=${8} wrap=${language === "en"} class="rules-word">${wholeWords(title.main)}<//><div class="round-english figures">${title.beside}</div></div>
      <div class="rules-blocks" ref=${box}>${lines(blocks[0])}</div>
      <div class="wave-room" data-wave-slot />
    </div>`;
  }
  return html`<div class="scene rules" data-role="rules">
    <div class="rules-blocks" ref=${box}>${blocks.map((block) => html`<section class="rules-block"><h2>${words(pick(block.title, language))}</h2>${lines(block)}</section>`)}</div>
    <div class="wave-room" data-wave-slot />
  </div>`;
}
