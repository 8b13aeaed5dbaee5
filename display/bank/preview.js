// A draft as the hall would see it, drawn by the projector's own page, which is handed the view and has no line to any server.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { ask } from "./api.js";

const WIDTH = 1280; // the picture is laid out at this size and scaled down whole
const HEIGHT = 720;
const WRITING_MS = 300;

/** The server's view of a draft, and what is wrong with the draft; asked for once the author pauses. */
export function usePreview(draft, revealed, given = null) {
  const [found, set] = useState({ view: null, problems: [] });
  const key = JSON.stringify([draft, revealed]);
  const newest = useRef("");
  useEffect(() => {
    if (draft === null) return undefined;
    newest.current = key;
    const timer = setTimeout(async () => {
      const answer = await ask("/preview", { method: "POST", body: { question: draft, revealed } });
      if (newest.current === key && answer.status === 200) set(answer.data);
    }, found.view || given ? WRITING_MS : 0);
    return () => clearTimeout(timer);
  }, [key]);
  return found;
}

/** @param {{view: object|null, revealed: boolean, onReveal: (yes: boolean) => void, scenario: boolean, t: Function}} props */
export function Preview({ view, revealed, onReveal, scenario, t }) {
  const box = useRef(null);
  const frame = useRef(null);
  const latest = useRef(view);
  latest.current = view;
  const hand = () => latest.current && frame.current?.contentWindow.postMessage({ type: "firstpress.next", view: latest.current }, location.origin);
  useEffect(() => {
    const ready = ({ origin, source, data }) => {
      if (origin === location.origin && source === frame.current?.contentWindow && data?.type === "firstpress.ready") hand();
    };
    addEventListener("message", ready);
    return () => removeEventListener("message", ready);
  }, []);
  useEffect(() => {
    hand();
  }, [view]);
  useLayoutEffect(() => {
    const scale = () => {
      frame.current.style.transform = `scale(${box.current.clientWidth / WIDTH})`;
    };
    const watcher = new ResizeObserver(scale);
    watcher.observe(box.current);
    scale();
    return () => watcher.disconnect();
  }, []);
  const choice = (yes, name) => html`<button type="button" class="segment" aria-pressed=${String(revealed === yes)} disabled=${scenario && yes} onClick=${() => onReveal(yes)}>${t(`bank.preview.${name}`)}</button>`;
  return html`
    <section class="preview" aria-label=${t("bank.preview.title")}>
      <div class="preview-head">
        <h2 class="side-title">${t("bank.preview.title")}</h2>
        <div class="segments">${choice(false, "asked")}${choice(true, "revealed")}</div>
      </div>
      <div class="preview-frame" ref=${box}>
        <iframe ref=${frame} src="/projector?preview=next" title=${t("bank.preview.title")} width=${WIDTH} height=${HEIGHT} tabindex="-1" inert aria-hidden="true"></iframe>
      </div>
      ${scenario && html`<p class="side-note">${t("bank.preview.scenario")}</p>`}
    </section>
  `;
}
