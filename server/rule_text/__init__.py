"""The rules in words, from one rulebook: the slide for the projector, the host's script, the printable card."""

from __future__ import annotations

from .card import card as card
from .script import script as script
from .slide import rule_lines as rule_lines
from .slide import slide as slide
from .wording import plain as plain
from .wording import signed as signed
