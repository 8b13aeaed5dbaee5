"""A result as a person reads it: nested figures indented, equal rows as one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def readable(result: dict[str, Any]) -> str:
    """The lines of a result that `--json` would print as one object."""
    return "\n".join(_lines(result, ""))


def _lines(figures: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in figures.items():
        if isinstance(value, dict) and any(isinstance(part, dict | list) for part in value.values()):
            yield f"{indent}{name}"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, dict):
            yield f"{indent}{name}: {', '.join(f'{key} {_plain(one)}' for key, one in value.items())}"
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield f"{indent}{name}"
            yield from (f"{indent}  {line}" for line in _table(value))
        else:
            yield f"{indent}{name}: {_plain(value)}"


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_plain(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        yield "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
