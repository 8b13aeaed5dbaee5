"""Who may sign in: names, passphrases, sessions that end, tries that are counted."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from server.authors.accounts import (
    IDLE_S,
    MOST_FAILURES,
    SESSION_S,
    WITHIN_S,
    Accounts,
    BadAccount,
    Sessions,
    Tries,
    clean_name,
)
from tests.bank_pages.house import cheap_hashes


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


def test_the_passphrase_is_shown_once_and_kept_nowhere(tmp_path: Path) -> None:
    passphrase = Accounts(tmp_path).add(" 林晓雯 ")
    kept = tmp_path / "authors.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert passphrase not in kept.read_text(encoding="utf-8")
    assert json.loads(kept.read_text(encoding="utf-8"))["authors"]["林晓雯"].startswith("scrypt:")
    assert Accounts(tmp_path).check("林晓雯", passphrase.upper()) == "林晓雯"
    assert Accounts(tmp_path).check("林晓雯", "wrong") is None
    assert Accounts(tmp_path).check("谁", passphrase) is None


def test_a_new_passphrase_voids_the_old_one_and_a_removed_author_is_gone(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    first = accounts.add("陈思远")
    second = accounts.new_passphrase("陈思远")
    assert accounts.check("陈思远", first) is None
    assert accounts.check("陈思远", second) == "陈思远"
    accounts.remove("陈思远")
    assert accounts.check("陈思远", second) is None
    with pytest.raises(BadAccount):
        accounts.remove("陈思远")


@pytest.mark.parametrize("name", ["", "  ", "二" * 21, "a\u202eb", "a\x00b"])
def test_a_name_that_nobody_could_read_is_refused(name: str) -> None:
    with pytest.raises(BadAccount):
        clean_name(name)


def test_names_that_differ_in_case_or_width_alone_are_one_person(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.add("Wang Min")
    with pytest.raises(BadAccount):
        accounts.add("ＷＡＮＧ min")


def test_a_damaged_file_is_said_and_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "authors.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadAccount, match="damaged"):
        Accounts(tmp_path).add("林晓雯")
    assert (tmp_path / "authors.json").read_text(encoding="utf-8") == "{"


def test_a_session_ends_by_age_by_idleness_and_with_its_passphrase() -> None:
    now, stamps = [0.0], {"林": "1"}
    sessions = Sessions(lambda: now[0])
    key = sessions.begin("林", "1")
    now[0] += IDLE_S - 1
    found = sessions.get(key, stamps.get)
    assert found is not None and found.author == "林"
    now[0] += IDLE_S + 1
    assert sessions.get(key, stamps.get) is None
    old = sessions.begin("林", "1")
    begun = now[0]
    while now[0] - begun <= SESSION_S - IDLE_S / 2:
        now[0] += IDLE_S / 2
        assert sessions.get(old, stamps.get) is not None
    now[0] += IDLE_S / 2 + 1
    assert sessions.get(old, stamps.get) is None
    third = sessions.begin("林", "1")
    stamps["林"] = "2"
    assert sessions.get(third, stamps.get) is None
    assert sessions.get(None, stamps.get) is None


def test_tries_are_counted_before_they_are_checked_and_forgiven_when_right() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(3 * MOST_FAILURES):
        assert tries.wait_s("林") == 0
        tries.was_right("林")
    for _ in range(MOST_FAILURES):
        assert tries.wait_s("林") == 0
    assert 0 < tries.wait_s("林") <= WITHIN_S + 1
    assert tries.wait_s("陈") == 0
    now[0] += WITHIN_S
    assert tries.wait_s("林") == 0


def test_many_names_from_one_place_are_stopped_together() -> None:
    tries = Tries(lambda: 0.0)
    waits = [tries.wait_s(f"name {i}") for i in range(10 * MOST_FAILURES + 1)]
    assert waits[:-1] == [0] * (10 * MOST_FAILURES)
    assert waits[-1] > 0
