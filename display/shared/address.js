// What a page is, by its address: which view, what it is called, and how it should look and sound.

const KEPT = ["lang", "theme", "ratio", "mirror", "name", "sound", "volume"]; // what belongs to the machine, whatever it shows
const VIEWS = ["/projector", "/stage", "/audience", "/projector?overlay=1", "/projector?test=1"];

const oneOf = (value, known) => (known.includes(value) ? value : null);

/**
 * @param {Location|URL} location
 * @returns {{view: string, preview: boolean, name: string|null, settings: object}}
 *   `view`: "projector", "overlay", "test", "stage", "audience", "judge", "desk" or "host"; `settings`: as in the displays register,
 *   null where the address says nothing or something that does not exist
 */
export function readAddress({ pathname, search }) {
  const asked = new URLSearchParams(search);
  const page = pathname.split("/")[1];
  const special = page === "projector" ? ["overlay", "test"].find((one) => asked.get(one) === "1") : null;
  const volume = asked.get("volume");
  return {
    view: special ?? page,
    preview: asked.has("preview"),
    name: asked.get("name") || null,
    settings: {
      lang: { zh: "zh-CN", "zh-CN": "zh-CN", en: "en" }[asked.get("lang")] ?? null,
      theme: oneOf(asked.get("theme"), ["stage", "hall", "customer"]),
      sound: { on: true, off: false }[asked.get("sound")] ?? null,
      volume: /^\d{1,3}$/.test(volume ?? "") && Number(volume) <= 100 ? Number(volume) : null,
      mirror: { 1: true, 0: false }[asked.get("mirror")] ?? null,
      ratio: oneOf(asked.get("ratio"), ["16:9", "4:3", "32:9", "full"]),
    },
  };
}

/**
 * Where a page goes that is given another view: what belongs to the machine (its mirror, its language) goes with it.
 *
 * @param {string} to what the console asks for
 * @param {Location|URL} from where the page is
 * @returns {string|null} path and query; null: not one of our views
 */
export function addressOf(to, from) {
  if (!VIEWS.includes(to)) return null;
  const [path, query = ""] = to.split("?");
  const next = new URLSearchParams(query);
  const now = new URLSearchParams(from.search);
  for (const key of KEPT) if (now.has(key)) next.set(key, now.get(key));
  return next.size ? `${path}?${next}` : path;
}

/** Settings of the register over those of the address; null: nobody says. */
export function merged(register, address) {
  return Object.fromEntries(Object.keys(address).map((key) => [key, register?.[key] ?? address[key]]));
}
