// Picture, sound or film of a question as the host needs it: what it is, whether it plays, and since when.
import { html } from "../shared/html.js";
import { useContestTime } from "./ticking.js";
import { minutes } from "./show_time.js";

export function QuestionMedia({ media, contestNs, t }) {
  const playing = media.state === "playing" && media.since_ns !== null;
  const nowNs = useContestTime(contestNs, playing ? 500 : 0);
  const state = t(`host.media.${media.kind === "image" ? "image" : media.state}`);
  return html`
    <figure class=${`media is-${media.kind} ${playing ? "is-playing" : ""}`} data-role="media" data-state=${media.state}>
      ${media.kind === "image" && html`<img src=${media.src} alt=${media.alt} />`}
      <figcaption>
        <b>${t(`host.media.kind.${media.kind}`)}</b>
        ${media.kind !== "image" && html`<strong>${state}${playing && html`${" "}<span class="figures">${minutes((nowNs - media.since_ns) / 1e9)}</span>`}</strong>`}
        <span>${media.alt}</span>
      </figcaption>
    </figure>
  `;
}
