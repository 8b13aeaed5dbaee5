"""The bank keeps what it was given, refuses what it must, and says clearly when its file cannot be used."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from question_bank import schema
from question_bank.bank import Bank, BankError, DuplicateQuestion
from question_bank.question import InvalidQuestion, KeyPoint, content_hash
from tests.question_bank.makers import scenario, single


def test_questions_come_back_equal_and_by_id(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.add_all([single(2), scenario(1), single(3, round="risk", value=30)])
    with Bank(path) as bank:
        assert bank.all() == [scenario(1), single(2), single(3, round="risk", value=30)]
        assert bank.all(round="risk") == [single(3, round="risk", value=30)]
        assert (bank.count(), bank.count(round="buzz_in"), bank.count(round="compulsory")) == (3, 1, 0)
        assert bank.get("q2") == single(2)
        assert bank.get("q9") is None
        statistics = bank.statistics()
    assert statistics["total"] == 3
    assert statistics["round"] == {"scenario": 1, "buzz_in": 1, "risk": 1}
    assert statistics["risk"] == {"30": 1}


def test_a_closed_bank_is_closed(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        pass
    bank.close()
    with pytest.raises(sqlite3.ProgrammingError):
        bank.count()


def test_a_question_enters_once_by_id_and_by_prompt(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(1))
        with pytest.raises(DuplicateQuestion) as caught:
            bank.add(single(1, prompt="另一题？"))
        assert (caught.value.field, caught.value.with_id) == ("id", "q1")
        with pytest.raises(DuplicateQuestion) as caught:
            bank.add(single(2, prompt="第 1 题,选哪个?"))
        assert (caught.value.field, caught.value.with_id) == ("prompt", "q1")
        assert bank.all() == [single(1)]


def test_an_invalid_question_does_not_enter(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        with pytest.raises(InvalidQuestion):
            bank.add(single(answer="F"))
        assert bank.count() == 0


def test_add_all_is_all_or_nothing(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        with pytest.raises(InvalidQuestion):
            bank.add_all([single(1), single(2, answer="F")])
        assert bank.count() == 0


def test_remove(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(1))
        assert bank.remove("q1")
        assert not bank.remove("q1")
        assert bank.count() == 0


def test_the_file_with_the_answers_is_private(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    Bank(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def code_of(path: Path, *, create: bool = True) -> str:
    with pytest.raises(BankError) as caught:
        Bank(path, create=create)
    assert str(path) in caught.value.text("zh") and str(path) in caught.value.text("en")
    return caught.value.code


def test_a_missing_file_is_not_made_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    assert code_of(path, create=False) == "bank_missing"
    assert not path.exists()
    assert code_of(tmp_path / "nowhere" / "bank.db") == "bank_create"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    path.write_text("这不是数据库" * 200, encoding="utf-8")
    assert code_of(path) == "bank_unusable"


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Database(path) as other:
        other.table("events").insert({"seq": 1})
    assert code_of(path) == "bank_foreign"
    with Database(path) as other:
        assert other.table_names() == ["events"]


def test_a_bank_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    Bank(path).close()
    with Database(path) as db:
        db.execute("UPDATE schema_version SET version = 99")
    assert code_of(path) == "bank_newer"
    with Database(path) as db:
        assert schema.version(db) == 99


def test_a_damaged_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    Bank(path).close()
    with Database(path) as db:
        db.execute("DELETE FROM schema_version")
    assert code_of(path) == "bank_damaged"


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.add(single(7))
    with Database(path) as db:
        db.execute("UPDATE questions SET options = '[1' WHERE id = 'q7'")
    with Bank(path) as bank, pytest.raises(BankError, match="q7") as caught:
        bank.all()
    assert caught.value.code == "bank_damaged"


def add_note_column(db: Database) -> None:
    """A migration as a later release might bring."""
    db.table("questions").add_column("note", str)


def broken_migration(db: Database) -> None:
    """A migration that fails half way."""
    db.table("questions").add_column("half", str)
    raise RuntimeError("broken")


def test_an_older_bank_is_brought_up_without_losing_questions(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.add(single(1))
    with Database(path) as db:
        assert schema.migrate(db, (*schema.MIGRATIONS, add_note_column)) == len(schema.MIGRATIONS) + 1
        assert schema.version(db) == len(schema.MIGRATIONS) + 1
        assert [(row["id"], row["note"]) for row in db.table("questions").rows] == [("q1", None)]


OLD = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("number", [1, 2])
def test_a_bank_that_an_older_release_wrote_is_brought_up(tmp_path: Path, number: int) -> None:
    path = tmp_path / "bank.db"
    with contextlib.closing(sqlite3.connect(path)) as old:
        # Dumped from files that the first and the second release made.
        old.executescript((OLD / f"bank-v{number}.sql").read_text(encoding="utf-8"))
    kept = [
        single(1),
        single(2, explanation="说明：资费\n以公示为准。", source="《电信条例》第三十三条"),
        single(3, form="true_false", options=("对", "错"), answer="错"),
        single(4, form="oral", options=(), answer="先核实身份", key_points=(KeyPoint("核实", 500),)),
        single(5, round="risk", value=20),
        scenario(7),
    ]
    if number == 2:
        kept.insert(5, single(6, media=f"q-{'a' * 32}.ogg", alt="一段录音"))
    with Bank(path) as bank:
        assert bank.all() == kept
        assert bank.search("资费")[0] == [kept[1]]
        assert {one.id: one.content_hash for one in bank.index()} == {q.id: content_hash(q) for q in kept}
        bank.set_status("q1", "reviewed")
    with Database(path) as db:
        assert schema.version(db) == len(schema.MIGRATIONS)


def test_a_row_that_another_program_changed_is_checked_again(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.add(single(7))
    with Database(path) as db:
        db.execute("UPDATE questions SET answer = 'C' WHERE id = 'q7'")
    with Bank(path) as bank:
        assert bank.get("q7") == single(7, answer="C")
    for wrong in ("answer = 'E'", "status = 'new'", "author = '甲', status = 'used'", "tags = '甲'"):
        with Database(path) as db:
            db.execute(f"UPDATE questions SET {wrong} WHERE id = 'q7'")
        with Bank(path) as bank, pytest.raises(BankError, match="q7"):
            bank.get("q7")
        with Database(path) as db:
            db.execute("UPDATE questions SET answer = 'B', status = 'draft', author = '', tags = '[]'")


def test_many_are_added_within_a_transaction_or_not_at_all(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        with bank.transaction():
            assert bank.add_many(single(n) for n in range(20)) == 20
        with pytest.raises(DuplicateQuestion):
            bank.add_many([single(30), single(31), single(3)])
        assert bank.count() == 20 == bank.search("选哪个")[1]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    Bank(path).close()
    with Database(path) as db:
        with pytest.raises(RuntimeError, match="broken"):
            schema.migrate(db, (*schema.MIGRATIONS, broken_migration))
        assert schema.version(db) == len(schema.MIGRATIONS)
        assert "half" not in db.table("questions").columns_dict


def test_many_may_open_a_new_bank_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            barrier.wait()
            Bank(path).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Bank(path) as bank:
        assert bank.count() == 0
