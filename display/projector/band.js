// The title band: the block in the customer's colour, the logo, what contest this is, and where in it we are.
import { html, useState } from "../shared/html.js";
import { oneLine } from "../shared/said.js";
import { pick } from "../shared/strings.js";
import { usePlate } from "./plate.js";
import { titlePair } from "./titles.js";

function Logo({ source, theme }) {
  const plate = usePlate(source ? [source] : [], theme);
  const [broken, setBroken] = useState(null);
  return source && source !== broken ? html`<img class="band-logo" src=${source} alt="" data-plate=${plate} onError=${() => setBroken(source)} />` : null;
}

/** @param {{view: object, language: string, t: Function, theme: string}} props theme: changes whenever the colours do */
export function Band({ view, language, t, theme }) {
  const { scene, round, turn } = view;
  const bare = scene.name === "opening" || scene.name === "hold";
  const number = scene.name === "question" ? scene.number : null;
  const named = ["round_title", "final", "cue"].includes(scene.name);
  const between = ["scoreboard", "lineup", "rules"].includes(scene.name);
  const own = { scoreboard: t("p.scoreboard"), lineup: t("p.lineup"), rules: t("p.rules") }[scene.name];
  const counted = round && turn && !bare && !between && !named;
  const title = round ? titlePair(round.title, language) : null;
  return html`<header class="band">
    <i class="band-mark" />
    <${Logo} source=${view.look?.logo} theme=${theme} />
    <div class="band-title">${bare ? t("product") : oneLine(pick(view.title, language), language)}</div>
    ${view.rehearsal && html`<div class="band-rehearsal">${t("p.rehearsal")}</div>`}
    <div class="band-round">
      ${!bare && !named && (own ?? (title && html`<b>${title.main}</b>`))}
      ${number !== null && html`<span class="band-number">${t("p.number", { number })}</span>`}
      ${counted && html`<span class="band-position" data-role="position">${t("p.position", { position: turn.position, of: turn.of })}</span>`}
    </div>
  </header>`;
}
