"""`bank author` and `bank serve` as they are called."""

from __future__ import annotations

import argparse
import json
import socket
from pathlib import Path

import pytest

from server.authors.accounts import Accounts
from server.authors.cli import COMMANDS, _only_here, serve
from tests.bank_pages.house import cheap_hashes


def called(name: str, data: Path, *words: str) -> int:
    """The exit status of a command with the options that every command of the bank has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--lang", default="zh")
    COMMANDS[name].add(parser)
    arguments = parser.parse_args(["--data", str(data), *words])
    return COMMANDS[name].run(arguments)


def test_an_author_is_added_listed_renewed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap_hashes(monkeypatch)
    assert called("author", tmp_path, "add", "林晓雯", "--json") == 0
    first = json.loads(capsys.readouterr().out)["passphrase"]
    assert called("author", tmp_path, "add", "林晓雯") == 2
    assert "已有作者" in capsys.readouterr().err
    assert called("author", tmp_path, "passphrase", "林晓雯") == 0
    second = capsys.readouterr().out.strip()
    assert Accounts(tmp_path).check("林晓雯", first) is None
    assert Accounts(tmp_path).check("林晓雯", second) == "林晓雯"
    assert called("author", tmp_path, "list") == 0
    assert capsys.readouterr().out == "林晓雯\n"
    assert called("author", tmp_path, "remove", "林晓雯") == 0
    assert called("author", tmp_path, "remove", "林晓雯", "--lang", "en") == 2
    assert "there is no author" in capsys.readouterr().err


def test_serving_where_somebody_listens_already_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        parser = argparse.ArgumentParser()
        COMMANDS["serve"].add(parser)
        arguments = parser.parse_args(["--port", str(port)])
        arguments.data, arguments.lang = tmp_path, "zh"
        assert serve(arguments) == 2
    assert str(port) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "only"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("box", False)],
)
def test_what_listens_on_this_machine_alone(host: str, only: bool) -> None:
    assert _only_here(host) is only
