// Where the focus goes after a click: nowhere.

/** For onMouseDown: a clicked button must not keep the focus, or the next Enter would press it again. */
export function keepFocus(event) {
  event.preventDefault();
}
