"""From sealing to proof: what was drawn can be checked, rehearsals stay away from it, the commands say what they do."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from question_bank import paper_file, sealing
from question_bank.bank import Bank
from question_bank.schema import BankError
from server import cli, supervisor
from server.event_log import EventLog
from server.game import commands as c
from server.paper import start as paper_start
from server.referee import Referee
from server.stage import wall_time
from tests.server.sealed_papers import (
    CONTEST,
    PASSPHRASE,
    WORDS,
    begun,
    canaries,
    question,
    sealed_place,
    show_of,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return sealed_place(tmp_path)


def test_the_draw_of_a_played_contest_can_be_checked(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = place / "data"
    vault = begun(place)
    log = EventLog(data / "contest.db")
    referee = Referee(log, lambda: 5, wall_time, vault=vault)
    for command in (c.StartRound(), c.CallTurn(), c.Present(), c.Rule("right")):
        assert referee.submit(command).accepted, command
    drawn = set(referee.paper)
    log.close()
    secret = ["--data", str(data), "--passphrase-file", str(place / "secret")]
    assert cli.main(["bank", "publish", *secret]) == 2, "the show is not over"
    assert cli.main(["bank", "publish", *secret, "--anyway"]) == 0
    files = [str(data / paper_file.PUBLIC), str(data / paper_file.REVEALED)]
    revealed = json.loads(Path(files[1]).read_text(encoding="utf-8"))
    assert revealed["words"] == WORDS and {q["question"]["id"] for q in revealed["questions"]} == drawn
    capsys.readouterr()
    assert cli.main(["bank", "verify-draw", *files, "--log", str(data / "contest.db"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "pool": 16, "drawn": len(drawn)}
    Path(files[1]).write_text(json.dumps({**revealed, "words": "others"}), encoding="utf-8")
    assert cli.main(["bank", "verify-draw", *files, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problem"] == "draw_drawn"
    assert cli.main(["bank", "record", str(data / "contest.db"), "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] == 1
    assert cli.main(["bank", "unseal", *secret]) == 0
    with Bank(data / "bank.db") as bank:
        assert {one.id for one in bank.iterate(status="used")} == drawn
        assert bank.search(status="sealed", limit=0)[1] == 0
        assert sorted(bank.all(), key=lambda one: one.id)[0].answer.startswith("canaryanswer")
        assert bank.statistics()["results"]["right"] == 1
    assert cli.main(["bank", "record", str(data / "contest.db"), "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["right"] == 0, "a second time adds nothing"
    assert supervisor.open_sealed(show_of(place)) is not None, "the contest goes on with the file put aside"


def test_the_paper_is_for_the_rules_that_it_was_sealed_with(place: Path) -> None:
    rules = place / "contest.toml"
    rules.write_text(CONTEST.replace("turns = 2", "turns = 3"), encoding="utf-8")
    show = show_of(place)
    with pytest.raises(BankError, match="another blueprint"):
        supervisor.prepare(show, supervisor.open_sealed(show))


def test_the_words_make_the_draw_and_stand_in_the_log(place: Path) -> None:
    sealed = paper_file.open_paper(place / "data" / paper_file.SEALED, PASSPHRASE)
    assert sealed.draw(WORDS) == sealed.draw(WORDS) != sealed.draw("")
    assert PASSPHRASE not in repr(sealed) and sealed.seed not in repr(sealed)
    begun(place)
    with contextlib.closing(sqlite3.connect(place / "data" / "contest.db")) as connection:
        (body,) = connection.execute("SELECT body FROM events WHERE seq = 1").fetchone()
    created = json.loads(body)
    assert paper_file.noted(created["draw_seed"])[1] == WORDS  # type: ignore[index]
    assert sealed.seed not in body
    assert [slot["question_id"] for slot in created["slots"]] == [
        name for one in sealed.draw(WORDS) for name in one.ids
    ]


@pytest.fixture
def rehearsal(place: Path) -> Iterator[supervisor.Show]:
    yield show_of(place, rehearsal=True, passphrase_file=None)


def test_a_rehearsal_asks_for_no_passphrase_and_takes_no_question_of_the_show(
    place: Path, rehearsal: supervisor.Show
) -> None:
    assert supervisor.open_sealed(rehearsal) is None
    supervisor.prepare(rehearsal)
    log = EventLog(place / "data" / "rehearsal.db")
    assert all(name.startswith("sample-") for name in log.paper())
    log.close()
    own = [replace(question(n, k), id=f"own-{k[0]}{n}", prompt=f"彩排{k}{n}", pool="rehearsal")
           for n in range(6) for k in ("compulsory", "buzz_in")]  # fmt: skip
    with Bank(place / "data" / "bank.db") as bank:
        bank.add_all(own)
    supervisor.prepare(replace(rehearsal, new=True))
    log = EventLog(place / "data" / "rehearsal.db")
    assert all(name.startswith("own-") for name in log.paper())
    drawn = set(log.paper())
    log.close()
    with Bank(place / "data" / "bank.db") as bank:
        assert bank.used_ids("rehearsal") >= drawn and bank.used_ids("show") == set()


def test_words_come_with_the_draw_or_not_at_all(place: Path) -> None:
    begun(place)
    assert supervisor.open_sealed(show_of(place)) and supervisor.open_sealed(show_of(place, words=""))
    with pytest.raises(BankError, match="with other public words"):
        supervisor.open_sealed(show_of(place, words="others"))
    (place / "empty").mkdir()
    with pytest.raises(BankError, match="for a sealed paper"):
        supervisor.prepare(show_of(place, data=place / "empty"))


def test_a_paper_that_went_astray_is_not_replaced_by_another(place: Path) -> None:
    (place / "data" / paper_file.SEALED).rename(place / "paper.sealed")
    with pytest.raises(BankError, match="no sealed paper"):
        supervisor.prepare(show_of(place))


def test_the_commands_seal_what_they_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "COST", 2**12)
    monkeypatch.setenv(paper_start.ENVIRONMENT, PASSPHRASE)
    rules = tmp_path / "contest.toml"
    rules.write_text(CONTEST, encoding="utf-8")
    where = ["--contest", str(rules), "--data", str(tmp_path), "--json"]
    with Bank(tmp_path / "bank.db") as bank:
        bank.add_all(question(number, kind) for number in range(4) for kind in ("compulsory", "buzz_in"))
    assert cli.main(["bank", "draw", *where]) == 0
    counted = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["needed"], row["fitting"]) for row in counted["lines"]] == [
        ("1", 4, 4),
        ("tie_break", 1, 4),
    ]
    assert cli.main(["bank", "seal", *where]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["questions"] == counted["pool"] == 8
    assert "canary" not in said.out + said.err and canaries(tmp_path) == set()
    assert cli.main(["bank", "draw", *where]) == 0 and json.loads(capsys.readouterr().out)["sealed"]
    assert cli.main(["bank", "seal", *where]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    rules.write_text(CONTEST.replace("turns = 2", "turns = 3"), encoding="utf-8")
    assert cli.main(["bank", "draw", *where]) == 1
    assert json.loads(capsys.readouterr().out)["missing"] == [
        "compulsory: 6 needed, 4 in the bank, 2 missing"
    ]
