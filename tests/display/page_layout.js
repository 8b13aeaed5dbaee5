// Measures a page of controls as it stands: text over text, text past the edges, text cut off, text too small. Answers a list of complaints.
// smallest: of a text, in pixels; scrolls: the page may be taller than its window.
({ smallest, scrolls = false }) => {
  const complaints = [];
  const say = (what, element) => complaints.push(`${what}: .${element.className} "${element.textContent.trim().slice(0, 20)}"`);
  const { clientWidth: width, scrollWidth } = document.documentElement;
  if (scrollWidth > width + 1) complaints.push(`wider than the window: ${scrollWidth}`);
  if (!scrolls && document.documentElement.scrollHeight > innerHeight + 1) complaints.push(`higher than the window: ${document.documentElement.scrollHeight}`);

  const known = new Map(); // element → what of the window its content may show in, null: nothing
  const room = (element) => {
    if (!element) return { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
    if (known.has(element)) return known.get(element);
    const around = room(element.parentElement);
    const style = getComputedStyle(element);
    let own = around;
    if (around && style.clipPath !== "none") own = null;
    else if (around && style.overflow !== "visible" && element !== document.body && element !== document.documentElement) {
      const box = element.getBoundingClientRect();
      own = { left: Math.max(around.left, box.left), top: Math.max(around.top, box.top), right: Math.min(around.right, box.right), bottom: Math.min(around.bottom, box.bottom) };
    }
    known.set(element, own);
    return own;
  };

  const texts = [];
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const scrolled = ["auto", "scroll"].includes(style.overflowY) || ["auto", "scroll"].includes(style.overflowX);
    // What is cut off, unless it scrolls on purpose or ends in an ellipsis.
    if (style.overflow !== "visible" && !scrolled && style.textOverflow !== "ellipsis" && room(element) && !element.closest(".ledger") && element.checkVisibility()) {
      if (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 2) say("cut off", element);
    }
    if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())) continue;
    if (element.tagName === "OPTION" || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const inside = room(element);
    if (!inside) continue;
    const range = document.createRange();
    range.selectNodeContents(element);
    const size = parseFloat(style.fontSize);
    // Line by line, and of a line what is painted: its box is taller than its signs.
    const lines = [...range.getClientRects()]
      .map((box) => ({ box, cut: Math.max(0, (box.height - size * 0.9) / 2) }))
      .map(({ box, cut }) => ({ element, left: Math.max(box.left, inside.left), right: Math.min(box.right, inside.right), top: Math.max(box.top + cut, inside.top), bottom: Math.min(box.bottom - cut, inside.bottom) }))
      .filter((line) => line.right > line.left && line.bottom > line.top); // others are scrolled out of sight
    if (lines.length > 0 && size < smallest - 0.01) say(`too small (${size.toFixed(1)})`, element);
    if (lines.some((line) => line.left < -1 || line.right > width + 1 || (!scrolls && (line.top < -1 || line.bottom > innerHeight + 1)))) say("past the edge", element);
    texts.push(...lines);
  }
  // What lies over the page on purpose (a form, a panel) hides what is below it.
  const seen = ({ element, left, right, top, bottom }) => {
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return !there || there === element || there.contains(element) || element.contains(there);
  };
  const uppermost = texts.filter((text) => text.bottom < 0 || text.top > innerHeight || seen(text));
  uppermost.forEach((one, index) => {
    for (const other of uppermost.slice(index + 1)) {
      if (one.top >= other.bottom || one.bottom <= other.top || one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 1.5 && down > 1.5) say(`lies over "${other.element.textContent.trim().slice(0, 16)}"`, one.element);
    }
  });
  return complaints;
}
