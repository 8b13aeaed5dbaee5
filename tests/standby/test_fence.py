"""Who rules: claims need their proof, are kept over restarts, and a show holds its breath no longer than it must."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.game.rulebook import Text
from server.standby.copy import paper_digest
from server.standby.fence import Claim, Fence, FenceDamaged, claim_from
from server.standby.files import NAMES, FileSpoilt, Folder, Listed, keep, listed_from
from server.standby.follow import Status
from server.standby.line import address_of
from server.standby.pages import Moves
from server.standby.primary import DRAINED_S, FREE_AFTER_S, LOST_AFTER_S, Primary, Refusal
from server.standby.stage import Told
from server.standby.take_over import TakenOver, take_over
from server.views.host_view import Rim

HERE, THERE = "http://10.0.0.1:8000", "http://10.0.0.2:8000"


def pair(tmp_path: Path) -> tuple[Fence, Fence]:
    """The fences of a show and of the standby that follows it."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    old, new = Fence.at(tmp_path / "a", "contest"), Fence.at(tmp_path / "b", "contest")
    old.followed_by(THERE)
    new.follow(old.epoch, old.key, HERE)
    return old, new


def test_a_claim_fences_and_stays_over_a_restart(tmp_path: Path) -> None:
    old, new = pair(tmp_path)
    assert new.take_over(THERE, HERE, (HERE,)) == 1
    assert new.to_tell == HERE and not new.fenced
    assert old.hear(new.claim()) and old.fenced and old.successor == THERE
    assert not old.hear(new.claim())  # no news
    again = Fence.at(tmp_path / "a", "contest")
    assert again.fenced and again.successor == THERE and again.epoch == 0
    assert (tmp_path / "a" / "fence.json").stat().st_mode & 0o077 == 0
    new.told()
    assert Fence.at(tmp_path / "b", "contest").to_tell == ""
    # Another contest on the same laptop is none of this; the one that moved away stays away.
    assert not Fence.at(tmp_path / "a", "another").fenced
    # The old one follows, and takes over in its turn.
    again.follow(new.epoch, new.key, THERE)
    assert again.take_over(HERE, THERE, ()) == 2 and new.hear(again.claim()) and new.successor == HERE


@pytest.mark.parametrize(
    "spoil",
    [
        lambda claim: replace(claim, epoch=claim.epoch + 1),
        lambda claim: replace(claim, address="http://10.6.6.6:8000"),
        lambda claim: replace(claim, proof="0" * 64),
    ],
)
def test_a_claim_without_its_proof_is_nothing(tmp_path: Path, spoil: Callable[[Claim], Claim]) -> None:
    old, new = pair(tmp_path)
    new.take_over(THERE, HERE, ())
    assert not old.hear(spoil(new.claim())) and not old.fenced
    stranger = Fence(tmp_path / "fence.json", "contest")
    stranger.take_over(THERE, HERE, ())
    assert not old.hear(stranger.claim())


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {}, {"epoch": True}]
    + [
        {"epoch": 1, "address": THERE, "proof": "0" * 64} | wrong
        for wrong in (
            {"epoch": 0},
            {"epoch": 10**10},
            {"epoch": 1.5},
            {"address": "http://a b:8000"},
            {"address": "http://a:80; script-src *"},
            {"address": "javascript:alert(1)"},
            {"proof": "é" * 64},
            {"proof": "0" * 65},
        )
    ],
)
def test_what_has_not_the_form_of_a_claim_is_none(message: Any) -> None:
    assert claim_from(message) is None


def test_a_standby_that_did_not_take_over_does_not_rule(tmp_path: Path) -> None:
    _, new = pair(tmp_path)
    assert new.fenced and new.successor == HERE and Fence.at(tmp_path / "b", "contest", logged=7).fenced


class Following:
    """A standby at row 5; what it asks the old stage for is a row at a time."""

    def __init__(self, fence: Fence) -> None:
        self.fence, self.origins, self.heard_wall_s = fence, (), 0.0
        self.copy = SimpleNamespace(seq=5, wall_time="now", close=lambda: None)
        self.stop = lambda: None

    def status(self) -> Status:
        return Status(HERE, here=5, there=5)

    def missing(self) -> list[Listed]:
        return []

    def poll(self, *_: Any, **__: Any) -> None:
        self.copy.seq += 1


def taken(
    new: Fence, monkeypatch: pytest.MonkeyPatch, stops_at: int | None
) -> tuple[Callable[[], TakenOver], list[Any]]:
    """A take-over of a stage that is at row 6 when it is drained, and says that it stopped at another."""
    told: list[Any] = []

    def post_claim(_: str, fence: Fence, __: Path | None) -> Told | None:
        told.append(asdict(fence.claim()))
        return None if stops_at is None else Told(stops_at, kept=False)

    monkeypatch.setattr("server.standby.take_over.post_claim", post_claim)
    line = SimpleNamespace(ask=lambda _: {"revision": 6}, close=lambda: None)
    return lambda: take_over(Following(new), lambda: line, THERE), told  # type: ignore[arg-type, return-value]


def test_a_take_over_that_cannot_be_kept_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the old one stops, the new one does not begin, and the hall has nobody."""
    _, new = pair(tmp_path)
    do, told = taken(new, monkeypatch, 6)

    def full() -> None:
        raise OSError("no room")

    monkeypatch.setattr(new, "store", full)
    with pytest.raises(OSError, match="no room"):
        do()
    assert told == []


@pytest.mark.parametrize(("stops_at", "revision"), [(6, 6), (9, 9), (None, 6)])
def test_what_the_old_one_ruled_until_it_heard_is_taken_over_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_at: int | None, revision: int
) -> None:
    _, new = pair(tmp_path)
    do, told = taken(new, monkeypatch, stops_at)
    done = do()
    assert told == [asdict(new.claim())] and done.epoch == 1
    assert (done.revision, done.complete, done.old_stopped) == (revision, True, stops_at is not None)


def test_a_damaged_file_is_no_leave_to_rule(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"contest": 1}', '{"contest": {"origins": 1}}'):
        (tmp_path / "fence.json").write_text(content)
        with pytest.raises(FenceDamaged, match="move it away"):
            Fence.at(tmp_path, "contest")


class Hall:
    """A show without rules, its clock in the test's hand."""

    def __init__(self, data: Path) -> None:
        self.now_s = 100.0
        self.log_path = data / "contest.db"
        self.state = SimpleNamespace(seq=5, contest="contest", rehearsal=False)
        self.turn = threading.Lock()
        self.rim = Rim()

    def set_rim(self, **changes: Any) -> None:
        self.rim = replace(self.rim, **changes)


@contextmanager
def primary(tmp_path: Path) -> Iterator[tuple[Hall, Primary, Fence]]:
    old, new = pair(tmp_path)
    hall = Hall(tmp_path / "a")
    made = Primary(
        hall,  # type: ignore[arg-type]
        Folder(tmp_path / "a"),
        old,
        lambda function, *given: function(*given),
        lambda: hall.now_s,
    )
    yield hall, made, new


def test_a_show_that_was_drained_goes_on_when_nobody_takes_it(tmp_path: Path) -> None:
    with primary(tmp_path) as (hall, show, _):
        assert show.may_rule() is None
        assert show.drain("a" * 32)["revision"] == 5
        reason = show.may_rule()
        assert isinstance(reason, Text) and hall.rim.fence and hall.rim.fence["state"] == "draining"
        hall.now_s += DRAINED_S
        show.tick()
        assert show.may_rule() is None and hall.rim.fence["state"] == "rules"


def test_one_standby_has_the_place_until_it_is_silent(tmp_path: Path) -> None:
    with primary(tmp_path) as (hall, show, _):
        show.asked("a" * 32, 4)
        show.tick()
        assert hall.rim.standby == {"address": THERE, "state": "live", "behind": 1}
        with pytest.raises(Refusal, match="another standby"):
            show.hello("b" * 32)
        hall.now_s += LOST_AFTER_S
        hall.state.seq = 9
        show.tick()
        assert hall.rim.standby == {"address": THERE, "state": "lost", "behind": 5}
        hall.now_s += FREE_AFTER_S
        assert show.hello("b" * 32)["contest"] == "contest"


def test_a_proved_claim_stops_the_rulings_and_sends_the_pages(tmp_path: Path) -> None:
    with primary(tmp_path) as (hall, show, new):
        made: list[Any] = []

        def tickets(wanted: list[Any]) -> list[str]:
            made.extend(wanted)
            return [f"ticket-{one.session}" for one in wanted]

        moves, told = Moves(show, tickets), []
        moves.emit = lambda *what: told.append(what)
        session = SimpleNamespace(key="k", identity=SimpleNamespace(role="host", number=None))
        moves.joined("one", "/host", session, HERE, {})  # type: ignore[arg-type]
        moves.joined("two", "/projector", None, HERE, {})
        moves.tick()
        known = {"address": THERE, "epoch": 0, "contest": "contest", "fenced": False}
        assert sorted(told) == [
            ("/host", "one", "standby", {**known, "ticket": "ticket-k"}),
            ("/projector", "two", "standby", {**known, "ticket": None}),
        ]
        assert show.origins == [HERE] and [one.session for one in made] == ["k"]
        told.clear()
        moves.tick()
        assert told == []
        assert moves.heard({"epoch": 9, "address": THERE, "proof": "0" * 64}) is False
        new.take_over(THERE, HERE, ())
        # A page that comes in with the claim is as good as one that says it later.
        moves.joined("three", "/projector", None, HERE, {"fence": asdict(new.claim())})
        assert (
            show.may_rule() is not None and hall.rim.fence is not None and hall.rim.fence["address"] == THERE
        )
        moves.tick()
        assert {(one[1], one[3]["fenced"], one[3]["ticket"]) for one in told} == {
            ("one", True, "ticket-k"),
            ("two", True, None),
            ("three", True, None),
        }
        assert len(made) == 1  # a ticket made now would never reach the other laptop


def test_strangers_do_not_fill_the_list_of_origins(tmp_path: Path) -> None:
    with primary(tmp_path) as (_, show, _new):
        moves = Moves(show, lambda wanted: [])
        for number in range(50):
            moves.joined(f"stranger {number}", "/projector", None, f"http://10.0.0.1:{number + 1}", {})
        session = SimpleNamespace(key="k", identity=SimpleNamespace(role="host", number=None))
        moves.joined("console", "/host", session, HERE, {})  # type: ignore[arg-type]
        assert HERE in show.origins


def test_files_go_nowhere_but_into_the_folder(tmp_path: Path) -> None:
    for name in (
        "../x",
        "/etc/passwd",
        "media/../x",
        "contest.db",
        "lock",
        "auth.lock",
        "fence.json",
        "media/",
        "media/.x",
    ):
        assert not NAMES.fullmatch(name), name
        with pytest.raises(ValueError, match="none of a show"):
            listed_from([[name, 1, "0"]])
    content = [b"ab", b"c", b""]
    right = Listed("media/q-1.png", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    keep(tmp_path, right, lambda _: content.pop(0))
    assert (tmp_path / "media" / "q-1.png").read_bytes() == b"abc"
    for spoilt in (b"abd", b"ab", b"abcd"):
        content[:] = [spoilt, b""]
        with pytest.raises(FileSpoilt):
            keep(tmp_path, right, lambda _: content.pop(0))
    assert [path.name for path in (tmp_path / "media").iterdir()] == ["q-1.png"]


def test_addresses_are_origins_and_nothing_else() -> None:
    assert address_of("10.0.0.1") == "http://10.0.0.1:8000"
    assert address_of("https://hall.local:8443/") == "https://hall.local:8443"
    assert address_of("http://[fe80::1]:80") == "http://[fe80::1]:80"
    for wrong in ("", "a b", "http://a:8000/x", "ftp://a", "a:99999", "http://a:8000?x=1", "user@"):
        with pytest.raises(ValueError, match="wanted"):
            address_of(wrong)


def test_the_digest_of_a_paper_is_of_all_of_it() -> None:
    assert paper_digest({"a": "1", "b": "2"}) == paper_digest({"b": "2", "a": "1"})
    assert len({paper_digest(one) for one in ({}, {"a": "1"}, {"a": "2"}, {"b": "1"})}) == 4
