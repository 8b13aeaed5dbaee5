"""Other contestants in a contest.toml, and every other byte of it as it was."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contest.file import PRESET
from server.contest.splice import MARK, CannotSplice, splice

NEW = [{"seat": 1, "name": '甲 "\\', "unit": "x"}, {"seat": 2, "name": "乙", "unit": "#"}]
BLOCK = '[[contestant]]\nseat = 1\nname = "甲 \\"\\\\"\nunit = "x"\n\n[[contestant]]\nseat = 2\nname = "乙"\nunit = "#"\n'


def test_the_preset_keeps_every_byte_around_its_contestants() -> None:
    text = PRESET.read_text(encoding="utf-8")
    start = text.index("[[contestant]]")
    end = text.index("\n[[judge]]")
    assert splice(text, NEW, []) == text[:start] + BLOCK + text[end:]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", "\nBLOCK"),
        ("a = 1", "a = 1\n\nBLOCK"),
        ("a = 1 # one\n[[judge]]\n", "a = 1 # one\n[[judge]]\n\nBLOCK"),
        ("[[contestant]]\nname = 'x'", "BLOCK"),
        ("a=1\n[[contestant]]\n# gone\nname = 'x' # gone\n\n# kept\n", "a=1\nBLOCK\n# kept\n"),
        (" [[ \"contestant\" ]] # gone\nname='x'\n  [[judge]]\n", "BLOCK  [[judge]]\n"),
        (
            "[[contestant]]\nname='x'\n[[judge]]\nname='j'\n# kept\n[[contestant]]\nname='y'\n[x]\n",
            "BLOCK[[judge]]\nname='j'\n# kept\n[x]\n",
        ),
        ("[[contestant]]\nname='x'\n[contestant.photo]\nfile='x.png'\n[x]\n", "BLOCK[x]\n"),
        ("[[contestant]]\nname='''\n[[judge]]\n'''\nunit=[ # ]\n 'a',\n]\n[x]\n", "BLOCK[x]\n"),
        ('t = """\n[[contestant]]\\"""\n""""\n', 't = """\n[[contestant]]\\"""\n""""\n\nBLOCK'),
        ('v = [\n[["contestant"]],\n]\n[x]\n[[contestant]]\n', 'v = [\n[["contestant"]],\n]\n[x]\nBLOCK'),
        ("t = [ '#', # [[contestant]]\n  ']',\n]\n#[[contestant]]\n",
         "t = [ '#', # [[contestant]]\n  ']',\n]\n#[[contestant]]\n\nBLOCK"),
    ],
)  # fmt: skip
def test_where_contestants_stand_and_what_only_looks_like_them(text: str, made: str) -> None:
    assert splice(text, NEW, []) == made.replace("BLOCK", BLOCK)


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    text = "\ufeff[[contestant]]\r\nname = 'x'\r\n\r\n[[judge]]\r\n"
    assert splice(text, NEW, []) == "\ufeff" + BLOCK.replace("\n", "\r\n") + "\r\n[[judge]]\r\n"


def test_notes_of_before_are_replaced() -> None:
    text = PRESET.read_text(encoding="utf-8")
    once = splice(text, NEW, ["one", "two"])
    assert f"{MARK}one\n{MARK}two\n[[contestant]]\nseat = 1\n" in once
    again = splice(once, NEW, ["three"])
    assert again == once.replace(f"{MARK}one\n{MARK}two\n", f"{MARK}three\n")


@pytest.mark.parametrize("text", ["contestant = [{name = 'x'}]\n", '[["\\u0063ontestant"]]\nname = "x"\n'])
def test_contestants_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(CannotSplice, match="table of its own"):
        splice(text, NEW, [])


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        splice("[[contestant]\n", NEW, [])


PIECES = st.lists(
    st.sampled_from(
        [
            "[[contestant]]\nname = 'x'\n",
            '[[contestant]]\nname = """\n[[judge]]\n\'\'\'"""\n# inner\nunit = \'y\' # end\n',
            "[[judge]]\nname = '#[[contestant]]'\n",
            "[[round]]\nvalues = [\n  1, # [\n  2,\n]\n",
            "# [[contestant]]\n",
            "\n",
            "   # a comment '''\n",
        ]
    ),
    max_size=8,
)


@given(PIECES)
def test_nothing_but_contestants_changes(pieces: list[str]) -> None:
    text = "title = 'x'\n" + "".join(pieces)
    made = splice(text, NEW, [])
    before, after = tomllib.loads(text), tomllib.loads(made)
    assert after.pop("contestant") == NEW
    before.pop("contestant", None)
    assert after == before
    # A comment of one's own line between tables stays, unless more settings of a contestant follow it.
    outside = re.sub(
        r"(?m)^\[\[contestant\]\]\nname = (?:'x'|\"\"\"[\s\S]*?\"\"\"\n# inner\nunit = 'y' # end)\n", "", text
    )
    kept = made.replace(BLOCK, "")
    assert [line for line in kept.split("\n") if line.strip()] == [
        line for line in outside.split("\n") if line.strip()
    ]
    assert splice(made, NEW, []) == made
