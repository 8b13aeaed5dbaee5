// The boxes: a line each on what they are worth, all that is known of one on demand, and the lamp test.
import { html } from "../shared/html.js";
import { pick } from "../shared/strings.js";
import { keepFocus } from "./focus.js";
import { boxDetails, boxLine, boxProblem } from "./health.js";
import { keyCap } from "./keys.js";
import { useContestTime } from "./ticking.js";

const KINDS = { simulated: "host.box.simulated", gpio: "host.box.gpio", web: "host.box.web" };

export function Boxes({ view, contestNs, commands, live, t, language }) {
  const elapsedMs = Math.max(0, useContestTime(contestNs, 1000) - view.contest_ns) / 1e6;
  const lampTest = view.tools.find((one) => one.id === "lamp_test");
  return html`
    <div class="boxes">
      <h2 class="zone-title">
        ${t("host.boxes")}
        ${lampTest && html`<${LampTest} tool=${lampTest} commands=${commands} live=${live} t=${t} language=${language} />`}
      </h2>
      <div class="box-list">
        ${view.boxes.length === 0 && html`<p class="box is-bad">${t("host.boxes.none")}</p>`}
        ${view.boxes.map((box) => html`<${Box} key=${`${box.id} ${box.port}`} box=${box} elapsedMs=${elapsedMs} t=${t} language=${language} />`)}
      </div>
      ${view.simulated && html`<${Simulation} seats=${view.seats} simulate=${commands.simulate} live=${live} t=${t} />`}
    </div>
  `;
}

function LampTest({ tool, commands, live, t, language }) {
  return html`
    <button
      type="button"
      class="lamp-test"
      data-tool=${tool.id}
      disabled=${!live}
      aria-disabled=${!live || !commands.mine ? "true" : "false"}
      onMouseDown=${keepFocus}
      onClick=${() => commands.run(tool)}
    >
      ${tool.key && html`<kbd>${keyCap(tool.key, t)}</kbd>`}${pick(tool.label, language)}
    </button>
  `;
}

function Box({ box, elapsedMs, t, language }) {
  const trouble = boxProblem(box, t, language);
  const kind = KINDS[box.kind];
  const title = [kind ? t(kind) : t("host.box.serial", { id: box.id || box.port })];
  if (box.seats.length) title.push(t("host.box.seats", { seats: seatRange(box.seats) }));
  return html`
    <details class=${`box ${trouble ? "is-bad" : ""}`} name="box" data-box=${box.id} data-state=${box.state}>
      <summary onMouseDown=${keepFocus}>
        <span class="box-title"><span>${title.join(t("sentence"))}</span><b>${t(`host.box.${box.state === "down" ? "downShort" : box.state}`)}</b></span>
        <span class="box-facts">${trouble ?? boxLine(box, t)}</span>
      </summary>
      <ul class="box-details">
        ${boxDetails(box, elapsedMs, t).map((line) => html`<li>${line}</li>`)}
      </ul>
    </details>
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
