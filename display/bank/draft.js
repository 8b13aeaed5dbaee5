// A question as a form holds it, everything as text, and back: pure functions. Whatever a form of question has no field for stays in the form
// while the page is open, and is left out of what is saved.

/** Form of question → its fields beyond those that all have. */
const OWN = {
  single: ["options"],
  multiple: ["options"],
  true_false: [],
  fill_in: ["variants"],
  oral: ["key_points", "variants"],
  listening: ["options", "transcript", "variants"],
  scenario: ["key_points", "brief"],
};
const TEXTS = ["id", "round", "form", "prompt", "explanation", "area", "level", "source", "media", "alt", "brief", "source_date", "language", "transcript", "pool"];
const BETWEEN_TAGS = /[、,，;；\n]+/;
const LEAST_OPTIONS = 4;

const filled = (form) => form.options.some((option) => option.trim());

/** Whether the answer is letters of options, one of two words, a text, or (scenario) nothing. @returns {"letters"|"truth"|"text"|"none"} */
export function answerKind(form) {
  if (form.form === "scenario") return "none";
  if (form.form === "true_false") return "truth";
  if (form.form === "single" || form.form === "multiple") return "letters";
  return form.form === "listening" && filled(form) ? "letters" : "text";
}

/** Whether a question of this form has that field. */
export function has(form, field) {
  if (!OWN[form.form]?.includes(field)) return false;
  return field !== "variants" || answerKind(form) === "text";
}

const pointsText = (points_cp) => (points_cp < 0 ? "" : String(points_cp / 100));

/** The form of a question of the server; of null, an empty one that asks for a quick single choice. */
export function formOf(question, meta) {
  if (!question) {
    const empty = Object.fromEntries(TEXTS.map((name) => [name, ""]));
    return { ...empty, round: meta.rounds[0], form: meta.forms[0], level: "", language: meta.languages[0], pool: meta.pools[0], options: Array(LEAST_OPTIONS).fill(""), letters: "", truth: "", answer: "", variants: "", key_points: [], tags: "", value: "", time_s: "" };
  }
  const form = Object.fromEntries(TEXTS.map((name) => [name, question[name] ?? ""]));
  form.options = question.form === "true_false" ? [] : [...question.options];
  const kind = answerKind(form);
  while (["single", "multiple"].includes(form.form) && form.options.length < 2) form.options.push("");
  return {
    ...form,
    letters: kind === "letters" ? question.answer : "",
    truth: kind === "truth" ? question.answer : "",
    answer: kind === "text" ? question.answer : "",
    variants: question.variants.join("\n"),
    key_points: question.key_points.map(({ text, points_cp }) => ({ text, points: pointsText(points_cp) })),
    tags: question.tags.join("、"),
    value: question.value === null ? "" : String(question.value),
    time_s: question.time_s === null ? "" : String(question.time_s),
  };
}

/** What is sent of a form: the fields that its form of question has. */
export function draftOf(form) {
  const kind = answerKind(form);
  const answer = { letters: form.letters, truth: form.truth, text: form.answer, none: "" }[kind];
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, form[name]])),
    answer,
    options: has(form, "options") ? form.options : [],
    variants: has(form, "variants") ? form.variants.split("\n").map((one) => one.trim()).filter(Boolean) : [],
    key_points: has(form, "key_points") ? form.key_points : [],
    brief: has(form, "brief") ? form.brief : "",
    transcript: has(form, "transcript") ? form.transcript : "",
    alt: form.media ? form.alt : "",
    tags: form.tags.split(BETWEEN_TAGS).map((one) => one.trim()).filter(Boolean),
    value: form.value,
    time_s: form.time_s,
  };
}

/** Points of all key points together, as far as they are numbers. */
export function sumOf(points) {
  const sum = points.reduce((all, { points: one }) => all + (Number.parseFloat(one) || 0), 0);
  return String(Math.round(sum * 100) / 100);
}

/** The letters with one more, or one less; where one only may be right, that one. */
export function toggled(letters, letter, several) {
  if (!several) return letter;
  const next = letters.includes(letter) ? letters.replace(letter, "") : letters + letter;
  return [...next].sort().join("");
}

/** Options and letters once one option is taken out: what stands behind it moves up, and with it what is right. */
export function without({ options, letters }, at, all) {
  const right = [...letters].map((letter) => all.indexOf(letter)).filter((i) => i !== at);
  return { options: options.filter((_, i) => i !== at), letters: right.map((i) => all[i > at ? i - 1 : i]).join("") };
}

/** Fields that two questions do not have in common, with both texts. @returns {{field: string, mine: string, theirs: string}[]} */
export function differences(mine, theirs) {
  const plain = (draft) =>
    Object.fromEntries(
      Object.entries(draft).map(([field, value]) => {
        if (field === "key_points") return [field, value.map((one) => `${one.text} | ${one.points}`).join("\n")];
        return [field, Array.isArray(value) ? value.join("\n") : String(value)];
      }),
    );
  const [a, b] = [plain(mine), plain(theirs)];
  return Object.keys(a).filter((field) => a[field] !== b[field]).map((field) => ({ field, mine: a[field], theirs: b[field] }));
}
