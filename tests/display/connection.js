// Stands in for display/shared/connection.js in page tests: views come from the test, time stands still unless it is let run.
export function connect(namespace, { onView, onLink }, auth = () => ({})) {
  let now = 0;
  let since = 0; // performance.now() when time was let run
  let fresh = true;
  const taking = {};
  const hear = (event, ...content) => (taking[event] ?? []).forEach((take) => take(...content));
  window.auth = auth;
  window.timeRuns = false;
  window.instant = (contestNs) => since + (contestNs - now) / 1e6; // on the clock of performance.now(), while time runs
  window.show = (view) => {
    now = view.contest_ns;
    since = performance.now();
    onLink({ state: "live" });
    if (fresh) hear("connect");
    onView(view, fresh);
    fresh = false;
  };
  window.lose = (state = "lost") => {
    fresh = true;
    onLink({ state });
  };
  window.asked = [];
  window.hear = hear; // what the server says: window.hear("display", {...})
  window.said = []; // and what the page said
  window.states = []; // except how it stands as a display
  return {
    command: async (body) => {
      window.asked.push(body);
      return window.answer ?? { accepted: true, revision: 1, reason: null };
    },
    on: (event, take) => {
      (taking[event] ??= []).push(take);
    },
    emit: (event, ...content) => (event === "state" ? window.states.push(...content) : window.said.push([event, ...content])),
    contestNs: () => (window.timeRuns ? now + (performance.now() - since) * 1e6 : now),
    way: () => window.way ?? null,
    again: () => window.said.push(["again"]),
    close: () => {},
  };
}

export function randomId() {
  return "0".repeat(32);
}
