// The shape of a state: said a second time by form, for those who do not see its colour.
import { html } from "./html.js";

const DRAWN = {
  armed: html`<circle cx="50" cy="50" r="36" fill="none" stroke="currentColor" stroke-width="14" />`,
  open: html`<circle cx="50" cy="50" r="44" fill="currentColor" />`,
  right: html`<path d="M12 54 40 80 88 22" fill="none" stroke="currentColor" stroke-width="16" />`,
  wrong: html`<path d="M18 18 82 82 M82 18 18 82" fill="none" stroke="currentColor" stroke-width="16" />`,
};

/** @param {{look: string}} props a look without a shape of its own draws nothing */
export function Shape({ look }) {
  return DRAWN[look] && html`<svg class="shape" viewBox="0 0 100 100" aria-hidden="true">${DRAWN[look]}</svg>`;
}
