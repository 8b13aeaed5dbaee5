// The picture, sound or film of a question: taken from the author's machine, told by its content, shown or played as it is kept.
import { html, useRef, useState } from "../shared/html.js";
import { send, why } from "./api.js";
import { Field } from "./fields.js";

const KIND = { png: "image", jpg: "image", webp: "image", mp4: "video", webm: "video" };

/** What a kept file is, by its name. @returns {"image"|"audio"|"video"} */
export const kindOfFile = (name) => KIND[name.split(".").pop()] ?? "audio";

/** The file as it is kept: seen or heard here. */
export function Kept({ name, alt }) {
  const src = `/media/${name}`;
  const kind = kindOfFile(name);
  if (kind === "image") return html`<img class="kept" src=${src} alt=${alt} />`;
  if (kind === "video") return html`<video class="kept" src=${src} aria-label=${alt || name} controls preload="metadata" />`;
  return html`<audio class="kept" src=${src} aria-label=${alt || name} controls preload="metadata" />`;
}

export function MediaField({ form, set, meta, problems, touch, t, language }) {
  const [part, setPart] = useState(null); // 0..1 while it is sent
  const [refusal, refuse] = useState(null);
  const input = useRef(null);
  const take = async (file) => {
    if (!file) return;
    refuse(null);
    setPart(0);
    const answer = await send(file, setPart);
    setPart(null);
    if (input.current) input.current.value = "";
    if (answer.status === 201) set({ media: answer.data.name });
    else refuse(answer);
    touch("media");
  };
  const limits = t("bank.edit.uploadLimits", meta.media);
  return html`
    <${Field} name="media" group=${true} hint=${limits} problems=${problems} t=${t} language=${language}>
      <div class="media-edit" data-busy=${part === null ? "no" : "yes"}>
        ${form.media && html`<${Kept} name=${form.media} alt=${form.alt} />`}
        <div class="media-do">
          <label class="button media-choose">
            <input type="file" class="unseen" ref=${input} accept=".png,.jpg,.jpeg,.webp,.mp3,.ogg,.opus,.wav,.m4a,.mp4,.webm" disabled=${part !== null} onChange=${(event) => take(event.currentTarget.files[0])} />
            <span>${part === null ? t("bank.edit.upload") : t("bank.edit.uploading", { percent: Math.round(part * 100) })}</span>
          </label>
          ${form.media && html`<button type="button" class="plain-button" onClick=${() => set({ media: "" })}>${t("bank.edit.removeMedia")}</button>`}
        </div>
        <p class="field-refusal" role="status">${refusal ? why(refusal, t, language) : ""}</p>
      </div>
    <//>
  `;
}
