// What is heard, and when: from two views of the stage to sounds with their instants. Pure; sound.js plays them.

const TICKED_S = 5; // the last seconds of a clock
const COUNTED_S = 9; // of a count before the boxes open

const ns = (seconds) => seconds * 1e9;
const buzzOf = (view) => view.scene.buzz ?? view.buzz ?? null;
const covered = (view) => Boolean(view.blackout || view.cover);

/** What comes by itself: the boxes open, a clock runs down. Its instants are known, so that sound and picture meet. */
function ahead(view) {
  const cues = [];
  const buzz = buzzOf(view);
  if (buzz?.phase === "open" && buzz.open_at_ns !== null) {
    for (let left = COUNTED_S; left > 0; left -= 1) cues.push({ name: "count", atNs: buzz.open_at_ns - ns(left) });
    cues.push({ name: "open", atNs: buzz.open_at_ns });
  }
  const { clock } = view;
  if (clock?.state === "running") {
    const seconds = Math.min(TICKED_S, Math.floor(clock.total_ms / 2000)); // a short clock is not all ticks
    for (let left = seconds; left > 0; left -= 1) cues.push({ name: "tick", atNs: clock.deadline_ns - ns(left) });
    cues.push({ name: "timeout", atNs: clock.deadline_ns });
  }
  return cues;
}

/** The clock has run out. The page's own clock may be a little behind: then its end is still to come, and stays as it was planned. */
function ranOut(before, after) {
  const { clock } = before;
  if (clock?.state !== "running" || after.contest_ns < clock.deadline_ns - ns(0.2)) return [];
  const over = after.clock ? after.clock.state === "expired" : buzzOf(after)?.phase === "nobody";
  return over ? [{ name: "timeout", atNs: clock.deadline_ns }] : [];
}

/** Whether both are about the same question: only then is what they differ in something that has just happened on the stage. */
function sameTurn(before, after) {
  const turn = ({ round, turn: { position } }) => `${round?.position} ${position}`;
  return Boolean(before.turn && after.turn) && turn(before) === turn(after);
}

function buzzed(before, after) {
  const [was, is] = [buzzOf(before), buzzOf(after)];
  if (!is) return null;
  if ((was?.fouls.length ?? 0) < is.fouls.length) return "foul";
  if (is.phase === "armed") return was?.arming === is.arming && was.phase !== "idle" ? null : "armed";
  if (!was || was.arming !== is.arming) return null;
  const live = was.phase === "armed" || was.phase === "open";
  if (is.phase === "too_close" && live) return "close";
  return is.phase === "locked" && (live || was.phase === "too_close") ? "first" : null;
}

const HEARD = { right: "right", partial: "right", wrong: "wrong", timeout: "wrong" }; // declined, void, nobody: nothing to mark

/** A ruling that moves among the attempts, or back from there, is not said again. */
function ruled(before, after) {
  const said = ({ scene }) => [...(scene.attempts ?? []), ...(scene.ruling ? [scene.ruling] : [])];
  if (said(after).length <= said(before).length) return null;
  const { result } = said(after).at(-1);
  return result === "timeout" && before.clock?.state === "expired" ? null : (HEARD[result] ?? null); // time was heard to be out
}

/** The place that was revealed just now, if the host went one on. */
function placed(before, after) {
  if (before.scene.name !== "final" || after.scene.name !== "final" || after.scene.complete) return null;
  const places = after.scene.places ?? [];
  if (places.length <= (before.scene.places ?? []).length) return null;
  return places.at(-1).place === 1 ? "champion" : "reveal";
}

/** A score that sets out to its seat, as the picture shows it. Nothing on the way back when something is undone. */
function travelled(before, after, cause) {
  const corrected = !before.correction && after.correction;
  if (cause === null && !corrected) return null;
  const known = new Map(before.seats.map((seat) => [seat.seat, seat.score]));
  const moved = after.seats.find((seat) => seat.delta && known.has(seat.seat) && known.get(seat.seat) !== seat.score);
  if (!moved) return null;
  return moved.score > known.get(moved.seat) ? "gain" : "loss";
}

function news(before, after) {
  if (covered(before) || before.epoch !== after.epoch) return [];
  const same = sameTurn(before, after);
  const heard = [];
  const buzz = same ? buzzed(before, after) : null;
  const ruling = same ? ruled(before, after) : null;
  const marks = same && before.scene.name === "scenario" && after.scene.name === "marks" ? "reveal" : null;
  const score = travelled(before, after, ruling ?? marks ?? (buzz === "foul" ? buzz : null));
  for (const name of [buzz, ruling, marks, score, placed(before, after)]) if (name !== null) heard.push(name);
  return heard;
}

/**
 * @param {object|null} before the view that stood there; null: nobody knows, and nothing is news
 * @param {object|null} after the view that stands there now
 * @returns {Array<{name: string, atNs: number|null}>} names as in synth.js; contest time, null: at once. What has passed already is in it as well.
 */
export function soundsFor(before, after) {
  if (!after || covered(after)) return [];
  if (!before) return ahead(after);
  const now = news(before, after).map((name) => ({ name, atNs: null }));
  return [...now, ...ranOut(before, after), ...ahead(after)];
}
