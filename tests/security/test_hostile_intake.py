"""Texts that have no business on a screen: refused at every door, with a message that shows them harmlessly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from question_bank import samples
from question_bank.bank import Bank
from question_bank.model import InvalidQuestion
from question_bank.question import Question, validate
from server import codec, displays
from server.contest.file import BadContestFile, read_contest

# Controls, the signs that turn a line round, what is invisible, half letters, and marks piled on a letter.
BAD = {
    "NUL": "\x00",
    "bell": "\x07",
    "escape": "\x1b[31m",
    "delete": "\x7f",
    "C1 control": "\x9b",
    "right-to-left override": "\u202e",
    "left-to-right override": "\u202d",
    "isolate": "\u2067",
    "right-to-left mark": "\u200f",
    "zero-width space": "\u200b",
    "byte order mark": "\ufeff",
    "line separator": "\u2028",
    "private use": "\ue000",
    "tag": "\U000e0041",
    "200 marks on one letter": "e" + "\u0301" * 200,
}
CONTEST = """
title = {title}
subtitle = {subtitle}
tie_break = "none"
[[contestant]]
name = {name}
unit = {unit}
[[contestant]]
name = "乙"
[[judge]]
name = {judge}
unit = {judge_unit}
[[round]]
kind = "compulsory"
title = {round}
turns = 1
[[cue]]
title = {cue}
after = 1
"""
PLACES = ("title", "subtitle", "name", "unit", "judge", "judge_unit", "round", "cue")


def toml(text: str) -> str:
    return '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'


@pytest.mark.parametrize("what", BAD)
def test_a_contest_file_with_it_is_refused_wherever_it_stands(tmp_path: Path, what: str) -> None:
    file = tmp_path / "contest.toml"
    for place in PLACES:
        texts = {one: toml("名称") for one in PLACES} | {place: toml(f"甲{BAD[what]}乙")}
        file.write_text(CONTEST.format(**texts), encoding="utf-8")
        with pytest.raises(BadContestFile) as refused:
            read_contest(file)
        assert str(refused.value).replace("\n", "").isprintable(), f"the message repeats {what}"


def test_the_contest_file_of_these_tests_is_right_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    file.write_text(CONTEST.format(**{one: toml("名称 e\u0301") for one in PLACES}), encoding="utf-8")
    assert read_contest(file).contestants[0].name == "名称 e\u0301"


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Question:
    with Bank(tmp_path_factory.mktemp("bank") / "bank.db") as bank:
        samples.load(bank)
        return next(one for one in bank.all() if one.form == "single" and one.explanation)


@pytest.mark.parametrize("what", BAD)
def test_a_question_with_it_is_refused(question: Question, what: str) -> None:
    assert validate(question) == []
    for name in ("prompt", "explanation", "area", "source"):
        bad = replace(question, **{name: f"甲{BAD[what]}乙"})  # type: ignore[arg-type]
        problems = validate(bad)
        assert problems, f"{name} with {what}"
        assert str(InvalidQuestion("q", problems)).isprintable()
    assert validate(replace(question, options=(f"甲{BAD[what]}", *question.options[1:])))


def test_a_command_in_any_script_is_taken() -> None:
    message = {
        "type": "set_score",
        "seat": 1,
        "score_cp": 100,
        "by": "ئايگۈل דניאל",
        "reason": "<b>e\u0301</b>",
    }
    assert codec.command_message(codec.host_command(message)) == message


@pytest.mark.parametrize("what", [*BAD, "half a letter", "a line break"])
def test_a_command_with_it_is_malformed(what: str) -> None:
    text = f"甲{ {**BAD, 'half a letter': chr(0xD800), 'a line break': chr(10)}[what] }乙"
    for message in (
        {"type": "set_score", "seat": 1, "score_cp": 100, "by": "裁判长", "reason": text},
        {"type": "set_score", "seat": 1, "score_cp": 100, "by": text, "reason": "更正"},
        {"type": "certify", "role": "host", "name": text},
    ):
        with pytest.raises(codec.BadCommand):
            codec.host_command(message)


@pytest.mark.parametrize("what", [*BAD, "half a letter"])
def test_no_display_is_called_that(what: str) -> None:
    text = f"甲{ {**BAD, 'half a letter': chr(0xDC00)}[what] }乙"
    with pytest.raises(displays.BadSetting):
        displays.proper_name(text)
    said = displays.hello("projector", {"name": text, "page": "ab" * 16})
    assert said.name.startswith("甲") and said.name.isprintable() and len(said.name) <= displays.LONGEST_NAME
