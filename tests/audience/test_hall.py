"""What an audience process knows, by itself: several sources, clocks of two machines, who has a name; and the ports of a show."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from question_bank.media_files import NAME
from server import garbage
from server.audience.hall import MOST_NAMED, STALE_AFAR_NS, Hall
from server.garbage import QUIET_S, RARELY_S, Garbage
from server.media_names import of_a_question
from server.show_start import CannotStart, Show, audience_port_of
from tests.live import ROOT, free_port

SECOND_NS = 1_000_000_000


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now_ns = 1000 * SECOND_NS

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hall(clock: Clock) -> Hall:
    return Hall(clock, STALE_AFAR_NS)


def share(source: str, contest_ns: int, **changes: Any) -> dict[str, Any]:
    return {
        "type": "share",
        "from": source,
        "view": {"epoch": "e", "revision": 1},
        "contest_ns": contest_ns,
        "stale": False,
        "muted": False,
        "media": [],
        "source": None,
        "standby": None,
        **changes,
    }


def test_what_one_shares_another_takes(hall: Hall, clock: Clock) -> None:
    near = Hall(clock)
    for message in (
        {"type": "clock", "offset_ns": 5 * SECOND_NS},
        {"type": "media", "names": ["a", "b"]},
        {"type": "muted", "on": True},
        {"type": "view", "view": {"epoch": "e", "revision": 3}},
        {"type": "tell", "to": None, "event": "standby", "content": {"address": "http://192.0.2.7:8000"}},
    ):
        near.take(message)
    hall.take(near.share("near", "http://192.0.2.1:8001"))
    assert (hall.view, hall.muted, hall.media) == (near.view, True, frozenset({"a", "b"}))
    assert hall.contest_ns() == near.contest_ns() == clock.now_ns + 5 * SECOND_NS
    assert (hall.standby, hall.source, hall.stale) == (near.standby, "http://192.0.2.1:8001", False)


def test_the_message_that_was_quickest_tells_the_time(hall: Hall, clock: Clock) -> None:
    ahead_ns = 7 * SECOND_NS
    for late_ms in (80, 3, 120, 40):
        hall.take(share("x", clock.now_ns + ahead_ns - late_ms * 1_000_000))
        clock.now_ns += SECOND_NS
    assert hall.contest_ns() == clock.now_ns + ahead_ns - 3_000_000
    hall.take(share("x", clock.now_ns + 90 * SECOND_NS))  # another contest's clock
    assert hall.contest_ns() == clock.now_ns + 90 * SECOND_NS


def test_of_two_shows_on_one_channel_the_first_goes_on_until_it_is_silent(hall: Hall, clock: Clock) -> None:
    hall.take(share("first", 1))
    hall.take(share("second", 1, view={"epoch": "other", "revision": 9}))
    assert hall.view == {"epoch": "e", "revision": 1}
    clock.now_ns += STALE_AFAR_NS + 1
    hall.take(share("second", 1, view={"epoch": "other", "revision": 9}))
    assert hall.view == {"epoch": "other", "revision": 9}


def test_a_source_that_is_itself_cut_off_is_no_source(hall: Hall) -> None:
    told: list[bool] = []
    hall.on_stale = told.append
    hall.take(share("x", 1))
    hall.take(share("x", 1, stale=True))
    assert hall.stale and told == [False, True]


def test_the_same_view_again_is_no_news(hall: Hall) -> None:
    views: list[Any] = []
    hall.on_view = lambda: views.append(hall.view)
    for _ in range(3):
        hall.take(share("x", 1))
    assert len(views) == 1


def test_names_are_few_and_everybody_else_is_counted(hall: Hall) -> None:
    said: list[dict[str, Any]] = []
    hall.to_stage = said.append
    for number in range(MOST_NAMED + 5):
        hall.join(str(number), {"page": f"{number:032x}", "name": "x"}, "192.0.2.1")
    assert (hall.named, hall.phones) == (MOST_NAMED, 5)
    hall.join("preview", {"preview": True}, "127.0.0.1")
    strangers: list[Any] = [None, [], "x", {"page": 5}, {"page": "0" * 32, "name": 7}]
    for strange in [*strangers, {"page": "z" * 32, "name": "x"}]:
        assert not hall.join(str(strange), strange, "192.0.2.1")
    assert hall.phones == 11
    hall.leave("preview")
    hall.leave("0")
    assert (hall.named, hall.phones) == (MOST_NAMED - 1, 11)
    assert said[-1] == {"type": "leave", "connection": "0"}


def test_a_questions_file_is_called_the_same_here_and_in_the_bank() -> None:
    for name in (
        f"q-{'a' * 32}.png",
        f"q-{'0' * 32}.webm",
        f"q-{'a' * 31}.png",
        f"q-{'a' * 32}.svg",
        "q-.png",
    ):
        assert of_a_question(name) == bool(NAME.fullmatch(name))
    assert of_a_question(f"q-{'a' * 32}.mp4")


# Garbage


@pytest.fixture
def keeper() -> Iterator[tuple[Garbage, list[float]]]:
    now_s = [0.0]
    thresholds = gc.get_threshold()
    yield Garbage(lambda: now_s[0]), now_s
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


def test_garbage_waits_for_a_quiet_moment(keeper: tuple[Garbage, list[float]]) -> None:
    garbage, now_s = keeper
    assert not gc.isenabled()
    garbage.stir(busy=True)
    now_s[0] = 10 * RARELY_S
    garbage.tick()
    assert garbage.collections["all"] == 0, "an arming is live"
    garbage.stir(busy=False)
    garbage.tick()
    assert garbage.collections["all"] == 0, "something has just happened"
    now_s[0] += QUIET_S
    garbage.tick()
    garbage.tick()
    assert garbage.collections["all"] == 1, "once, and then not for a while"
    now_s[0] += RARELY_S
    garbage.tick()
    assert garbage.collections["all"] == 2


def test_what_a_collection_of_everything_freed_goes_back_to_the_system(
    keeper: tuple[Garbage, list[float]],
) -> None:
    given: list[float] = []
    now_s = [0.0]
    kept = Garbage(lambda: now_s[0], lambda: given.append(now_s[0]))
    kept.tick()
    assert given == [], "nothing was collected"
    now_s[0] = RARELY_S
    kept.tick()
    assert given == [RARELY_S]
    garbage.give_back()  # the real one, wherever this runs


def test_memory_does_not_run_away_in_a_long_question(
    keeper: tuple[Garbage, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = keeper
    monkeypatch.setattr(garbage, "MOST_NEW", 2000)
    kept.stir(busy=True)
    rings(3000)
    assert gc.get_count()[0] >= 2000
    kept.tick()
    assert kept.collections["young"] == 1 and gc.get_count()[0] < 1000


HEAPS = """
import ctypes, os, sys, threading
from server import garbage
if sys.argv[1] == "few":
    garbage.few_heaps()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def take():
    together.wait()
    for _ in range(100):
        c.malloc(ctypes.c_size_t(1000))
    together.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
c.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(c.fdopen(1, b"w"))
c.malloc_info(0, out)
c.fflush(out)
"""


def test_the_threads_of_a_show_share_two_heaps() -> None:
    def heaps(how: str) -> int:
        call = [sys.executable, "-c", HEAPS, how]
        return subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT).stdout.count(
            "<heap "
        )

    assert heaps("few") <= garbage.HEAPS < heaps("many")


def rings(count: int) -> None:
    for _ in range(count):
        ring: list[Any] = []
        ring.append(ring)


def test_between_questions_it_collects_little_and_often(keeper: tuple[Garbage, list[float]]) -> None:
    """Pages that come and go all the time leave no quiet moment; what they leave would pile up to half a second's work."""
    kept, now_s = keeper
    kept.stir(busy=True)
    rings(garbage.SOME_NEW + 100)
    kept.tick()
    assert kept.collections["young"] == 0, "an arming is live"
    kept.stir(busy=False)
    kept.tick()
    kept.tick()
    assert kept.collections == {"all": 0, "young": 1} and gc.get_count()[0] < 1000, (
        "one that is enough for now"
    )
    survivor: list[Any] = []
    survivor.append(survivor)
    rings(garbage.SOME_NEW + 100)
    kept.tick()
    assert any(one is survivor for one in gc.get_objects(1))
    for _ in range(garbage.YOUNGEST_AT_A_TIME):
        kept.stir(busy=False)
        rings(garbage.SOME_NEW + 100)
        kept.tick()
    assert not any(one is survivor for one in gc.get_objects(1)), (
        "now and then those that survived are looked at"
    )
    assert now_s == [0.0] and kept.collections["all"] == 0


# Ports


def show_at(tmp_path: Path, port: int, audience_port: int | None = None) -> Show:
    return Show(tmp_path, "127.0.0.1", port, audience_port=audience_port)


def test_phones_have_the_next_port_or_another_or_none(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other = int(taken.getsockname()[1])
        assert audience_port_of(show_at(tmp_path, other - 1)) not in (other, 0)
        with pytest.raises(CannotStart, match=f"port {other} .*--audience-port"):
            audience_port_of(show_at(tmp_path, port, other))
    with pytest.raises(CannotStart):
        audience_port_of(show_at(tmp_path, port, port))
    with pytest.raises(CannotStart):
        audience_port_of(show_at(tmp_path, port, 70_000))
    assert audience_port_of(show_at(tmp_path, port, 0)) == 0
    assert audience_port_of(show_at(tmp_path, 65_535)) not in (0, 65_535)
