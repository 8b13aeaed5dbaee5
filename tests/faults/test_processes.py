"""Start and end: what is in the way is one clear line; what is killed comes back; what ends leaves nobody behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests import made_accounts, made_bank
from tests.live import ROOT, Show, free_port, until


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "server.cli", "serve", "--no-browser", *arguments]
    return subprocess.run(call, capture_output=True, text=True, cwd=ROOT, timeout=30)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve("--data", str(tmp_path / "data"), "--host", "127.0.0.1", "--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"firstpress: port {port} on 127.0.0.1 is taken by another program; choose another with --port"
    ]


def test_a_data_folder_that_cannot_be_written_is_one_clear_line() -> None:
    # A folder below a kernel file system refuses even root.
    ended = serve("--data", "/proc/firstpress", "--port", str(free_port()))
    assert ended.returncode == 2
    assert (
        len(ended.stderr.splitlines()) == 1
        and "--data" in ended.stderr
        and "/proc/firstpress" in ended.stderr
    )


def test_one_data_folder_has_one_show(tmp_path: Path) -> None:
    with Show(tmp_path / "data"):
        ended = serve("--data", str(tmp_path / "data"), "--port", str(free_port()))
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1
    assert "another show is running" in ended.stderr and "--data" in ended.stderr


def test_lost_passphrases_are_replaced(tmp_path: Path) -> None:
    with Show(tmp_path / "data") as show:
        old = dict(show.passphrases)
        token = show.token()
    call = [sys.executable, "-m", "server.cli", "reset-auth", "--data", str(tmp_path / "data"), "--json"]
    new = json.loads(subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True).stdout)
    assert set(new) == set(old) and not set(new.values()) & set(old.values())
    with Show(tmp_path / "data") as show:
        assert show.sign_in("host", old["host"])[0] == 403
        assert show.sign_in("host", new["host"])[0] == 303
        assert show.command(token, "show", scene="lineup")[0] == 401


@pytest.mark.parametrize(("name", "says"), [("bank.db", "bank.db"), ("auth.json", "reset-auth")])
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, name: str, says: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / name).write_bytes(b"nonsense" * 100)
    ended = serve("--data", str(data), "--port", str(free_port()))
    assert ended.returncode == 2 and says in ended.stderr and "Traceback" not in ended.stderr


def test_unknown_boxes_are_one_clear_line(tmp_path: Path) -> None:
    ended = serve("--data", str(tmp_path / "data"), "--boxes", "bogus", "--port", str(free_port()))
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1 and "serial:PORT" in ended.stderr


def test_the_data_folder_is_found_from_any_folder(tmp_path: Path) -> None:
    made_bank.put_into(tmp_path / "here")
    made_accounts.put_into(tmp_path / "here")
    port = free_port()
    call = [
        sys.executable,
        "-m",
        "server.cli",
        "serve",
        "--data",
        "here",
        "--port",
        str(port),
        "--audience-port",
        "0",
        "--no-browser",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    show = subprocess.Popen(
        [*call, "--boxes", "sim", "--host", "127.0.0.1"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:

        def served() -> bool:
            with contextlib.suppress(OSError):
                return bool(
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).status == 200
                )
            return False

        until(served, "a server that answers", 20)
        assert (tmp_path / "here" / "contest.db").exists()
    finally:
        show.send_signal(signal.SIGINT)
        show.wait(timeout=10)


def test_a_bad_contest_file_is_told_mistake_by_mistake(tmp_path: Path) -> None:
    file = tmp_path / "contest.toml"
    file.write_text('title = "x"\nbase = "y"\n', encoding="utf-8")
    ended = serve("--data", str(tmp_path / "data"), "--contest", str(file), "--port", str(free_port()))
    assert ended.returncode == 2 and f"{file}:2: base:" in ended.stderr and f"{file}: round:" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_end_is_quick_and_complete(tmp_path: Path, number: int) -> None:
    with Show(tmp_path / "data") as show:
        children = list(show.children().values())
        assert len(children) == 2
        asked = time.monotonic()
        show.process.send_signal(number)
        assert show.process.wait(timeout=5) == 130
        assert time.monotonic() - asked < 3
        assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_no_process_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with Show(tmp_path / "data") as show:
        children = list(show.children().values())
        show.process.kill()
        show.process.wait()
        until(lambda: not any(_alive(child) for child in children), "all children gone", 3)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child of a dead parent may wait to be reaped by init, which containers do not always have.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_contest_survives_a_restart_and_new_puts_it_aside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Show(data, first_start=True) as show:
        token = show.token()
        assert set(show.passphrases) == {"host", "operator", *(f"judge-{number}" for number in range(1, 6))}
        assert show.command(token, "show", scene="lineup")[0] == 200
        first = show.get("/api/v1/views/projector")
    with Show(data) as show:
        again = show.get("/api/v1/views/projector")
        assert (again["epoch"], again["scene"]) == (first["epoch"], {"name": "lineup"})
        assert not show.passphrases, "passphrases are shown once"
        assert show.command(token, "undo")[0] == 200, "tokens outlive a restart"
    with Show(data, "--new") as show:
        assert show.get("/api/v1/views/projector")["epoch"] != first["epoch"]
    assert len(list(data.glob("contest-*.db"))) == 1


@pytest.mark.parametrize("module", ["server.stage_process", "buzzers.service"])
def test_a_killed_process_comes_back(tmp_path: Path, module: str) -> None:
    with Show(tmp_path / "data") as show:
        before = show.children()[module]
        show.kill(module)
        until(lambda: show.children().get(module, before) != before, "a new process", 10)
        until(show.ready, "a server that answers", 10)


def start_buzz(show: Show, token: str) -> None:
    """To the first buzz-in question, armed and open."""
    contest = ["start_round", "present", "arm", "open"]
    for kind in contest:
        status, answer = show.command(token, kind)
        assert status == 200, answer


BUZZ_ONLY = """
title = "抢答"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[round]]
kind = "buzz_in"
questions = 3
"""


@pytest.fixture
def contest(tmp_path: Path) -> str:
    file = tmp_path / "contest.toml"
    file.write_text(BUZZ_ONLY, encoding="utf-8")
    return str(file)


def buzz_of(show: Show) -> dict[str, object]:
    found: dict[str, object] = show.get("/api/v1/views/projector")["scene"]["buzz"]
    return found


def test_a_press_while_the_server_is_dead_is_not_lost(tmp_path: Path, contest: str) -> None:
    """The timing core keeps what it decided until the server has it on disk."""
    with Show(tmp_path / "data", "--contest", contest) as show:
        token = show.token()
        start_buzz(show, token)
        time.sleep(0.3)  # past the instant of opening
        # The press is on its way when the server dies: the core decides it with nobody listening.
        assert show.command(token, "simulate_press", seat=2)[0] == 200
        show.kill("server.stage_process")
        until(lambda: show.children().get("server.stage_process"), "a new server", 10)
        until(show.ready, "a server that answers", 10)
        until(lambda: buzz_of(show)["phase"] == "locked", "the verdict", 5)
        assert buzz_of(show)["first"]["seat"] == 2  # type: ignore[index]
        lines = show.get("/api/v1/events")["events"]
        assert [one["type"] for one in lines].count("verdict_given") == 1


def test_a_killed_timing_core_interrupts_the_arming_and_says_so(tmp_path: Path, contest: str) -> None:
    with Show(tmp_path / "data", "--contest", contest) as show:
        token = show.token()
        start_buzz(show, token)
        show.kill("buzzers.service")
        until(lambda: buzz_of(show)["phase"] == "interrupted", "the interruption on the screen", 10)
        assert show.command(token, "arm")[0] == 200
        assert show.command(token, "open")[0] == 200
        time.sleep(0.3)
        assert show.command(token, "simulate_press", seat=1)[0] == 200
        until(lambda: buzz_of(show)["phase"] == "locked", "a verdict of the new core", 5)


def test_the_clock_runs_on_through_a_killed_server(tmp_path: Path) -> None:
    with Show(tmp_path / "data") as show:
        token = show.token()
        for kind in ("start_round", "call_turn", "present", "start_clock"):
            assert show.command(token, kind)[0] == 200
        clock = show.get("/api/v1/views/projector")["clock"]
        began = time.monotonic()
        show.kill("server.stage_process")
        until(lambda: show.children().get("server.stage_process"), "a new server", 10)
        until(show.ready, "a server that answers", 10)
        again = show.get("/api/v1/views/projector")
        passed_ms = (time.monotonic() - began) * 1000
        assert again["clock"]["deadline_ns"] == clock["deadline_ns"]
        assert abs(clock["remaining_ms"] - again["clock"]["remaining_ms"] - passed_ms) < 500
