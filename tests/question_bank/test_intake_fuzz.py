"""Whatever bytes a file has, its reader answers with messages that people can read, and raises nothing."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.intake_files import FORMAT_NAMES, Source, messages_of
from question_bank.own_json import to_bytes
from question_bank.tables import RowError
from tests.question_bank.hostile import PNG, packed, sheet_bytes
from tests.question_bank.makers import SCENARIO, SINGLE, scenario, single, write_csv, write_xlsx

FORMATS = Path(__file__).parent / "formats"
FOREIGN = {"gift": "network.gift", "aiken": "course.aiken.txt", "moodle_xml": "course.xml"}


@cache
def good(kind: str) -> bytes:
    """A sound file of that format."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "csv":
            return write_csv(folder / "q.csv", [SINGLE, SCENARIO]).read_bytes()
        if kind == "xlsx":
            return write_xlsx(folder / "q.xlsx", [SINGLE, SCENARIO]).read_bytes()
        if kind == "json":
            return to_bytes([single(), scenario(2)])
        if kind == "zip":
            row = SINGLE | {"媒体文件": "a.png", "媒体说明": "一张图"}
            return packed(folder / "q.zip", {"q.csv": sheet_bytes(folder, row), "a.png": PNG}).read_bytes()
    return (FORMATS / FOREIGN.get(kind, "trivia_html.json")).read_bytes()


def answer(kind: str, data: bytes) -> list[dict[str, object]]:
    """All that the reader says of a file of these bytes; every mistake and note can be read aloud."""
    with tempfile.TemporaryDirectory() as name:
        path, unpack = Path(name) / f"q.{kind}", Path(name) / "0"
        path.write_bytes(data)
        unpack.mkdir()
        said = list(messages_of(Source(path, "q", kind, {}, unpack)))
    for message in said:
        if message["t"] in ("error", "note"):
            error = RowError(**{k: v for k, v in message.items() if k != "t"})
            assert error.text("zh") and error.text("en")
            assert "\n" not in error.text("zh") + error.text("en")
    return said


@pytest.mark.parametrize("kind", FORMAT_NAMES)
@settings(database=None, max_examples=60, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 9), st.binary(max_size=9)), max_size=4)
)
def test_a_damaged_file(kind: str, changes: list[tuple[int, int, bytes]]) -> None:
    data = good(kind)
    for at, cut, more in changes:
        at %= len(data)
        data = data[:at] + more + data[at + cut :]
    said = answer(kind, data)
    assert any(message["t"] in ("row", "error", "note") for message in said)


@pytest.mark.parametrize("kind", FORMAT_NAMES)
@settings(database=None, max_examples=20, deadline=None)
@given(data=st.binary(max_size=300))
def test_a_file_of_noise(kind: str, data: bytes) -> None:
    assert not any(message["t"] == "row" for message in answer(kind, data))
