// Entry of the projector page. `?lang=en` in the address overrides the contest's language.
import { mount } from "../shared/mount.js";
import { App } from "./app.js";

mount("/projector", "projector", App, { language: new URLSearchParams(location.search).get("lang") });
