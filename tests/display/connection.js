// Stands in for display/shared/connection.js in page tests: views come from the test, time stands still.
export function connect(namespace, { onView, onLink }) {
  let now = 0;
  window.show = (view) => {
    now = view.contest_ns;
    onLink({ state: "live" });
    onView(view);
  };
  window.lose = () => onLink({ state: "lost" });
  window.asked = [];
  const taking = {};
  window.hear = (event, ...content) => taking[event](...content);
  window.said = [];
  return {
    command: async (body) => {
      window.asked.push(body);
      return window.answer ?? { accepted: true, revision: 1, reason: null };
    },
    on: (event, take) => {
      taking[event] = take;
    },
    emit: (event, ...content) => window.said.push([event, ...content]),
    contestNs: () => now,
    clockError: () => 0,
    close: () => {},
  };
}

export function randomId() {
  return "0".repeat(32);
}
