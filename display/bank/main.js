// Entry of the authors' pages: who is signed in and what a question may be made of, then the page that the address names.
import { html, render } from "../shared/html.js";
import { App } from "./app.js";

render(html`<${App} />`, document.getElementById("bank"));
