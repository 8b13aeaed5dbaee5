// Entry of the contestant's page: the line, the button on it, and a screen that stays awake.
import { connect, randomId } from "../shared/connection.js";
import { html, render } from "../shared/html.js";
import { App } from "./app.js";
import { makeBuzzer } from "./buzzer.js";

const root = document.getElementById("desk");
let view = null;
let link = { state: "connecting" };
let buzzer = null;
const draw = () => render(html`<${App} view=${view} link=${link} send=${line.command} contestNs=${line.contestNs} buzzer=${buzzer} />`, root);
const handlers = {
  onView: (next) => {
    view = next;
    draw();
  },
  onLink: (next) => {
    link = next;
    draw();
  },
};
// The page names its clock: the name lives as long as the clock does, and outlives a lost connection.
const line = connect("/desk", handlers, { page: randomId() });
buzzer = makeBuzzer(line, draw);
draw();

/** Where the browser knows how (a secure page), the screen does not go dark while somebody waits to press. */
async function stayAwake() {
  if (document.visibilityState !== "visible" || !navigator.wakeLock) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // Refused, on a low battery for one: the handbook says to switch the screen lock off.
  }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
