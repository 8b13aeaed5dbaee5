"""The timing core as a process: orders in, verdicts out, over a real socket and a box behind a pty."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buzzers.helpers import MS, ROOT, FakeBox, Service, StreamClient, fake_boxes, running_service


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("core") / "core.sock", "--boxes", "sim") as service:
        yield service


@pytest.fixture
def client(simulation: Service) -> Iterator[StreamClient]:
    client = StreamClient(simulation.path)
    client.acknowledge_all()
    client.messages.clear()
    yield client
    client.acknowledge_all()
    client.close()


def wait_until_ns(instant_ns: int) -> None:
    time.sleep(max(0, instant_ns - time.monotonic_ns()) / 1e9)


def test_the_core_says_hello(simulation: Service, client: StreamClient) -> None:
    assert simulation.ready == f"timing core ready: {simulation.path} boxes=simulated\n"
    assert stat.S_IMODE(simulation.path.stat().st_mode) == 0o600
    welcome = client.welcome
    assert (welcome["protocol"], welcome["simulated"]) == (1, True)
    assert abs(welcome["now_ns"] - time.monotonic_ns()) < 2_000 * MS
    (box,) = welcome["boxes"]
    assert (box["id"], box["kind"], box["state"], box["seats"]) == (
        "simulated",
        "simulated",
        "up",
        [1, 2, 3, 4, 5],
    )


def test_a_simulated_race(client: StreamClient) -> None:
    open_ns = client.arm_and_open("race", seats=(1, 2, 3))
    client.send("simulate", seat=2)
    foul = client.expect("foul")
    assert (foul["arming"], foul["press"]["seat"], foul["press"]["source"]) == ("race", 2, "simulated")
    assert 0 < foul["early_ns"] < 40 * MS
    wait_until_ns(open_ns + MS)
    client.send("simulate", seat=2)
    client.send("simulate", seat=5)
    client.send("simulate", seat=3)
    verdict = client.expect("verdict")
    assert (verdict["outcome"], verdict["seats"]) == ("winner", [3])
    assert [press["status"] for press in verdict["presses"]] == ["foul", "locked_out", "not_counted", "first"]
    assert verdict["final"] == {"why": "watermarks", "missing": []}
    client.send("simulate", seat=1)
    client.expect("boxes")
    late = client.expect("late_press")
    assert (late["press"]["seat"], late["press"]["status"]) == (1, "after")
    assert foul["seq"] < verdict["seq"] < late["seq"]
    client.send("cancel", arming="race")
    client.send("simulate", seat=1)
    assert client.expect("stray_press")["why"] == "outside"


def test_clicks_that_arrive_together_are_too_close(client: StreamClient) -> None:
    open_ns = client.arm_and_open("close")
    wait_until_ns(open_ns + MS)
    client.send_raw(b'{"type":"simulate","seat":1}\n{"type":"simulate","seat":2}\n')
    verdict = client.expect("verdict")
    assert (verdict["outcome"], verdict["seats"], verdict["lead_ns"]) == ("too_close", [1, 2], None)


def test_nobody(client: StreamClient) -> None:
    client.arm_and_open("nobody", close_after_ms=50)
    verdict = client.expect("verdict")
    assert (verdict["outcome"], verdict["seats"], verdict["presses"]) == ("nobody", [], [])


def test_what_was_not_acknowledged_is_sent_again_and_only_that(simulation: Service) -> None:
    client = StreamClient(simulation.path)
    client.acknowledge_all()
    open_ns = client.arm_and_open("resume")
    client.send("simulate", seat=1)
    foul = client.expect("foul")
    client.send("ack", seq=foul["seq"])
    wait_until_ns(open_ns + MS)
    client.send("simulate", seat=2)
    client.close()  # between press and verdict
    with_place = StreamClient(simulation.path, {"core": client.welcome["core"], "seq": foul["seq"]})
    verdict = with_place.expect("verdict")
    assert verdict["seq"] == foul["seq"] + 1
    with_place.close()
    of_another_core = StreamClient(simulation.path, {"core": "another", "seq": 10**6})
    assert of_another_core.expect("verdict") == verdict
    assert [message["type"] for message in of_another_core.messages] == ["welcome", "verdict"]
    of_another_core.acknowledge_all()
    of_another_core.close()
    afterwards = StreamClient(simulation.path)
    afterwards.expect("boxes")
    assert [message["type"] for message in afterwards.messages] == ["welcome", "boxes"]
    afterwards.close()


def test_a_new_connection_replaces_the_old(simulation: Service) -> None:
    old = StreamClient(simulation.path)
    new = StreamClient(simulation.path)
    while old.read() is not None:
        assert old.messages[-1]["type"] == "boxes"
    new.expect("boxes")
    old.close()
    new.close()


def test_bad_lines_are_answered_and_do_no_harm(simulation: Service, client: StreamClient) -> None:
    for line, reason in [
        (b"nonsense\n", "not JSON"),
        (b'{"type":"fire"}\n', "unknown type"),
        (b'{"type":"simulate","seat":99}\n', "no seat 99"),
        (b'{"type":"open","arming":"never","open_ns":1,"close_ns":2}\n', "unknown arming"),
        (b'{"type":"hello","protocol":2,"after":null}\n', "protocol 1"),
        (b'{"type":"cancel","arming":"\\ud800"}\n', "1 to 64 characters"),
        (b'{"type":"\\ud800"}\n', "unknown type"),
    ]:
        client.send_raw(line)
        error = client.expect("error")
        assert reason in error["text"]
        assert error["line"] == line.decode().strip()
    stranger = StreamClient(simulation.path, hello=False)
    stranger.send("lamp_test")
    assert "hello" in stranger.expect("error")["text"]
    with contextlib.suppress(ConnectionError):  # it may hang up before it has taken all that nonsense
        stranger.send_raw(b"x" * 200_000)
        while stranger.read() is not None:
            continue
    stranger.close()
    client.expect("boxes")


def test_the_boxes_are_reported_every_second(client: StreamClient) -> None:
    client.expect("boxes")
    begin_s = time.monotonic()
    client.expect("boxes")
    client.expect("boxes")
    assert 0.8 < time.monotonic() - begin_s < 3


# -- a box behind a pty ---------------------------------------------------------------------------------------


def test_a_box_that_is_plugged_in_dies_and_returns_in_the_middle_of_an_arming(tmp_path: Path) -> None:
    box = FakeBox(ppm=-1_500)
    with fake_boxes(box), running_service(tmp_path / "s", "--boxes", f"serial:{box.port}") as service:
        client = StreamClient(service.path)
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        open_ns = client.arm_and_open("a1")
        wait_until_ns(open_ns + 5 * MS)
        pressed_ns = box.press(1)
        verdict = client.expect("verdict")
        (press,) = verdict["presses"]
        assert (verdict["outcome"], verdict["seats"], verdict["final"]["why"]) == (
            "winner",
            [2],
            "watermarks",
        )
        assert abs(press["time_ns"] - pressed_ns) <= press["uncertainty_ns"]
        client.expect_boxes(lambda boxes: boxes[0]["last_press"] is not None)
        assert box.lamps == 0b10, "the winner's lamp"

        open_ns = client.arm_and_open("a2")
        wait_until_ns(open_ns + 5 * MS)
        box.pongs = False  # it still reports presses, but never says that it has reported all
        box.press(2)
        verdict = client.expect("verdict")
        assert verdict["final"] == {"why": "waited", "missing": ["a1b2c3d4"]}
        box.pongs = True
        client.send("simulate", seat=1)
        assert "no simulated box" in client.expect("error")["text"]
        client.close()


def test_a_press_while_no_server_is_there_is_delivered_when_it_comes_back(tmp_path: Path) -> None:
    box = FakeBox()
    with fake_boxes(box), running_service(tmp_path / "s", "--boxes", f"serial:{box.port}") as service:
        client = StreamClient(service.path)
        client.expect_boxes(lambda boxes: boxes[0]["state"] == "up")
        open_ns = client.arm_and_open("a1")
        client.send("lamps", lit=[3])
        client.expect("boxes")
        client.close()
        wait_until_ns(open_ns + 5 * MS)
        box.press(0)
        wait_until_ns(open_ns + 300 * MS)
        client = StreamClient(service.path, {"core": client.welcome["core"], "seq": 0})
        assert client.expect("verdict")["seats"] == [1]
        client.close()


# -- the process ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("boxes", ["sim", "none", "serial:/dev/does-not-exist"])
def test_it_ends_quickly_when_asked(tmp_path: Path, boxes: str) -> None:
    service = Service(tmp_path / "s", "--boxes", boxes)
    assert service.ready.startswith("timing core ready")
    begin_s = time.monotonic()
    assert "Traceback" not in service.end()
    assert time.monotonic() - begin_s < 1
    assert service.process.returncode == 0
    assert not (tmp_path / "s").exists()


def test_it_ends_quickly_while_it_is_still_looking_for_boxes(tmp_path: Path) -> None:
    path = tmp_path / "s"
    command = [
        sys.executable,
        "-m",
        "buzzers.service",
        "--socket",
        str(path),
        "--boxes",
        "serial:/dev/does-not-exist",
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while not path.exists():
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        begin_s = time.monotonic()
        assert process.wait(5) == 0
        assert time.monotonic() - begin_s < 1


def test_it_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    service = Service(tmp_path / "s", "--boxes", "sim", lifeline=True)
    assert service.ready.startswith("timing core ready")
    assert service.process.stdin is not None
    begin_s = time.monotonic()
    service.process.stdin.close()
    assert service.process.wait(5) == 0
    assert time.monotonic() - begin_s < 1
    service.end()


def test_a_stale_socket_is_replaced_and_a_live_one_or_a_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s"
    killed = Service(path, "--boxes", "sim")
    killed.process.kill()
    killed.process.wait(5)
    assert path.exists()
    killed.end()
    with running_service(path, "--boxes", "sim"):
        second = Service(path, "--boxes", "sim")
        assert "another timing core" in second.ready
        second.process.wait(5)
        assert second.process.returncode == 1
        second.end()
        StreamClient(path).close()
    file = tmp_path / "file"
    file.write_text("precious")
    refused = Service(file, "--boxes", "sim")
    assert "not a socket" in refused.ready
    refused.process.wait(5)
    refused.end()
    assert file.read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--boxes", "gpio:17,27"], "cannot read '17'"),
        (["--boxes", "gpio:", "--seats", "9"], "knows pins for 8 seats"),
        (["--boxes", "gpio:chip=/dev/gpiochip77"], "there is no /dev/gpiochip77"),
        (["--boxes", "gpio:chip=of-no-machine"], "gpio: "),
        (["--boxes", "usb"], "unknown boxes"),
        (["--seats", "0"], "--seats"),
    ],
)
def test_a_wrong_call_ends_with_2_and_a_reason(tmp_path: Path, arguments: list[str], reason: str) -> None:
    command = [sys.executable, "-m", "buzzers.service", "--socket", str(tmp_path / "s"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, env=dict(os.environ))
    assert done.returncode == 2
    assert reason in done.stderr
