// How a question, its options and its picture share their room: ways of setting them are tried by measuring, the best one stays.
import { fullness, holdsContent, largest } from "./fit.js";
import { stageSize } from "./frame.js";

const LARGEST = 7; // u, of the question's text
const SMALLEST = 3.2;
const SHORT_LINES_FROM = 4; // smaller than this, the line may be longer than 24 characters
const EXPLAIN_FROM = 4.4; // smaller than this, the explanation gives way to the question
const BROKEN = 0.78; // what options that break in two columns are worth against whole ones below each other

const ENOUGH = 4.8; // beside a picture, text larger than this is worth no more: the picture is
const READABLE = 1.3; // how much more a size of text counts than the side of a picture
const BESIDE = [0.62, 0.52, 0.42, 0.32]; // of the width
const BELOW = [0.68, 0.56, 0.44, 0.32]; // of the height
const CROWDED = [0.4, 0.3, 0.22, 0.15]; // of either, with a text that leaves no room
const CROWDED_FROM = 220; // signs
const CINEMA = { least: SMALLEST, most: 4.4 };

const ways = new Map(); // text and room → the way it was set: a question comes back after each ruling and each slide
window.addEventListener("resize", () => ways.clear());
document.fonts.addEventListener("loadingdone", () => ways.clear());

/** Sets the text one way. @returns how full it is at a size */
function setting(element, { layout, explain, lines, picture = null }) {
  element.dataset.options = layout;
  element.dataset.explain = explain ? "yes" : "no";
  element.dataset.lines = lines;
  if (picture) {
    element.dataset.picture = picture.place;
    element.style.setProperty("--picture-width", picture.width.toFixed(2));
    element.style.setProperty("--picture-height", picture.height.toFixed(2));
  }
  return (size) => {
    element.style.setProperty("--q", size.toFixed(2));
    return fullness(element);
  };
}

const holds = ({ wide, high }) => wide <= 1 && high <= 1;

/** Tries one way of setting the text. @returns the size it takes; 0 if it does not fit at all, or is no larger than `atLeast` */
function attempt(element, way, atLeast = 0) {
  const full = setting(element, way);
  if (atLeast >= LARGEST || (atLeast > SMALLEST && !holds(full(atLeast)))) return 0;
  const size = largest(Math.max(SMALLEST, atLeast), LARGEST, full);
  return holdsContent(element) ? size : 0;
}

function optionsBreak(element) {
  const breaks = (text) => text.offsetHeight > 1.9 * parseFloat(getComputedStyle(text).fontSize);
  return [...element.querySelectorAll(".option span")].some(breaks);
}

const better = (a, b) => (b.worth > a.worth ? b : a);

function bestOf(element, layouts, explain, lines) {
  let best = { size: 0, worth: 0 };
  for (const layout of layouts) {
    const size = attempt(element, { layout, explain, lines }, best.worth > 0 ? best.worth + 0.1 : 0);
    best = better(best, { layout, explain, lines, size, worth: layout === "grid" && size > 0 && optionsBreak(element) ? size * BROKEN : size });
  }
  return best.size > 0 ? best : { ...best, layout: layouts[0], explain, lines };
}

function fitWords(element, layouts, hasExplanation) {
  let way = hasExplanation ? bestOf(element, layouts, true, "short") : null;
  if (!way || way.size < EXPLAIN_FROM) way = bestOf(element, layouts, false, "short");
  if (way.size < SHORT_LINES_FROM) {
    const longer = bestOf(element, layouts, false, "free");
    if (longer.size > way.size) way = longer;
  }
  return way;
}

/** Sizes of a picture in u, from large to small: its place, its width and its height. */
export function pictureSizes(room, shape, beside, below) {
  const sizes = [
    ...beside.map((part) => ({ place: "beside", width: Math.min(part * room.width, room.height * shape) })),
    ...below.map((part) => ({ place: "below", width: Math.min(room.width, part * room.height * shape) })),
  ];
  const known = new Set();
  return sizes
    .map((size) => ({ ...size, height: size.width / shape }))
    .filter(({ place, width }) => width > 8 && !known.has(`${place} ${width.toFixed(1)}`) && known.add(`${place} ${width.toFixed(1)}`));
}

function fitWithPicture(element, layouts, hasExplanation, shape) {
  const u = element.closest(".stage").offsetHeight / stageSize().height;
  const room = { width: element.clientWidth / u, height: element.clientHeight / u };
  const sizeOf = (way) => {
    const full = setting(element, way);
    if (!holds(full(SMALLEST))) return 0;
    return largest(SMALLEST, ENOUGH, full, 0.3);
  };
  const worth = (size, { width, height }) => size ** READABLE * Math.sqrt(width * height);
  const tried = (sizes, explain, lines, all) => {
    let best = { size: 0, worth: 0 };
    const large = [...sizes].sort((a, b) => b.width * b.height - a.width * a.height);
    for (const picture of large) {
      if (worth(ENOUGH, picture) <= best.worth) break; // no smaller picture is worth more
      for (const layout of all ? layouts : [picture.place === "below" ? layouts[0] : layouts.at(-1)]) {
        const way = { layout, explain, lines, picture };
        const size = sizeOf(way);
        best = better(best, { ...way, size, worth: worth(size, picture) });
      }
    }
    return best;
  };
  const crowded = element.textContent.length > CROWDED_FROM;
  const sizes = crowded ? pictureSizes(room, shape, CROWDED, CROWDED) : pictureSizes(room, shape, BESIDE, BELOW);
  if (hasExplanation && !crowded) {
    const explained = tried(sizes, true, "short", false);
    if (explained.size >= EXPLAIN_FROM) return explained;
  }
  const way = crowded ? { size: 0, worth: 0 } : tried(sizes, false, "short", false);
  if (way.size >= SHORT_LINES_FROM) return way;
  const longer = better(way, tried(sizes, false, "free", true));
  // Nothing fits: the words come first.
  return longer.size > 0 ? longer : { layout: layouts[0], explain: false, lines: "free", picture: sizes.reduce((a, b) => (b.width < a.width ? b : a)) };
}

/**
 * Set the text as large as it goes.
 * @param {HTMLElement} element .question-text
 * @param {{options: boolean, explanation: boolean, shape: number|null, cinema: boolean}} what
 *   shape: width / height of the picture beside it, null without one; cinema: a film is the subject, the text stands small beneath
 */
export function fitQuestion(element, { options, explanation, shape, cinema }) {
  element.dataset.picture = "none";
  if (cinema) {
    attemptCinema(element);
    return;
  }
  const key = JSON.stringify([element.textContent, element.clientWidth, element.clientHeight, options, explanation, shape]);
  const known = ways.get(key);
  if (known) {
    setting(element, known.way)(known.size);
    return;
  }
  element.dataset.fitting = "yes"; // balanced lines are as many as plain ones, and take longer to find
  const layouts = options ? ["grid", "list"] : ["list"];
  const way = shape === null ? fitWords(element, layouts, explanation) : fitWithPicture(element, layouts, explanation, shape);
  const size = (shape === null && way.size) || attempt(element, way) || SMALLEST; // beside a picture only coarsely known yet
  setting(element, way)(size);
  ways.set(key, { way, size });
  delete element.dataset.fitting;
}

function attemptCinema(element) {
  element.dataset.picture = "cinema";
  element.dataset.explain = "no";
  element.dataset.lines = "free";
  const prompt = element.querySelector(".prompt");
  largest(CINEMA.least, CINEMA.most, (trial) => {
    element.style.setProperty("--q", trial.toFixed(2));
    return prompt.scrollHeight <= prompt.clientHeight + 1 && prompt.offsetHeight <= 2.9 * parseFloat(getComputedStyle(prompt).fontSize);
  });
}
