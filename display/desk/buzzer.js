// The button of this page: when it was pressed, on the page's own clock, and what the timing core has not taken yet.

const REARM_MS = 50; // after the release; a finger that trembles presses once
const KEPT = 32; // as many as the server takes in one answer
const OLDEST_MS = 10_000; // an event that claims to be older carries no time of this clock

/** The instant of an event on the clock of performance.now(), ms: its own where it has one, else now. */
export function instantOf(event, now = performance.now()) {
  const age = now - event.timeStamp;
  return age >= 0 && age < OLDEST_MS ? event.timeStamp : now;
}

const ticks = (ms) => Math.round(ms * 1000); // µs

/** An uncertainty as it is shown: whole milliseconds, rounded up; null while the clock is not known well enough. */
export const shownMs = (us) => (us === null ? null : Math.ceil(us / 1000));

/**
 * @param {{on: Function, emit: Function}} line to the server
 * @param {() => void} onChange something that is shown has changed
 * @returns {{press: Function, release: Function, letGo: Function, state: () => object}} `press(by, event)` and `release(by, event)`
 *   take what is pressed (a key, a pointer) and its event; `state()` is {sequence, taken, uncertaintyUs, replaced}
 */
export function makeBuzzer(line, onChange) {
  const held = new Set();
  let unsaid = []; // [sequence, ticks]
  let releasedMs = -Infinity;
  let sequence = 0;
  let taken = 0;
  let uncertaintyUs = null; // null: the clock is not known well enough yet
  let replaced = false;

  line.on("probe", (token) => line.emit("answer", { token, ticks: ticks(performance.now()), presses: unsaid }));
  line.on("taken", (ack) => {
    unsaid = unsaid.filter(([one]) => one > ack.seq);
    const changed = taken !== ack.seq || shownMs(uncertaintyUs) !== shownMs(ack.uncertainty_us);
    taken = ack.seq;
    uncertaintyUs = ack.uncertainty_us;
    if (changed) onChange();
  });
  line.on("replaced", () => {
    replaced = true;
    line.close(); // or it would connect again for nothing
    onChange();
  });

  return {
    press: (by, event) => {
      const ms = instantOf(event);
      const counts = held.size === 0 && ms - releasedMs >= REARM_MS;
      held.add(by);
      if (!counts || replaced) return false;
      sequence += 1;
      unsaid = [...unsaid, [sequence, ticks(ms)]].slice(-KEPT);
      line.emit("pressed");
      onChange();
      return true;
    },
    release: (by, event) => {
      if (held.delete(by) && held.size === 0) releasedMs = instantOf(event);
    },
    letGo: () => held.clear(), // the window lost the keyboard: no release will be told
    state: () => ({ sequence, taken, uncertaintyUs, replaced }),
  };
}
