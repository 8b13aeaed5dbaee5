// A page as one of the displays of the hall: its id and name, what the console sets for it and asks of it.
import { addressOf, merged, readAddress } from "./address.js";
import { randomId } from "./connection.js";
import { createFlash } from "./flash.js";

const STORED_AS = "firstpress.page";
const PAGE_ID = /^[0-9a-f]{32}$/;
const RESIZED_AFTER_MS = 300;

/** This window's id: a reload keeps it, a second window has another. */
function storedId() {
  try {
    const known = sessionStorage.getItem(STORED_AS);
    return PAGE_ID.test(known) ? known : storeId(randomId());
  } catch {
    return randomId(); // storage switched off: the id lives as long as the page
  }
}

function storeId(id) {
  sessionStorage.setItem(STORED_AS, id);
  return id;
}

/** A duplicated window begins with a copy of the first one's storage, and so with its id; `onTaken` is called in the copy. */
function watchForCopies(id, onTaken) {
  const channel = new BroadcastChannel(STORED_AS);
  const me = randomId();
  let mine = id;
  channel.addEventListener("message", ({ data }) => {
    if (data.asks === mine) channel.postMessage({ taken: mine, by: data.me });
    if (data.taken === mine && data.by === me) {
      mine = storeId(randomId());
      onTaken(mine);
    }
  });
  channel.postMessage({ asks: mine, me });
}

/**
 * @param {(display: object) => void} onChange called with the new `props()`
 * @returns {{address: object, auth: () => object, follow: (line: object) => void, update: (view: object) => void, tell: (sound: object) => void, props: () => object}}
 *   `auth()`: what the page says at each connection; `follow(line)`: take what the line brings; `update(view)`: what stands on the page now;
 *   `tell({state, audible, volume})`: how it stands with sound; `props()`: {page, view, name, settings, muted, session, language, flash, sound, audible, volume}
 */
export function createDisplay(onChange) {
  const address = readAddress(location);
  let page = storedId();
  let line = null;
  let told = { name: address.name, settings: {}, muted: false, session: null };
  let sound = { state: null, audible: false, volume: 1 }; // null: it is being found out
  const size = () => [window.innerWidth, window.innerHeight].map((length) => Math.round(length * window.devicePixelRatio));
  const flash = createFlash(() => changed());

  const props = () => {
    const settings = merged(told.settings, address.settings);
    return {
      page,
      view: address.view,
      name: told.name,
      settings,
      muted: told.muted,
      session: told.session,
      language: settings.lang,
      flash: flash.shown(),
      sound: sound.state,
      audible: sound.audible,
      volume: sound.volume,
    };
  };
  const changed = () => onChange(props());
  const report = () => line?.emit("state", { ...(sound.state && { sound: sound.state }), size: size() });

  const asked = {
    identify: () => flash.show(told.name, page),
    reload: () => location.reload(),
    view: ({ to }) => {
      const next = addressOf(to, location);
      if (next === null || next === location.pathname + location.search) return;
      // The audience's pages have a port of their own, and so a storage of their own: the id goes along behind the #.
      const elsewhere = [next, location.pathname].some((one) => one.startsWith("/audience"));
      location.assign(elsewhere ? `${next}#page=${page}` : next);
    },
  };

  function follow(toServer) {
    if (address.preview) return; // a picture inside the console is no display
    line = toServer;
    watchForCopies(page, (another) => {
      page = another;
      line.again();
    });
    line.on("connect", report);
    line.on("display", (next) => {
      told = { name: next.name || null, settings: next.settings ?? {}, muted: Boolean(next.muted), session: next.session ?? told.session }; // said once a connection
      changed();
    });
    line.on("do", (what) => asked[what.do]?.(what));
    let resized = 0;
    window.addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(report, RESIZED_AFTER_MS);
    });
  }

  return {
    address,
    auth: () => (address.preview ? { preview: true } : { page, view: address.view, name: address.name, size: size() }),
    follow,
    // In a blackout the hall stays black: a name over it would be the mistake everybody sees. The crew's own pages show it.
    update: (view) => flash.forbid(Boolean(view?.blackout) && ["projector", "overlay", "audience"].includes(address.view)),
    tell: (next) => {
      const before = sound;
      sound = next;
      if (before.state !== next.state) report();
      if (before.state !== next.state || before.audible !== next.audible || before.volume !== next.volume) changed();
    },
    props,
  };
}
