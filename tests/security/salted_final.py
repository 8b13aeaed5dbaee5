"""A short final whose questions have a canary in each of their texts, for a show that is really served."""

from __future__ import annotations

from dataclasses import replace

from question_bank.model import KeyPoint
from question_bank.question import Question

CONTEST = """
title = "金丝雀"
tie_break = "none"
staged = true
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[judge]]
name = "评委一"
unit = "北区"
chief = true
[[judge]]
name = "评委二"
unit = "北区"
[[judge]]
name = "评委三"
unit = "北区"
[[round]]
kind = "compulsory"
turns = 1
[[round]]
kind = "scenario"
step = 0.01
[[round]]
kind = "buzz_in"
questions = 1
nobody_seconds = 1
[[round]]
kind = "risk"
sealed = true
[buzzers]
web = true
"""


def canary(place: str, one: Question) -> str:
    return f"CAN!{place}!{one.id}!"


def salted(one: Question) -> Question:
    """A canary in every text of a question, so far as its form has it."""
    made = replace(
        one,
        prompt=canary("prompt", one),
        explanation=canary("why", one),
        source=canary("source", one),
        alt=canary("alt", one) if one.media else "",
    )
    if one.form in ("single", "multiple"):
        options = [canary(f"option{key}", one) for key in "ABCDEFGH"[: len(one.options)]]
        made = replace(made, options=tuple(options))
    if one.form in ("oral", "fill_in"):
        made = replace(made, answer=canary("answer", one))
    if one.variants:
        made = replace(made, variants=(canary("variant", one),))
    if one.brief:
        made = replace(made, brief=canary("brief", one))
    if one.transcript:
        made = replace(made, transcript=canary("transcript", one))
    points = [
        KeyPoint(f"{canary('item', one)} {n}", point.points_cp) for n, point in enumerate(one.key_points)
    ]
    return replace(made, key_points=tuple(points))
