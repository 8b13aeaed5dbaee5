// Picture, sound or film of a question as the host needs it: what it is, whether it plays, and since when.
import { html, useState } from "../shared/html.js";
import { useContestTime } from "./ticking.js";
import { minutes } from "./show_time.js";

export function QuestionMedia({ media, contestNs, t }) {
  const [missing, miss] = useState(null); // the address of a picture that does not come
  const gone = missing === media.src;
  const playing = media.state === "playing" && media.since_ns !== null;
  const nowNs = useContestTime(contestNs, playing ? 500 : 0);
  const state = t(`host.media.${media.kind === "image" ? "image" : media.state}`);
  return html`
    <figure class=${`media is-${media.kind} ${playing ? "is-playing" : ""}`} data-role="media" data-state=${media.state}>
      ${media.kind === "image" && !gone && html`<img src=${media.src} alt=${media.alt} onError=${() => miss(media.src)} />`}
      <figcaption>
        <b>${t(`host.media.kind.${media.kind}`)}</b>
        ${media.kind !== "image" && html`<strong>${state}${playing && html`${" "}<span class="figures">${minutes((nowNs - media.since_ns) / 1e9)}</span>`}</strong>`}
        ${gone && html`<strong class="is-missing">${t("host.media.gone")}</strong>`}
        <span>${media.alt}</span>
      </figcaption>
    </figure>
  `;
}
