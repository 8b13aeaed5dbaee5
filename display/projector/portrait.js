// Photos of the contestants: fetched and made small before they are needed. One that is missing, broken or late leaves a picture as good as without.
import { html, useEffect, useState } from "../shared/html.js";

const LARGEST = 1200; // pixels high: as much as a 4K wall shows of one; a camera's picture is ten times that, for each of nine
const TRIES = 5;
const AGAIN_MS = 4000;

const photos = new Map(); // name → {src: string|null, broken: bool, arrived: promise}

/** A picture no larger than it is shown, so that nothing stutters when it comes. @returns its address */
async function fetched(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  if (height <= LARGEST * 1.2 && width <= LARGEST * 2) return address;
  const scale = LARGEST / Math.min(height, width * 1.5);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/webp", 0.92);
}

function photo(name) {
  const known = photos.get(name);
  if (known) return known;
  const one = { src: null, broken: false, arrived: null };
  const tried = (left) =>
    fetched(`/media/${name}`).then(
      (src) => Object.assign(one, { src, broken: false }),
      () => {
        one.broken = true;
        // The server may have been away just then.
        if (left > 1) setTimeout(() => tried(left - 1), AGAIN_MS);
      },
    );
  one.arrived = tried(TRIES);
  photos.set(name, one);
  return one;
}

/** Fetches the photos of a view's seats; draws again when one has arrived or turns out to be broken. @returns {number} another one then */
export function usePhotos(view) {
  const [count, again] = useState(0);
  const names = (view?.seats ?? []).map((seat) => seat.photo ?? "").filter(Boolean).join("/");
  useEffect(() => {
    let here = true;
    for (const name of names.split("/").filter(Boolean)) photo(name).arrived.then(() => here && again((before) => before + 1));
    return () => {
      here = false;
    };
  }, [names]);
  return count;
}

/** The address of a seat's photo; null without one that can be shown now. */
export const photoOf = (seat) => (seat.photo ? (photos.get(seat.photo)?.src ?? null) : null);

/** Whether a picture of all the seats has photos: one at least that is there or on its way. */
export const anyPhoto = (seats) => seats.some((seat) => seat.photo && !photos.get(seat.photo)?.broken);

/** A seat's photo with its number in the corner; without one, the number as large as the room. */
export function Portrait({ seat, class: name = "" }) {
  const src = photoOf(seat);
  return html`<div class=${`portrait ${name}`} data-role="portrait" data-photo=${src ? "yes" : "no"}>
    ${src && html`<img class="portrait-photo" src=${src} alt="" />`}
    <b class="portrait-number figures">${seat.seat}</b>
  </div>`;
}
