"""A show with a sealed paper: no file holds an unrevealed answer, a killed stage is back, the passphrase is asked."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest

from question_bank import paper_file, sealing
from question_bank.bank import Bank
from question_bank.schema import BankError
from server import supervisor
from server.event_log import EventLog
from server.paper import start as paper_start
from server.paper.vault import MARK, Vault, opened
from server.referee import load_paper
from tests.live import Show, free_port, until
from tests.server.sealed_papers import (
    PASSPHRASE,
    WORDS,
    access,
    begun,
    canaries,
    question,
    sealed_place,
    show_of,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return sealed_place(tmp_path)


def test_a_killed_stage_is_back_and_no_file_holds_what_is_not_revealed(place: Path) -> None:
    data = place / "data"
    assert canaries(data) == set()
    options = ("--contest", str(place / "contest.toml"), "--words", WORDS)
    with Show(data, *options, "--paper-passphrase-file", str(place / "secret"), boxes="none") as show:
        token = show.token()
        assert show.command(token, "start_round")[0] == 200
        assert show.command(token, "call_turn")[0] == 200 and show.command(token, "present")[0] == 200
        shown = show.get("/api/v1/views/projector", token)["scene"]["question"]
        word = shown["prompt"].removeprefix("canaryprompt")
        assert canaries(data) == {shown["prompt"]}, "what the hall has read, and nothing else"
        show.kill("server.stage_process")
        until(lambda: answers(show), "the stage again", 15)
        host = json.dumps(show.get("/api/v1/views/host", token), ensure_ascii=False)
        assert f"canaryanswer{word}" in host, "who judges sees it, out of the opened paper"
        assert canaries(data) == {shown["prompt"]}
        assert show.command(token, "rule", result="right")[0] == 200
        assert show.command(token, "reveal_answer")[0] == 200
        assert f"canaryanswer{word}" in canaries(data) and len({one[12:] for one in canaries(data)}) <= 3
        key = paper_file.open_paper(data / paper_file.SEALED, PASSPHRASE).key
        for pid in [show.process.pid, *show.children().values()]:
            seen = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
            assert PASSPHRASE.encode() not in seen and key not in seen and key.hex().encode() not in seen
        printed = "".join(show.printed)
    assert "canary" not in printed and PASSPHRASE not in printed
    assert [what for what, _ in access(place)] == ["paper_sealed", "paper_opened", "paper_drawn"]


def answers(show: Show) -> bool:
    with contextlib.suppress(OSError):
        return bool(show.get("/healthz"))
    return False


def test_a_sealed_paper_needs_its_passphrase(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "secret").write_text("a wrong passphrase", encoding="utf-8")
    assert supervisor.run(show_of(place, port=free_port(), boxes="none")) == 2
    assert "passphrase of the paper is wrong" in capsys.readouterr().err
    with pytest.raises(BankError, match="was not given"):
        supervisor.open_sealed(show_of(place, passphrase_file=None))
    assert not (place / "data" / "contest.db").exists()
    assert access(place)[1:] == [("paper_refused", "serve, paper.sealed, try 1")]


def test_three_tries_at_the_terminal_each_in_the_log(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    typed = iter(["wrong", "wrong again", PASSPHRASE])
    said: list[str] = []
    path = place / "data" / paper_file.SEALED
    with Bank(place / "data" / "bank.db") as bank:
        asked = paper_start.passphrases(None, "?", lambda prompt: next(typed))
        assert paper_start.opened_with(path, bank, asked, "serve", said.append).seed
        typed = iter(["one", "two", "three", PASSPHRASE])
        with pytest.raises(BankError, match="passphrase"):
            asked = paper_start.passphrases(None, "?", lambda prompt: next(typed))
            paper_start.opened_with(path, bank, asked, "serve", said.append)
    assert len(said) == 5 and next(typed) == PASSPHRASE
    whats = [what for what, _ in access(place)][1:]
    assert whats == ["paper_refused"] * 2 + ["paper_opened"] + ["paper_refused"] * 3


def test_the_environment_forgets_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paper_start.ENVIRONMENT, PASSPHRASE)
    assert list(paper_start.passphrases(None, "?")) == [PASSPHRASE]
    assert paper_start.ENVIRONMENT not in os.environ


def test_after_a_restart_the_passphrase_is_asked_again(place: Path) -> None:
    vault = begun(place)
    log = EventLog(place / "data" / "contest.db")
    assert all(body.startswith(MARK) for body in log.paper().values())
    with pytest.raises(BankError, match="was not opened"):
        load_paper(log)
    with pytest.raises(BankError, match="wrong"):
        load_paper(log, Vault(b"x" * 32))
    assert len(load_paper(log, vault)) == 7
    names = list(log.paper())
    swapped = {names[0]: log.paper()[names[1]]}
    with pytest.raises(BankError):
        opened(swapped, vault)  # one question in the place of another
    log.close()
    with pytest.raises(BankError, match="was not given"):
        supervisor.open_sealed(show_of(place, passphrase_file=None, contest_file=None))
    (place / "data" / paper_file.SEALED).rename(place / "paper.sealed")
    with pytest.raises(BankError, match="not the one of this contest"):
        supervisor.open_sealed(show_of(place))


def test_a_short_passphrase_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank, pytest.raises(BankError, match="too short"):
        bank.add(question(1, "buzz_in"))
        paper_file.seal(tmp_path, bank, "x", (), "too short", who="test")
    assert sealing.LEAST_PASSPHRASE == 12 and [path.name for path in tmp_path.iterdir()] == ["bank.db"]
