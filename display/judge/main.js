// Entry of the judge page.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount("/judge", "judge", App);
