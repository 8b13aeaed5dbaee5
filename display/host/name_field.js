// A line for a name: sent with Enter or when it is left, once, and only if it is another one.
import { html, useEffect, useRef, useState } from "../shared/html.js";

/** @param {{id: string, label: string, name: string, able: boolean, send: (name: string) => void}} props */
export function NameField({ id, label, name, able, send }) {
  const [entry, setEntry] = useState(name);
  const told = useRef(name);
  useEffect(() => {
    told.current = name;
    setEntry(name);
  }, [name]);
  const tell = () => {
    const wanted = entry.trim();
    if (!able || wanted === told.current) return;
    told.current = wanted;
    send(wanted);
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    tell();
  };
  return html`
    <div class="setting">
      <label for=${id}>${label}</label>
      <input id=${id} class="entry" type="text" maxlength="24" autocomplete="off" value=${entry} onInput=${(event) => setEntry(event.currentTarget.value)} onKeyDown=${onKeyDown} onBlur=${tell} />
    </div>
  `;
}
