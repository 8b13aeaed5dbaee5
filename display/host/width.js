// How much room a text takes, roughly, before it is drawn.

/** In half-width characters: a Chinese one counts as two. */
export function widthOf(text) {
  return [...text].reduce((sum, character) => sum + (character > "\u2e7f" ? 2 : 1), 0);
}
