// The projector page: connects to the server and shows whatever view comes.
import { connect } from "../shared/connection.js";
import { html, render } from "../shared/html.js";
import { App } from "./app.js";

const root = document.getElementById("projector");
const language = new URLSearchParams(location.search).get("lang");
let view = null;
let link = { state: "connecting" };

const draw = () => render(html`<${App} view=${view} link=${link} language=${language} contestNs=${() => line.contestNs()} />`, root);

const line = connect("/projector", {
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
