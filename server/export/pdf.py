"""The result as a printed document: page one is the certificate, the pages after it are the account behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from printing.canvas import Canvas, Typeface

from ..game.rulebook import Text
from ..result import Result
from . import words as w
from .account_tables import sections
from .pdf_account import account
from .pdf_certificate import certificate
from .tables import rows_of
from .words import WORDS, Words


def to_bytes(result: Result) -> tuple[bytes, tuple[str, ...]]:
    """The document, and the characters no font of ours has: they stand in it as [U+XXXX]."""
    with Typeface(_texts(result)) as typeface:
        # Drawn twice: the foot of every page says how many there are.
        with closing(_drawn(result, typeface, 0)) as draft:
            pages = draft.page_no()
        with closing(_drawn(result, typeface, pages)) as canvas:
            return bytes(canvas.output()), typeface.missing


def _drawn(result: Result, typeface: Typeface, pages: int) -> Canvas:
    words = Words(result.language)
    try:
        moment = datetime.fromisoformat(result.ended)
    except ValueError:
        moment = None
    title = words.of(result.title).replace("\n", " ")
    canvas = Canvas(typeface, title, result.language, moment, result.version)
    certificate(canvas, result, words, pages)
    account(canvas, result, words, pages)
    return canvas


def _texts(result: Result) -> Iterator[str]:
    """Everything that may be drawn, for the fonts."""
    words = Words(result.language)
    yield from rows_of(sections(result))
    yield from (words.of(text) for text in WORDS.values())
    for text in (result.title, result.subtitle, *result.rounds):
        yield text.zh + text.en
    yield from (one.name for one in result.signatures)
    yield w.date_of(result.ended, words)
    yield _extra(WORDS["certificate"]) + _extra(WORDS["rehearsal"]) + _extra(WORDS["not_certified"])


def _extra(text: Text) -> str:
    return text.zh + text.en
