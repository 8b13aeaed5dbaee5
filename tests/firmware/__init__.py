"""Tests of the firmware: its core on the host, and the whole of it in the simulator."""
