// The console's keyboard: every key goes to the control that carries its name, and to nothing else.
import { useEffect, useRef, useState } from "../shared/html.js";
import { isNotOurs, keyName, pressesNatively, sameKey } from "./keys.js";
import { PANEL_KEY } from "./panel.js";

/**
 * Listen on the window for as long as the console stands.
 *
 * @param {object} options {view, simulate, overlay}: what there is to press now; `overlay.press` takes a control. While a
 *   form or the panel is open its keys are its own: only Esc is taken here, and closes it.
 */
export function useKeyboard({ view, simulate, overlay }) {
  const latest = useRef(null);
  latest.current = { view, simulate, overlay };

  useEffect(() => {
    const swallowed = new Set(); // codes whose keyup must not press a focused button as well

    const down = (event) => {
      const { view: now, simulate: box, overlay: over } = latest.current;
      if (!now || event.defaultPrevented) return;
      const name = keyName(event);
      if (over.open) {
        if (event.repeat && swallowed.has(event.code)) event.preventDefault(); // the key that opened it, still held
        if (name !== "Escape" || event.isComposing || event.repeat) return;
        event.preventDefault();
        over.close();
        return;
      }
      if (isNotOurs(event)) return;
      if (pressesNatively(event, name)) {
        if (event.repeat) event.preventDefault();
        return;
      }
      const control = [...now.actions, ...now.tools].find((one) => sameKey(one.key, name));
      const seat = control || !now.simulated ? null : now.seats.find((one) => String(one.seat) === name);
      const panel = !control && !seat && name === PANEL_KEY;
      if (!control && !seat && !panel && name !== "Space") return;
      event.preventDefault(); // Space too when nothing is bound to it: it never presses what happens to have the focus
      swallowed.add(event.code);
      if (event.repeat) return;
      if (control) over.press(control);
      else if (seat) box(seat.seat);
      else if (panel) over.toggle();
    };

    const up = (event) => {
      if (swallowed.delete(event.code)) event.preventDefault();
    };

    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
    };
  }, []);
}

/** False while the keys go to another window: on a stage that is noticed only when the key is needed. */
export function useKeyboardHere() {
  const [here, setHere] = useState(() => document.hasFocus());
  useEffect(() => {
    const look = () => setHere(document.hasFocus());
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    return () => {
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", look);
    };
  }, []);
  return here;
}
