"""The latency timer of a serial adapter: how long it holds bytes back in the hope of more. Linux only.

FTDI's converters start with 16 ms, which is longer than many a race. Asking for low latency makes it 1 ms, which anybody
may; 2 ms are better for the clock, since an answer of 62 bytes then fills a packet before the timer cuts it in two,
but only the superuser may write that.
"""

import contextlib
from pathlib import Path

import serial

LONGEST_MS = 2
TTY_CLASS = Path("/sys/class/tty")


def shorten(port: serial.Serial, tty_class: Path = TTY_CLASS) -> int | None:
    """Sets the best latency the system allows; the timer in ms that it has now, None if it has none to be read."""
    with contextlib.suppress(OSError, ValueError, NotImplementedError):  # not every adapter can
        port.set_low_latency_mode(True)
    timer = tty_class / Path(port.name).resolve().name / "device" / "latency_timer"
    with contextlib.suppress(OSError):
        timer.write_text(str(LONGEST_MS))
    try:
        return int(timer.read_text())
    except (OSError, ValueError):
        return None
