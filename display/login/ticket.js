// Signing in by a one-time code: the code comes in the part of the address that no server and no log sees, and is taken out of it at once.
import { translator } from "../shared/strings.js";
import { login } from "../shared/strings/login.js";

const PATIENCE_MS = 10_000;
const HOME = { host: "/host", operator: "/host", judge: "/judge", desk: "/desk", display: "/projector" };
const PLACES = new Set([...Object.values(HOME), "/operator", "/stage"]);
const KNOWN = new Set(["used", "expired", "unknown", "number", "busy"]);
const chinese = translator("zh-CN", login);
const english = translator("en", login);
const at = (id) => document.getElementById(id);

/** The code of the address and what else stands behind its #; the code is gone from the address, and from where "back" leads. */
function takeTicket() {
  const given = new URLSearchParams(location.hash.slice(1));
  const ticket = given.get("ticket");
  if (!ticket) return null;
  given.delete("ticket");
  const rest = given.toString();
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  return { ticket, rest };
}

function say(key, values = {}) {
  at("ticket").hidden = false;
  at("ticket").dataset.state = key;
  at("ticket-zh").textContent = chinese(`login.ticket.${key}`, values);
  at("ticket-en").textContent = english(`login.ticket.${key}`, values);
}

/** The form comes back with the reason above it: whoever has a passphrase can go on with that. */
function refuse(key, values = {}) {
  say(key, values);
  document.body.classList.remove("is-signing-in");
}

async function redeem({ ticket, rest }) {
  document.body.classList.add("is-signing-in");
  at("ticket-again").hidden = true;
  say("doing");
  let response = null;
  let answer = null;
  const patience = new AbortController(); // AbortSignal.timeout is younger than some tablets
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    response = await fetch("/login/ticket", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ticket }),
      credentials: "same-origin",
      signal: patience.signal,
    });
    answer = await response.json();
  } catch {
    response = null; // not reached, or something else than our server answered
  } finally {
    clearTimeout(timer);
  }
  if (response?.ok && answer) {
    const to = PLACES.has(answer.to) ? answer.to : (HOME[answer.role] ?? "/");
    location.replace(to + location.search + (rest && `#${rest}`));
    return;
  }
  if (!response || response.status >= 500) {
    refuse("unreached");
    at("ticket-again").hidden = false;
    at("ticket-again").onclick = () => redeem({ ticket, rest });
    return;
  }
  if (response.status === 429) {
    refuse("busy", { seconds: Number(response.headers.get("Retry-After")) || 30 });
    at("ticket-again").hidden = false;
    at("ticket-again").onclick = () => redeem({ ticket, rest });
    return;
  }
  refuse(KNOWN.has(answer?.reason) ? answer.reason : "unknown");
}

function begin() {
  const found = takeTicket();
  if (found) redeem(found);
}

begin();
window.addEventListener("hashchange", begin); // a second code scanned while this page stands: no new page is loaded for that
