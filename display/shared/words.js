// Chinese set by words: a line breaks between words and never inside one, a figure stays with what it counts, marks that
// stand side by side share their room. What is around it keeps words whole (tokens.css); nothing is added to the text itself.
import { Component, html } from "./html.js";

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter("zh", { granularity: "word" }) : null;
const HAN = /\p{Script=Han}/u;
const FIGURE = /^[\d.,:%‰+−-]*\d[\d.,:%‰]*$/;
const LEANS = /^[的地得了着过吗呢吧们率员者性化度量部组科处局院省市县区站室]$/u; // ends the word before it
const NUMERAL = /[一二两三四五六七八九十百千万亿几每哪]$/u;
const PREFIX = /^[第扣加减共约]$/u; // belongs to the figure after it
const POINTS = /^[上下前后这那每同另]$/u; // 上 of 上一步
const FREE = /^[把将被在从向对给和与或是有要他她它你我您]$/u; // leans on nothing after it
const TERMS = /(话务员|分公司)/; // words of the trade that no dictionary holds
const SQUEEZED = /[、，。．：；？！”’）》」』】](?=[、，。．：；？！“”‘’（）《》「」『』【】])/g; // as wide as its ink before another mark
const LONG = /^\d{4}|\d{4}$/; // a short figure does not part from the text before it, and has its narrow space there
const REMEMBERED = 400;
const known = new Map();

/** Whether a word belongs to the piece before it: a suffix, what a numeral counts, two lone characters. */
function leans(word, last) {
  if (!last?.word || last.counted) return LEANS.test(word) && Boolean(last?.word);
  if (LEANS.test(word) || (POINTS.test(last.text) && NUMERAL.test(word[0]))) return true;
  if (NUMERAL.test(last.text) && (word.length === 1 || last.text.length === 1)) return true;
  return HAN.test(word) && word.length === 1 && HAN.test(last.text) && last.text.length === 1 && !FREE.test(last.text);
}

function segments(text) {
  return text.split(TERMS).flatMap((part) => (TERMS.test(part) ? [{ segment: part, isWordLike: true }] : [...segmenter.segment(part)]));
}

/** Text → pieces that lines may break between: [{text, word, whole}]; a whole one holds a space and does not break there. */
function pieces(text) {
  const found = [];
  let waits = false; // whether the last piece ends in a figure without what it counts
  for (const { segment, isWordLike } of segments(text)) {
    const last = found.at(-1);
    const figure = FIGURE.test(segment);
    const counts = waits && HAN.test(segment) && !/\d{5}$/.test(last.text);
    const spaced = segment === " " && (waits || PREFIX.test(last?.text));
    if (counts || spaced || (figure && /^[第扣加减共约] ?$/.test(last?.text)) || (waits && /^[%‰]$/.test(segment))) {
      last.text += segment;
      last.whole ||= spaced;
      last.counted = counts;
      waits = !counts && (waits || figure);
    } else {
      waits = figure;
      if (isWordLike && leans(segment, last)) last.text += segment;
      else found.push({ text: segment, word: Boolean(isWordLike), whole: false, counted: false });
    }
  }
  return found;
}

function remembered(text) {
  if (!known.has(text)) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, pieces(text));
  }
  return known.get(text);
}

/** Marks of one piece that stand before another mark, as narrow as their ink. */
function squeezed(text, following) {
  const parts = [];
  let from = 0;
  for (const { index } of (text + following).matchAll(SQUEEZED)) {
    if (index >= text.length) break;
    parts.push(text.slice(from, index), html`<span class="half">${text[index]}</span>`);
    from = index + 1;
  }
  return parts.length ? [...parts, text.slice(from)] : text;
}

function piecesOf(text) {
  const all = remembered(text);
  return all.map(({ text: part, word, whole }, i) => {
    const before = i > 0 ? all[i - 1] : null;
    const may = before?.word && word && (LONG.test(part) || LONG.test(before.text) || (HAN.test(part[0]) && HAN.test(before.text.at(-1))));
    const set = whole ? [html`<span class="together">${part.trimEnd()}</span>`, part.slice(part.trimEnd().length)] : squeezed(part, all[i + 1]?.text[0] ?? "");
    return html`${may && html`<wbr />`}${set}`;
  });
}

/** Looked at again only when the text is another one: a clock beside it has the whole picture rendered each second. */
class Words extends Component {
  shouldComponentUpdate({ text }) {
    return text !== this.props.text;
  }

  render({ text }) {
    return piecesOf(text);
  }
}

/** @param {*} text whatever is no Chinese text is answered as it is */
export function words(text) {
  return typeof text === "string" && segmenter && HAN.test(text) ? html`<${Words} text=${text} />` : text;
}
