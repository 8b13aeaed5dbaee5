// What the hall sees, and what it would see after the next action: both drawn by the projector's own page, scaled down whole.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";

const WIDTH = 1280; // the picture is laid out at this size and scaled down whole
const HEIGHT = 720;

export function NowPicture({ view, aside, t }) {
  return html`
    <div class="projector">
      <h2 class="zone-title">${t("host.projector")}${aside}</h2>
      <${Picture} src="/projector?preview=1" title=${t("host.projector")}>
        ${view.blackout && html`<strong class="projector-black">${t("host.projector.black")}</strong>`}
        ${view.sound?.muted && html`<strong class="projector-muted">${t("host.projector.muted")}</strong>`}
      <//>
    </div>
  `;
}

/** Fetched with the first view that has something to show; what it may not know is said in words. */
export function NextPicture({ view, t }) {
  const next = view.next_view ?? null;
  const [wanted, want] = useState(next !== null);
  const frame = useRef(null);
  const latest = useRef(next);
  latest.current = next;
  if (next && !wanted) want(true);

  const hand = () => latest.current && frame.current?.contentWindow.postMessage({ type: "firstpress.next", view: latest.current }, location.origin);
  useEffect(() => {
    const ready = ({ origin, source, data }) => {
      if (origin === location.origin && source === frame.current?.contentWindow && data?.type === "firstpress.ready") hand();
    };
    window.addEventListener("message", ready);
    return () => window.removeEventListener("message", ready);
  }, []);
  const key = next && JSON.stringify([next.epoch, next.revision, next.scene, next.seats]);
  useEffect(() => {
    hand();
  }, [key]);

  return html`
    <div class="projector is-next" data-role="next-view">
      <h2 class="zone-title">${t("host.next")}<em>${t("host.secret")}</em></h2>
      <${Picture} src=${wanted ? "/projector?preview=next" : null} title=${t("host.next")} frame=${frame} hidden=${next === null}>
        ${next === null && html`<span class="projector-none">${t("host.next.unknown")}</span>`}
      <//>
    </div>
  `;
}

function Picture({ src, title, frame, hidden = false, children }) {
  const box = useRef(null);
  const own = useRef(null);
  const picture = frame ?? own;
  useLayoutEffect(() => {
    const scale = () => {
      if (picture.current) picture.current.style.transform = `scale(${box.current.clientWidth / WIDTH})`;
    };
    const watcher = new ResizeObserver(scale);
    watcher.observe(box.current);
    scale();
    return () => watcher.disconnect();
  }, [src]);
  return html`
    <div class="projector-frame" ref=${box}>
      ${src && html`<iframe ref=${picture} src=${src} title=${title} width=${WIDTH} height=${HEIGHT} class=${hidden ? "is-hidden" : ""} tabindex="-1" inert aria-hidden="true"></iframe>`}
      ${children}
    </div>
  `;
}
