// The console's keyboard: every key goes to the control that carries its name, and to nothing else.
import { useEffect, useRef, useState } from "../shared/html.js";
import { CONTROL_KEY } from "./control_line.js";
import { isNotOurs, keyName, pressesNatively, sameKey } from "./keys.js";
import { panelsOf } from "./panel.js";

/**
 * Listen on the window for as long as the console stands.
 *
 * @param {object} options {view, controls, simulate, overlay, step}: what there is to press now; `overlay.press` takes a control,
 *   `step` does what the line above the controls offers. While a form or a panel is open its keys are its own: Esc is taken here,
 *   and closes it; and in a panel, where nobody types, the keys of the panels, which go from one to the other.
 */
export function useKeyboard({ view, controls, simulate, overlay, step }) {
  const latest = useRef(null);
  latest.current = { view, controls, simulate, overlay, step };

  useEffect(() => {
    const swallowed = new Set(); // codes whose keyup must not press a focused button as well

    const down = (event) => {
      const { view: now, controls: all, simulate: box, overlay: over, step: wayToControl } = latest.current;
      if (!now || event.defaultPrevented) return;
      const name = keyName(event);
      if (over.open) {
        if (event.repeat && swallowed.has(event.code)) event.preventDefault(); // the key that opened it, still held
        if (event.isComposing || event.repeat) return;
        const other = over.open.panel && !isNotOurs(event) ? panelOn(now, name) : null;
        if (name !== "Escape" && !other) return;
        event.preventDefault();
        swallowed.add(event.code);
        if (other) over.toggle(other);
        else over.close();
        return;
      }
      if (isNotOurs(event)) return;
      if (pressesNatively(event, name)) {
        if (event.repeat) event.preventDefault();
        return;
      }
      const control = all.find((one) => sameKey(one.key, name));
      const seat = control || !now.simulated ? null : now.seats.find((one) => String(one.seat) === name);
      const panel = control || seat ? null : panelOn(now, name);
      const asks = !control && !seat && name === CONTROL_KEY && wayToControl;
      if (!control && !seat && !panel && !asks && name !== "Space") return;
      event.preventDefault(); // Space too when nothing is bound to it: it never presses what happens to have the focus
      swallowed.add(event.code);
      if (event.repeat) return;
      if (control) over.press(control);
      else if (seat) box(seat.seat);
      else if (panel) over.toggle(panel);
      else if (asks) wayToControl();
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

/** Which panel hangs on a key, or null. */
function panelOn(view, name) {
  return panelsOf(view).find(([, key]) => key === name)?.[0] ?? null;
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
