// What a form holds and what becomes of it: from asks to first values, to complaints, to a command. Pure.

const WITH_POINTS = new Set(["partial", "marks"]); // rulings that need a figure of their own

/** First values: a single choice is made already, and who decides is the host until somebody else is named. */
export function begun(offer, t) {
  return Object.fromEntries(offer.asks.map((ask) => [ask.field, first(ask, t)]));
}

function first(ask, t) {
  if (ask.kind === "order") return [];
  if (ask.kind === "choice") return ask.choices.length === 1 ? ask.choices[0].value : null;
  return ask.field === "by" ? t("host.form.host") : "";
}

/** Whether a field is to be filled in now: changing a ruling asks for points only where the result has a figure of its own. */
export function isAsked(ask, offer, entries) {
  const aside = ask.kind === "points" && offer.command.type === "change_ruling";
  return !aside || WITH_POINTS.has(entries.result);
}

/** What somebody typed as a number: full-width digits, either minus sign, a comma or a point. @returns {number|null} */
export function numberOf(text) {
  const plain = String(text).normalize("NFKC").trim().replace(/[−–—]/g, "-").replace(/[,，。]/g, ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

const hundredths = (value) => Math.round(value * 100);

/** Why an entry cannot be sent, or "". */
export function complaintOf(ask, offer, value, t) {
  switch (ask.kind) {
    case "choice":
      return ask.choices.some((one) => one.value === value) ? "" : t("host.form.choose");
    case "order":
      return value.length === ask.choices.length ? "" : t("host.form.orderAll");
    case "points":
      return figureComplaint(ask, numberOf(value), t);
    default:
      return ask.field === "by" || String(value).trim() ? "" : t("host.form.text");
  }
}

function figureComplaint(ask, number, t) {
  if (number === null) return t("host.form.number");
  const [given, low, high, step] = [number, ask.low, ask.high, ask.step].map(hundredths);
  if (given < low || given > high) return t("host.form.range", { low: ask.low, high: ask.high });
  const exact = Math.abs(number * 100 - given) < 1e-6;
  return exact && (given - low) % step === 0 ? "" : t("host.form.step", { step: ask.step });
}

/** The command with every entry in its place; points go in hundredths. */
export function messageOf(offer, entries) {
  const message = { ...offer.command };
  for (const ask of offer.asks.filter((one) => isAsked(one, offer, entries))) {
    const value = entries[ask.field];
    if (ask.kind === "points") message[ask.field] = hundredths(numberOf(value));
    else message[ask.field] = typeof value === "string" ? value.trim() : value;
  }
  return message;
}
