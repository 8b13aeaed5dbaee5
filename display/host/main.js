// Entry of the console: the host's, or an operator's, as the server has marked the page.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount(document.body.dataset.role === "operator" ? "/operator" : "/host", "console", App, (line) => ({ way: line.way }));
