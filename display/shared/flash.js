// "Which screen is this?": the page's name, as large as the window, over everything it shows. Not part of the page's own picture.

const SHOWN_MS = 4000;
const WIDEST = 0.9; // of the window
const TALLEST = 0.5; // a line
const TALLEST_ALL = 0.8; // several of them
const STEPS = 12; // halvings: finer than a pixel

/** The largest letters with which all of the name stands in the window, in as many lines as that takes; a word is never broken. */
function fill(board, text) {
  let low = 0;
  let high = TALLEST * innerHeight;
  for (let step = 0; step < STEPS; step += 1) {
    const size = (low + high) / 2;
    board.style.fontSize = `${size}px`;
    if (text.scrollWidth <= WIDEST * innerWidth && text.offsetHeight <= TALLEST_ALL * innerHeight) low = size;
    else high = size;
  }
  board.style.fontSize = `${low}px`;
}

/**
 * @param {() => void} onChange it appeared or went
 * @returns {{show: (name: string|null, page: string) => void, forbid: (yes: boolean) => void, shown: () => boolean}}
 *   `show` for 4 s; a page without a name shows the first four signs of its id. `forbid(true)` takes it away and keeps it away.
 */
export function createFlash(onChange) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/display/shared/flash.css";
  document.head.append(sheet);

  let board = null;
  let timer = 0;
  let forbidden = false;

  function hide() {
    if (!board) return;
    clearTimeout(timer);
    board.remove();
    board = null;
    onChange();
  }

  return {
    shown: () => board !== null,
    forbid: (yes) => {
      forbidden = yes;
      if (yes) hide();
    },
    show: (name, page) => {
      if (forbidden) return;
      hide();
      const word = name || page.slice(0, 4);
      board = document.createElement("div");
      board.className = "flash-board";
      board.dataset.role = "flash";
      board.setAttribute("role", "status");
      const text = document.createElement("span");
      text.textContent = word;
      board.append(text);
      document.body.append(board);
      fill(board, text);
      timer = setTimeout(hide, SHOWN_MS);
      onChange();
    },
  };
}
