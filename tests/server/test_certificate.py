"""Any change to any row of a log is found and named, and so is a certificate that its log does not bear out."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server import cli, export
from server.event_log import FIRST_HASH, EventLog, row_hash

from .played_logs import played, short_book, store

COLUMNS = ("seq", "contest_ns", "wall_time", "type", "body", "prev_hash", "hash")
EVERY = 11
"""Every so many rows are tried; the first and the last besides."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    whole = store(played(short_book(), 2).log, folder / "written.db")
    # One file without its side files: it is copied and changed here.
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return whole


@pytest.fixture
def copy(log: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(log, tmp_path / "contest.db"))


@pytest.fixture
def certificate(log: Path, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.json"
    path.write_bytes(export.export_bytes(log, "json"))
    return path


def changed(value: object, column: str) -> object:
    if column == "seq":
        return int(str(value)) + 100_000
    if isinstance(value, int):
        return value + 1
    text = str(value)
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def sql(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("column", COLUMNS)
def test_any_change_to_any_row_is_found_and_named(
    column: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        kept = dict(connection.execute(f"SELECT seq, {column} FROM events"))
    tried = sorted({1, len(kept), *range(1, len(kept), EVERY)})
    assert len(tried) > 15
    for seq in tried:
        other = changed(kept[seq], column)
        sql(copy, f"UPDATE events SET {column} = ? WHERE seq = ?", other, seq)
        found = cli.main(["verify", str(copy)])
        said = capsys.readouterr().out
        if column == "seq" and seq == len(kept):
            seq_now = seq + 100_000
            assert found == 1 and f"row {seq} is missing (found {seq_now})" in said
        else:
            assert found == 1 and f"row {seq} " in said, said
        assert cli.main(["export", str(copy), "--format", "json", "-o", f"{copy}.json"]) == 2
        refused = capsys.readouterr().err.strip().removeprefix("firstpress: ")
        assert refused and refused in said and not Path(f"{copy}.json").exists()
        where = other if column == "seq" else seq
        sql(copy, f"UPDATE events SET {column} = ? WHERE seq = ?", kept[seq], where)
    assert cli.main(["verify", str(copy)]) == 0


@pytest.mark.parametrize("column", ["wall_time", "type", "body", "prev_hash", "hash"])
@pytest.mark.parametrize("value", [b"\xff\x00", None, 7])
def test_a_value_of_another_kind_is_named_as_well(
    column: str, value: object, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute("SELECT * FROM events").fetchall()
        names = [one[1] for one in connection.execute("PRAGMA table_info(events)")]
        with connection:  # another table of that name, without the constraints of ours
            connection.execute("DROP TABLE events")
            connection.execute(f"CREATE TABLE events ({', '.join(names)})")
            connection.executemany(f"INSERT INTO events VALUES ({','.join('?' * len(names))})", rows)
    sql(copy, f"UPDATE events SET {column} = ? WHERE seq = 20", value)
    assert cli.main(["verify", str(copy)]) == 1
    assert "row 20 " in capsys.readouterr().out


def test_a_row_taken_out_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql(copy, "DELETE FROM events WHERE seq = 40")
    assert cli.main(["verify", str(copy)]) == 1
    assert "row 40 is missing" in capsys.readouterr().out


def forge(path: Path, old: str, new: str) -> int:
    """Change a log's bodies and hash every row anew, as a forger with time would. Returns how many rows changed."""
    log = EventLog(path, readonly=True)
    rows = list(log.rows())
    log.close()
    head, count = FIRST_HASH, 0
    with closing(sqlite3.connect(path)) as connection, connection:
        for row in rows:
            body = row.body.replace(old, new)
            count += body != row.body
            after = row_hash(head, row.seq, row.contest_ns, row.wall_time, row.type, body)
            connection.execute(
                "UPDATE events SET body = ?, prev_hash = ?, hash = ? WHERE seq = ?",
                (body, head, after, row.seq),
            )
            head = after
    return count


def test_a_true_certificate_agrees(copy: Path, certificate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(copy), "--certificate", str(certificate)]) == 0
    said = capsys.readouterr().out
    assert "agrees with the log in everything" in said and said.count("seat ") == 5
    content = json.loads(certificate.read_text(encoding="utf-8"))
    content["software"]["version"] = "another"
    certificate.write_text(json.dumps(content), encoding="utf-8")
    assert cli.main(["verify", str(copy), "--certificate", str(certificate), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["certificate"]["differences"] == []


def test_a_log_that_was_written_anew_is_found_by_the_certificate_alone(
    copy: Path, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forge(copy, '"result":"wrong"', '"result":"timeout"') > 0
    assert cli.main(["verify", str(copy)]) == 0, "its chain is sound again"
    assert cli.main(["verify", str(copy), "--certificate", str(certificate)]) == 1
    said = capsys.readouterr().out
    assert "nowhere in this log" in said and "log.head" in said and "rulings (row " in said


def test_a_log_cut_off_at_its_end_and_one_that_went_on(
    copy: Path, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(copy, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    assert cli.main(["verify", str(copy)]) == 0
    assert cli.main(["verify", str(copy), "--certificate", str(certificate)]) == 1
    said = capsys.readouterr().out
    assert "nowhere in this log" in said and "certified: certificate true, log false" in said
    early = certificate.with_name("early.json")
    early.write_bytes(export.export_bytes(copy, "json"))
    sql(copy, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    late = certificate.with_name("late.db")
    shutil.copy(copy, late)
    early_at_late = certificate.with_name("earlier.json")
    early_at_late.write_bytes(export.export_bytes(late, "json"))
    whole = json.loads(early.read_text(encoding="utf-8"))["log"]["events"]
    assert whole == json.loads(early_at_late.read_text(encoding="utf-8"))["log"]["events"] + 1


def test_the_row_a_certificate_was_made_at_is_named(
    log: Path, copy: Path, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(copy, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    certificate.write_bytes(export.export_bytes(copy, "json"))
    rows = json.loads(certificate.read_text(encoding="utf-8"))["log"]["events"]
    assert cli.main(["verify", str(log), "--certificate", str(certificate)]) == 1
    assert f"made at row {rows}; the log went on to row {rows + 1}" in capsys.readouterr().out


def swap_places(content: dict[str, Any]) -> None:
    first, second = content["places"][:2]
    first["place"], second["place"] = second["place"], first["place"]


def drop_correction(content: dict[str, Any]) -> None:
    content["corrections"].pop()


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "head": (lambda content: content["log"].update(head="0" * 64), "log.head: certificate"),
    "places": (swap_places, ").place: certificate 2, log 1"),
    "score": (lambda content: content["places"][0].update(score=999), ").score: certificate 999, log"),
    "name": (lambda content: content["places"][1].update(name="某人"), ').name: certificate "某人", log'),
    "entry": (lambda content: content["entries"][3].update(cause="right "), ").cause: certificate"),
    "correction": (drop_correction, "certificate nothing, log {"),
    "signature": (lambda content: content["signatures"][0].update(name="某人"), "signatures[0].name"),
    "truth for a number": (
        lambda content: content["entries"][0].update(change=True),
        ").change: certificate true",
    ),
    "a key too many": (lambda content: content.update(remark="x"), 'remark: certificate "x", log nothing'),
    "a key too few": (lambda content: content.pop("fouls"), "fouls: certificate nothing"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_in_a_certificate_is_named(
    name: str, log: Path, certificate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, expected = TAMPERED[name]
    content = json.loads(certificate.read_text(encoding="utf-8"))
    tamper(content)
    certificate.write_text(json.dumps(content), encoding="utf-8")
    assert cli.main(["verify", str(log), "--certificate", str(certificate)]) == 1
    said = capsys.readouterr().out
    assert expected in said, said
    assert 1 <= said.count("DIFFERENT:") <= 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "is no certificate"),
        ('{"format": "other"}', "is no certificate"),
        ('{"format": "firstpress-result", "format_version": 9}', "format version 9"),
    ],
)
def test_what_is_no_certificate_is_a_wrong_call(
    content: str, expected: str, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    assert cli.main(["verify", str(log), "--certificate", str(path)]) == 2
    assert expected in capsys.readouterr().err
    assert cli.main(["verify", str(log), "--certificate", str(tmp_path / "none.json")]) == 2
