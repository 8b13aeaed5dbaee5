// The sponsors' logos: one strip, each as large to the eye as the others, however wide or high it is drawn.
import { html, useState } from "../shared/html.js";
import { safeWidth } from "./frame.js";
import { usePlate } from "./plate.js";

const AREA = 110; // u²: of each logo, so that a wide one does not shout down a square one
const HIGHEST = 7; // u
const WIDEST = 34;
const GAP = 4;

/**
 * Widths and heights of logos that together fit a width, equal in area as far as that goes.
 * @param {number[]} shapes width divided by height, of each
 * @param {number} width in u
 * @returns {{width: number, height: number}[]} in u
 */
export function fitted(shapes, width) {
  const sizes = shapes.map((shape) => {
    const height = Math.min(HIGHEST, Math.sqrt(AREA / shape), WIDEST / shape);
    return { width: height * shape, height };
  });
  const taken = sizes.reduce((sum, size) => sum + size.width, 0);
  const scale = Math.min(1, (width - GAP * Math.max(0, shapes.length - 1)) / taken);
  return sizes.map((size) => ({ width: size.width * scale, height: size.height * scale }));
}

/** @param {{sources: string[], theme: string}} props */
export function Sponsors({ sources, theme }) {
  const [shapes, setShapes] = useState({}); // address → width / height; 0 for a picture that is missing
  const plate = usePlate(sources, theme);
  const learn = (source, shape) => setShapes((known) => ({ ...known, [source]: shape }));
  const there = sources.filter((source) => shapes[source] !== 0);
  if (there.length === 0) return null;
  const known = there.filter((source) => shapes[source]);
  const sizes = new Map(fitted(known.map((source) => shapes[source]), safeWidth()).map((size, i) => [known[i], size]));
  const u = (value) => `calc(var(--u) * ${value.toFixed(2)})`;
  return html`<div class="sponsors" data-role="sponsors" data-plate=${plate}>
    ${there.map((source) => {
      const size = sizes.get(source) ?? { width: 0, height: 0 };
      return html`<img
        key=${source}
        class="sponsor"
        src=${source}
        alt=""
        style=${{ width: u(size.width), height: u(size.height) }}
        onLoad=${({ target }) => learn(source, target.naturalWidth / Math.max(1, target.naturalHeight))}
        onError=${() => learn(source, 0)}
      />`;
    })}
  </div>`;
}
