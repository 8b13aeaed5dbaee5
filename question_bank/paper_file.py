"""Sealing the pool of a contest, opening it again, drawing from it: the files of a sealed paper in the data folder."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from question_bank import sealing
from question_bank.bank import Bank, Outline
from question_bank.blueprint import Line, line_from
from question_bank.commitment import (
    NONCE_BYTES,
    commit,
    entry_of,
    manifest_line,
    pool_hash,
    public_record,
    revealed_record,
    seed_hash,
)
from question_bank.draw import METHOD_2, Drawn, Groups, NotEnoughQuestions, draw_lines, shortages
from question_bank.question import Question, is_hidden, to_dict, unchecked
from question_bank.schema import BankError

SEALED, PUBLIC, REVEALED = "paper.sealed", "paper-public.json", "paper-revealed.json"
_ASIDE = "paper-*.sealed"
Progress = Callable[[str, int, int], None]
"""Called with a step ("commit", "encrypt", "check", "erase"), how many questions are done, how many there are."""


def _quiet(step: str, done: int, total: int) -> None:
    """For whoever does not ask for progress."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed paper with its passphrase. Never print it: both fields that its repr leaves out are secret."""

    path: Path
    passphrase: str
    secret: dict[str, Any]

    def __repr__(self) -> str:
        return f"Opened({self.path})"

    @property
    def key(self) -> bytes:
        """What the paper table of the contest is locked with: 32 bytes."""
        return bytes.fromhex(self.secret["paper_key"])

    @property
    def seed(self) -> str:
        return str(self.secret["seed"])

    @property
    def lines(self) -> tuple[Line, ...]:
        """The blueprint that it was sealed for."""
        return tuple(line_from(one) for one in self.secret["blueprint"])

    def records(self) -> Iterator[tuple[bytes, Question]]:
        """Every question with its nonce. Raises BankError for a damaged file."""
        for record in sealing.read_records(self.path, self.passphrase):
            yield bytes.fromhex(record["nonce"]), unchecked(record["question"])

    def draw(self, words: str = "") -> tuple[Drawn, ...]:
        """The one draw that seed and words leave. Raises BankError, NotEnoughQuestions."""
        return draw_lines((entry_of(one) for _, one in self.records()), self.lines, self.seed, words)

    def questions(self, drawn: Sequence[Drawn]) -> dict[str, tuple[bytes, Question]]:
        """Id → nonce and question of all that were drawn, in the order of the draw."""
        wanted = [name for one in drawn for name in one.ids]
        names = set(wanted)
        found = {one.id: (nonce, one) for nonce, one in self.records() if one.id in names}
        return {name: found[name] for name in wanted}


def open_paper(path: Path, passphrase: str) -> Opened:
    """Raises BankError: "passphrase_wrong", "sealed_missing", "sealed_damaged"."""
    return Opened(path, passphrase, sealing.read_secret(path, passphrase))


def sealed_file(data: Path, of_seed: str | None = None) -> Path | None:
    """The sealed paper in a data folder; with `of_seed` (a seed's hash) that one, put aside or not. None: none."""
    if of_seed is None:
        path = data / SEALED
        return path if path.exists() else None
    for path in [data / SEALED, *sorted(data.glob(_ASIDE), reverse=True)]:
        if path.exists() and sealing.header(path).get("seed_hash") == of_seed:
            return path
    return None


def draw_note(opened: Opened, words: str) -> str:
    """What the log of a contest says of its draw before the seed is public."""
    return f"{METHOD_2} sha256:{seed_hash(opened.seed)}{' ' + words if words else ''}"


def noted(draw_seed: str) -> tuple[str, str] | None:
    """(hash of the seed, words) of a `draw_note`; None for the seed of an open draw."""
    method, _, rest = draw_seed.partition(" sha256:")
    if method != METHOD_2 or not rest:
        return None
    digest, _, words = rest.partition(" ")
    return digest, words


def may_be_sealed(bank: Bank, drafts: bool = False) -> Iterator[Outline]:
    """What a contest may draw from: questions of the show's pool, reviewed, never used at a show or a rehearsal."""
    used = bank.used_ids(None)
    for one in bank.outlines(pool="show"):
        if one.id not in used and (one.status == "reviewed" or (drafts and one.status == "draft")):
            yield one


def seal(
    data: Path,
    bank: Bank,
    title: str,
    lines: Sequence[Line],
    passphrase: str,
    *,
    who: str,
    drafts: bool = False,
    progress: Progress = _quiet,
    cost: int | None = None,
) -> dict[str, Any]:
    """Encrypt the pool of a contest into DATA/paper.sealed, write DATA/paper-public.json, erase the bank's own texts.

    The texts go only once the sealed file was read back whole. `cost`: scrypt's N, None for ours.
    Returns the public record. Raises BankError, NotEnoughQuestions, OSError; the bank is untouched then.
    """
    sealing.check_passphrase(passphrase)
    path = data / SEALED
    if path.exists():
        if bank.search(status="sealed", limit=0)[1]:
            raise BankError("sealed_there", str(path))
        put_aside(path)  # the bank has everything: an earlier sealing was interrupted
    chosen = {one.id for one in may_be_sealed(bank, drafts) if any(line.takes(one) for line in lines)}
    nonces: dict[str, bytes] = {}
    manifest: list[str] = []
    pool = Groups()
    for one in bank.iterate(pool="show"):
        if one.id not in chosen or (one.author and not one.reviewer):
            continue  # a draft that a second pair of eyes has not seen cannot be sealed
        nonces[one.id] = secrets.token_bytes(NONCE_BYTES)
        entry = entry_of(one)
        pool.add(entry)
        manifest.append(manifest_line(entry, commit(nonces[one.id], one)))
        progress("commit", len(manifest), len(chosen))
    if not manifest:
        raise BankError("seal_nothing", str(bank.path))
    if missing := shortages(pool, lines):
        raise NotEnoughQuestions(missing)
    seed, at = secrets.token_hex(32), _now()
    public = public_record(title, at, manifest, seed, lines)
    head = {name: public[name] for name in ("contest", "sealed_at", "pool_hash", "seed_hash")}
    secret = {
        "seed": seed,
        "paper_key": secrets.token_hex(sealing.KEY_BYTES),
        "blueprint": public["blueprint"],
    }

    def records() -> Iterator[dict[str, Any]]:
        done = 0
        for one in bank.iterate(pool="show"):
            if one.id in nonces:
                done += 1
                progress("encrypt", done, len(nonces))
                yield {"nonce": nonces[one.id].hex(), "question": to_dict(one)}

    del manifest, pool, chosen  # a hundred thousand questions must fit beside scrypt's 128 MB
    sealing.write(path, passphrase, head, secret, records(), cost or sealing.COST)
    _check(path, passphrase, public, progress)
    write_json(data / PUBLIC, public)
    progress("erase", 0, len(nonces))
    bank.hide(nonces)
    with _table(bank) as seals:
        seals.execute(
            "INSERT INTO seals (pool_hash, seed_hash, contest, at, questions) VALUES (?, ?, ?, ?, ?)",
            [public["pool_hash"], public["seed_hash"], title, at, len(nonces)],
        )
    bank.log_access(who, "paper_sealed", f"{len(nonces)} {public['pool_hash'][:16]}")
    return public


def _check(path: Path, passphrase: str, public: dict[str, Any], progress: Progress) -> None:
    """Read the sealed file back whole, before anything is erased. Raises BankError."""

    def made() -> Iterator[str]:
        for done, (nonce, question) in enumerate(open_paper(path, passphrase).records(), start=1):
            progress("check", done, public["questions"])
            yield manifest_line(entry_of(question), commit(nonce, question))

    if pool_hash(made()) != public["pool_hash"]:
        raise BankError("sealed_damaged", str(path))


def unseal(data: Path, bank: Bank, passphrase: str, *, who: str) -> int:
    """Bring the sealed questions back into the bank, drawn ones as used; the file is put aside. Returns how many.

    Raises BankError; the bank is untouched then.
    """
    opened = open_paper(data / SEALED, passphrase)
    used = bank.used_ids("show")
    count = 0

    def back() -> Iterator[Question]:
        nonlocal count
        for _, question in opened.records():
            kept = bank.get(question.id)
            if kept is not None and is_hidden(kept):
                count += 1
                seen = bool(question.reviewer) or not question.author
                yield replace(question, status="used") if question.id in used and seen else question

    bank.restore(back())
    with _table(bank) as seals:
        seals.execute(
            "UPDATE seals SET unsealed_at = ? WHERE seed_hash = ?", [_now(), seed_hash(opened.seed)]
        )
    bank.log_access(who, "paper_unsealed", str(count))
    put_aside(opened.path)
    return count


def reveal(data: Path, opened: Opened, words: str) -> dict[str, Any]:
    """What is to be published after the show. Raises BankError, OSError, ValueError without its public record."""
    public = json.loads((data / PUBLIC).read_text(encoding="utf-8"))
    if public.get("seed_hash") != seed_hash(opened.seed):
        raise BankError("sealed_other", str(data / PUBLIC))
    manifest = [manifest_line(entry_of(one), commit(nonce, one)) for nonce, one in opened.records()]
    if pool_hash(manifest) != public["pool_hash"]:
        raise BankError("sealed_damaged", str(opened.path))
    drawn = opened.draw(words)
    return revealed_record(public, opened.seed, words, manifest, drawn, opened.questions(drawn).values())


def write_json(path: Path, data: Any) -> None:
    """Write a file whole or not at all, on disk when this returns."""
    half = path.with_name(f".{path.name}.part")
    with half.open("w", encoding="utf-8") as stream:
        json.dump(data, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(path)
    sealing.sync_folder(path.parent)


@contextlib.contextmanager
def _table(bank: Bank) -> Iterator[sqlite3.Connection]:
    """The bank's file, for one change of the table `seals`."""
    with contextlib.closing(sqlite3.connect(bank.path)) as connection, connection:
        yield connection


def put_aside(path: Path) -> Path:
    """Rename a sealed file, never delete it."""
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    aside = path.with_name(f"paper-{stamp}.sealed")
    path.rename(aside)
    return aside


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")
