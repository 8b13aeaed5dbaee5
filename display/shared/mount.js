// Puts a page on the air: the line to the server on one side, the page's App on the other.
import { connect } from "./connection.js";
import { html, render } from "./html.js";

/**
 * @param {string} namespace the page's Socket.IO namespace
 * @param {string} place id of the element that the page fills
 * @param {Function} App component; gets view (null before the first), link, send, contestNs, and `own`
 * @param {object} own properties of this page alone
 */
export function mount(namespace, place, App, own = {}) {
  const root = document.getElementById(place);
  let view = null;
  let link = { state: "connecting" };
  const draw = () => render(html`<${App} view=${view} link=${link} send=${line.command} contestNs=${line.contestNs} ...${own} />`, root);
  const line = connect(namespace, {
    onView: (next) => {
      view = next;
      draw();
    },
    onLink: (next) => {
      link = next;
      draw();
    },
  });
  draw();
}
