"""The score entries as one CSV table: UTF-8 with a byte order mark, so that spreadsheets take the Chinese for what it is.

One table and no more: a file of several would be read as none by whatever reads CSV. The whole account is in the
other formats. Every contestant's first line is the base score, so that the changes of a seat add up to its score.
"""

from __future__ import annotations

import csv
from io import StringIO

from ..result import NO_ROUND, Result
from .words import Words

COLUMNS = (
    "row",
    "wall_time",
    "round",
    "round_title",
    "question",
    "seat",
    "number",
    "name",
    "unit",
    "cause",
    "change",
    "score_after",
    "place",
    "certified",
    "rehearsal",
    "log_head",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_bytes(result: Result) -> bytes:
    """The table; its first line names the columns (docs/result.md says what each holds)."""
    words, stream = Words(result.language), StringIO()
    who = {one.seat: one for one in result.places}
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)

    def row(
        seq: int | str, time: str, index: int, question: str, seat: int, cause: str, cp: int, after: int
    ) -> None:
        one = who[seat]
        title = "" if index == NO_ROUND else words.of(result.round_title(index))
        writer.writerow(
            [
                seq,
                time,
                "" if index == NO_ROUND else index + 1,
                plain(title),
                plain(question),
                seat,
                plain(one.number),
                plain(one.name),
                plain(one.unit),
                cause,
                decimal(cp),
                decimal(after),
                one.place,
                "yes" if result.certified else "no",
                "yes" if result.rehearsal else "no",
                result.head,
            ]
        )

    for total in result.sums:
        row("", result.began, NO_ROUND, "", total.seat, "base", total.base_cp, total.base_cp)
    for one in result.entries:
        row(
            one.seq,
            one.wall_time,
            one.round_index,
            one.question_id or "",
            one.seat,
            one.cause,
            one.change_cp,
            one.score_cp,
        )
    return stream.getvalue().encode("utf-8-sig")


def decimal(value_cp: int) -> str:
    """Centipoints as a decimal number that every reader understands: "-10", "87.67"."""
    whole, rest = divmod(abs(value_cp), 100)
    return f"{'-' if value_cp < 0 else ''}{whole}{f'.{rest:02d}' if rest else ''}"


def plain(text: str) -> str:
    """A text no spreadsheet takes for a formula: one that begins like it gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text
