// The boxes: link, uncertainty, last press; and in a simulated contest the strip that presses them.
import { html } from "../shared/html.js";
import { milliseconds } from "../shared/numbers.js";
import { keepFocus } from "./focus.js";
import { boxTrouble, pressedText } from "./health.js";
import { useContestTime } from "./ticking.js";

export function Boxes({ view, contestNs, simulate, live, t, language }) {
  const elapsedMs = Math.max(0, useContestTime(contestNs, 1000) - view.contest_ns) / 1e6;
  return html`
    <div class="boxes">
      <h2 class="zone-title">${t("host.boxes")}</h2>
      <div class="box-list">
        ${view.boxes.length === 0 && html`<p class="box is-bad">${t("host.boxes.none")}</p>`}
        ${view.boxes.map((box) => html`<${Box} key=${box.id} box=${box} elapsedMs=${elapsedMs} t=${t} language=${language} />`)}
      </div>
      ${view.simulated && html`<${Simulation} seats=${view.seats} simulate=${simulate} live=${live} t=${t} />`}
    </div>
  `;
}

function Box({ box, elapsedMs, t, language }) {
  const trouble = boxTrouble(box, t, language);
  const title = box.kind === "simulated" ? t("host.box.simulated") : t("host.box.serial", { id: box.id });
  const state = t(`host.box.${box.state === "down" ? "downShort" : box.state}`);
  const facts = [];
  if (box.uncertainty_us !== null) facts.push(t("host.box.uncertainty", { ms: milliseconds(box.uncertainty_us) }));
  if (box.last_press) {
    facts.push(t("host.box.last", { seat: box.last_press.seat, when: pressedText(box.last_press.ago_ms + elapsedMs, t) }));
  } else {
    facts.push(t("host.pressed.never"));
  }
  return html`
    <div class=${`box ${trouble ? "is-bad" : ""}`} data-box=${box.id} data-state=${box.state} title=${box.port}>
      <div class="box-title"><span>${title}${t("sentence")}${t("host.box.seats", { seats: seatRange(box.seats) })}</span><b>${state}</b></div>
      <div class="box-facts">
        ${trouble ?? facts.join(t("sentence"))}
      </div>
    </div>
  `;
}

/** "1–5" for seats in a row, "2、4" otherwise. */
function seatRange(seats) {
  const inARow = seats.length > 2 && seats.every((seat, i) => i === 0 || seat === seats[i - 1] + 1);
  return inARow ? `${seats[0]}–${seats[seats.length - 1]}` : seats.join("、");
}

function Simulation({ seats, simulate, live, t }) {
  return html`
    <div class="simulation" role="group" aria-label=${t("host.simulate")}>
      <span class="simulation-title">${t("host.simulate")}</span>
      <div class="simulation-keys">
        ${seats.map(
          ({ seat }) => html`
            <button
              key=${seat}
              type="button"
              class="sim figures"
              data-sim=${seat}
              disabled=${!live}
              aria-label=${t("host.simulate.press", { seat })}
              onMouseDown=${keepFocus}
              onPointerDown=${(event) => event.button === 0 && simulate(seat)}
              onClick=${(event) => event.detail === 0 && simulate(seat)}
            >
              ${seat}
            </button>
          `,
        )}
      </div>
    </div>
  `;
}
