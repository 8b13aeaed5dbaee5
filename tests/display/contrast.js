// Counts the contrast of texts: `texts()` finds them once for a picture, `below(texts, least)` measures them in the theme that is on, `kindOf(text)`
// says what it is and in which colours. A ground is what the styles say lies behind, not pixels. What is transparent in one theme is so in all.
() => {
  const parts = (css) => {
    const found = css.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
    if (found) return [Number(found[1]), Number(found[2]), Number(found[3]), found[4] === undefined ? 1 : Number(found[4])];
    const mixed = css.match(/^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)$/);
    if (!mixed) throw new Error(`a colour of a kind not known here: ${css}`);
    return [255 * mixed[1], 255 * mixed[2], 255 * mixed[3], mixed[4] === undefined ? 1 : Number(mixed[4])];
  };
  const over = (top, under) => top.slice(0, 3).map((part, i) => part * top[3] + under[i] * (1 - top[3]));
  const linear = (part) => ((part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const contrast = (one, other) => {
    const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const alpha = (style) => parts(style.backgroundColor)[3];

  const texts = () => {
    const known = new Map(); // element → what it and its ancestors do to a text inside
    const inside = (element) => {
      if (!element) return { layers: [], opacity: 1, clipped: false };
      if (known.has(element)) return known.get(element);
      const around = inside(element.parentElement);
      const style = getComputedStyle(element);
      // What an element itself lays behind its text, the uppermost first: its ::before, layers that fill it, its own background.
      const fills = (layer, height) => layer.position === "absolute" && height >= 0.95 * element.clientHeight && alpha(layer) > 0;
      const own = [];
      const before = getComputedStyle(element, "::before");
      if (before.content !== "none" && fills(before, parseFloat(before.height))) own.push(before);
      for (const layer of element.querySelectorAll(":scope > i")) if (layer.checkVisibility() && fills(getComputedStyle(layer), layer.clientHeight)) own.push(getComputedStyle(layer));
      if (alpha(style) > 0) own.push(style);
      const opaque = own.findIndex((layer) => alpha(layer) === 1);
      const layers = opaque < 0 ? [...own, ...around.layers] : own.slice(0, opaque + 1);
      const result = { layers, opacity: around.opacity * Number(style.opacity), clipped: around.clipped || style.clipPath !== "none" };
      known.set(element, result);
      return result;
    };
    const found = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest(":disabled")) continue;
      const { layers, opacity, clipped } = inside(element);
      if (!clipped) found.push({ element, style: getComputedStyle(element), layers, opacity });
    }
    return found;
  };

  const named = (element) => (element.closest("[class]:not([class=''])") ?? element).className;
  const kindOf = ({ element, style, layers, opacity }) => [named(element), style.color, opacity, ...layers.map((layer) => layer.backgroundColor)].join();
  const below = (found, least) =>
    found.flatMap(({ element, style, layers, opacity }) => {
      const said = `.${named(element)} "${element.textContent.trim().slice(0, 14)}"`;
      if (layers.length === 0 || alpha(layers.at(-1)) !== 1) return [`stands on nothing: ${said}`];
      const ground = layers.map((layer) => parts(layer.backgroundColor)).reduceRight((under, top) => (under ? over(top, under) : top.slice(0, 3)), null);
      const text = parts(style.color);
      const ratio = contrast(over([...text.slice(0, 3), text[3] * opacity], ground), ground);
      return ratio < least ? [`${ratio.toFixed(2)}: ${said}`] : [];
    });

  return { texts, kindOf, below };
}
