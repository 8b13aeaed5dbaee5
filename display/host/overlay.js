// What lies over the middle zone for a moment: a form, or one of the panels. One at a time; while it lies there the keys are its own.
import { html, useCallback, useState } from "../shared/html.js";
import { Form } from "./form.js";
import { Panel } from "./panel.js";

/** The same button in a newer view: its choices may have changed; undefined when it is not offered any more. */
function offeredNow(view, offer) {
  const command = JSON.stringify(offer.command);
  const all = [...view.actions, ...view.tools, ...view.corrections, ...view.course];
  return all.find((one) => one.id === offer.id && JSON.stringify(one.command) === command && one.asks.length > 0);
}

/**
 * @param {{run: Function}} commands
 * @returns {{open: null|object, press: (control: object) => void, toggle: (panel: string) => void, close: () => void}}
 *   `press` runs a control at once, or opens its form where it asks for something; `toggle` opens a panel, or closes it
 */
export function useOverlay(commands) {
  const [open, setOpen] = useState(null); // null | {panel: name} | {offer, opened}
  const { run, mine } = commands;
  const close = useCallback(() => setOpen(null), []);
  const toggle = useCallback((name) => setOpen((before) => (before?.panel === name ? null : { panel: name })), []);
  const press = useCallback(
    (control) => {
      if (control.asks?.length && mine) return setOpen({ offer: control, opened: performance.now() });
      setOpen(null);
      return run(control);
    },
    [run, mine],
  );
  return { open, press, toggle, close };
}

export function Overlay({ overlay, view, commands, control, session, lastVerdict, live, t, language }) {
  const { open, close } = overlay;
  if (!open) return null;
  const words = { t, language };
  if (open.panel) return html`<${Panel} name=${open.panel} view=${view} live=${live} overlay=${overlay} commands=${commands} control=${control} session=${session} lastVerdict=${lastVerdict} ...${words} />`;
  const now = offeredNow(view, open.offer);
  const submit = (command) => commands.submit(open.offer, command);
  return html`<${Form} key=${open.opened} offer=${now ?? open.offer} gone=${!now} live=${live} submit=${submit} close=${close} ...${words} />`;
}
