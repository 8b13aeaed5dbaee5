// Marks on their way: what a judge has entered survives a reload and a lost link. What entries come to: counting.js.
import { most } from "./counting.js";

const PREFIX = "firstpress.marks";

/**
 * Which sheet a view is about, and where its draft is kept: one contest, one judge, one seat, one question.
 *
 * @param {object} view the judge view, its sheet open or submitted
 * @returns {{sheet: string, key: string}} `sheet` is the same before and after a restart of the server, `key` may not be
 */
export function draftAddress(view) {
  const sheet = [view.judge, view.sheet.seat, hash(view.sheet.question.prompt)].join(".");
  return { sheet, key: [PREFIX, view.epoch, sheet].join(".") };
}

/** FNV-1a, 32 bit, of UTF-16 code units: enough to tell the questions of one evening apart. */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, "0");
}

/** @returns {Array<number|null>|null} null when nothing fitting is stored */
export function loadDraft(key, items) {
  try {
    const marks = JSON.parse(localStorage.getItem(key));
    if (!Array.isArray(marks) || marks.length !== items.length) return null;
    const fits = marks.every((mark, i) => mark === null || (typeof mark === "number" && mark >= 0 && mark <= most(items[i])));
    return fits ? marks : null;
  } catch {
    return null; // storage switched off or not ours: start with an empty sheet
  }
}

/** Keep the draft; older drafts of other sheets go, so that a device never fills up. */
export function saveDraft(key, marks) {
  try {
    for (const other of Object.keys(localStorage)) {
      if (other.startsWith(`${PREFIX}.`) && other !== key) localStorage.removeItem(other);
    }
    localStorage.setItem(key, JSON.stringify(marks));
  } catch {
    // Storage switched off: the marks live as long as the page does.
  }
}

/** The marks are with the server: the draft has done its work. */
export function dropDraft(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Storage switched off: nothing was kept.
  }
}

/**
 * One step up or down, in whole steps so that 0.1 never adds up to 0.30000000000000004.
 *
 * @param {number|null} mark null: not marked yet, counts as 0
 * @param {number} steps +1 or -1 (or more)
 * @param {object} item
 * @param {number} step size of one step, points
 */
export function stepped(mark, steps, item, step) {
  const count = Math.round((mark ?? 0) / step) + steps;
  return Math.min(most(item), Math.max(0, tidy(count * step)));
}

function tidy(value) {
  return Math.round(value * 100) / 100;
}
