// One page's line to the server: snapshots in, commands out, contest time kept in step.
import { io } from "../vendor/socket.io.mjs";
import { follow } from "./move.js";
import { applied } from "./patch.js";
import { pair } from "./strings.js";

const CLOCK_SAMPLES = 8; // round trips kept; the shortest one tells the offset best
const CLOCK_EVERY_MS = 1000; // also the heartbeat: a server that does not answer it is as good as gone
const CLOCK_SELDOM_MS = 10000; // where the server has a beat of its own, as for a thousand phones
const CLOCK_AT_START_MS = 120;
const LOOK_EVERY_MS = 250;
const STALE_AFTER_MS = 3000; // without a word: the page says that its picture is old
const AGAIN_AFTER_MS = 5000; // without a word: what looks like a connection is given up for a new one
const AGAIN_SPREAD_MS = 2000; // a thousand phones do not come back in the same instant
const FEW = { reconnectionDelay: 250, reconnectionDelayMax: 1000 };
const CROWD = { reconnectionDelay: 1000, reconnectionDelayMax: 4000, randomizationFactor: 0.9 }; // a thousand phones come back one after the other
const MISSED_EVERY_MS = 500; // between two requests for the whole view
const STEP_MS = 20; // two measures of one clock differ by no more than their round trips; beyond this one of the clocks jumped

/**
 * Connect to a Socket.IO namespace.
 *
 * @param {string} namespace "/projector", "/host", "/judge", "/desk", "/stage" or "/audience"
 * @param {{onView: (view: object, fresh: boolean) => void, onLink: (link: {state: "connecting"|"live"|"old"|"lost"|"refused"}) => void}} handlers
 *   "old": whoever serves this page is there, and hears nothing from the stage itself
 *   `fresh`: the first view since the line came up; what differs from the one before may have happened long ago
 * @param {() => object} auth asked at each connection what the page says of itself
 * @returns {{command: (body: object) => Promise<object>, on: Function, emit: Function, again: () => void, way: () => string|null, contestNs: () => number, close: () => void}}
 *   `command` never rejects: without a server it answers {accepted: false, reason: {zh, en}}.
 *   `on(event, take)` and `emit(event, ...content)` are for what one page alone has to say; without a server nothing is kept to be sent.
 *   `again()` gives the connection up for a new one. `way()` is the address of this page at the other laptop, null where none is known. `contestNs()` is the server's contest time now, in nanoseconds, as well as this page knows it.
 */
export function connect(namespace, { onView, onLink }, auth = () => ({})) {
  const socket = io(namespace, { auth: (say) => say({ patches: true, ...auth(), ...move?.claim() }), transports: ["websocket"], timeout: 3000, ...(namespace === "/audience" ? CROWD : FEW) });
  const move = follow(namespace, socket);
  let samples = [];
  let offsetNs = null; // contest time minus performance.now()
  let revision = -1;
  let epoch = null; // which contest the revision belongs to
  let whole = null; // the last view, and which one it is: what the next patch is put into
  let serial = null;
  let askedWhole = -Infinity;
  let clockEvery = CLOCK_EVERY_MS;
  let old = false; // we are told that the picture is old
  let fresh = true;
  let closed = false;
  let lastHeard = performance.now();
  let lastAsked = 0;
  let patience = AGAIN_AFTER_MS;
  let linkState = "connecting";
  const beginning = new Set(); // timers of the first measures

  const say = (state) => {
    if (state === linkState || closed) return;
    linkState = state;
    move.link(state);
    onLink({ state });
  };

  const heard = () => {
    lastHeard = performance.now();
    if (socket.connected) say(old ? "old" : "live");
  };

  const measure = () => {
    if (!socket.connected) return;
    const sent = performance.now();
    lastAsked = sent;
    socket.timeout(2000).emit("clock", (error, answer) => {
      if (error || !answer || closed) return;
      const received = performance.now();
      old = answer.stale === true;
      if (typeof answer.contest_ns !== "number") return heard();
      const sample = { trip: received - sent, offset: answer.contest_ns - ((sent + received) / 2) * 1e6 };
      // A laptop that slept: its clock stood still meanwhile, and what was measured before is worth nothing.
      samples = samples.filter((one) => Math.abs(one.offset - sample.offset) / 1e6 <= (one.trip + sample.trip) / 2 + STEP_MS);
      samples = [...samples, sample].slice(-CLOCK_SAMPLES);
      offsetNs = samples.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
      heard();
    });
  };

  const measureAFewTimes = () => {
    for (const timer of beginning) clearTimeout(timer);
    beginning.clear();
    for (let i = 0; i < CLOCK_SAMPLES; i += 1) {
      const timer = setTimeout(() => {
        beginning.delete(timer);
        measure();
      }, i * CLOCK_AT_START_MS);
      beginning.add(timer);
    }
  };

  const again = () => {
    patience = AGAIN_AFTER_MS + Math.random() * AGAIN_SPREAD_MS;
    lastHeard = performance.now() - STALE_AFTER_MS; // the new connection gets its time, too
    socket.disconnect();
    if (!closed) socket.connect();
  };

  socket.on("connect", () => {
    measureAFewTimes();
    heard();
  });
  const take = (view, contestNs) => {
    if (!fresh && view.epoch === epoch && view.revision < revision) return; // overtaken on the way
    epoch = view.epoch;
    revision = view.revision;
    const told = contestNs - performance.now() * 1e6;
    if (offsetNs === null || (samples.length === 0 && Math.abs(told - offsetNs) > 5e8)) offsetNs = told; // another server's clock, perhaps
    const first = fresh;
    fresh = false;
    heard();
    move.seen(view);
    onView(view, first);
  };
  const missed = () => {
    if (performance.now() - askedWhole < MISSED_EVERY_MS) return;
    askedWhole = performance.now();
    socket.emit("again");
  };

  socket.on("snapshot", (view, about) => {
    whole = view;
    serial = about?.serial ?? null;
    take(view, about?.contest_ns ?? view.contest_ns);
  });
  socket.on("patch", (patch) => {
    if (serial !== null && patch.epoch === epoch && patch.to <= serial) return; // in the whole view already
    if (serial === null || patch.epoch !== epoch || patch.from !== serial) return missed();
    try {
      whole = applied(patch, whole);
    } catch {
      serial = null;
      return missed();
    }
    serial = patch.to;
    take(whole, whole.contest_ns);
  });
  socket.on("beat", () => {
    clockEvery = CLOCK_SELDOM_MS;
    heard();
  });
  socket.on("stale", (told) => {
    old = told?.stale === true;
    heard();
  });
  // Not at "connect": what the server says as it lets a page in, the first view among it, is heard before that.
  socket.on("disconnect", () => {
    samples = [];
    fresh = true;
    old = false;
    clockEvery = CLOCK_EVERY_MS;
    whole = serial = null;
    say("lost");
  });
  socket.on("connect_error", (error) => say(error.message === "sign-in" ? "refused" : "lost"));

  const ticker = setInterval(() => {
    const now = performance.now();
    if (now - lastAsked >= clockEvery - LOOK_EVERY_MS / 2) measure();
    if (linkState === "refused") return;
    if (now - lastHeard > STALE_AFTER_MS) say("lost");
    if (socket.connected ? now - lastHeard > patience : !socket.active) again(); // not active: the server itself has cut the line
  }, LOOK_EVERY_MS);

  const reachable = () => !socket.connected && again(); // the browser knows that the network is back: do not wait
  window.addEventListener("online", reachable);

  return {
    again,
    way: move.way,
    contestNs: () => (offsetNs === null ? 0 : performance.now() * 1e6 + offsetNs),
    on: (event, take) => socket.on(event, take),
    emit: (event, ...content) => socket.connected && socket.emit(event, ...content),
    close: () => {
      closed = true;
      move.close();
      clearInterval(ticker);
      for (const timer of beginning) clearTimeout(timer);
      window.removeEventListener("online", reachable);
      socket.close();
    },
    command: (body) =>
      new Promise((resolve) => {
        const request = { id: randomId(), ...body };
        if (!socket.connected) {
          resolve({ accepted: false, reason: pair("link.notDone") });
          return;
        }
        socket.timeout(4000).emit("command", request, (error, answer) => {
          if (!error) return resolve(answer);
          // The same id again: the server answers a repeated command, it never applies it twice.
          socket.timeout(6000).emit("command", request, (failed, second) =>
            resolve(failed ? { accepted: false, reason: pair("link.noAnswer") } : second),
          );
        });
      }),
  };
}

/** 128 random bits in hex. */
export function randomId() {
  // crypto.randomUUID needs a secure context, which plain http on a venue's LAN is not.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
