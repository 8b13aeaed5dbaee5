// Computes all sounds beside the page: the picture does not wait for them.
import { render, SOUNDS } from "./synth.js";

self.onmessage = ({ data: rate }) => {
  for (const name of Object.keys(SOUNDS)) {
    const samples = render(name, rate);
    self.postMessage({ name, samples }, [samples.buffer]);
  }
  self.close();
};
