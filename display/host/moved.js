// What stands where the actions were when nothing is ruled from here: the show has moved to the other laptop, or this device is signed out; and the way on.
import { html } from "../shared/html.js";
import { hostIn } from "./hosts.js";

/** @returns {{state: "draining"|"fenced", address: string|null}|null} null while this machine rules. Pure. */
export function movedOf(view) {
  const fence = view?.fence ?? null;
  return fence?.state === "fenced" || fence?.state === "draining" ? { state: fence.state, address: fence.address ?? null } : null;
}

/**
 * Where the actions were.
 *
 * @param {object} props
 * @param {{address: string|null}} props.moved what movedOf() says of a machine that is fenced
 * @param {() => string|null} props.way the address of this page over there, with what it takes along; null where that is not known
 */
export function Moved({ moved, way, t }) {
  const { address } = moved;
  const go = (event) => {
    const there = way();
    if (there === null) return; // the plain address then, where somebody signs in again
    event.preventDefault();
    location.assign(there);
  };
  return html`
    <div class="moved" role="alert" data-role="moved">
      <p class="moved-where">${t(address ? "host.moved" : "host.moved.somewhere")}${address && html` <b>${hostIn(address)}</b>`}</p>
      <p class="moved-note">${t("host.moved.note")}</p>
      ${address && html`<a class="moved-way" data-role="moved-way" href=${`${address}${location.pathname}`} onClick=${go}>${t("host.moved.way")}</a>`}
    </div>
  `;
}

/** The same for a console that was signed out: nothing to press, and the way back. */
export function SignedOut({ role, t }) {
  return html`
    <div class="moved" role="alert" data-role="signed-out">
      <p class="moved-where">${t("host.signedOut")}</p>
      <p class="moved-note">${t("host.signedOut.note")}</p>
      <a class="moved-way" href=${`/login/${role}`}>${t("signIn.again")}</a>
    </div>
  `;
}
