"""The presets: each published case by its own figures, found by name, and docs/rulebook.md that explains every setting."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import cli
from server.contest import rounds as contest_rounds
from server.contest.file import PRESET, PRESETS, SECTIONS, contest_path, read_contest
from server.contest.reader import Alone, Choice, Flag, Kind, OneOf, Points, Several, Whole, WholePoints, plain
from server.game.rulebook import BuzzIn, Compulsory, Risk, RoundRules, Rulebook, Scenario, Text, TieBreak

from .test_contest_file import GOOD, written

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))


def preset(name: str) -> Rulebook:
    return read_contest(contest_path(f"preset:{name}"))


def changed(book: Rulebook) -> dict[str, dict[str, Any]]:
    """Kind of round → the settings in which it differs from the default preset."""
    usual = {rules.kind: rules for rules in read_contest(PRESET).rounds}
    found = {}
    for rules in book.rounds:
        default = replace(usual[rules.kind], title=rules.title)
        names = [name for name in rules.__slots__ if getattr(rules, name) != getattr(default, name)]
        found[rules.kind] = {name: getattr(rules, name) for name in names}
    return found


def test_s301_by_its_figures() -> None:
    book = preset("s301")
    assert book.base_cp == 10_000
    assert changed(book) == {
        "compulsory": {},
        "scenario": {},
        "buzz_in": {"begin_seconds": 0, "finish_seconds": 60, "foul_then": "void"},
        "risk": {"values_cp": (1000, 3000, 5000), "seconds": 120, "order": "high_to_low"},
    }
    assert book.tie_break is not None and (book.tie_break.matters, book.tie_break.method) == (
        "cut",
        "sudden_death",
    )


def test_s403_by_its_figures() -> None:
    assert changed(preset("s403")) == {
        "compulsory": {"clock": "reading", "help_cp": -1000},
        "scenario": {},
        "buzz_in": {
            "right_cp": 2000,
            "wrong_cp": -2000,
            "fouls_cp": (0, -2000),
            "begin_seconds": 0,
            "finish_seconds": 60,
            "tries": 2,
            "then": "audience",
            "nobody_then": "audience",
        },
        "risk": {"values_cp": (2000, 4000, 6000)},
    }


def test_s266_by_its_figures() -> None:
    book = preset("s266")
    assert changed(book) == {
        "compulsory": {"seconds": 10},
        "scenario": {},
        "buzz_in": {"begin_seconds": 0, "finish_seconds": 10},
        "risk": {"values_cp": (2000, 4000, 6000), "seconds": 30},
    }
    assert book.tie_break is not None and (book.tie_break.matters, book.tie_break.top) == ("places", 2)


def test_s453_and_w_by_their_figures() -> None:
    assert changed(preset("s453-w")) == {
        "compulsory": {"seconds": 60, "help_cp": -1000},
        "scenario": {"seconds": 60, "max_cp": 1500, "round_to_cp": 100},
        "buzz_in": {"opens": "countdown", "then": "audience", "foul_then": "audience"},
        "risk": {},
    }


def test_the_school_form_is_short_and_needs_no_judge() -> None:
    book = preset("school-3")
    assert len(book.contestants) == 3 and book.judges == () and book.web_buzzers
    assert [rules.kind for rules in book.rounds] == ["compulsory", "buzz_in", "risk"]
    assert book.cues[0].after == 4


def test_presets_are_found_by_name() -> None:
    assert contest_path("preset:default") == PRESET and contest_path("mine.toml") == Path("mine.toml")
    for name in ("preset:s310", "preset:", "preset:../presets/s301", "preset:/etc/passwd"):
        with pytest.raises(argparse.ArgumentTypeError, match="presets: default, s266, s301"):
            contest_path(name)
    with pytest.raises(argparse.ArgumentTypeError, match='did you mean "preset:s301"'):
        contest_path("preset:s3001")


def test_check_gives_every_mistake_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, GOOD + "secnods = 3\nturns = 0\n")
    assert cli.main(["check", str(file), "--json"]) == 2
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert not answer["ok"] and said.err == ""
    assert [(row["path"], row["line"], row["found"]) for row in answer["mistakes"]] == [
        ("round 1.secnods", 15, "3"),
        ("round 1.turns", 16, "0"),
    ]
    assert all(row["file"] == str(file) and row["allowed"] for row in answer["mistakes"])
    assert cli.main(["check", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 2 and f"{file}:16: round 1.turns" in said.err
    assert cli.main(["check", "preset:s301", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "mistakes": []}


def test_the_default_preset_shows_every_setting() -> None:
    text = PRESET.read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", text))
    assert {name for names in SECTIONS.values() for name in names} - words == set()


# What follows holds docs/rulebook.md to the code: the same settings, the same ranges, the same defaults.


def tables() -> dict[str, dict[str, list[str]]]:
    """Heading → setting → the other cells of its row."""
    found: dict[str, dict[str, list[str]]] = {}
    for part in re.split(r"^##+ ", GUIDE, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        rows: dict[str, list[str]] = {}
        for row in re.findall(r"^\| (`.*) \|$", body, re.M):
            cells = [cell.strip() for cell in row.split(" | ")]
            rows |= {name: cells[1:] for name in re.findall(r"`([^`]+)`", cells[0])}
        found[heading] = rows
    return found


HEADINGS = {
    "": "The whole contest 全场",
    "contestant": "`[[contestant]]` 选手",
    "judge": "`[[judge]]` 评委",
    "look": "`[look]` 画面",
    "buzzers": "`[buzzers]` 抢答盒",
    "cue": "`[[cue]]` 流程单上的自由项",
    "compulsory": '`[[round]]` `kind = "compulsory"` 必答题',
    "scenario": '`[[round]]` `kind = "scenario"` 情景模拟题',
    "buzz_in": '`[[round]]` `kind = "buzz_in"` 抢答题',
    "risk": '`[[round]]` `kind = "risk"` 风险题',
    "tie_break": "`[tie_break]` 加赛题",
    "tie_break.buzz": "`[tie_break.buzz]` 加赛的抢答规则",
    "round.sheet": "`[round.sheet]` 评分表",
    "round.sheet.group": "`[[round.sheet.group]]` 分组",
    "round.sheet.line": "`[[round.sheet.line]]` 评分项",
    "paper": "`[paper]` 抽题",
    "paper.round": "`[[paper.round]]` 各环节的抽题要求",
}
COMMON = {"kind", "title", "title_en"}  # explained once, for every kind of round


def test_the_guide_explains_every_setting_and_no_other() -> None:
    guide = tables()
    assert set(HEADINGS) == set(SECTIONS)
    for section, names in SECTIONS.items():
        elsewhere = COMMON if section in ("scenario", "buzz_in", "risk") else set()
        assert set(guide[HEADINGS[section]]) == set(names) - elsewhere, section
    assert set(guide[HEADINGS["compulsory"]]) >= COMMON
    explained = {name for rows in guide.values() for name in rows}
    assert explained == {name for names in SECTIONS.values() for name in names}


def test_the_guide_names_every_preset() -> None:
    assert NAMES == ["default", "s266", "s301", "s403", "s453-w", "school-3"]
    assert re.findall(r"^\| `preset:([^`]+)`", GUIDE, re.M) == NAMES


def allowed(kind: Kind) -> list[str]:
    """What the cell of allowed values must say."""
    match kind:
        case Whole() | WholePoints():
            return [f"{kind.low}–{kind.high}"]
        case Points():
            return [f"{plain(kind.low_cp)}–{plain(kind.high_cp)}".replace("-", "−")]
        case Choice():
            return [f'`"{option}"`' for option in kind.options]
        case OneOf():
            return [*allowed(kind.other), *(f'`"{word}"`' for word in kind.values)]
        case Several() | Alone():
            return allowed(kind.of)
        case _:
            return []


def default(kind: Kind, value: Any) -> str:
    """What the cell of the default must say."""
    match kind:
        case _ if value is None:
            return "—"
        case Flag():
            return str(value).lower()
        case Choice():
            return f'`"{value}"`'
        case Points() | WholePoints() | contest_rounds.Grain():
            return plain(value).replace("-", "−")
        case Several():
            return f"[{', '.join(default(kind.of, one) for one in value)}]"
        case Alone():
            return default(kind.of, value[0])
        case contest_rounds.FormTable():
            return "—"
        case _:
            return str(value)


@pytest.mark.parametrize("rules", [Compulsory, Scenario, BuzzIn, Risk, TieBreak])
def test_the_guide_gives_the_ranges_and_the_defaults_of_the_code(rules: type[RoundRules]) -> None:
    usual = rules(Text("", ""))
    settings = contest_rounds.ROUNDS.get(usual.kind, contest_rounds.TIE_BREAK)
    assert (settings is contest_rounds.TIE_BREAK) == (rules is TieBreak)
    rows = tables()[HEADINGS[usual.kind]]
    for name, setting in settings.items():
        assert all(text in rows[name][0] for text in allowed(setting.kind)), (usual.kind, name)
        if name != "fouls":  # the short form beside it has the default
            assert rows[name][1] == default(setting.kind, getattr(usual, setting.field)), (usual.kind, name)
        assert re.search("[\u4e00-\u9fff]", rows[name][2]) and rows[name][3], (usual.kind, name)
