"""What is published of a draw: hashes before the show, what they were made of after it, and the check of both. Pure.

Before the show: the SHA-256 of the manifest (a line for each question of the pool, which says nothing of its text) and of
the seed, the blueprint, the method. After it: seed, words, manifest, and the drawn questions with their nonces.
A question's commitment is SHA-256(nonce ‖ canonical JSON of the question): it can be neither guessed from, as the nonce
is 32 random bytes, nor changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from question_bank.blueprint import Entry, Line, line_from
from question_bank.draw import METHOD_2, Drawn, NotEnoughQuestions, draw_lines
from question_bank.question import InvalidQuestion, Question, canonical, to_dict, unchecked

PUBLIC, REVEALED = "firstpress-paper-public", "firstpress-paper-revealed"
VERSION = 1
NONCE_BYTES = 32


def commit(nonce: bytes, question: Question) -> str:
    """The commitment to a question: 64 hexadecimal digits."""
    return hashlib.sha256(nonce + canonical(question)).hexdigest()


def entry_of(question: Question) -> Entry:
    """What the draw knows of the question."""
    q = question
    return Entry(q.id, q.round, q.form, q.value, q.level, q.area, q.language, tuple(q.tags))


def manifest_line(entry: Entry, commitment: str) -> str:
    """A line of the manifest: JSON list of the entry's fields and the commitment, no blanks, no line feed."""
    return json.dumps([*entry[:-1], list(entry.tags), commitment], ensure_ascii=False, separators=(",", ":"))


def read_line(line: str) -> tuple[Entry, str]:
    """The entry and the commitment of a manifest's line. Raises ValueError."""
    fields = json.loads(line)
    if not isinstance(fields, list) or len(fields) != 9 or not isinstance(fields[7], list):
        raise ValueError("not a line of a manifest")
    texts = [*fields[:3], *fields[4:7], *fields[7], fields[8]]
    if not all(isinstance(one, str) for one in texts) or not isinstance(fields[3], int | None):
        raise ValueError("not a line of a manifest")
    return Entry._make([*fields[:7], tuple(fields[7])]), fields[8]


def pool_hash(manifest: Iterable[str]) -> str:
    """SHA-256 of the manifest, each line ended by a line feed, in UTF-8."""
    digest = hashlib.sha256()
    for line in manifest:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def seed_hash(seed: str) -> str:
    """SHA-256 of the seed as it is written: 64 hexadecimal digits, in ASCII."""
    return hashlib.sha256(seed.encode()).hexdigest()


def public_record(
    title: str, at: str, manifest: Sequence[str], seed: str, lines: Sequence[Line]
) -> dict[str, Any]:
    """What is to be published before the show. `at`: wall time, for people."""
    return {
        "format": PUBLIC,
        "version": VERSION,
        "method": METHOD_2,
        "contest": title,
        "sealed_at": at,
        "questions": len(manifest),
        "pool_hash": pool_hash(manifest),
        "seed_hash": seed_hash(seed),
        "blueprint": [line.to_dict() for line in lines],
    }


def revealed_record(
    public: Mapping[str, Any],
    seed: str,
    words: str,
    manifest: Sequence[str],
    drawn: Sequence[Drawn],
    questions: Iterable[tuple[bytes, Question]],
) -> dict[str, Any]:
    """What is to be published after the show. `questions`: the drawn ones with their nonces."""
    return {
        "format": REVEALED,
        "version": VERSION,
        "contest": public["contest"],
        "seed": seed,
        "words": words,
        "drawn": {one.line.key: list(one.ids) for one in drawn},
        "questions": [{"nonce": nonce.hex(), "question": to_dict(one)} for nonce, one in questions],
        "manifest": list(manifest),
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `verify`. problem: code of the first difference, None when all agrees; found: what it is about."""

    problem: str | None
    found: str = ""
    pool: int = 0
    drawn: int = 0

    @property
    def ok(self) -> bool:
        return self.problem is None


class _Differs(Exception):
    def __init__(self, problem: str, found: object = "") -> None:
        self.problem, self.found = problem, str(found)[:200]


def verify(public: Any, revealed: Any, played: Mapping[str, Sequence[str]] | None = None) -> Checked:
    """Recompute everything from what was published; the first difference is named.

    Args:
        public, revealed: the two files, as JSON has them.
        played: what the contest's log says was drawn, line key → ids; None leaves the log out.
    """
    try:
        return _verify(public, revealed, played)
    except _Differs as difference:
        return Checked(difference.problem, difference.found)
    except NotEnoughQuestions as error:
        return Checked("draw_short", str(error))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return Checked("draw_unreadable", f"{type(error).__name__}: {error}"[:200])


def _verify(public: Any, revealed: Any, played: Mapping[str, Sequence[str]] | None) -> Checked:
    _same("draw_format", public["format"], PUBLIC)
    _same("draw_format", revealed["format"], REVEALED)
    for record in (public, revealed):
        _same("draw_format", record["version"], VERSION)
    _same("draw_method", public["method"], METHOD_2)
    manifest: list[str] = revealed["manifest"]
    _same("draw_pool_hash", pool_hash(manifest), public["pool_hash"])
    _same("draw_seed_hash", seed_hash(revealed["seed"]), public["seed_hash"])
    entries, commitments = [], {}
    for line in manifest:
        entry, commitment = read_line(line)
        entries.append(entry)
        commitments[entry.id] = (entry, commitment)
    drawn = draw_lines(
        entries, [line_from(one) for one in public["blueprint"]], revealed["seed"], revealed["words"]
    )
    _same_lists("draw_drawn", {one.line.key: one.ids for one in drawn}, revealed["drawn"])
    expected = [name for one in drawn for name in one.ids]
    shown: set[str] = set()
    for one in revealed["questions"]:
        question = _question(one["question"])
        if question.id not in commitments:
            raise _Differs("draw_content", question.id)
        entry, commitment = commitments[question.id]
        if commit(bytes.fromhex(one["nonce"]), question) != commitment:
            raise _Differs("draw_content", question.id)
        if entry_of(question) != entry:
            raise _Differs("draw_entry", question.id)
        shown.add(question.id)
    if missing := [name for name in expected if name not in shown]:
        raise _Differs("draw_missing", missing[0])
    if played is not None:
        _same_lists("draw_log", {one.line.key: one.ids for one in drawn}, played)
    return Checked(None, "", len(entries), len(expected))


def _question(data: Any) -> Question:
    try:
        return unchecked(data)
    except InvalidQuestion as error:
        raise _Differs("draw_unreadable", error) from error


def _same(problem: str, found: object, expected: object) -> None:
    if found != expected:
        raise _Differs(problem, f"{found} ≠ {expected}")


def _same_lists(
    problem: str, expected: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]]
) -> None:
    for key in [*expected, *(key for key in found if key not in expected)]:
        ours, theirs = list(expected.get(key, ())), list(found.get(key, ()))
        for place in range(max(len(ours), len(theirs))):
            one = ours[place] if place < len(ours) else "—"
            other = theirs[place] if place < len(theirs) else "—"
            if one != other:
                raise _Differs(problem, f"{key}, {place + 1}: {one} ≠ {other}")
