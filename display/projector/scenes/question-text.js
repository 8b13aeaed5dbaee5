// A question with its options and its picture, and after the reveal its answer: fitted together, as large as they can be.
import { html, useLayoutEffect, useRef, useState } from "../../shared/html.js";
import { words } from "../../shared/words.js";
import { Fit, useMeasureAgain } from "../fit.js";
import { usePlayer } from "../media.js";
import { fitQuestion } from "../question-fit.js";

const USUAL = { image: 1.5, video: 16 / 9 }; // width / height until it is known
const WORDS = 1.6; // of what stands in the place of a picture that does not come
const LONGEST = 6; // width / height: a picture still wider gets a strip of this shape

/** What a question brings to look at; its words where it does not come, nothing where there are none. */
function Picture({ media, broken, player, onShape, onBroken }) {
  if (broken) return media.alt ? html`<figure class="media-picture is-missing" data-role="media" data-state="missing"><${Fit} max=${5}>${media.alt}<//></figure>` : null;
  return html`<figure class="media-picture" data-role="media" data-kind=${media.kind} data-state=${media.state}>
    ${media.kind === "image"
      ? html`<img src=${media.src} alt=${media.alt ?? ""} onLoad=${({ target }) => onShape(target.naturalWidth / Math.max(1, target.naturalHeight))} onError=${onBroken} />`
      : html`<video ref=${player} preload="auto" playsinline disablepictureinpicture onLoadedMetadata=${({ target }) => target.videoHeight && onShape(target.videoWidth / target.videoHeight)} />`}
  </figure>`;
}

const shapes = new Map(); // address → width / height: a picture that comes back needs no guess

function useShape(media) {
  const [broken, setBroken] = useState(null); // an address
  const [, again] = useState(0);
  return {
    broken: media !== null && broken === media.src,
    shape: Math.min(LONGEST, shapes.get(media?.src) ?? USUAL[media?.kind] ?? USUAL.image),
    onShape: (shape) => {
      if (shapes.get(media.src) === shape) return;
      shapes.set(media.src, shape);
      again((count) => count + 1);
    },
    onBroken: () => setBroken(media.src),
  };
}

/**
 * @param {{question: object, answer?: object|null, cinema?: boolean, contestNs?: () => number, display?: object|null, t: Function}} props
 *   answer: only after the reveal; cinema: its film is the subject now
 */
export function QuestionText({ question, answer = null, cinema = false, contestNs, display = null, t }) {
  const box = useRef(null);
  const player = useRef(null);
  const again = useMeasureAgain();
  const media = question.media ?? null;
  const picture = useShape(media);
  const unplayable = usePlayer(player, media, contestNs, display);
  const broken = picture.broken || unplayable;
  const seen = media !== null && media.kind !== "audio" && !(broken && !media.alt);
  const options = question.options ?? [];
  const right = new Set(answer?.keys ?? []);
  const marked = options.some((option) => right.has(option.key));
  const fitted = useRef("");
  useLayoutEffect(() => {
    // Once for each text and each room for it; what stands beside the question may take some of the room away.
    const { clientWidth, clientHeight } = box.current;
    const shape = seen ? (broken ? WORDS : picture.shape) : null;
    const wanted = JSON.stringify([{ ...question, media: media?.src }, answer, again, clientWidth, clientHeight, shape, cinema]);
    if (wanted === fitted.current) return;
    fitted.current = wanted;
    fitQuestion(box.current, { options: options.length > 0, explanation: Boolean(answer?.explanation), shape, cinema });
  });
  return html`<div class="question-text" ref=${box}>
    <div class="question-inner">
      <div class="prompt" data-role="question">${words(question.prompt)}${question.form === "multiple" && html`<small class="several">${t("several")}</small>`}</div>
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
    ${seen && html`<${Picture} key=${media.src} media=${media} broken=${broken} player=${player} onShape=${picture.onShape} onBroken=${picture.onBroken} />`}
    ${media?.kind === "audio" && html`<audio key=${media.src} ref=${player} preload="auto" data-role="media" data-kind="audio" data-state=${media.state} />`}
  </div>`;
}
