// Entry of the stage monitor.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount("/stage", "stage", App);
