"""Words to search by: any text cut into tokens so that SQLite's FTS5 finds Chinese words of one or two characters.

FTS5 takes a run of Chinese for one word. Here every run is written as its overlapping pairs, 核实身份 as 核实 实身 身份 份,
its last character alone closing it, so a query is a phrase of pairs, and one character is the beginning of a pair.
Words and numbers of other scripts stay whole.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from question_bank.model import Question

TABLE = "questions_fts"
STALE_TABLE = "search_stale"
FACETS = ("round", "form", "area", "level", "status", "language", "pool", "author", "tag")
# Ideographs, kana, hangul: scripts that do not put a blank between words.
_WIDE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_WIDE}]+|[^\W_{_WIDE}]+")
_WIDE_RUN = re.compile(rf"[{_WIDE}]")

CREATE_INDEX = (
    # unicode61 splits at the blanks we put; it would also strip accents, which is what a person searching wants.
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(id UNINDEXED, words, facets, tokenize='unicode61',"
    " columnsize=0)",
    # Bytes gathered in memory before a part of the index is written: the default of 1 MB makes many parts to merge.
    f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('hashsize', {48 * 1024 * 1024})",
)
CREATE = (
    *CREATE_INDEX,
    f"CREATE TABLE {STALE_TABLE} (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    # Plain triggers: whatever tool changes a question, its words are made anew before the next search.
    f"CREATE TRIGGER search_insert AFTER INSERT ON questions "
    f"BEGIN INSERT OR IGNORE INTO {STALE_TABLE} VALUES (new.id); END",
    f"CREATE TRIGGER search_delete AFTER DELETE ON questions "
    f"BEGIN INSERT OR IGNORE INTO {STALE_TABLE} VALUES (old.id); END",
    f"CREATE TRIGGER search_update AFTER UPDATE ON questions "
    f"BEGIN INSERT OR IGNORE INTO {STALE_TABLE} VALUES (old.id), (new.id); END",
)


def tokens(text: str, *, query: bool = False) -> list[str]:
    """The tokens of a text in order. For a query the last run is left open, to match the beginning of what is there."""
    found: list[str] = []
    runs = _RUN.findall(unicodedata.normalize("NFKC", text).casefold())
    for run in runs:
        if _WIDE_RUN.match(run):
            found += [run[at : at + 2] for at in range(len(run))]
        else:
            found.append(run)
    if query and runs and len(runs[-1]) > 1 and _WIDE_RUN.match(runs[-1]):
        # A closing character stands in the index only where its run ends; the pair before it says enough.
        found.pop()
    return found


@lru_cache(maxsize=5_000)
def facet(name: str, value: str) -> str:
    """One token that says that `name` of a question is `value`, whatever characters and however many the value has."""
    return hashlib.blake2b(f"{name}={value}".encode(), digest_size=6).hexdigest()


def facets(question: Question) -> str:
    """All facets of a question as one text, its id too, by which its row of the index is found again."""
    pairs = [("id", question.id)] + [
        (name, getattr(question, name)) for name in FACETS if name != "tag" and getattr(question, name)
    ]
    return " ".join(facet(name, value) for name, value in [*pairs, *(("tag", tag) for tag in question.tags)])


def words(question: Question) -> str:
    """The tokens of everything a question says, for the index."""
    # One text of all, which a line end keeps apart: many times fewer calls than text by text.
    return " ".join(tokens("\n".join(_texts(question))))


def _texts(question: Question) -> Iterator[str]:
    yield question.id
    yield question.prompt
    yield from question.options
    yield question.answer
    yield from question.variants
    yield from (point.text for point in question.key_points)
    yield question.explanation
    yield question.area
    yield from question.tags
    yield question.source
    yield question.brief
    yield question.transcript
    yield question.alt


def match(text: str, chosen: Iterable[tuple[str, str]]) -> str | None:
    """The FTS5 expression for a text (words apart by blanks must all be there) and facets; None for nothing asked.

    A text of signs only, which can be found nowhere, asks for the token that nothing has.
    """
    terms = [f'facets : "{facet(name, value)}"' for name, value in chosen]
    for part in text.split():
        phrase = tokens(part, query=True)
        # Every word may go on: "inter" finds internet, 核 finds 核实. A token is letters and digits, so needs no escape.
        terms.append('words : "' + " ".join(phrase) + '"' + " *" if phrase else 'words : "0x0"')
    return " AND ".join(terms) if terms else None


def where(filters: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The SQL condition on `questions AS q` for filters, and its arguments. Raises TypeError for an unknown one."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    if unknown := set(chosen) - set(FACETS) | {"tag"} & set(chosen):
        raise TypeError(f"no filter of this bank: {', '.join(sorted(unknown))}")
    if not chosen:
        return "", []
    return "WHERE " + " AND ".join(f"q.{name} = ?" for name in chosen), list(chosen.values())
