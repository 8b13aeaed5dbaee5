// Whether a logo can be seen on the ground of the picture, or needs a plate of paper or ink behind it.
import { contrast } from "../shared/contrast.js";
import { useEffect, useState } from "../shared/html.js";

const SAMPLE = 48; // pixels a side: enough to see which colours a logo has
const SEEN = 2; // contrast of a part of a logo that can be made out; a logo is a large shape
const LOST = 0.12; // a greater share of a logo than this must not vanish

const hex = (red, green, blue) => `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/**
 * @param {Uint8ClampedArray} pixels red, green, blue, alpha, each 0..255
 * @returns {number} 0..1: how much of what is drawn could not be told from the ground; 0 for a picture without transparency, which brings its own
 */
export function lostOn(pixels, ground) {
  let drawn = 0;
  let lost = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] < 128) continue;
    drawn += 1;
    if (contrast(hex(pixels[at], pixels[at + 1], pixels[at + 2]), ground) < SEEN) lost += 1;
  }
  return drawn === 0 || drawn === pixels.length / 4 ? 0 : lost / drawn;
}

async function pixelsOf(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SAMPLE;
  canvas.height = SAMPLE;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0, SAMPLE, SAMPLE);
  return pen.getImageData(0, 0, SAMPLE, SAMPLE).data;
}

/** One decision for logos that stand together. @returns {"no"|"paper"|"ink"} */
export function plateFor(all, { ground, paper, ink }) {
  const worst = (one) => Math.max(0, ...all.map((pixels) => lostOn(pixels, one)));
  if (worst(ground) <= LOST) return "no";
  return worst(paper) <= worst(ink) ? "paper" : "ink";
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {string[]} sources addresses of pictures @param {string} theme changes whenever the colours do @returns {"no"|"paper"|"ink"} */
export function usePlate(sources, theme) {
  const [plate, setPlate] = useState("no");
  const key = sources.join(" ");
  useEffect(() => {
    let here = true;
    // A logo that is missing or broken says nothing about the others.
    Promise.all(sources.map((source) => pixelsOf(source).catch(() => new Uint8ClampedArray()))).then((all) => {
      if (here) setPlate(plateFor(all, { ground: token("--ground"), paper: token("--plate"), ink: token("--on-plate") }));
    });
    return () => {
      here = false;
    };
  }, [key, theme]);
  return plate;
}
