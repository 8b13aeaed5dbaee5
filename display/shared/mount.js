// Puts a page on the air: the line to the server on one side, the page's App on the other; its place among the displays, its sound.
import { connect } from "./connection.js";
import { createDisplay } from "./display.js";
import { html, render } from "./html.js";
import { createSound } from "./sound.js";
import { SOUNDS } from "./synth.js";

/**
 * App gets `view` (null before the first; its `lang` is the language this page speaks), `link`, `send`, `contestNs`, `display` and what is its `own`.
 * `display` is {page, view, name, settings, muted, language, flash, sound, audible, volume}: `settings` are the register's over the address's,
 * `language` is null unless one of them says it, `audible` whether this page may be heard now, at `volume` (a gain, 0 to 1).
 * Another contest, or one that was set back while the line was down, gets an App that remembers nothing.
 *
 * @param {string} namespace the page's Socket.IO namespace
 * @param {string} place id of the element that the page fills
 * @param {Function} App component
 * @param {object|((line: object, redraw: () => void) => object)} own properties of this page alone
 * @param {object} auth what this page alone says at each connection
 */
export function mount(namespace, place, App, own = {}, auth = {}) {
  const root = document.getElementById(place);
  let view = null; // as it came
  let spoken = null; // the same in this page's language
  let link = { state: "connecting" };
  let contests = 0;

  const draw = () =>
    render(html`<${App} key=${contests} view=${spoken} link=${link} send=${line.command} contestNs=${line.contestNs} display=${shown} ...${extra} />`, root);
  const translate = () => {
    spoken = view && shown.language ? { ...view, lang: shown.language } : view;
  };
  const display = createDisplay((next) => {
    const again = next.language !== shown.language;
    shown = props(next);
    if (again) translate();
    sound.set(next);
    draw();
  });
  // The test card is where the sound is checked: it may play each sound by its name.
  const props = (known) => (known.view === "test" ? { ...known, play: (name) => sound.play(name), soundNames: Object.keys(SOUNDS) } : known);
  let shown = props(display.props());

  const line = connect(
    namespace,
    {
      onView: (next, fresh) => {
        const other = view !== null && (next.epoch !== view.epoch || (fresh && next.revision < view.revision));
        if (other) contests += 1;
        view = next;
        translate();
        display.update(view);
        draw(); // the picture first: the sound falls into its frame
        sound.update(view, fresh || other);
      },
      onLink: (next) => {
        if (next.state === link.state) return;
        link = next;
        if (next.state === "lost") sound.lost();
        draw();
      },
    },
    () => ({ ...auth, ...display.auth() }),
  );
  const sound = createSound({ view: shown.view, preview: display.address.preview, contestNs: line.contestNs, tell: display.tell });
  const extra = typeof own === "function" ? own(line, () => draw()) : own;
  display.follow(line);
  sound.set(shown);
  draw();
}
