"""contest.toml: every mistake is told at once, with its line; what must fit together is held."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contest.file import PRESET, BadContestFile, read_contest
from server.contest.lines import Lines
from server.game.rulebook import BuzzIn, Compulsory, Risk, Scenario, ScoreSheet, SheetGroup, SheetLine, Text

PEOPLE = """
[[contestant]]
name = "甲"
unit = "一局"
[[contestant]]
name = "乙"
unit = "二局"
[[judge]]
name = "丙"
"""
GOOD = f"""title = "决赛"
{PEOPLE}
[[round]]
kind = "compulsory"
right = 12.5
"""
SHEET = f'title = "x"\n{PEOPLE}[[round]]\nkind = "scenario"\n[round.sheet]\n'


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "contest.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """Each mistake as "path: found ...; allowed: ...", after its file and line were seen to be right."""
    file = written(tmp_path, text)
    with pytest.raises(BadContestFile) as caught:
        read_contest(file)
    found = []
    for line, mistake in zip(caught.value.mistakes, caught.value.details, strict=True):
        place = f"{file}:{mistake.line}: " if mistake.line else f"{file}: "
        assert line.startswith(place)
        found.append(line.removeprefix(place))
    assert len(set(found)) == len(found)
    return found


def test_the_preset_is_the_default_of_the_rules() -> None:
    book = read_contest(PRESET)
    assert [rules.kind for rules in book.rounds] == ["compulsory", "scenario", "buzz_in", "risk"]
    assert book.base_cp == 10_000 and len(book.contestants) == 5
    assert [type(rules)(title=rules.title) for rules in book.rounds] == list(book.rounds)
    assert book.tie_break is not None and book.tie_break == type(book.tie_break)(book.tie_break.title)
    assert book.chief is not None and book.chief.number == 1
    assert (book.theme, book.staged, book.cues) == ("stage", False, ())


def test_points_may_have_two_decimals_and_seats_are_given(tmp_path: Path) -> None:
    book = read_contest(written(tmp_path, "\ufeff" + GOOD))
    assert book.rounds[0].right_cp == 1250  # type: ignore[union-attr]
    assert book.seats == (1, 2) and [one.number for one in book.contestants] == ["1", "2"]


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
        values = [10, 10]
        """,
    )
    for path in (
        "titel:", "base:", "title:", "contestant 1.name:", "contestant 2.seat:",
        "round 1.kind:", "round 2.seconds:", "round 3.foul:", "round 4.values:", "judge:",
    ):  # fmt: skip
        assert sum(line.startswith(path) for line in found) == 1, (path, found)
    assert len(found) == 10  # none that only follows from another one


def test_mistakes_come_with_their_line_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SHEET
        + '[[round.sheet.line]]\ntext = "a"\nmax = 5\n[[round.sheet.line]]\ntext = "b"\nmax = 0\nkind = "hit"\n'
    )
    text += '[tie_break]\n"limit" = 0\n[tie_break.buzz]\ntoo_close = [\n  "press_again",\n  "luck",\n]\nopens="now"\n'
    text = "base = 'x'\n" + text
    with pytest.raises(BadContestFile) as caught:
        read_contest(written(tmp_path, text))
    found = [(mistake.path, mistake.line) for mistake in caught.value.details]
    lines = text.splitlines()
    assert found == [
        ("base", 1),
        ("round 1.sheet.line 2.max", lines.index("max = 0") + 1),
        ("tie_break.limit", lines.index('"limit" = 0') + 1),
        ("tie_break.buzz.too_close", lines.index("too_close = [") + 1),
        ("tie_break.buzz.opens", lines.index('opens="now"') + 1),
    ]


def test_the_line_of_every_setting_of_the_preset() -> None:
    text = PRESET.read_text(encoding="utf-8")
    lines = Lines(text)
    whole = text.splitlines()
    for where, says in (
        (("title",), "title ="),
        (("contestant", 5, "unit"), "沈阳"),
        (("contestant", 5), "[[contestant]]"),
        (("round", 3, "foul"), "foul = -10"),
        (("round", 3, "fouls"), "[[round]]"),
        (("tie_break", "buzz", "begin_seconds"), "begin_seconds ="),
        (("tie_break", "limit"), "limit ="),
    ):
        found = lines.of(where)
        assert found is not None and says in whole[found - 1], where
    assert lines.of(("cue",)) is None


def test_headers_within_texts_and_lists_are_none() -> None:
    lines = Lines(
        'a = """\n[[round]]\nx = 1 \\"""\n"""""\nb = [ # ]\n"[[round]]", \'"\',\n]\nc.d = \'\'\'\n[z]\'\'\'\n[[round]]\n"x" = 2'
    )
    assert lines.of(("round", 1, "x")) == 11 and lines.of(("x",)) is None
    assert (lines.of(("b",)), lines.of(("c", "d")), lines.of(("z",))) == (5, 8, None)


@given(st.text(alphabet="[]{}\"'\\#=.,\nabx 1\r\t"))
def test_the_locator_takes_any_text(text: str) -> None:
    for where in (("a",), ("a", 1, "b"), ("b", "x")):
        assert (Lines(text).of(where) or 1) in range(1, text.count("\n") + 2)


def test_web_buzzers_are_off_unless_the_file_says_so(tmp_path: Path) -> None:
    for text, allowed in (
        (GOOD, False),
        (GOOD + "[buzzers]\n", False),
        (GOOD + "[buzzers]\nweb = true", True),
    ):
        book = read_contest(written(tmp_path, text))
        assert (book.web_buzzers, book.web_seats) == (allowed, (1, 2) if allowed else ())
    for text, path in (("[buzzers]\nweb = 1", "buzzers.web:"), ("[buzzers]\nwifi = true", "buzzers.wifi:")):
        assert mistakes(tmp_path, GOOD + text)[0].startswith(path)
    assert mistakes(tmp_path, "buzzers = true\n" + GOOD)[0].startswith("buzzers:")


def test_everything_of_a_round_can_be_set(tmp_path: Path) -> None:
    book = read_contest(
        written(
            tmp_path,
            f"""title = "x"
staged = true
theme = "hall"
tie_break = "none"
{PEOPLE}
chief = true
[[round]]
kind = "compulsory"
by_form = {{single = 10, oral = 30}}
help = -10
pick = "number"
pool = 8
planned_minutes = 2.5
[[round]]
kind = "scenario"
round_to = 1
max = 15
[[round.sheet.group]]
title = "规范"
weight = 40
[[round.sheet.group]]
title = "业务"
weight = 60
[[round.sheet.line]]
text = "开场"
max = 10
kind = "faults"
each = 0.5
group = "规范"
[[round.sheet.line]]
text = "要点"
max = 5
kind = "hit"
group = 2
[[round]]
kind = "buzz_in"
fouls = [0, -20]
tries = "all"
too_close = "chief"
begin_seconds = 0
[[round]]
kind = "risk"
values = [60, 20, 40]
sealed = true
[[cue]]
title = "致辞"
minutes = 1.5
[[cue]]
title = "颁奖"
kind = "award"
after = "result"
seconds = 20
""",
        )
    )
    first, second, third, fourth = book.rounds
    assert isinstance(first, Compulsory) and isinstance(second, Scenario)
    assert isinstance(third, BuzzIn) and isinstance(fourth, Risk)
    assert [(one.form, one.right_cp) for one in first.by_form] == [("single", 1000), ("oral", 3000)]
    assert (first.help_cp, first.pick, first.pool, first.planned_seconds) == (-1000, "number", 8, 150)
    assert second.round_to_cp == 100 and second.sheet == ScoreSheet(
        (SheetLine("开场", 1000, "faults", 50, 0), SheetLine("要点", 500, "hit", 0, 1)),
        (SheetGroup("规范", 40), SheetGroup("业务", 60)),
    )
    assert (third.fouls_cp, third.tries, third.too_close, third.begin_seconds) == (
        (0, -2000),
        0,
        ("chief",),
        0,
    )
    assert fourth.values_cp == (2000, 4000, 6000) and fourth.sealed
    assert book.tie_break is None and book.staged and book.theme == "hall"
    assert book.chief is not None and book.chief.name == "丙"
    assert [(cue.title, cue.kind, cue.after, cue.seconds) for cue in book.cues] == [
        (Text("致辞", "致辞"), "speech", 0, 90),
        (Text("颁奖", "颁奖"), "award", 5, 20),
    ]


def test_the_points_of_a_tie_break_are_the_same_however_it_is_asked(tmp_path: Path) -> None:
    text = (
        GOOD + '[tie_break]\ntitle = "决胜"\nright = 5\nwrong = -5\n[tie_break.buzz]\nopens = "countdown"\n'
    )
    rules = read_contest(written(tmp_path, text)).tie_break
    assert rules is not None and rules.title == rules.buzz.title == Text("决胜", "Tie-break")
    assert (rules.right_cp, rules.wrong_cp) == (rules.buzz.right_cp, rules.buzz.wrong_cp) == (500, -500)
    assert (rules.buzz.opens, rules.buzz.fouls_cp) == ("countdown", (0,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ]", "line 1"),
        (GOOD.replace("甲", ""), "contestant 1.name"),
        (GOOD.replace("甲", "甲\\u202e"), "invisible"),
        (GOOD.replace("甲", "甲\\u202e"), '"甲\\u202E"'),
        (GOOD.replace("甲", "甲\\n丁"), "on one line"),
        (GOOD + "righd = 3", 'did you mean "right"'),
        (GOOD + '"\\u202e" = 3', "round 1.\\u202E: found 3"),
        (GOOD + "staged = true", "above the first [table]"),
        (GOOD + "wrong = 10", "round 1.wrong: found 10; allowed: a number with up to two decimals from -1000 to 0"),
        (GOOD + "pool = 5", "round 1.pool"),
        (GOOD + 'pick = "number"\npool = 3', "from 4 (turns × contestants)"),
        (GOOD + 'pick = "choose"\npool = 1', "from 2 (turns)"),
        (GOOD + 'pick = "choose"', "round 1.pool: found nothing"),
        (GOOD + "planned_minutes = 1\nplanned_seconds = 3", 'nothing beside "planned_minutes"'),
        (GOOD + "by_form = {essay = 3}", '"single", "multiple", "true_false"'),
        (GOOD + "by_form = {single = -3}", "round 1.by_form"),
        (GOOD.replace('"乙"', '"乙"\nnumber = "1"'), "another number than contestant 1 has"),
        (GOOD.replace('"丙"', '"丙"\nchief = true\n[[judge]]\nname = "丁"\nchief = true'), "judge 1 is it already"),
        (GOOD + '[[round]]\nkind = "buzz_in"\nfoul = 0\nfouls = [0]', 'nothing beside "foul"'),
        (GOOD + '[[round]]\nkind = "buzz_in"\nfouls = []', "round 2.fouls"),
        (GOOD + '[[round]]\nkind = "buzz_in"\ntoo_close = ["draw", "draw"]', "different"),
        (GOOD + '[[round]]\nkind = "buzz_in"\ntries = "none"', 'from 1 to 9, or "all"'),
        (GOOD + '[[round]]\nkind = "risk"\npool = 3', "no such setting"),
        (GOOD + '[[round]]\nkind = "scenario"\nround_to = 0.5', "0.01, 0.1 or 1"),
        (GOOD.replace("一局", "总局") + 'unit = "x"\n[[round]]\nkind = "scenario"', "no such setting"),
        (GOOD.replace('"丙"', '"丙"\nunit = "一局"') + '[[round]]\nkind = "scenario"', "contestant 1.unit"),
        (GOOD.replace('"丙"', '"丙"\n' + '[[judge]]\nname = "丁"\n' * 3) + '[[round]]\nkind = "scenario"\ndrop = 2', "at most 1"),
        ('tie_break = "no"\n' + GOOD, '[tie_break] table, or "none"'),
        (GOOD + '[tie_break]\nmatters = "cut"', "from 1 to 1"),
        (GOOD + "[tie_break]\ntop = 3", "from 0 to 2"),
        (GOOD + '[tie_break]\nmethod = "in_turn"\nquestions = 3\nreserve = 5', "at least 6"),
        (GOOD + "[tie_break]\nbuzz = 3", "a [tie_break.buzz] table"),
        (GOOD + "[tie_break.buzz]\nquestions = 3", "tie_break.buzz.questions"),
        (GOOD + '[[cue]]\ntitle = "x"\nafter = 2', 'from 0 to 1, or "result"'),
        (GOOD + '[[cue]]\ntitle = "x"\nminutes = 2\nseconds = 3', 'nothing beside "minutes"'),
        (GOOD + '[[cue]]\ntitle = "x"\nminutes = 0.001', "whole seconds"),
        (SHEET, "at least one [[round.sheet.line]]"),
        (SHEET + '[[round.sheet.line]]\ntext = "a"', "line 1.max: found nothing"),
        (SHEET + '[[round.sheet.line]]\ntext = "a"\nmax = 5\neach = 1', 'only kind = "faults"'),
        (SHEET + '[[round.sheet.line]]\ntext = "a"\nmax = 5\nkind = "faults"', "line 1.each: found nothing"),
        (SHEET + '[[round.sheet.line]]\ntext = "a"\nmax = 5\ngroup = 1', "no [[round.sheet.group]]"),
        (SHEET + '[[round.sheet.line]]\ntext = "a"\nmax = 5\ngroup = 2\n[[round.sheet.group]]\ntitle = "g"', "1 to 1"),
        (
            SHEET
            + '[[round.sheet.line]]\ntext = "a"\nmax = 5\ngroup = 1\n'
            + '[[round.sheet.group]]\ntitle = "g"\nweight = 90\n',
            "found 90; allowed: weights that sum to 100",
        ),
        (
            SHEET
            + '[[round.sheet.line]]\ntext = "a"\nmax = 5\ngroup = 1\n'
            + '[[round.sheet.group]]\ntitle = "g"\n[[round.sheet.group]]\ntitle = "h"\n',
            'group 2: found "h"; allowed: a group that has at least one line',
        ),
    ],
)  # fmt: skip
def test_what_and_where(tmp_path: Path, text: str, says: str) -> None:
    found = mistakes(tmp_path, text)
    assert says in found[0] and len(found) == 1


def test_masking_can_be_switched_off_and_no_unit_is_no_unit(tmp_path: Path) -> None:
    own = GOOD.replace('"丙"', '"丙"\nunit = "一局"') + '[[round]]\nkind = "scenario"\nmask_own_unit = false'
    assert read_contest(written(tmp_path, own))
    none = GOOD.replace('unit = "一局"', "") + '[[round]]\nkind = "scenario"'
    assert read_contest(written(tmp_path, none))


@pytest.mark.parametrize(
    "text",
    [
        'title = "x"\n[[round]]\nkind = ["risk"]',
        "title = " + "[" * 5000,
        "base = " + "9" * 5000,
        "base = 0x" + "f" * 5000,
        "base = nan\n" + GOOD,
        "base = -inf\n" + GOOD,
        "contestant = 3\nround = {}\njudge = [1]\ncue = []\n",
        GOOD + "seconds = 30.0",
        GOOD + "seconds = true",
        GOOD + "right = 1979-05-27",
        GOOD + "right = 0.001",
        GOOD + '[[round]]\nkind = "risk"\nvalues = [0]',
        GOOD + '[[round]]\nkind = "risk"\nvalues = 10',
        GOOD + '[[round]]\nkind = "buzz_in"\nnobody_seconds = 3600',
    ],
)
def test_odd_files_are_mistakes_not_crashes(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text)


def test_not_utf8_not_there_and_too_large(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    with pytest.raises(BadContestFile, match="No such file"):
        read_contest(file)
    file.write_bytes('a = 1\ntitle = "决赛"'.encode("gb18030"))
    with pytest.raises(BadContestFile, match=r"toml:2: .*UTF-8"):
        read_contest(file)
    file.write_bytes(b"#" * 1024 * 1025)
    with pytest.raises(BadContestFile, match="1 MB"):
        read_contest(file)
    with pytest.raises(BadContestFile, match="directory"):
        read_contest(tmp_path)


def test_a_stake_is_whole_points_and_a_question_can_be_handed_on_before_its_clock(tmp_path: Path) -> None:
    risk = GOOD + '[[round]]\nkind = "risk"\nvalues = [12.5, 20]\nmay_assign = true\nclock = "shown"\n'
    found = "\n".join(mistakes(tmp_path, risk))
    assert "values" in found and "whole number from 1 to 1000" in found
    assert "may_assign" in found and 'clock = "host"' in found
