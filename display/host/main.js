// Entry of the host console: the line to the server on one side, the App on the other.
import { connect } from "../shared/connection.js";
import { html, render } from "../shared/html.js";
import { App } from "./app.js";

const root = document.getElementById("console");
let view = null;
let link = { state: "connecting" };

const line = connect("/host", {
  onView: (next) => {
    view = next;
    draw();
  },
  onLink: (next) => {
    link = next;
    draw();
  },
});

function draw() {
  render(html`<${App} view=${view} link=${link} send=${line.command} contestNs=${line.contestNs} />`, root);
}

draw();
