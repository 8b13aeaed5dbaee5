// What has changed in a view since the last one: the counterpart of server/delivery/patches.py. Pure.

/**
 * @param {{set: [path: (string|number)[], value: any][], unset: (string|number)[][]}} patch
 * @param {any} view stays as it was: what is not touched is shared with the new one
 * @returns {any} the view with the patch in it; throws TypeError where it does not fit
 */
export function applied(patch, view) {
  let next = view;
  for (const path of patch.unset) next = changed(next, path, 0, undefined, true);
  for (const [path, value] of patch.set) next = changed(next, path, 0, value, false);
  return next;
}

function changed(part, path, depth, value, gone) {
  if (depth === path.length) return value;
  if (part === null || typeof part !== "object") throw new TypeError(`no part ${path[depth]} in ${part}`);
  const copy = Array.isArray(part) ? [...part] : { ...part };
  const key = path[depth];
  if (gone && depth === path.length - 1) delete copy[key];
  else copy[key] = changed(copy[key], path, depth + 1, value, gone);
  return copy;
}
