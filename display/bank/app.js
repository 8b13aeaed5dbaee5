// The authors' pages: header, which page the address names, and the guard over what is not saved yet.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { ask, useToken } from "./api.js";
import { Editor } from "./edit.js";
import { Figures } from "./figures.js";
import { List } from "./list.js";
import { Link, Trouble } from "./parts.js";
import { Review } from "./review.js";
import { useWords } from "./words.js";

const TABS = { questions: "/questions", review: "/review", statistics: "/statistics" };

/** The page an address names. @returns {{page: string, id: string|null}} */
export function pageOf(pathname) {
  const [, first, second] = pathname.split("/");
  if (first === "questions" && second) return { page: "edit", id: decodeURIComponent(second) };
  if (first === "new") return { page: "edit", id: null };
  return { page: first in TABS ? first : "questions", id: null };
}

/** Where we are, and how to go elsewhere; what is not saved is asked about first. */
function useAddress() {
  const [at, move] = useState(() => location.pathname + location.search);
  const [wanted, want] = useState(null); // where to, once what is not saved may be lost
  const unsaved = useRef(false);
  const here = useRef(at);
  const show = useCallback((to, how = "push") => {
    if (how !== "none") history[how === "replace" ? "replaceState" : "pushState"](null, "", to);
    here.current = to;
    move(to);
    want(null);
  }, []);
  const go = useCallback((to, how = "push") => (unsaved.current ? want(to) : show(to, how)), []);
  useEffect(() => {
    const back = () => {
      const to = location.pathname + location.search;
      if (!unsaved.current) return show(to, "none");
      history.pushState(null, "", here.current);
      return want(to);
    };
    const closing = (event) => unsaved.current && event.preventDefault();
    addEventListener("popstate", back);
    addEventListener("beforeunload", closing);
    return () => {
      removeEventListener("popstate", back);
      removeEventListener("beforeunload", closing);
    };
  }, []);
  const guard = useCallback((dirty) => {
    unsaved.current = dirty;
  }, []);
  const leave = () => {
    unsaved.current = false;
    show(wanted);
  };
  return { at, go, show, guard, wanted, stay: () => want(null), leave };
}

export function App() {
  const { t, language, toggle } = useWords();
  const address = useAddress();
  const [meta, setMeta] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const load = useCallback(async () => {
    setTrouble(null);
    const answer = await ask("/meta");
    if (answer.status !== 200) return setTrouble(answer);
    useToken(answer.data.token);
    return setMeta(answer.data);
  }, []);
  useEffect(() => {
    load();
  }, []);
  const [path] = address.at.split("?");
  const { page, id } = pageOf(path);
  useLayoutEffect(() => {
    const name = page === "edit" ? (id ? t("bank.edit.heading", { id }) : t("bank.edit.new")) : t(`bank.nav.${page}`);
    document.title = `${name} · ${t("product")} ${t("bank.title")}`;
  }, [page, id, language]);
  const main = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    // A page that came in place of another begins where reading begins.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    scrollTo(0, 0);
  }, [page, id]);
  const shared = { t, language, meta, go: address.go, guard: address.guard, onMeta: load };
  return html`
    <div class="bank" data-page=${page}>
      <a class="skip" href="#main">${t("bank.skip")}</a>
      <${Header} page=${page} meta=${meta} go=${address.go} toggle=${toggle} t=${t} language=${language} />
      ${address.wanted !== null && html`<${Leaving} address=${address} t=${t} />`}
      <main id="main" tabindex="-1" ref=${main}>
        ${trouble && html`<${Trouble} answer=${trouble} again=${load} t=${t} language=${language} />`}
        ${!trouble && !meta && html`<p class="waiting" role="status">${t("bank.loading")}</p>`}
        ${meta && page === "questions" && html`<${List} at=${address.at} ...${shared} />`}
        ${meta && page === "edit" && html`<${Editor} key=${id ?? "new"} id=${id} show=${address.show} ...${shared} />`}
        ${meta && page === "review" && html`<${Review} ...${shared} />`}
        ${meta && page === "statistics" && html`<${Figures} at=${address.at} ...${shared} />`}
      </main>
    </div>
  `;
}

function Header({ page, meta, go, toggle, t, language }) {
  return html`
    <header class="header">
      <p class="brand"><b>${t("product")}</b> <span>${t("bank.title")}</span></p>
      <nav aria-label=${t("bank.nav")}>
        ${Object.entries(TABS).map(([name, to]) => html`<${Link} key=${name} to=${to} go=${go} class="tab" current=${page === name}>${t(`bank.nav.${name}`)}<//>`)}
        <${Link} to="/new" go=${go} class="tab is-new" current=${page === "edit" && location.pathname === "/new"}>${t("bank.nav.new")}<//>
      </nav>
      <div class="ways">
        ${meta && html`<span class="who" title=${t("bank.signedInAs", { name: meta.author })}>${meta.author}</span>`}
        <button type="button" class="plain-button" onClick=${toggle} lang=${language === "en" ? "zh-CN" : "en"} title=${t("language.title")}>${t("language.switch")}</button>
        ${meta && html`<form method="post" action="/logout"><input type="hidden" name="token" value=${meta.token} /><button class="plain-button" type="submit">${t("bank.signOut")}</button></form>`}
      </div>
    </header>
  `;
}

function Leaving({ address, t }) {
  const stay = useRef(null);
  useEffect(() => stay.current.focus(), []);
  return html`
    <div class="leaving" role="alertdialog" aria-label=${t("bank.edit.unsaved")} aria-describedby="leaving-text" onKeyDown=${(event) => event.key === "Escape" && address.stay()}>
      <p id="leaving-text">${t("bank.edit.leave")}</p>
      <button type="button" class="button is-main" ref=${stay} onClick=${address.stay}>${t("bank.edit.stay")}</button>
      <button type="button" class="button is-danger" onClick=${address.leave}>${t("bank.edit.leaveAnyway")}</button>
    </div>
  `;
}
