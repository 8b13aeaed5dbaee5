// A question with its options, and after the reveal its answer: fitted together, as large as they can be.
import { html, useLayoutEffect, useRef } from "../../shared/html.js";
import { words } from "../../shared/words.js";
import { holdsContent, largest, useMeasureAgain } from "../fit.js";

const LARGEST = 7; // percent of the stage's height
const SMALLEST = 3.2;
const SHORT_LINES_FROM = 4; // smaller than this, the line may be longer than 24 characters
const EXPLAIN_FROM = 4.4; // smaller than this, the explanation gives way to the question
const BROKEN = 0.78; // what options that break in two columns are worth against whole ones below each other

/** Tries one way of setting the text. @returns the size it takes, 0 if it does not fit at all */
function attempt(element, { layout, explain, lines }) {
  element.dataset.options = layout;
  element.dataset.explain = explain ? "yes" : "no";
  element.dataset.lines = lines;
  const size = largest(SMALLEST, LARGEST, (trial) => {
    element.style.setProperty("--q", trial.toFixed(2));
    return holdsContent(element);
  });
  return holdsContent(element) ? size : 0;
}

function optionsBreak(element) {
  const breaks = (text) => text.offsetHeight > 1.9 * parseFloat(getComputedStyle(text).fontSize);
  return [...element.querySelectorAll(".option span")].some(breaks);
}

function bestOf(element, layouts, explain, lines) {
  const ways = layouts.map((layout) => {
    const size = attempt(element, { layout, explain, lines });
    return { layout, explain, lines, size, worth: layout === "grid" && optionsBreak(element) ? size * BROKEN : size };
  });
  return ways.reduce((a, b) => (b.worth > a.worth ? b : a));
}

function fitQuestion(element, hasOptions, hasExplanation) {
  element.dataset.fitting = "yes"; // balanced lines are as many as plain ones, and take longer to find
  const layouts = hasOptions ? ["grid", "list"] : ["list"];
  let way = hasExplanation ? bestOf(element, layouts, true, "short") : null;
  if (!way || way.size < EXPLAIN_FROM) way = bestOf(element, layouts, false, "short");
  if (way.size < SHORT_LINES_FROM) {
    const longer = bestOf(element, layouts, false, "free");
    if (longer.size > way.size) way = longer;
  }
  attempt(element, way);
  delete element.dataset.fitting;
}

/** @param {{question: object, answer?: object|null, t: Function}} props answer: only after the reveal */
export function QuestionText({ question, answer = null, t }) {
  const box = useRef(null);
  const again = useMeasureAgain();
  const options = question.options ?? [];
  const right = new Set(answer?.keys ?? []);
  const marked = options.some((option) => right.has(option.key));
  const fitted = useRef("");
  useLayoutEffect(() => {
    // Once for each text and each room for it; what stands beside the question may take some of the room away.
    const { clientWidth, clientHeight } = box.current;
    const wanted = JSON.stringify([question, answer, again, clientWidth, clientHeight]);
    if (wanted === fitted.current) return;
    fitted.current = wanted;
    fitQuestion(box.current, options.length > 0, Boolean(answer?.explanation));
  });
  return html`<div class="question-text" ref=${box}>
    <div class="question-inner">
      <div class="prompt" data-role="question">${words(question.prompt)}</div>
      ${options.length > 0 &&
      html`<ul class="options">
        ${options.map(
          ({ key, text }) => html`<li class="option" data-role="option" data-key=${key} data-right=${answer ? (right.has(key) ? "yes" : "no") : ""}>
            <b class="figures">${key}</b><span>${words(text)}</span>${right.has(key) && html`<em>${t("p.correct")}</em>`}
          </li>`,
        )}
      </ul>`}
      ${answer && html`<div class="answer" data-role="answer" data-alone=${marked ? "no" : "yes"}><b>${t("p.answer")}</b><span>${marked ? answer.text : words(answer.text)}</span></div>`}
      ${answer?.explanation && html`<div class="explanation">${words(answer.explanation)}</div>`}
    </div>
  </div>`;
}
