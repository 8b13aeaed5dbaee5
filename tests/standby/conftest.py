"""Which of the long forms are run: all of them when the suite is asked for by name."""

from __future__ import annotations

from tests.standby.machines import full

LONG = [
    "test_hall_on_cut_wires.py",
    "test_sealed_standby.py",
    "test_following.py",
    "test_take_over.py",
    "test_phones.py",
]
collect_ignore = [] if full() else LONG  # the plain run has a dead machine in Chromium, and the short forms
