// How numbers are written on every page: a true minus sign, no needless decimals.

/** 110 → "110", 87.5 → "87.50", -20 → "−20". Whole points stay whole, marks have two decimals. */
export function points(value) {
  const text = Number.isInteger(value) ? String(Math.abs(value)) : Math.abs(value).toFixed(2);
  return value < 0 ? `−${text}` : text;
}

/** 10 → "+10", -10 → "−10", 0 → "±0". */
export function change(value) {
  if (value === 0) return "±0";
  return value > 0 ? `+${points(value)}` : points(value);
}

/** Microseconds as a margin people can read: 812 → "0.812 毫秒" is built from {value: "0.812"}; 12345 → "12.3". */
export function milliseconds(us) {
  const ms = us / 1000;
  if (ms < 1) return ms.toFixed(3);
  if (ms < 10) return ms.toFixed(2);
  if (ms < 1000) return ms.toFixed(1);
  return Math.round(ms).toString();
}

/** An uncertainty with as many decimals as the margin it belongs to, rounded up: never more certain than it is. */
export function uncertaintyText(us, beside) {
  const decimals = Math.min(3, Math.max(1, (beside.split(".")[1] ?? "").length));
  const scale = 10 ** decimals;
  return (Math.ceil((us / 1000) * scale - 1e-9) / scale).toFixed(decimals);
}
