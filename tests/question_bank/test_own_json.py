"""Our own JSON: what is written comes back the same, and what is not ours or not sound is refused with a reason."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank import own_json
from question_bank.bank import Bank
from question_bank.importers import import_file
from question_bank.own_json import BadJson, read, to_bytes
from question_bank.question import from_dict, to_dict
from tests.question_bank.makers import scenario, single
from tests.question_bank.strategies import questions

HEAD = '{"format": "firstpress-questions", "version": 1, "questions": '


def told(data: bytes | str) -> tuple[str, int | None]:
    """(code, number of the question) of what is wrong."""
    with pytest.raises(BadJson) as caught:
        list(read(io.BytesIO(data.encode() if isinstance(data, str) else data)))
    return caught.value.code, caught.value.number


@settings(database=None, max_examples=60, deadline=None)
@given(st.lists(questions(), max_size=5))
def test_what_is_written_comes_back(kept: list[Any]) -> None:
    data = to_bytes(kept)
    assert [from_dict(one) for one in read(io.BytesIO(data))] == kept
    assert json.loads(data)["questions"] == [to_dict(one) for one in kept], "any reader of JSON reads it"


def test_many_questions_come_through_a_small_window() -> None:
    kept = [single(n, explanation="长" * 1900) for n in range(500)]
    assert [one["id"] for one in read(io.BytesIO(to_bytes(kept)))] == [one.id for one in kept]


def test_blanks_and_the_order_of_the_head_do_not_matter() -> None:
    text = '\ufeff \n{ "version" : 1 ,"format":"firstpress-questions" , "questions" : [ ] } \n '
    assert list(read(io.BytesIO(text.encode()))) == []


WRONG: list[tuple[str | bytes, str, int | None]] = [
    ("", "json_syntax", None),
    ("[]", "json_syntax", None),
    ("{}", "json_syntax", None),
    ('{"format": "firstpress-questions", "version": 1}', "json_format", None),
    ('{"format": "other", "version": 1, "questions": []}', "json_format", None),
    ('{"questions": []}', "json_format", None),
    ('{"format": "firstpress-questions", "version": 2, "questions": []}', "json_version", None),
    ('{"format": "firstpress-questions", "version": true, "questions": []}', "json_version", None),
    ('{"format": "firstpress-questions", "format": "x", "questions": []}', "json_key", None),
    (HEAD + '[], "more": 1}', "json_key", None),
    (HEAD + "[]} x", "json_syntax", None),
    (HEAD + "[]", "json_syntax", None),
    (HEAD + "[1]}", "json_question", 1),
    (HEAD + '[{"id": "a", "id": "b"}]}', "json_twice", 1),
    (HEAD + '[{}, {"value": NaN}]}', "json_number", 2),
    (HEAD + '[{"value": -Infinity}]}', "json_number", 1),
    (HEAD + f'[{{"value": {"9" * 5000}}}]}}', "json_number", 1),
    (HEAD + "[" + "[" * 9 + "]" * 9 + "]}", "json_depth", 1),
    (HEAD + "[" + '{"a":' * 50_000, "json_depth", 1),
    (HEAD + '[{"prompt": "' + "长" * 70_000 + '"}]}', "json_size", 1),
    (HEAD + '[{"prompt": "' + "x" * 2_000_000 + '"}]}', "json_size", 1),
    (HEAD + "[{'id': 1}]}", "json_syntax", 1),
    (HEAD + "[{},]}", "json_syntax", 2),
    (HEAD.encode() + b'["\xff\xfe"]}', "encoding", None),
]


@pytest.mark.parametrize(("data", "code", "number"), WRONG)
def test_what_is_not_sound_is_refused(data: str | bytes, code: str, number: int | None) -> None:
    assert told(data) == (code, number)


@settings(database=None, max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 60))
def test_nothing_else_is_ever_raised(noise: bytes, at: int, cut: int) -> None:
    data = to_bytes([single(), scenario(2)])
    try:
        list(read(io.BytesIO(data[:at] + noise + data[at + cut :])))
    except BadJson as bad:
        assert str(bad)


def test_an_import_of_it_names_every_mistake_and_keeps_every_field(tmp_path: Path) -> None:
    good = [
        single(1, tags=("甲", "乙"), time_s=20, status="reviewed", author="陈", reviewer="林"),
        scenario(2),
    ]
    path = tmp_path / "q.json"
    path.write_bytes(to_bytes(good))
    with Bank(tmp_path / "bank.db") as bank:
        assert import_file(bank, path).added == 2
        assert sorted(bank.all(), key=lambda q: q.id) == good
        assert import_file(bank, path).unchanged == 2
    bad = [
        {**to_dict(good[0]), "level": "很高", "answer": "F"},
        {**to_dict(good[1]), "value": "10"},
        {"id": "x"},
    ]
    path.write_text(HEAD + json.dumps(bad) + "}")
    report = import_file(None, path, check=True)
    assert {(e.row, e.column, e.code) for e in report.errors} >= {
        (1, "level", "choice"),
        (1, "answer", "answer"),
        (2, "value", "type"),
        (3, "prompt", "missing_key"),
    }
    assert own_json.VERSION == 1 and report.added == 0
