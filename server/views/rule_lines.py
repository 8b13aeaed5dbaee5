"""The rules of a round as lines for the screen, and points as people write them: the names other modules know them by."""

from __future__ import annotations

from ..rule_text.slide import rule_lines as rule_lines
from ..rule_text.wording import plain as plain
from ..rule_text.wording import signed as signed
