// Entry of the audience's page.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount("/audience", "audience", App);
