// Entry of the projector page: the show, or in its place the overlay of a livestream, the test card, or what the console shows as coming next.
import { mount } from "../shared/mount.js";
import { nextPreview } from "./next-preview.js";

const asked = new URLSearchParams(location.search);
if (asked.has("preview")) document.documentElement.dataset.still = "yes"; // a preview must not take the console's time

async function appFor() {
  if (asked.get("overlay") === "1") return (await import("../overlay/app.js")).App;
  if (asked.get("test") === "1") return (await import("./test-card.js")).TestCard;
  return (await import("./app.js")).App;
}

const App = await appFor();
if (asked.get("preview") === "next") nextPreview(App);
else mount("/projector", "projector", App);
