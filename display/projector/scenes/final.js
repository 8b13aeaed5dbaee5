// The result, place by place from the last to the first; then all of them.
import { html } from "../../shared/html.js";
import { points } from "../../shared/numbers.js";
import { placeName } from "../../shared/said.js";
import { Fit, Name } from "../fit.js";
import { Portrait, anyPhoto, photoOf } from "../portrait.js";
import { seatOf } from "../seats.js";

/** The place just revealed: one name with its photo, or several that share the place, as large as they go. */
function Latest({ view, place, t }) {
  const seats = place.seats.map((seat) => seatOf(view, seat));
  const champion = place.place === 1;
  const photo = seats.length === 1 && photoOf(seats[0]) !== null;
  const each = seats.length === 2 && anyPhoto(seats); // more than two have no room for pictures
  return html`<div class=${`latest ${champion ? "champion" : ""}`} data-role="final-place" data-place=${place.place} data-count=${seats.length} data-photo=${photo ? "yes" : each ? "each" : "no"}>
    <div class="latest-words">
      <div class="latest-place">${placeName(place, t)}</div>
      ${seats.map(
        (seat) => html`<div class="latest-one" data-seat=${seat.seat}>
          ${each && html`<${Portrait} seat=${seat} />`}
          <${Name} max=${champion ? 36 : 25} min=${5} class="latest-name">${seat.name}<//>
          <div class="latest-line"><${Fit} max=${5.4} class="latest-unit">${seat.unit}<//><span class="latest-score"><b class="figures">${points(seat.score)}</b><small>${t("p.points")}</small></span></div>
        </div>`,
      )}
    </div>
    ${photo && html`<${Portrait} seat=${seats[0]} />`}
  </div>`;
}

function Standings({ view, t }) {
  const rows = view.scene.places
    .flatMap((place) => place.seats.map((seat) => ({ place: place.place, seat: seatOf(view, seat) })))
    .sort((a, b) => a.place - b.place || a.seat.seat - b.seat.seat);
  return html`<ol class="standings" data-rows=${rows.length} style=${{ gridTemplateRows: `repeat(${rows.length}, minmax(0, 1fr))` }}>
    ${rows.map(
      ({ place, seat }) => html`<li class="standing" data-role="final-place" data-place=${place} data-seat=${seat.seat}>
        <b class="standing-place figures">${place}</b>
        <${Name} max=${rows.length > 6 ? 6 : 8} class="standing-name">${seat.name}<//>
        <${Fit} max=${4.2} class="standing-unit">${seat.unit}<//>
        <span class="standing-score figures">${points(seat.score)}</span>
      </li>`,
    )}
  </ol>`;
}

/** Host and chief judge have signed: said beside the title. */
function Certified({ certified, t }) {
  const names = certified.map((one) => t(`p.certified.${one.role}`, { name: one.name })).join(t("sentence"));
  return html`<div class="certified" data-role="certified"><b>${t("p.certified")}</b><${Fit} max=${4} class="certified-names">${names}<//></div>`;
}

export function Final({ view, t }) {
  const { places, complete } = view.scene;
  const latest = places.at(-1);
  const earlier = places.slice(0, -1).reverse();
  if (complete) {
    return html`<div class="scene final is-complete">
      <div class="final-head"><h1 class="final-title">${t("p.standings")}</h1>${view.certified?.length === 2 && html`<${Certified} certified=${view.certified} t=${t} />`}</div>
      <${Standings} view=${view} t=${t} />
      <div class="wave-room" data-wave-slot />
    </div>`;
  }
  if (!latest) {
    return html`<div class="scene final is-waiting"><${Fit} max=${26} min=${8} wrap=${false} class="final-word">${t("p.final")}<//><div class="wave-room" data-wave-slot /></div>`;
  }
  return html`<div class="scene final" data-latest=${latest.place}>
    <${Latest} key=${latest.place} view=${view} place=${latest} t=${t} />
    <div class="wave-room" data-wave-slot />
    <div class="earlier">
      ${latest.place > 1 && earlier.map((place) => html`<div class="earlier-place" data-role="final-place" data-place=${place.place}>
        <b class="figures">${place.place}</b><${Fit} max=${5} class="earlier-name">${place.seats.map((seat) => seatOf(view, seat).name).join(" ")}<//>
      </div>`)}
    </div>
  </div>`;
}
