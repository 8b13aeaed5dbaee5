// One page's line to the server: snapshots in, commands out, contest time kept in step.
import { io } from "../vendor/socket.io.mjs";
import { pair } from "./strings.js";

const CLOCK_SAMPLES = 8; // round trips kept; the shortest one tells the offset best
const CLOCK_EVERY_MS = 1000; // also the heartbeat: a server that does not answer it is as good as gone
const CLOCK_AT_START_MS = 120;
const LOOK_EVERY_MS = 250;
const STALE_AFTER_MS = 3000; // without a word: the page says that its picture is old
const AGAIN_AFTER_MS = 5000; // without a word: what looks like a connection is given up for a new one
const AGAIN_SPREAD_MS = 2000; // a thousand phones do not come back in the same instant
const STEP_MS = 20; // two measures of one clock differ by no more than their round trips; beyond this one of the clocks jumped

/**
 * Connect to a Socket.IO namespace.
 *
 * @param {string} namespace "/projector", "/host", "/judge", "/desk", "/stage" or "/audience"
 * @param {{onView: (view: object, fresh: boolean) => void, onLink: (link: {state: "connecting"|"live"|"lost"|"refused"}) => void}} handlers
 *   `fresh`: the first view since the line came up; what differs from the one before may have happened long ago
 * @param {() => object} auth asked at each connection what the page says of itself
 * @returns {{command: (body: object) => Promise<object>, on: Function, emit: Function, again: () => void, contestNs: () => number, close: () => void}}
 *   `command` never rejects: without a server it answers {accepted: false, reason: {zh, en}}.
 *   `on(event, take)` and `emit(event, ...content)` are for what one page alone has to say; without a server nothing is kept to be sent.
 *   `again()` gives the connection up for a new one. `contestNs()` is the server's contest time now, in nanoseconds, as well as this page knows it.
 */
export function connect(namespace, { onView, onLink }, auth = () => ({})) {
  const socket = io(namespace, { auth: (say) => say(auth()), transports: ["websocket"], reconnectionDelay: 250, reconnectionDelayMax: 1000, timeout: 3000 });
  let samples = [];
  let offsetNs = null; // contest time minus performance.now()
  let revision = -1;
  let epoch = null; // which contest the revision belongs to
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
    onLink({ state });
  };

  const heard = () => {
    lastHeard = performance.now();
    if (socket.connected) say("live");
  };

  const measure = () => {
    if (!socket.connected) return;
    const sent = performance.now();
    lastAsked = sent;
    socket.timeout(2000).emit("clock", (error, answer) => {
      if (error || !answer || closed) return;
      const received = performance.now();
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
    samples = [];
    fresh = true;
    measureAFewTimes();
    heard();
  });
  socket.on("snapshot", (view) => {
    if (!fresh && view.epoch === epoch && view.revision < revision) return; // overtaken on the way
    epoch = view.epoch;
    revision = view.revision;
    const told = view.contest_ns - performance.now() * 1e6;
    if (offsetNs === null || (samples.length === 0 && Math.abs(told - offsetNs) > 5e8)) offsetNs = told; // another server's clock, perhaps
    const first = fresh;
    fresh = false;
    heard();
    onView(view, first);
  });
  socket.on("disconnect", () => say("lost"));
  socket.on("connect_error", (error) => say(error.message === "sign-in" ? "refused" : "lost"));

  const ticker = setInterval(() => {
    const now = performance.now();
    if (now - lastAsked >= CLOCK_EVERY_MS - LOOK_EVERY_MS / 2) measure();
    if (linkState === "refused") return;
    if (now - lastHeard > STALE_AFTER_MS) say("lost");
    if (socket.connected ? now - lastHeard > patience : !socket.active) again(); // not active: the server itself has cut the line
  }, LOOK_EVERY_MS);

  const reachable = () => !socket.connected && again(); // the browser knows that the network is back: do not wait
  window.addEventListener("online", reachable);

  return {
    again,
    contestNs: () => (offsetNs === null ? 0 : performance.now() * 1e6 + offsetNs),
    on: (event, take) => socket.on(event, take),
    emit: (event, ...content) => socket.connected && socket.emit(event, ...content),
    close: () => {
      closed = true;
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
