"""QR codes: as rows for a page to draw, and as text for a terminal. Nothing is kept and nothing is logged."""

from __future__ import annotations

import io
import shutil
import sys

import segno

QUIET = 4  # modules of white around a code (ISO/IEC 18004, 6.3.8)
QUIET_IN_TERMINAL = 2


def matrix(text: str) -> list[str]:
    """The code of `text` without its quiet zone: a row of "0" and "1" (dark) for each row of modules.

    Error correction M (15 %): a tablet's camera reads it off a screen with a reflection, and it stays coarse.
    """
    code = segno.make(text, error="m", boost_error=False, micro=False)
    return ["".join("1" if module else "0" for module in row) for row in code.matrix]


def can_print() -> bool:
    """Whether standard output is a terminal that can show a code: it writes UTF-8 and is wide enough."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return sys.stdout.isatty() and encoding == "utf8" and shutil.get_terminal_size().columns >= 60


def in_terminal(text: str) -> str:
    """The code in half blocks, black on white whatever the terminal's own colours are."""
    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawn, border=QUIET_IN_TERMINAL, compact=True)
    return drawn.getvalue()
