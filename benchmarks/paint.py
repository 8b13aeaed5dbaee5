"""When a browser has painted a verdict: the projector page in Chromium, stamped by its own clock, dated by ours.

A mutation observer sees the page say `locked`; the second animation frame after that begins when the first, which holds
the change, has been handed to the compositor: its `performance.now()` is the stamp, up to a frame (17 ms) late.

The page's clock is mapped to CLOCK_MONOTONIC by exchanges: the page is asked for its clock between two readings of
ours, so the offset lies in an interval as long as the exchange took. Both clocks run at one rate, so the intervals of
all exchanges are intersected; half of what is left is the error, stated in the result.
"""

from __future__ import annotations

import time

from playwright.sync_api import Browser, Page

from tests.browser import open_page

EXCHANGES = 40
STEP_NS = 100_000  # to which a page may read its clock
OBSERVE = """
window.paints = [];
let locked = false;
new MutationObserver(() => {
  const before = locked;
  locked = document.querySelector('[data-buzz-phase="locked"]') !== null;
  if (!locked || before) return;
  requestAnimationFrame(() => requestAnimationFrame((_) => window.paints.push(performance.now())));
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-buzz-phase"] });
"""


class Screen:
    """The projector page of a running show."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.complaints: list[str] = []
        self._page: Page = open_page(browser, "projector", self.complaints)
        self._page.add_init_script(OBSERVE)
        self._page.goto(f"{base}/projector")
        self._page.wait_for_selector('[data-link="live"]')
        self._paints = 0
        self._low_ns, self._high_ns = 0, 1 << 63  # CLOCK_MONOTONIC minus the page's clock

    def exchange(self) -> None:
        """Learn the offset of the page's clock; to be called in quiet moments."""
        for _ in range(EXCHANGES):
            before_ns = time.monotonic_ns()
            page_ns = round(self._page.evaluate("performance.now()") * 1e6)
            after_ns = time.monotonic_ns()
            self._low_ns = max(self._low_ns, before_ns - page_ns - STEP_NS)
            self._high_ns = min(self._high_ns, after_ns - page_ns)

    @property
    def error_ms(self) -> float:
        """How far a stamp may be off."""
        return round((self._high_ns - self._low_ns) / 2e6, 2)

    def next_paint(self) -> int:
        """Waits for the next painted verdict; the page's stamp in ns."""
        self._page.wait_for_function("(seen) => window.paints.length > seen", arg=self._paints, polling=20)
        stamp_ms: float = self._page.evaluate("(seen) => window.paints[seen]", self._paints)
        self._paints += 1
        return round(stamp_ms * 1e6)

    def host_ns(self, page_ns: int) -> int:
        """A stamp of the page on CLOCK_MONOTONIC."""
        return page_ns + (self._low_ns + self._high_ns) // 2
