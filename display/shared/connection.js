// One page's line to the server: snapshots in, commands out, contest time kept in step.
import { io } from "../vendor/socket.io.mjs";

const CLOCK_SAMPLES = 8; // round trips kept; the shortest one tells the offset best
const CLOCK_EVERY_MS = 2000;
const CLOCK_AT_START_MS = 120;
const STALE_AFTER_MS = 3000;

/**
 * Connect to a Socket.IO namespace.
 *
 * @param {string} namespace "/projector", "/host", "/judge" or "/desk"
 * @param {{onView: (view: object) => void, onLink: (link: {state: "connecting"|"live"|"lost"|"refused"}) => void}} handlers
 * @param {object} auth what the page says of itself at each connection
 * @returns {{command: (body: object) => Promise<object>, on: Function, emit: Function, contestNs: () => number, clockError: () => number, close: () => void}}
 *   `command` never rejects: without a server it answers {accepted: false, reason: {zh, en}}.
 *   `on(event, take)` and `emit(event, ...content)` are for what one page alone has to say; without a server nothing is kept to be sent.
 *   `contestNs()` is the server's contest time now, in nanoseconds, as well as this page knows it.
 */
export function connect(namespace, { onView, onLink }, auth = {}) {
  const socket = io(namespace, { auth, transports: ["websocket"], reconnectionDelay: 250, reconnectionDelayMax: 1000, timeout: 3000 });
  const samples = [];
  let offsetNs = null; // contest time minus performance.now()
  let revision = -1;
  let epoch = null; // which server process the revision belongs to
  let lastHeard = performance.now();
  let linkState = "connecting";

  const say = (state) => {
    if (state === linkState) return;
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
    socket.timeout(2000).emit("clock", (error, answer) => {
      if (error || !answer) return;
      const received = performance.now();
      samples.push({ trip: received - sent, offset: answer.contest_ns - ((sent + received) / 2) * 1e6 });
      if (samples.length > CLOCK_SAMPLES) samples.shift();
      offsetNs = samples.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
      heard();
    });
  };

  socket.on("connect", () => {
    samples.length = 0;
    for (let i = 0; i < CLOCK_SAMPLES; i += 1) setTimeout(measure, i * CLOCK_AT_START_MS);
    heard();
  });
  socket.on("snapshot", (view) => {
    if (view.epoch === epoch && view.revision < revision) return; // overtaken on the way
    epoch = view.epoch;
    revision = view.revision;
    if (offsetNs === null) offsetNs = view.contest_ns - performance.now() * 1e6;
    heard();
    onView(view);
  });
  socket.on("disconnect", () => say("lost"));
  socket.on("connect_error", (error) => say(error.message === "sign-in" ? "refused" : "lost"));

  const ticker = setInterval(() => {
    measure();
    if (performance.now() - lastHeard > STALE_AFTER_MS) say("lost");
  }, CLOCK_EVERY_MS / 2);

  return {
    contestNs: () => (offsetNs === null ? 0 : performance.now() * 1e6 + offsetNs),
    on: (event, take) => socket.on(event, take),
    emit: (event, ...content) => socket.connected && socket.emit(event, ...content),
    clockError: () => (samples.length ? Math.min(...samples.map((one) => one.trip)) / 2 : Infinity),
    close: () => {
      clearInterval(ticker);
      socket.close();
    },
    command: (body) =>
      new Promise((resolve) => {
        const request = { id: randomId(), ...body };
        if (!socket.connected) {
          resolve({ accepted: false, reason: { zh: "与服务器断开，未执行", en: "No connection: not done" } });
          return;
        }
        socket.timeout(4000).emit("command", request, (error, answer) => {
          if (!error) return resolve(answer);
          // The same id again: the server answers a repeated command, it never applies it twice.
          socket.timeout(6000).emit("command", request, (again, second) =>
            resolve(again ? { accepted: false, reason: { zh: "服务器没有回答，请看屏幕确认", en: "No answer: check the screen" } } : second),
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
