"""contest.toml: the preset reads clean, and every mistake is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.contest_file import PRESET, BadContestFile, read_contest

GOOD = """
title = "决赛"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[judge]]
name = "丙"
[[round]]
kind = "compulsory"
right = 12.5
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "contest.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadContestFile) as caught:
        read_contest(file)
    assert all(line.startswith(str(file)) for line in caught.value.mistakes)
    return [line.removeprefix(f"{file}: ") for line in caught.value.mistakes]


def test_the_preset_is_the_default_of_the_rules() -> None:
    book = read_contest(PRESET)
    assert [rules.kind for rules in book.rounds] == ["compulsory", "scenario", "buzz_in", "risk"]
    assert book.base_cp == 10_000 and len(book.contestants) == 5
    assert [type(rules)(title=rules.title) for rules in book.rounds] == list(book.rounds)


def test_points_may_have_two_decimals_and_seats_are_given(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    file.write_text("\ufeff" + GOOD, encoding="utf-8")
    book = read_contest(file)
    assert book.rounds[0].right_cp == 1250  # type: ignore[union-attr]
    assert book.seats == (1, 2)


def test_every_mistake_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        titel = "x"
        base = "hundred"
        [[contestant]]
        seat = 1
        [[contestant]]
        seat = 1
        name = "乙"
        [[round]]
        kind = "compulsary"
        [[round]]
        kind = "scenario"
        seconds = 0
        [[round]]
        kind = "buzz_in"
        foul = 10
        [[round]]
        kind = "risk"
        values = [15]
        """,
    )
    for path in (
        "titel:", "base:", "title:", "contestant 1.name:", "contestant 2.seat:", "round 1.kind:",
        "round 2.seconds:", "round 3.foul:", "round 4.values:", "judge:",
    ):  # fmt: skip
        assert sum(line.startswith(path) for line in found) == 1, (path, found)
    assert len(found) == 10


def test_web_buzzers_are_off_unless_the_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    for text, allowed in (
        (GOOD, False),
        (GOOD + "[buzzers]\n", False),
        (GOOD + "[buzzers]\nweb = true", True),
    ):
        file.write_text(text, encoding="utf-8")
        book = read_contest(file)
        assert (book.web_buzzers, book.web_seats) == (allowed, (1, 2) if allowed else ())
    for text, path in (("[buzzers]\nweb = 1", "buzzers.web:"), ("[buzzers]\nwifi = true", "buzzers.wifi:")):
        assert mistakes(tmp_path, GOOD + text)[0].startswith(path)
    assert mistakes(tmp_path, "buzzers = true\n" + GOOD)[0].startswith("buzzers:")


@pytest.mark.parametrize(
    ("text", "says"), [("title = ]", "line 1"), (GOOD.replace("甲", ""), "contestant 1.name")]
)
def test_what_and_where(tmp_path: Path, text: str, says: str) -> None:
    assert says in mistakes(tmp_path, text)[0]


@pytest.mark.parametrize(
    "text",
    [
        'title = "x"\n[[round]]\nkind = ["risk"]',
        "title = " + "[" * 5000,
        "base = " + "9" * 5000,
        GOOD + '[[round]]\nkind = "risk"\nvalues = [10.0]',
        GOOD + '[[round]]\nkind = "buzz_in"\nnobody_seconds = 3600',
    ],
)
def test_odd_files_are_mistakes_not_crashes(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text)


def test_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    file.write_bytes('title = "决赛"'.encode("gb18030"))
    with pytest.raises(BadContestFile, match="UTF-8"):
        read_contest(file)
