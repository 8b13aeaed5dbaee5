// Measures a page as it stands: text outside its room, text over text, text that is too small. Answers a list of complaints.
// root: where to look; u: how many pixels the limits are counted in; safe: what stays free on each side [x, y]; smallest: of a text; scrolls: the page may be taller than the window.
({ root, safe, smallest, u = 1, scrolls = false }) => {
  const stage = document.querySelector(root);
  if (!stage) return [`there is no ${root}`];
  const complaints = [];
  const say = (what, element) => complaints.push(`${what}: .${element.className} "${element.textContent.trim().slice(0, 20)}"`);
  const width = document.documentElement.clientWidth;
  const height = window.innerHeight;
  if (document.documentElement.scrollWidth > width) complaints.push(`wider than the window: ${document.documentElement.scrollWidth}`);

  const texts = [...stage.querySelectorAll("*")].filter(
    (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()),
  );
  // What is painted of a text: the box of a line is taller than its signs.
  const ink = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = range.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(element).fontSize);
    const tall = element.closest(".figures") ? 0.72 : 1;
    const cut = box.height < size * 1.9 ? Math.max(0, (box.height - size * tall) / 2) : size * 0.15;
    const low = tall < 1 ? size * 0.05 : 0; // figures stand below the middle of their line
    const clip = getComputedStyle(element).overflow === "hidden" ? element.getBoundingClientRect() : null; // cut off with an ellipsis
    return { element, left: box.left, right: clip ? Math.min(box.right, clip.right) : box.right, top: box.top + cut + low, bottom: box.bottom - cut + low };
  };

  const boxes = texts.map(ink);
  for (const box of boxes) {
    const size = parseFloat(getComputedStyle(box.element).fontSize) / u;
    if (size < smallest - 0.01) say(`too small (${size.toFixed(2)})`, box.element);
    const slack = 0.5 * u;
    if (box.left < safe[0] * u - slack || box.right > width - safe[0] * u + slack) say("too far to the side", box.element);
    if (!scrolls && (box.top < safe[1] * u - slack || box.bottom > height - safe[1] * u + slack)) say("too far up or down", box.element);
  }
  for (const element of stage.querySelectorAll(".fit, .fitted, .ov-question")) {
    const { fontSize, lineHeight } = getComputedStyle(element);
    const face = element.classList.contains("figures") ? 1.2 : 1.45;
    const overhang = Math.max(0, face * parseFloat(fontSize) - (parseFloat(lineHeight) || Infinity)) / 2;
    if (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + overhang + 2) say("overflows its box", element);
  }
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 0.3 * u + 1 && down > 0.3 * u + 1) say(`lies over "${other.element.textContent.trim().slice(0, 16)}"`, one.element);
    }
  });
  return complaints;
}
