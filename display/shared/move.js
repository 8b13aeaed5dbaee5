// Takes this page to the standby once that machine rules: it asks there, believes the higher epoch, and goes by itself.

const ASK_LOST_MS = 1000; // while the line is down, or our server says that the show has moved
const ASK_LIVE_MS = 5000; // while all is well: the cable between the two laptops may be cut, and ours to both is not
const SPREAD_MS = 400; // a hall of pages does not ask in the same instant
const ANSWER_MS = 2500;
const RELOAD_LOOK_MS = 1500;
const PAGE_ID = /^[0-9a-f]{32}$/;
const STORED = { page: "firstpress.page", lang: "firstpress.language", standby: "firstpress.standby" };
const ASKS_WHEN_LIVE = ["/projector", "/stage", "/host", "/judge", "/desk", "/operator"]; // not a thousand phones

arrive();

/** What a page that came from the other machine brings along: which page it is. It stands behind the #, so no log has it. */
function arrive() {
  if (location.hash.length < 2) return;
  const brought = new URLSearchParams(location.hash.slice(1));
  if (!brought.has("page") && !brought.has("ticket")) return;
  try {
    if (PAGE_ID.test(brought.get("page") ?? "")) sessionStorage.setItem(STORED.page, brought.get("page"));
    if (["zh-CN", "en"].includes(brought.get("lang"))) localStorage.setItem(STORED.lang, brought.get("lang"));
  } catch {
    // storage switched off: it is another page then, with a name of its own
  }
  history.replaceState(null, "", location.pathname + location.search);
}

/** What goes with the page; read at the last moment. */
function luggage(ticket) {
  const taken = new URLSearchParams();
  if (ticket) taken.set("ticket", ticket);
  try {
    for (const [name, key] of [["page", sessionStorage.getItem(STORED.page)], ["lang", localStorage.getItem(STORED.lang)]]) if (key) taken.set(name, key);
  } catch {
    // as above
  }
  return taken;
}

/** Whether this page has not been loaded again for that standby yet: once must do, and a page that loads for ever shows nothing. */
function firstTimeFor(address) {
  try {
    return sessionStorage.getItem(STORED.standby) !== address;
  } catch {
    return false;
  }
}

function remember(address) {
  sessionStorage.setItem(STORED.standby, address);
}

/** An origin and nothing else, or null. */
function originIn(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) && url.origin !== location.origin ? url.origin : null;
  } catch {
    return null;
  }
}

/**
 * Follow the show to whichever machine has it.
 *
 * @param {string} namespace the page's Socket.IO namespace
 * @param {object} socket its line; hears "standby" {address, epoch, contest, fenced, ticket}, says "fence" with a proved claim
 * @returns {{link: (state: string) => void, seen: (view: object) => void, claim: () => object, way: () => string|null, close: () => void}}
 *   `link(state)`: "live" or otherwise, as the line is; `seen(view)`: what stands on the page; `claim()`: what to say at each connection;
 *   `way()`: where this page is over there, with what it takes along, for somebody who goes by hand; null where no other machine is known
 */
export function follow(namespace, socket) {
  let told = null; // the last "standby"
  let address = null;
  let ticket = null;
  let claim = null; // the proof that another machine rules
  let live = false;
  let timer = 0;
  let asking = false;
  let going = false;
  let barred = false; // this page was loaded before the standby was known: its policy does not let it ask there
  let busy = false; // somebody is in the middle of something on this page
  const framed = window.parent !== window; // a picture inside the console is no page that moves

  const next = () => {
    clearTimeout(timer);
    if (address === null || going || framed) return;
    const hurry = !live || told.fenced;
    if (!hurry && !ASKS_WHEN_LIVE.includes(namespace)) return;
    timer = setTimeout(ask, (hurry ? ASK_LOST_MS : ASK_LIVE_MS) + Math.random() * SPREAD_MS);
  };

  async function ask() {
    if (asking || going || address === null) return;
    asking = true;
    try {
      const answer = await fetch(`${address}/api/v1/epoch`, { mode: "cors", credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      const said = answer.ok ? await answer.json() : {};
      if (said.rules === true && said.contest === told.contest && said.epoch > told.epoch) go(said.claim);
    } catch {
      // nobody there, or not yet: asked again
    }
    asking = false;
    next();
  }

  function go(proved) {
    claim = proved ?? null;
    if (claim !== null && socket.connected) socket.emit("fence", claim); // the old one may not know
    going = true;
    const where = wayThere();
    setTimeout(() => location.replace(where), 50); // what was just said leaves first
  }

  function wayThere() {
    const path = namespace === "/audience" ? namespace : location.pathname; // phones have a listener of their own here, and there
    return `${address}${path}${location.search}#${luggage(ticket)}`;
  }

  /** A policy cannot be widened once a page is loaded. Nobody's work may be lost by loading it again, so that waits. */
  function reloadWhenQuiet() {
    if (going || !firstTimeFor(address)) return;
    const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName) || document.querySelector("dialog[open]") !== null;
    if (live && !busy && !typing) {
      remember(address);
      location.reload();
    } else setTimeout(reloadWhenQuiet, RELOAD_LOOK_MS);
  }

  const violated = (event) => {
    if (barred || address === null || !event.blockedURI.startsWith(address)) return;
    barred = true;
    setTimeout(reloadWhenQuiet, RELOAD_LOOK_MS);
  };
  if (!framed) document.addEventListener("securitypolicyviolation", violated);

  socket.on("standby", (content) => {
    if (framed) return;
    told = content;
    const another = originIn(content.address);
    const fresh = another !== address;
    address = another;
    ticket = content.ticket ?? ticket;
    if (address !== null && (fresh || told.fenced)) ask();
    else next();
  });

  return {
    link: (state) => {
      const was = live;
      live = state === "live";
      if (was !== live) next();
    },
    seen: (view) => {
      busy = view.clock?.state === "running" || ["armed", "open"].includes(view.buzz?.phase);
    },
    claim: () => (claim === null ? {} : { fence: claim }),
    way: () => (address === null ? null : wayThere()),
    close: () => {
      clearTimeout(timer);
      going = true;
      document.removeEventListener("securitypolicyviolation", violated);
    },
  };
}
