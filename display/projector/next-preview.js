// What the hall would see next, inside the console: the projector's own App without a line to the server; the console hands each view in.
import { html, render } from "../shared/html.js";

/**
 * Tell the page around this one that it can draw, and draw what it hands in; nothing else is listened to.
 * Time stands still here, and so does the picture: it is a look ahead, and it must not cost the console's processor.
 *
 * @param {Function} App the projector's App
 */
export function nextPreview(App) {
  document.documentElement.dataset.still = "yes";
  const root = document.getElementById("projector");
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== parent || data?.type !== "firstpress.next") return;
    const { view } = data;
    render(html`<${App} view=${view} link=${{ state: "live" }} contestNs=${() => view.contest_ns} display=${null} language=${null} />`, root);
  });
  parent.postMessage({ type: "firstpress.ready" }, location.origin);
}
