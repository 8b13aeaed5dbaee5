// Entry of the contestant's page: the button on the line, and a screen that stays awake.
import { randomId } from "../shared/connection.js";
import { mount } from "../shared/mount.js";
import { App } from "./app.js";
import { makeBuzzer } from "./buzzer.js";

// The page names its clock: the name lives as long as the clock does, and outlives a lost connection.
mount("/desk", "desk", App, (line, redraw) => ({ buzzer: makeBuzzer(line, redraw) }), { clock: randomId() });

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
