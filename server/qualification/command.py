"""The command `finalists`: marks of stage 1 and 2 → who is in the final, and their contest file.

The marks stay behind: the contest that is written holds seats, numbers, names and units, and how ties were decided.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from question_bank.draw import METHOD
from question_bank.question import excerpt, refused_character

from ..contest.file import MOST_SEATS, PRESET, BadContestFile, contest_path, read_contest
from ..contest.splice import CannotSplice, splice
from . import cut as rules
from .marks_file import BadMarks
from .marks_sheet import Marks, read_marks
from .marks_template import write_template
from .report import Outcome, as_json, table

DONE, NO, WRONG_CALL = 0, 1, 2
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")


class WrongCall(ValueError):
    """The call or its files are wrong; one line each in `mistakes`."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    sub = command(
        "finalists", run, "marks of stage 1 and 2: rank them and write the finalists into a contest"
    )
    sub.add_argument("marks", type=Path, nargs="?", metavar="MARKS", help=".xlsx or .csv")
    sub.add_argument("--template", type=Path, metavar="FILE.xlsx", help="write an empty sheet of marks")
    sub.add_argument(
        "--sheet", metavar="NAME", help="which sheet of the workbook (default: the one with marks)"
    )
    sub.add_argument("--weights", metavar="50,50", help="weights of stage 1 and 2 in percent")
    sub.add_argument(
        "--parts",
        action="append",
        default=[],
        metavar="stage1=听打:30,机考:40,在线:30",
        help="weights of a stage's parts in percent; may be given for each stage",
    )
    sub.add_argument("--max", default="100", metavar="100", help="the highest mark (default: 100)")
    sub.add_argument(
        "--decimals", type=int, choices=range(7), default=2, help="of the total, rounded half up (default: 2)"
    )
    sub.add_argument(
        "--take", type=int, default=5, metavar="5", help=f"how many, 2 to {MOST_SEATS} (default: 5)"
    )
    sub.add_argument(
        "--decide", metavar="NUMBER[,NUMBER]", help="who of those tied at the last place goes in"
    )
    sub.add_argument("--decided-by", metavar="TEXT", help="who decided that, and how")
    sub.add_argument(
        "--seats", choices=rules.SEATINGS, default="rank", help="how seats are given (default: rank)"
    )
    sub.add_argument("--seed", help="the seed of --seats drawn")
    sub.add_argument(
        "--contest",
        type=contest_path,
        metavar="contest.toml",
        help="contest to put them in: a file, or preset:NAME (default: preset:default)",
    )
    sub.add_argument("-o", "--output", type=Path, metavar="new.toml", help="where to write that contest")
    sub.add_argument("--force", action="store_true", help="write over a file that is there")
    sub.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Exit status: 0 done, 1 a tie waits or too few have a total, 2 call or input is wrong."""
    try:
        if arguments.template is not None:
            return _template(arguments)
        return _qualify(arguments)
    except (BadMarks, WrongCall) as error:
        if arguments.json:
            print(json.dumps({"ok": False, "mistakes": list(error.mistakes)}, ensure_ascii=False))
        for mistake in error.mistakes:
            _say(mistake)
        _say("nothing was written")
        return WRONG_CALL


def _say(text: str) -> None:
    print(f"firstpress: {text}", file=sys.stderr)


def _template(arguments: argparse.Namespace) -> int:
    if arguments.marks is not None:
        raise WrongCall("--template writes an empty sheet and reads no marks; give one of the two")
    path: Path = arguments.template
    if path.suffix.lower() != ".xlsx":
        raise WrongCall(f"{path}: found the ending {excerpt(path.suffix)!r}; allowed: .xlsx")
    _may_write(path, arguments.force)
    _write(path, write_template())
    print(json.dumps({"written": str(path)}, ensure_ascii=False) if arguments.json else path)
    return DONE


def _qualify(arguments: argparse.Namespace) -> int:
    if arguments.marks is None:
        raise WrongCall(
            "say which marks: run.py finalists MARKS.xlsx, or --template FILE.xlsx for an empty sheet"
        )
    settings = _settings(arguments)
    marks = read_marks(arguments.marks, sheet=arguments.sheet, decimals=arguments.decimals, **settings)
    for note in marks.notes:
        _say(f"{arguments.marks.name}: {note}")
    rows = rules.ranking(marks.candidates, marks.scheme)
    try:
        outcome = _outcome(rows, arguments)
    except rules.TooFew as few:
        outcome = Outcome(rows, (), rules.Cut(()), waits=False)
        _print(outcome, (), marks, arguments, None)
        _say(f"{few}; nothing was written. To go on with all of them: --take {few.ranked}")
        return NO
    seats = () if outcome.waits else rules.seated(outcome.finalists, arguments.seats, arguments.seed or "")
    written = None
    if arguments.output is not None and not outcome.waits:
        written = arguments.output
        _write_contest(arguments, outcome, seats)
    _print(outcome, seats, marks, arguments, written)
    if not outcome.waits:
        return DONE
    _say_tie(outcome.line, arguments)
    return NO


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the call says about the marks, every mistake of the call at once. Raises WrongCall."""
    wrong: list[str] = []
    settings: dict[str, Any] = {"weights": None, "parts": {}}
    if arguments.weights is not None:
        weights = [_number(text) for text in unicodedata.normalize("NFKC", arguments.weights).split(",")]
        if (
            len(weights) == rules.STAGES
            and None not in weights
            and sum(w or 0 for w in weights) == rules.WHOLE
        ):
            settings["weights"] = weights
        else:
            wrong.append(
                f"--weights: found {excerpt(arguments.weights)!r}; allowed: two with a sum of 100: 50,50"
            )
    for text in (piece for given in arguments.parts for piece in given.split(";")):
        stage, shares = _parts(text)
        if stage is None or stage in settings["parts"]:
            wrong.append(
                f"--parts: found {excerpt(text)!r}; allowed: once for stage1 and stage2 each, "
                "with a sum of 100: stage1=听打:30,机考:40,在线:30"
            )
        else:
            settings["parts"][stage] = shares
    settings["scale"] = _number(arguments.max)
    if not settings["scale"]:
        wrong.append(f"--max: found {excerpt(arguments.max)!r}; allowed: a number above 0")
    if not 2 <= arguments.take <= MOST_SEATS:
        wrong.append(f"--take: found {arguments.take}; allowed: 2 to {MOST_SEATS}, the seats of a stage")
    if arguments.decided_by is not None and arguments.decide is None:
        wrong.append("--decided-by: found without --decide; say who goes in as well")
    if (arguments.seats == "drawn") != (arguments.seed is not None):
        wrong.append("--seed: needed for --seats drawn, and for nothing else")
    if arguments.contest is not None and arguments.output is None:
        wrong.append("--contest: found without -o; say where to write the new contest")
    for option in ("decided_by", "seed"):
        text = getattr(arguments, option)
        if text is not None and not _is_line(text):
            name = option.replace("_", "-")
            wrong.append(f"--{name}: found {excerpt(text)!r}; allowed: one line of 1 to 200 characters")
    if arguments.output is not None:
        try:
            _may_write(arguments.output, arguments.force)
        except WrongCall as error:
            wrong += error.mistakes
    if wrong:
        raise WrongCall(*wrong)
    return settings


def _number(text: str) -> Fraction | None:
    text = text.strip()
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def _parts(text: str) -> tuple[int | None, Mapping[str, Fraction]]:
    """The stage (0, 1) and the weights of `stage1=听打:30,…`; (None, …) when it is not that."""
    head, _, rest = unicodedata.normalize("NFKC", text).partition("=")
    stage = {"stage1": 0, "stage2": 1, "第一阶段": 0, "第二阶段": 1}.get("".join(head.split()).casefold())
    shares: dict[str, Fraction] = {}
    for piece in rest.split(","):
        name, _, weight = piece.rpartition(":")
        value = _number(weight.removesuffix("%"))
        if value is None or not name.strip() or name.strip() in shares:
            return None, {}
        shares[name.strip()] = value
    return (stage if sum(shares.values()) == rules.WHOLE else None), shares


def _is_line(text: str) -> bool:
    return (
        bool(text.strip()) and len(text) <= 200 and not any(c == "\n" or refused_character(c) for c in text)
    )


def _outcome(rows: tuple[rules.Ranked, ...], arguments: argparse.Namespace) -> Outcome:
    """Raises TooFew, WrongCall."""
    line = rules.cut(rows, arguments.take)
    if arguments.decide is None:
        return Outcome(rows, line.sure, line, waits=bool(line.tied))
    try:
        chosen = rules.decided(
            line, [part.strip() for part in unicodedata.normalize("NFKC", arguments.decide).split(",")]
        )
    except rules.BadDecision as error:
        raise WrongCall(f"--decide: {error}") from error
    if arguments.decided_by is None:
        _say("who decided the tie is not stated; add --decided-by TEXT to have it in the contest file")
    return Outcome(rows, chosen, line, waits=False)


def _say_tie(line: rules.Cut, arguments: argparse.Namespace) -> None:
    tied = ", ".join(f"{row.candidate.number} {row.candidate.name}" for row in line.tied)
    _say(f"tie for the last {line.open_places} of {arguments.take} places: {tied}. Nothing was written.")
    if len({row.exact for row in line.tied}) > 1:
        _say(
            f"before rounding to {arguments.decimals} decimals their totals differ; --decimals N ranks by more"
        )
    numbers = ",".join(["NUMBER"] * line.open_places)
    _say(f'people have to decide it: --decide {numbers} --decided-by "WHO AND HOW"')


def _print(
    outcome: Outcome,
    seats: Sequence[rules.Ranked],
    marks: Marks,
    arguments: argparse.Namespace,
    written: Path | None,
) -> None:
    if arguments.json:
        found = as_json(outcome, seats, marks) | {"written": None if written is None else str(written)}
        print(json.dumps(found, ensure_ascii=False))
        return
    print("\n".join(table(outcome, seats, marks)))
    if written is not None:
        print(f"written: {written}")


def _notes(arguments: argparse.Namespace, outcome: Outcome) -> list[str]:
    """The comments above the finalists in the contest file; no mark is in them."""
    notes = [
        f"finalists taken from {excerpt(arguments.marks.name, 80)} by rank in stages 1 and 2; marks are not carried over",
        f"入围名单取自 {excerpt(arguments.marks.name, 80)}，按前两个阶段的名次；前两个阶段的成绩不带入决赛",
    ]
    if outcome.line.tied:
        tied = ", ".join(row.candidate.number for row in outcome.line.tied)
        taken = ", ".join(row.candidate.number for row in outcome.finalists if row in outcome.line.tied)
        by = (arguments.decided_by or "not stated 未注明").strip()
        notes.append(
            f"tie at the last place 末位同分 ({tied}), decided 裁定入围: {taken}; decided by 裁定人: {by}"
        )
    if arguments.seats == "drawn":
        notes.append(f"seats drawn 抽签定席位, {METHOD} over the numbers, seed 种子: {arguments.seed}")
    elif arguments.seats == "reversed":
        notes.append("seats by rank, reversed 席位按名次倒序")
    else:
        notes.append("seats by rank 席位按名次")
    return notes


def _write_contest(arguments: argparse.Namespace, outcome: Outcome, seats: Sequence[rules.Ranked]) -> None:
    """Raises WrongCall; then nothing was written."""
    base: Path = arguments.contest or PRESET
    contestants = [
        {
            "seat": seat,
            "number": row.candidate.number,
            "name": row.candidate.name,
            "unit": row.candidate.unit,
        }
        for seat, row in enumerate(seats, start=1)
    ]
    try:
        made = splice(base.read_bytes().decode("utf-8"), contestants, _notes(arguments, outcome))
    except OSError as error:
        raise WrongCall(f"{base}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise WrongCall(f"{base}: not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    except (CannotSplice, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise WrongCall(f"{base}: {error}") from error
    _write(arguments.output, made.encode("utf-8"), is_contest=True)


def _may_write(path: Path, force: bool) -> None:
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise WrongCall(f"{path}: not a file in a folder that exists")
    if path.exists() and not force:
        raise WrongCall(f"{path}: is there already; name another file, or write over it by --force")


def _write(path: Path, data: bytes, *, is_contest: bool = False) -> None:
    """Write a file whole or not at all; a contest is read back and must have no mistake. Raises WrongCall."""
    target = path.resolve()  # a link stays a link
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    except OSError as error:
        raise WrongCall(f"{path}: cannot be written ({error.strerror or error})") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if is_contest:
            read_contest(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            temporary.chmod(0o644)  # no secret in it, and the show may run as somebody else
        os.replace(temporary, target)
    except BadContestFile as error:
        mistakes = [mistake.replace(name, f"{path} (not written)") for mistake in error.mistakes]
        raise WrongCall(*mistakes) from error
    except OSError as error:
        raise WrongCall(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)
