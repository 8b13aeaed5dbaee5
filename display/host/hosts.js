// Which computer an address names, for people. Pure.

/** "http://10.0.0.2:8000" → "10.0.0.2:8000" */
export function hostIn(address) {
  return (address ?? "").replace(/^https?:\/\//, "");
}
