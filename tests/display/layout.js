// Measures the projector's picture as it stands; answers a list of complaints. Sizes in u, as the stage counts them.
() => {
  const SMALLEST = 3.2;
  const SLACK = 0.3; // rounding, and the side bearings of large figures
  const stage = document.querySelector(".stage");
  if (!stage) return [];
  const frame = stage.getBoundingClientRect();
  const across = parseFloat(getComputedStyle(stage).getPropertyValue("--stage-w"));
  const high = parseFloat(getComputedStyle(stage).getPropertyValue("--stage-h"));
  const SAFE = { x: 0.05 * across, y: 0.05 * high };
  const u = frame.height / high;
  const complaints = [];

  const visible = (element) => {
    const style = getComputedStyle(element);
    if (style.visibility === "hidden" || element.getClientRects().length === 0) return false;
    for (let at = element; at && at !== stage; at = at.parentElement) if (getComputedStyle(at).clipPath !== "none") return false;
    return true;
  };
  const say = (what, element) => complaints.push(`${what}: .${element.className} "${element.textContent.slice(0, 16)}"`);
  const texts = [...stage.querySelectorAll("*")].filter(
    (element) => visible(element) && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()),
  );

  // What is painted of a text: the box of a line is taller than its signs.
  const ink = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = range.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(element).fontSize);
    const figures = element.closest(".figures") !== null;
    const tall = figures ? 0.72 : 1;
    const cut = box.height < size * 1.9 ? Math.max(0, (box.height - size * tall) / 2) : size * 0.15;
    const shown = getComputedStyle(element).overflowY === "hidden" ? element.getBoundingClientRect().bottom : Infinity; // lines that are cut away
    return { element, figures, left: box.left, right: box.right, top: box.top + cut, bottom: Math.min(shown, box.bottom - cut) };
  };

  for (const element of texts) {
    const size = parseFloat(getComputedStyle(element).fontSize) / u;
    if (size < SMALLEST - 0.01) say(`too small (${size.toFixed(2)})`, element);
    const box = ink(element);
    const bearing = box.figures ? 2 : SLACK;
    if (
      (box.left - frame.left) / u < SAFE.x - bearing ||
      (frame.right - box.right) / u < SAFE.x - bearing ||
      (box.top - frame.top) / u < SAFE.y - SLACK ||
      (frame.bottom - box.bottom) / u < SAFE.y - SLACK
    ) {
      say("outside the title-safe area", element);
    }
  }

  for (const element of stage.querySelectorAll(".fit, .question-text")) {
    if (!visible(element)) continue;
    const { fontSize, lineHeight } = getComputedStyle(element);
    const overhang = Math.max(0, 1.45 * parseFloat(fontSize) - (parseFloat(lineHeight) || Infinity)) / 2;
    if (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + overhang + 2) {
      say("overflows its box", element);
    }
  }

  const pictures = [...stage.querySelectorAll(".portrait, .media-picture, .sponsor")].filter(visible).map((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { element, left, right, top, bottom };
  });
  for (const { element, left, right, top, bottom } of pictures) {
    const edges = [(left - frame.left) / u - SAFE.x, (frame.right - right) / u - SAFE.x, (top - frame.top) / u - SAFE.y, (frame.bottom - bottom) / u - SAFE.y];
    if (Math.min(...edges) < -SLACK) say("outside the title-safe area", element);
    if (right - left < 2 * u || bottom - top < 2 * u) say("hardly to be seen", element);
  }

  const boxes = [...texts.map(ink), ...pictures];
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (width > 0.3 * u && height > 0.3 * u) say(`lies over "${other.element.textContent.slice(0, 16)}"`, one.element);
    }
  });
  return complaints;
}
