"""Which of the long forms are run: all of them when the suite is asked for by name."""

from __future__ import annotations

from tests.standby.machines import full

collect_ignore = [] if full() else ["test_hall_on_cut_wires.py", "test_sealed_standby.py"]
