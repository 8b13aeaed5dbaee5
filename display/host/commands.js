// What happens between a press on a control and the server's answer: one command at a time, no doubles, reasons shown.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";

const DOUBLE_MS = 400; // the same control again inside this is a trembling hand
const SETTLE_MS = 250; // a control that changed by itself is not what the finger was aiming at
const SNAPSHOT_WAIT_MS = 1500; // after the ack, for the snapshot that shows its result
const REFUSAL_MS = 6000;
const NEVER_LOCKED = new Set(["blackout", "mute"]); // hiding the picture and the sound must work while anything else is under way

/**
 * @param {object} options {view, link, send}: the App's own; mine: whether this console has the control; moved: "draining" or "fenced"
 *   where this machine rules no more, null while it does
 * @returns {{run: (control: object) => void, submit: (control: object, command: object) => Promise<object>, simulate: (seat: number) => void,
 *   tell: (id: string, command: object) => Promise<boolean>, ask: (command: object) => Promise<object|null>, mine: boolean, busy: string|null, settling: boolean, refusal: object|null}}
 *   `submit` sends a filled form and answers {accepted, why, reason}: the form says itself what was refused. `tell` is for what is not the
 *   contest's: the control itself, displays; it waits for nothing and answers whether it was done; `ask` is the
 *   same for what has an answer of its own, and gives it, or null. `mine` is false too where this machine does not rule. `busy` is the id of the running control.
 *   `refusal` is {reason: {zh, en}|null, why: "server"|"link"|"changed"|"theirs"|"draining"|"fenced"} for 6 s.
 */
export function useCommands({ view, link, send, mine, moved }) {
  const [busy, setBusy] = useState(null); // {id, revision: number|null}
  const [settling, setSettling] = useState(false);
  const [refusal, setRefusal] = useState(null);
  const now = useRef({ busy: null, settleUntil: 0, lastId: null, lastAt: -Infinity, offered: null, live: false, mine: true, moved: null });
  const revision = view ? view.revision : -1;
  now.current.live = link.state === "live";
  now.current.mine = mine;
  now.current.moved = moved;

  const refuse = useCallback((why, reason = null) => setRefusal({ why, reason, at: performance.now() }), []);

  const hold = useCallback((next) => {
    now.current.busy = next;
    setBusy(next);
  }, []);

  useEffect(() => {
    if (!refusal) return undefined;
    const timer = setTimeout(() => setRefusal(null), REFUSAL_MS);
    return () => clearTimeout(timer);
  }, [refusal]);

  // The command is over when the picture shows its result: until then a second press would mean the old picture.
  useEffect(() => {
    if (!busy || busy.revision === null) return undefined;
    if (revision >= busy.revision) {
      hold(null);
      return undefined;
    }
    const timer = setTimeout(() => hold(null), SNAPSHOT_WAIT_MS);
    return () => clearTimeout(timer);
  }, [busy, revision, hold]);

  // The controls changed without a command of ours: somebody pressed a box, a clock ran out, another console was used.
  const offered = view ? view.actions.map((action) => `${action.id} ${action.key}`).join("\n") : null;
  useLayoutEffect(() => {
    const before = now.current.offered;
    now.current.offered = offered;
    if (before === null || before === offered || now.current.busy) return undefined;
    now.current.settleUntil = performance.now() + SETTLE_MS;
    setSettling(true);
    const timer = setTimeout(() => setSettling(false), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [offered]);

  /** Send a command and hold the controls until the picture shows its result. */
  const issue = useCallback(
    async (id, command) => {
      const own = { id, revision: null };
      if (!now.current.busy) hold(own);
      const answer = await send(command);
      if (now.current.busy === own) hold(answer.accepted && answer.revision !== null ? { id, revision: answer.revision } : null);
      return answer;
    },
    [send, hold],
  );

  const run = useCallback(
    async (control) => {
      const state = now.current;
      const at = performance.now();
      const free = NEVER_LOCKED.has(control.id);
      if (control.id === state.lastId && at - state.lastAt < DOUBLE_MS) return;
      if (!state.live) return refuse("link");
      if (state.moved) return refuse(state.moved);
      if (!state.mine) return refuse("theirs");
      if (state.busy && !free) return;
      if (at < state.settleUntil && !free) return refuse("changed");
      state.lastId = control.id;
      state.lastAt = at;
      setRefusal(null);
      const answer = await issue(control.id, control.command);
      if (!answer.accepted) refuse("server", answer.reason);
    },
    [issue, refuse],
  );

  const submit = useCallback(
    async (control, command) => {
      if (!now.current.live) return { accepted: false, why: "link" };
      if (now.current.moved) return { accepted: false, why: now.current.moved };
      if (!now.current.mine) return { accepted: false, why: "theirs" };
      if (now.current.busy) return { accepted: false, why: "busy" };
      const answer = await issue(control.id, command);
      return { ...answer, why: "server" };
    },
    [issue],
  );

  // A press on a simulated box is a press: it waits for nothing.
  const simulate = useCallback(
    async (seat) => {
      if (!now.current.live) return refuse("link");
      if (now.current.moved) return refuse(now.current.moved);
      if (!now.current.mine) return refuse("theirs");
      const answer = await send({ type: "simulate_press", seat });
      if (!answer.accepted) refuse("server", answer.reason);
    },
    [send, refuse],
  );

  const tell = useCallback(
    async (id, command) => {
      const state = now.current;
      const at = performance.now();
      if (id === state.lastId && at - state.lastAt < DOUBLE_MS) return false;
      if (!state.live) {
        refuse("link");
        return false;
      }
      state.lastId = id;
      state.lastAt = at;
      setRefusal(null);
      const answer = await send(command);
      if (!answer.accepted) refuse("server", answer.reason);
      return answer.accepted;
    },
    [send, refuse],
  );

  const ask = useCallback(
    async (command) => {
      if (!now.current.live) {
        refuse("link");
        return null;
      }
      setRefusal(null);
      const answer = await send(command);
      if (!answer.accepted) refuse("server", answer.reason);
      return answer.accepted ? answer : null;
    },
    [send, refuse],
  );

  return { run, submit, simulate, tell, ask, mine: mine && moved === null, busy: busy ? busy.id : null, settling, refusal };
}
