// The register of displays: what each page is called, shows and sounds like; pure, from a view to rows, words and troubles.
import { pick } from "../shared/strings.js";

/** Views that stand in the hall and belong to the show; a page of these that is silent or gone is a trouble. */
const IN_THE_HALL = new Set(["projector", "stage", "overlay"]);
/** Views that a page can be sent to. */
export const SHOWABLE = ["projector", "stage", "audience", "overlay", "test"];

/** What can be set for a display, in the order of the panel; null stands for what the address or the contest says. */
export const SETTINGS = [
  ["lang", [null, "zh-CN", "en"]],
  ["theme", [null, "stage", "hall", "customer"]],
  ["ratio", [null, "16:9", "4:3", "32:9", "full"]],
  ["mirror", [null, true, false]],
  ["sound", [null, true, false]],
  ["volume", [null, 25, 50, 75, 100]],
];

/** The displays that are shown as rows: phones of the audience are only counted, unless somebody gave one a name. */
export function rowsOf(view) {
  return (view.displays ?? []).filter((one) => one.view !== "audience" || isNamed(one));
}

/** How many of the audience's phones look on now. */
export function phonesOf(view) {
  const listed = (view.displays ?? []).filter((one) => one.view === "audience" && !isNamed(one) && one.online).length;
  return listed + (view.phones ?? 0);
}

const isNamed = ({ name }) => Boolean(name) && !/^\d+$/.test(name);

/** "大屏「左」", "2 号屏", "评委 3". */
export function displayName(display, t, language) {
  if (isNamed(display)) return display.name;
  if (display.who) return pick(display.who, language);
  return display.name ? t("host.display.number", { n: display.name }) : t(`host.view.${display.view}`);
}

/** The name with what it shows before it, for sentences: "大屏「左」". */
function calledAs(display, t, language) {
  const name = displayName(display, t, language);
  return isNamed(display) ? t("host.display.called", { view: t(`host.view.${display.view}`), name }) : name;
}

export function soundWords(display, t) {
  if (display.sound === "none") return "";
  const volume = display.sound === "on" ? (display.settings?.volume ?? null) : null;
  return `${t(`host.sound.${display.sound}`)}${volume === null ? "" : ` ${t("host.sound.volume", { n: volume })}`}`;
}

/** How many displays of the hall sound at once; two are an echo. */
export function soundingOf(view) {
  return rowsOf(view).filter((one) => one.online && one.sound === "on" && IN_THE_HALL.has(one.view)).length;
}

export function sizeWords({ size }) {
  return size ? `${size[0]}×${size[1]}` : "";
}

/** What is wrong with a display, as a key of a sentence, or null. Before the show a display may come and go. */
export function displayProblem(display, view) {
  if (!IN_THE_HALL.has(display.view)) return null;
  if (!display.online) return showIsOn(view) ? "offline" : null;
  return display.sound === "blocked" ? "blocked" : null;
}

function showIsOn(view) {
  return view.scene.name !== "opening" && view.certified.length < 2;
}

/** Sentences for the header. @returns {{kind: string, text: string}[]} */
export function displayTroubles(view, t, language) {
  return rowsOf(view).flatMap((display) => {
    const problem = displayProblem(display, view);
    return problem ? [{ kind: "display", text: t(`host.display.${problem}`, { name: calledAs(display, t, language) }) }] : [];
  });
}
