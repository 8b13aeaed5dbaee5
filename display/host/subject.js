// The subject of the middle zone: the question with its secret, or what else the stage shows now.
import { html, useRef } from "../shared/html.js";
import { useFit } from "./fit.js";
import { Question } from "./question.js";
import { SCENES } from "./scenes.js";

export function Subject({ view, contestNs, t, language }) {
  const frame = useRef(null);
  const { scene } = view;
  const Scene = SCENES[scene.name] ?? SCENES.scoreboard; // a scene newer than this page: the scores are never wrong to show
  const hasQuestion = scene.name === "question" || scene.name === "scenario";
  useFit(frame, [scene.name, scene.question?.prompt, scene.question?.media?.state, view.secret?.id, view.preview?.prompt, view.turn?.position, language]);
  return html`
    <div class="subject" ref=${frame} data-scene=${scene.name}>
      ${hasQuestion ? html`<${Question} view=${view} contestNs=${contestNs} t=${t} />` : html`<${Scene} view=${view} t=${t} language=${language} />`}
    </div>
  `;
}
