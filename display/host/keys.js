// Keys of the console: from a keyboard event to the name a view uses, and from a name to what is printed on a button.

const NAMED_KEYS = new Set(["Space", "Enter", "Escape", "Backspace", "Delete", "Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);
const CODE_NAMES = { NumpadEnter: "Enter", NumpadDecimal: "." };

/**
 * The name of the key as `action.key` spells it: "Space", "Enter", "Escape", "F2", "u", "1".
 *
 * The position of the key (`code`) is asked first for letters and digits: with a Chinese input method
 * switched on, `key` says "Process" and no shortcut would work.
 *
 * @param {KeyboardEvent} event
 * @returns {string}
 */
export function keyName(event) {
  const { code, key } = event;
  if (code === "Space" || key === " ") return "Space";
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code);
  if (digit) return digit[1];
  if (code in CODE_NAMES) return CODE_NAMES[code];
  const usable = key && key !== "Process" && key !== "Unidentified" && key !== "Dead";
  if (usable && (key.length > 1 || /^[!-~]$/.test(key))) return key.length === 1 ? key.toLowerCase() : key;
  const letter = /^Key([A-Z])$/.exec(code);
  return letter ? letter[1].toLowerCase() : code || key;
}

/** One spelling for a key name of a view: single characters in lower case, " " as "Space". */
export function sameKey(bound, pressed) {
  if (!bound) return false;
  const plain = bound === " " ? "Space" : bound;
  return (plain.length === 1 ? plain.toLowerCase() : plain) === pressed;
}

/** The text on the key cap. */
export function keyCap(key, t) {
  if (!key) return "";
  if (key === " ") return t("key.Space");
  if (key.length === 1) return key.toUpperCase();
  return NAMED_KEYS.has(key) ? t(`key.${key}`) : key;
}

/** True while a key means text or belongs to the browser or the system. */
export function isNotOurs(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return true;
  return isTyping(event.target);
}

/** True for an element that takes text or a choice from the keyboard. */
export function isTyping(element) {
  if (!(element instanceof Element)) return false;
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}

/** True when Enter is the browser's: it presses the button or follows the link that was reached with Tab. */
export function pressesNatively(event, name) {
  return name === "Enter" && event.target instanceof Element && event.target.closest("button, a[href], summary") !== null;
}
