// Entry of the host console.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount("/host", "console", App);
