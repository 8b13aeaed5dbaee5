"""The measuring of load: what the client in C must notice, and how figures are made and judged."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from benchmarks import cli, load, load_figures, processes
from benchmarks.load_crowd import Crowd, build
from benchmarks.load_figures import Heard, Measured, Run
from tests.live import until

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"

PHONES = 6
MS = 1_000_000
NAMES = ("clients", "p50_ms", "p99_ms", "complete_ms", "cpu_us_per_delivery", "kib_per_client")


def silent(_: str) -> None:
    """Progress nobody reads."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("client"))


class Hall:
    """A server of few words, which can be made to do what none should: `conns[n]` is the line of its n-th client."""

    def __init__(self, serial: int | None = None) -> None:
        self.requests: list[str] = []
        self.heard: list[str] = []
        self.conns: list[socket.socket] = []
        self._serial = serial
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conn in self.conns:
            conn.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._greet, args=(conn,), daemon=True))
            self._threads[-1].start()

    def _greet(self, conn: socket.socket) -> None:
        self.requests.append(conn.recv(4096).decode())
        conn.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + frame('0{"sid":"x"}')
        )
        self.heard.append(text_of(conn.recv(4096)))
        about = f',{{"serial":{self._serial}}}' if self._serial is not None else ""
        self.conns.append(conn)
        conn.sendall(frame('40/audience,{"sid":"y"}') + frame(view(1, about)))
        while part := received(conn):
            self.heard.append(text_of(part))

    def tell(self, text: str, *but: int) -> None:
        """The same to everybody; but not to these."""
        for number, conn in enumerate(self.conns):
            if number not in but:
                conn.sendall(frame(text))


def received(conn: socket.socket) -> bytes:
    try:
        return conn.recv(4096)
    except OSError:
        return b""


def frame(text: str) -> bytes:
    content = text.encode()
    if len(content) < 126:
        return bytes((0x81, len(content))) + content
    if len(content) < 65_536:
        return b"\x81\x7e" + len(content).to_bytes(2, "big") + content
    return b"\x81\x7f" + len(content).to_bytes(8, "big") + content


def text_of(masked: bytes) -> str:
    """What a client says in its first frame; its mask is all zeros."""
    return masked[6 : 6 + (masked[1] & 0x7F)].decode()


def view(revision: int, more: str = "") -> str:
    return f'42/audience,["snapshot",{{"epoch":"e","revision":{revision},"contest_ns":{revision}000}}{more}]'


def patch(serial: int, revision: int | None = None) -> str:
    told = "" if revision is None else f'[["revision"],{revision}]'
    where = f'"epoch":"e","from":{serial - 1},"to":{serial},"contest_ns":{serial}000'
    return f'42/audience,["patch",{{{where},"set":[{told}],"unset":[]}}]'


@pytest.fixture
def hall(program: Path) -> Iterator[tuple[Hall, Crowd]]:
    with Hall() as server, Crowd(program, server.port, PHONES, nice=0) as crowd:
        crowd.all_in()
        yield server, crowd


@pytest.fixture
def patched(program: Path) -> Iterator[tuple[Hall, Crowd]]:
    with (
        Hall(serial=7) as server,
        Crowd(program, server.port, PHONES, auth={"patches": True}, nice=0) as crowd,
    ):
        crowd.all_in()
        yield server, crowd


def test_a_client_comes_in_as_a_page_does(hall: tuple[Hall, Crowd]) -> None:
    server, _ = hall
    head = server.requests[0].splitlines()
    assert head[0] == "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in head and f"Origin: http://127.0.0.1:{server.port}" in head
    assert not any("Extensions" in line for line in head)
    assert server.heard[:PHONES] == ["40/audience,{}"] * PHONES
    server.tell("2")
    until(lambda: server.heard.count("3") == PHONES, "every ping is answered")


def test_what_comes_to_all_is_complete_and_when_is_known(hall: tuple[Hall, Crowd]) -> None:
    server, crowd = hall
    server.tell(view(2), 5)
    assert not crowd.has(2, 0.3)
    server.conns[5].sendall(frame(view(2)))
    assert crowd.has(2, 5)
    report = crowd.report()
    heard = report.broadcasts[2]
    assert (heard.seen, heard.stamp_ns, report.amiss(), report.joined) == (PHONES, 2000, 0, PHONES)
    assert heard.first_ns <= heard.p50_ns < heard.last_ns - 30 * MS, "the last one waited for its message"
    assert heard.p99_ns == heard.last_ns
    assert crowd.report().broadcasts == {}


def test_frames_in_pieces_and_together_are_read(hall: tuple[Hall, Crowd]) -> None:
    server, crowd = hall
    large = view(2, f',"{"长" * 30_000}"')
    for conn in server.conns:
        bytes_of_three = frame(large) + frame(view(3)) + frame(view(4, f',"{"x" * 300}"'))
        conn.sendall(bytes_of_three[:70_000])
        conn.sendall(bytes_of_three[70_000:90_100])
        conn.sendall(bytes_of_three[90_100:])
    assert crowd.has(4, 5)
    report = crowd.report()
    assert {revision: one.seen for revision, one in report.broadcasts.items()} == dict.fromkeys(
        (2, 3, 4), PHONES
    )
    assert report.amiss() == 0 and report.broadcasts[2].bytes > 90_000


def test_a_lost_message_is_noticed(hall: tuple[Hall, Crowd]) -> None:
    server, crowd = hall
    server.tell(view(2), 3)
    server.tell(view(3))
    assert crowd.has(3, 5) and not crowd.has(2, 0)
    report = crowd.report()
    assert (report.lost, report.broadcasts[2].lost, report.broadcasts[3].lost) == (1, 1, 0)
    server.conns[0].sendall(frame(view(2)))
    server.tell(view(4))
    assert crowd.has(4, 5)
    after = crowd.report()
    assert (after.late, after.reordered) == (1, 1), "it comes too late, and after a newer one"


def test_a_doubled_message_and_two_in_the_wrong_order_are_noticed(hall: tuple[Hall, Crowd]) -> None:
    server, crowd = hall
    server.tell(view(2), 1)
    server.conns[2].sendall(frame(view(2)))
    server.conns[1].sendall(frame(view(3)) + frame(view(2)))
    server.tell(view(3), 1)
    server.tell(view(4))
    assert crowd.has(4, 5)
    report = crowd.report()
    assert (report.doubled, report.reordered, report.lost) == (1, 1, 0)
    assert report.amiss() == 2


def test_a_line_that_is_cut_has_lost_what_follows(hall: tuple[Hall, Crowd]) -> None:
    server, crowd = hall
    server.conns[4].shutdown(socket.SHUT_RDWR)
    server.tell(view(2), 4)
    until(lambda: server.heard, "somebody said something")
    assert not crowd.has(2, 0.2)
    report = crowd.report()
    assert (report.closed, report.lost, report.broadcasts[2].seen) == (1, 1, PHONES - 1)


def test_patches_count_and_a_gap_is_asked_about(patched: tuple[Hall, Crowd]) -> None:
    server, crowd = patched
    assert server.heard[:PHONES] == ['40/audience,{"patches": true}'] * PHONES
    server.tell(patch(8, 2))
    server.tell(patch(9))  # what is beside the contest has no revision
    assert crowd.has(2, 5)
    report = crowd.report()
    assert (report.amiss(), report.broadcasts[2].stamp_ns) == (0, 8000)
    server.tell(patch(10, 3), 0)
    server.tell(patch(11, 4))
    until(lambda: '42/audience,["again"]' in server.heard, "the first one asks again")
    server.conns[0].sendall(frame(view(4, ',{"serial":11}')))
    server.tell(patch(12, 5))
    assert crowd.has(5, 5) and crowd.has(4, 0)
    report = crowd.report()
    assert (report.gaps, report.lost, report.doubled, report.broadcasts[3].lost) == (1, 1, 0, 1)
    assert report.broadcasts[4].patches == PHONES - 1
    server.tell(patch(12, 5), 0, 1, 2, 3, 4)
    server.tell(patch(13, 6))
    assert crowd.has(6, 5)
    assert crowd.report().doubled == 1


def test_who_is_not_let_in_is_told(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as full:
        port = full.getsockname()[1]

        def refuse() -> None:
            conn, _ = full.accept()
            with conn:
                conn.recv(4096)
                conn.sendall(b"HTTP/1.1 503 Full\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        with Crowd(program, port, 1, nice=0) as crowd, pytest.raises(RuntimeError, match="1 of 1 clients"):
            crowd.all_in()
        thread.join(5)


def measured(cpu_us: float, complete_ms: float, clients: int = 1_000, amiss: int = 0) -> dict[str, Any]:
    heard = [
        Heard(
            round(complete_ms * part * MS),
            round(complete_ms * part * MS),
            round(complete_ms * part * MS),
            9 * MS,
        )
        for part in (0.5, 1, 3)
    ]
    runs = [
        Run(tuple(heard), round(factor * cpu_us * 1000 * 3 * clients), 3 * clients * 1000)
        for factor in (1, 0.5, 9)
    ]
    return Measured(clients, runs, amiss, 300, 4 * clients, 5 * clients, 12.0).row()


def test_a_row_is_made_of_medians_of_runs() -> None:
    row = measured(12.0, 20.0)
    assert {name: row[name] for name in NAMES} == {
        "clients": 1_000,
        "p50_ms": 20.0,
        "p99_ms": 20.0,
        "complete_ms": 20.0,
        "cpu_us_per_delivery": 12.0,
        "kib_per_client": 4.0,
    }
    assert (row["worst_ms"], row["all_cpu_us_per_delivery"], row["from_command_ms"]) == (60.0, 13.0, 9.0)


def result(
    cpu_us: float = 12, complete_ms: float = 20, amiss: int = 0, p99_ms: float = 3.0
) -> dict[str, Any]:
    ours, stock = measured(cpu_us, complete_ms, amiss=amiss), measured(60, 60)
    return {
        "ours": [ours],
        "stock": [stock],
        "ratios": {"as_shipped": load_figures.ratio(ours, stock)},
        "stage_under_load": {"p99_ms": p99_ms, "stock_p99_ms": 90.0, "judged": True, "amiss": 0},
    }


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (result(), None),
        (result(cpu_us=15), None),
        (result(cpu_us=15.2), "processor time"),
        (result(complete_ms=30), "complete in 0.5"),
        (result(amiss=1), "1 messages lost"),
        (result(p99_ms=4.6), "20 times below"),
        (result(p99_ms=5.0), "not under 5"),
    ],
)
def test_what_was_promised_is_judged(one: dict[str, Any], said: str | None) -> None:
    found = load_figures.failings(one)
    assert load.passed(one) is (said is None)
    assert found == [] if said is None else any(said in line for line in found)


def test_a_small_hall_is_not_judged_by_its_ratios() -> None:
    one = result()
    one["ratios"]["as_shipped"] = {"clients": 200, "cpu": 0.9, "complete": 0.9}
    assert load.passed(one)


@pytest.mark.parametrize(
    ("two", "amiss", "content"), [(8_000, 0, True), (7_900, 0, True), (7_000, 0, False), (8_000, 2, False)]
)
def test_two_processes_must_hold_twice_one(two: int, amiss: int, content: bool) -> None:
    rows = [
        {"processes": processes, "phones_within_100_ms": soon, "amiss": 0}
        for processes, soon in ((1, 4_000), (1, 5_000))
    ]
    rows.append({"processes": 2, "phones_within_100_ms": two, "amiss": amiss})
    assert load.passed({**result(), "redis": rows}) is content


def test_a_process_is_kept_to_one_processor() -> None:
    ours = sorted(os.sched_getaffinity(0))
    with subprocess.Popen(["sleep", "30"]) as sleeper:
        for processor in (0, 1, len(ours)):
            processes.keep_to(sleeper.pid, processor)
            assert os.sched_getaffinity(sleeper.pid) == {ours[processor % len(ours)]}
        sleeper.kill()


def test_percentiles_are_by_nearest_rank() -> None:
    values = [number * MS for number in range(1, 101)]
    assert load_figures.spread_ms(values) == {"p50_ms": 50.0, "p99_ms": 99.0, "max_ms": 100.0}
    with pytest.raises(ValueError, match="of nothing"):
        load_figures.percentile([], 0.5)


@pytest.mark.skipif(not FULL, reason="in full only: run.py test benchmarks")
def test_a_small_load_is_measured_whole() -> None:
    found = load.run((12,), silent, runs=1, broadcasts=4)
    (ours,), (stock,) = found["ours"], found["stock"]
    for row in (ours, stock, found["ours_with_snapshots"], found["stock_with_patches"]):
        assert row["clients"] == 12 and row["broadcasts"] == 4 and row["amiss"] == 0
        assert 0 < row["p50_ms"] <= row["p99_ms"] <= row["complete_ms"] < row["from_command_ms"]
        assert row["cpu_us_per_delivery"] > 0
    assert ours["bytes"] < found["ours_with_snapshots"]["bytes"], "a patch is less than a view"
    alike = ((found["ours_with_snapshots"], stock), (ours, found["stock_with_patches"]))
    for mine, theirs in alike:
        assert abs(mine["bytes"] - theirs["bytes"]) < 0.2 * mine["bytes"], "both send the same"
    assert set(found["ratios"]) == {"as_shipped", "same_patch", "same_snapshot"}
    json.dumps(found)


@pytest.mark.parametrize(
    "call", [["load", "--clients", "0"], ["load", "--clients", "1,x"], ["soak", "--hours", "-1"]]
)
def test_a_wrong_call_is_refused(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(call)
    assert ended.value.code == 2 and re.search(r"usage:", capsys.readouterr().err)
