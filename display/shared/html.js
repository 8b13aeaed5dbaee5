// The one place that knows which rendering library the pages use.
import { Component, Fragment, createElement, render } from "../vendor/preact.mjs";
import htm from "../vendor/htm.mjs";

export { Component, Fragment, render };
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact-hooks.mjs";
export const html = htm.bind(createElement);
