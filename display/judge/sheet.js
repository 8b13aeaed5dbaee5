// The sheet while it can be filled in: items with steppers, the running total, a second look, and changing one's mind.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { points } from "../shared/numbers.js";
import { pick } from "../shared/strings.js";
import { words } from "../shared/words.js";
import { total } from "./counting.js";
import { draftAddress, dropDraft, loadDraft, saveDraft } from "./draft.js";
import { Item } from "./item.js";
import { Contestant, Given } from "./reading.js";

/** Marks being entered for the sheet of this view; a new contestant or question starts a new sheet. */
function useDraft(view) {
  const address = draftAddress(view);
  const [draft, setDraft] = useState(() => begin(address, view.sheet));
  if (draft.key === address.key) return [draft, setDraft];
  // The same sheet under a new epoch: the server was restarted while the judge was writing.
  const current = draft.sheet === address.sheet ? { ...draft, ...address } : begin(address, view.sheet);
  setDraft(current);
  return [current, setDraft];
}

function begin(address, sheet) {
  const kept = loadDraft(address.key, sheet.items);
  const differs = kept !== null && draftDiffers(kept, sheet);
  return { ...address, marks: kept ?? sheet.marks ?? sheet.items.map(() => null), kept: differs };
}

/** True when these marks are not what the server has. */
function draftDiffers(marks, sheet) {
  return marks.some((mark, i) => mark !== sheet.marks?.[i]);
}

export function Sheet({ view, live, send, t, language }) {
  const { sheet } = view;
  const [draft, setDraft] = useDraft(view);
  const [changing, setChanging] = useState(false); // after a submission: true while the judge changes it
  const [step, setStep] = useState("fill"); // fill | confirm | sending
  const [refusal, setRefusal] = useState(null);
  const [pointed, setPointed] = useState(false); // true once the judge tried to submit with items unmarked
  const list = useRef(null);

  useEffect(() => {
    setChanging(sheet.state === "submitted" && draft.kept); // reloaded in the middle of a change
    setStep("fill");
    setPointed(false);
    setRefusal(null);
  }, [draft.key, sheet.state]);

  const { marks } = draft;
  const missing = marks.flatMap((mark, i) => (mark === null ? [i] : []));
  const reading = sheet.state === "submitted" && !changing;

  const mark = (index, value) => {
    const next = marks.map((old, i) => (i === index ? value : old));
    saveDraft(draft.key, next);
    setDraft({ ...draft, marks: next });
    setStep("fill");
    setRefusal(null);
  };

  const look = () => {
    setRefusal(null);
    if (missing.length === 0) return setStep("confirm");
    setPointed(true);
    list.current.querySelector(`[data-item="${missing[0]}"] [data-entry]`).focus();
    return undefined;
  };

  const submit = async () => {
    setStep("sending");
    const answer = await send({ type: "submit_marks", marks });
    setStep("fill");
    if (!answer.accepted) return setRefusal(answer.reason);
    dropDraft(draft.key);
    setDraft({ ...draft, kept: false });
    setChanging(false);
    return undefined;
  };

  const keep = () => {
    dropDraft(draft.key);
    setDraft({ ...draft, marks: sheet.marks, kept: false });
    setChanging(false);
    setStep("fill");
  };

  return html`
    <main class="sheet">
      <${Contestant} view=${view} t=${t} />
      <details class="scenario" open=${window.innerWidth >= 700}>
        <summary>${t("judge.question")}</summary>
        <p class="set-by-words">${words(sheet.question.prompt)}</p>
      </details>
      ${reading
        ? html`<${Given} sheet=${sheet} t=${t} />`
        : html`
            <ol class="items" ref=${list}>
              ${lines(sheet).map(({ group, index: i }) =>
                group
                  ? html`<li key=${`group ${i}`} class="group" data-group=${i}><b class="set-by-words">${words(group.title)}</b>${group.weight > 0 && html`<span>${t("judge.weight", { weight: group.weight })}</span>`}</li>`
                  : html`
                      <${Item}
                        key=${i}
                        index=${i}
                        item=${sheet.items[i]}
                        mark=${marks[i]}
                        step=${sheet.step}
                        pointed=${pointed && marks[i] === null}
                        locked=${step === "sending"}
                        onMark=${(value) => mark(i, value)}
                        t=${t}
                      />
                    `,
              )}
            </ol>
          `}
      <footer class=${`foot is-${reading ? "submitted" : step}`}>
        <p class="foot-say" data-role="refusal" aria-live="assertive">
          ${say({ quiet: reading || step !== "fill", same: !draftDiffers(marks, sheet), refusal, pointed, missing, live, t, language })}
        </p>
        ${reading
          ? html`
              <div class="foot-row">
                <p class="foot-done"><strong>${t("judge.submitted")}</strong><span>${t("judge.submitted.text")}</span></p>
                <button type="button" class="button" data-role="change" onClick=${() => setChanging(true)}>${t("judge.change")}</button>
              </div>
            `
          : step === "fill"
            ? html`
                <div class="foot-row">
                  <${Total} sheet=${sheet} marks=${marks} t=${t} />
                  ${sheet.state === "submitted" && html`<button type="button" class="button" data-role="keep" onClick=${keep}>${t("judge.change.stop")}</button>`}
                  <button type="button" class="button is-main" data-role="submit" disabled=${!live} onClick=${look}>${t("judge.submit")}</button>
                </div>
              `
            : html`<${Confirm} view=${view} marks=${marks} sending=${step === "sending"} live=${live} onYes=${submit} onNo=${() => setStep("fill")} t=${t} />`}
      </footer>
    </main>
  `;
}

/** The lines under their groups' headings; without groups, the lines. */
function lines(sheet) {
  const items = sheet.items.map((item, index) => ({ item, index }));
  if (sheet.groups.length === 0) return items.map(({ index }) => ({ index }));
  return sheet.groups.flatMap((group, number) => [{ group, index: number }, ...items.filter(({ item }) => item.group === number).map(({ index }) => ({ index }))]);
}

function Total({ sheet, marks, t }) {
  return html`
    <p class="total">
      <span>${t("judge.total")}</span>
      <b class="figures" data-role="total">${points(total(sheet, marks))}</b>
      <small class="figures">${t("judge.of", { max: points(sheet.max) })}</small>
    </p>
  `;
}

/** The one sentence above the buttons: why not, what is missing, or where the marks are now. */
function say({ quiet, same, refusal, pointed, missing, live, t, language }) {
  if (quiet) return "";
  if (refusal) return t("judge.refused", { reason: pick(refusal, language) });
  if (!live) return t("judge.link.wait");
  if (pointed && missing.length) return t("judge.left.named", { items: missing.map((i) => i + 1).join(t("list")) });
  if (missing.length) return t("judge.left", { n: missing.length });
  return same ? "" : t("judge.draft.kept");
}

/** The second look. "Look again" stands where "Submit" stood: a double tap submits nothing. */
function Confirm({ view, marks, sending, live, onYes, onNo, t }) {
  const group = useRef(null);
  // With the picture and not after it: whoever is quick must not have the focus taken away again.
  useLayoutEffect(() => group.current.focus(), []);
  const question = t("judge.confirm", { seat: view.sheet.seat, total: points(total(view.sheet, marks)) });
  return html`
    <div class="foot-row confirm" data-role="confirm-group" role="group" aria-label=${question} tabindex="-1" ref=${group}>
      <p class="confirm-say"><strong>${question}</strong><span>${t("judge.confirm.text")}</span></p>
      <button type="button" class="button is-main" data-role="confirm" disabled=${!live || sending} onClick=${onYes}>
        ${t(sending ? "judge.sending" : "judge.confirm.yes")}
      </button>
      <button type="button" class="button" data-role="back" disabled=${sending} onClick=${onNo}>${t("judge.confirm.no")}</button>
    </div>
  `;
}
