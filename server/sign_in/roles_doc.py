"""Writes the table of docs/roles.md from roles.py: `python -m server.sign_in.roles_doc`. A test holds the page to it."""

from __future__ import annotations

import re
from pathlib import Path

from .roles import CHIEF_ALONE, MAY, ONLY, OWN

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "roles.md"
BEGIN, END = "<!-- made by: python -m server.sign_in.roles_doc -->", "<!-- end of what is made -->"
COLUMNS = ("host", "operator", "judge", "desk")


def _cell(kind: str, role: str) -> str:
    if role not in MAY[kind]:
        return ""
    if role == "judge" and kind in CHIEF_ALONE:
        return "chief judge"
    if OWN.get(kind) == role:
        return "own"
    values = ONLY.get((role, kind), {})
    said = [f"{field}: {', '.join(repr(one) for one in allowed)}" for field, allowed in values.items()]
    return "; ".join(said) or "yes"


def table() -> str:
    """The table in Markdown: commands down, roles across; an empty cell is a refusal."""
    lines = [f"| command | {' | '.join(COLUMNS)} |", "|---|" + "---|" * len(COLUMNS)]
    lines += [f"| `{kind}` | {' | '.join(_cell(kind, role) for role in COLUMNS)} |" for kind in MAY]
    return "\n".join(lines)


def render(page: str) -> str:
    """The page with its table made anew. Raises ValueError where its marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{TARGET} lacks the marks around its table")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def named() -> set[str]:
    """The commands that the page's table names."""
    page = TARGET.read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)` \|", page.partition(BEGIN)[2].partition(END)[0], re.M))


if __name__ == "__main__":
    TARGET.write_text(render(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
