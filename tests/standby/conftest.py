"""Which of the long forms are run: all of them when the suite is asked for by name."""

from __future__ import annotations

from tests.standby.machines import full

LONG = ["test_hall_on_cut_wires.py", "test_sealed_standby.py", "test_following.py", "test_take_over.py"]
collect_ignore = (
    [] if full() else LONG
)  # the plain run has test_pages.py (a dead machine, in Chromium) and test_fence.py
