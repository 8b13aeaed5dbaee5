"""A recorded contest, replayed through the arbiter: winners, leads and fouls come out as they did."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzers.discovery import Wanted, parse_boxes
from buzzers.driver import BoxesError
from buzzers.recording import Recording, read_recording
from buzzers.rejudge import difference
from buzzers.verdict import Foul, Verdict
from tests.buzzers.helpers import MS, Service, StreamClient, running_service
from tests.buzzers.recorded import LEAD_NS, Planned, Play, Scene, came_out, write_log

US = 1_000
RACE = (
    Planned(3, 40 * MS),
    Planned(1, 47 * MS, 90 * US, "two"),
    Planned(5, 600 * MS, box="two"),  # long after the verdict
)
SCENES = [
    Scene((Planned(2, -120 * MS), Planned(4, 300 * MS, by_open=False), *RACE)),
    Scene((Planned(1, 10 * MS, 300 * US), Planned(2, 10 * MS + 100 * US, 300 * US, "two"))),  # too close
    Scene(()),
    Scene((Planned(5, 100 * MS, by_open=False),), gap_ns=None),
    Scene((Planned(4, 5 * MS),)),
]


def recorded(folder: Path, scenes: list[Scene], offset_ns: int = 7_000 * MS) -> tuple[Recording, list[Any]]:
    """Plays the scenes and writes them to a log; the recording read from it, and what was said of each scene."""
    play = Play()
    said = [play.scene(scene) for scene in scenes]
    return read_recording(write_log(folder / "contest.db", play.rows, offset_ns), 5), said


def without_presses(scene: Scene, gap_ns: int | None) -> Scene:
    return Scene((), gap_ns, scene.close_ns, scene.seats, scene.fouls_lock)


@pytest.mark.parametrize("gap_ms", [1_000, 4_000, LEAD_NS // MS, 230, 60])
def test_every_arming_comes_out_as_it_did(tmp_path: Path, gap_ms: int) -> None:
    """However long the host waits before opening this time."""
    recording, said = recorded(tmp_path, SCENES)
    play = Play(recording, start_ns=77_777 * MS)
    for scene, before in zip(SCENES, said, strict=True):
        gap_ns = None if scene.gap_ns is None else gap_ms * MS
        assert came_out(play.scene(without_presses(scene, gap_ns))) == came_out(before)
    assert [one["outcome"] for messages in said for one in messages if one["type"] == "verdict"] == [
        "winner",
        "too_close",
        "nobody",
        "winner",
    ], "the scenes are what they are meant to be"
    assert play.said == []


def test_times_are_those_of_the_recording_and_the_evidence_says_that_it_is_a_replay(tmp_path: Path) -> None:
    recording, (before, *_) = recorded(tmp_path, SCENES)
    play = Play(recording, start_ns=77_777 * MS)
    now = play.scene(without_presses(SCENES[0], 1_000 * MS))
    open_ns = 77_777 * MS + 1_000 * MS
    fouls = {one["press"]["seat"]: one["press"] for one in now if one["type"] == "foul"}
    assert fouls[2]["time_ns"] == open_ns - 120 * MS, "after the open was scheduled: by the open"
    assert fouls[4]["time_ns"] == 77_777 * MS + 300 * MS, "before anybody knew of it: by the arm"
    (verdict,) = [one for one in now if one["type"] == "verdict"]
    (former,) = [one for one in before if one["type"] == "verdict"]
    first = next(press for press in verdict["presses"] if press["status"] == "first")
    assert (first["seat"], first["time_ns"], first["source"]) == (3, open_ns + 40 * MS, "hardware")
    assert (first["box"], first["clock"]) == ("replay", "replay/one/1")
    assert verdict["decided_ns"] - open_ns == pytest.approx(
        former["decided_ns"] - former["armed"]["open_ns"], abs=2
    )
    assert verdict["final"] == {"why": "watermarks", "missing": []}
    names = [(press["box"], press["sequence"]) for press in verdict["presses"]]
    assert len(set(names)) == len(names)
    reported = [Foul.from_json(one) for one in now if one["type"] == "foul"]
    assert difference(Verdict.from_json(verdict), reported) is None


def test_after_the_last_recorded_arming_nobody_presses_and_it_says_so(tmp_path: Path) -> None:
    recording, _ = recorded(tmp_path, SCENES[-1:])
    play = Play(recording)
    assert came_out(play.scene(Scene()))["verdicts"][0]["seats"] == [4]
    for _ in range(2):
        assert came_out(play.scene(Scene()))["verdicts"][0]["outcome"] == "nobody"
    assert play.said == ["contest.db has 1 recorded armings: from arming 2 on nobody presses"]
    (box,) = play.client.of_type("boxes")[-1]["boxes"][1:]
    assert (box["id"], box["kind"], box["seats"]) == ("replay", "replay", [4])
    assert "录像已放完" in box["problem"] and "over" in box["problem_en"]


def test_a_core_that_is_started_in_the_middle_goes_on_where_the_show_stands(tmp_path: Path) -> None:
    recording, said = recorded(tmp_path, SCENES)
    play = Play(recording)
    play._armings = 4  # the fifth is the next
    assert came_out(play.scene(Scene())) == came_out(said[4])


def test_an_arming_that_is_cancelled_or_followed_takes_its_presses_with_it(tmp_path: Path) -> None:
    """The presses of one arming never become fouls of the next."""
    recording, _ = recorded(tmp_path, [SCENES[0], Scene(RACE)])
    play = Play(recording)
    cancelled = play.scene(Scene(gap_ns=None))
    assert came_out(cancelled)["fouls"] == [4] and came_out(cancelled)["verdicts"] == []
    play._armings = 0
    play._contest = "again"
    first = play.scene(Scene(close_ns=100 * MS))
    assert came_out(first)["verdicts"][0]["seats"] == [3]
    assert "stray_press" not in {one["type"] for one in play.client.sent}


def test_other_rules_of_today_are_applied_to_the_presses_of_that_day(tmp_path: Path) -> None:
    twice = Scene((Planned(2, -50 * MS), Planned(2, 20 * MS), Planned(1, 30 * MS, box="two")))
    recording, (before,) = recorded(tmp_path, [twice])
    assert came_out(before)["verdicts"][0]["seats"] == [1]
    assert came_out(Play(recording).scene(Scene(fouls_lock=False)))["verdicts"][0]["seats"] == [2]
    assert came_out(Play(recording).scene(Scene(seats=(3, 4))))["verdicts"][0]["outcome"] == "nobody"


PRESSES = st.builds(
    Planned,
    st.integers(1, 5),
    st.one_of(
        st.integers(-900 * MS, -201 * MS),
        st.integers(-199 * MS, -1),
        st.integers(0, 120 * MS),
        st.integers(0, 420 * MS),
    ),
    st.one_of(st.integers(0, 200 * US), st.integers(0, 15 * MS)),
    st.sampled_from(("one", "two")),
    st.one_of(st.integers(0, 6 * MS), st.integers(0, 400 * MS)),
)


@settings(max_examples=40)
@given(
    st.lists(st.lists(PRESSES, max_size=6, unique_by=lambda one: one.when_ns), min_size=1, max_size=2),
    st.booleans(),
    st.sampled_from((1_000, 250, 5_000)),
)
def test_whatever_was_recorded_comes_out_again(
    races: list[list[Planned]], fouls_lock: bool, gap_ms: int
) -> None:
    scenes = [Scene(tuple(race), close_ns=400 * MS, fouls_lock=fouls_lock) for race in races] + SCENES[-1:]
    with TemporaryDirectory() as folder:
        recording, said = recorded(Path(folder), scenes)
    play = Play(recording, start_ns=99_999 * MS)
    for scene, before in zip(scenes, said, strict=True):
        assert came_out(play.scene(without_presses(scene, gap_ms * MS))) == came_out(before)


# -- through the service ----------------------------------------------------------------------------------


def race(client: StreamClient, name: str, until: int) -> list[dict[str, Any]]:
    """One arming with the real clock: arm, 50 ms, open 150 ms ahead; what came of it, `until` messages that last."""
    client.messages.clear()
    now_ns = time.monotonic_ns()
    client.send("arm", arming=name, seats=[1, 2, 3, 4, 5], arm_ns=now_ns)
    time.sleep(0.05)
    open_ns = time.monotonic_ns() + 150 * MS
    client.send("open", arming=name, open_ns=open_ns, close_ns=open_ns + 1_000 * MS)
    found: list[dict[str, Any]] = []
    while len(found) < until:
        message = client.read()
        assert message is not None
        if "seq" in message and message["type"] != "welcome":
            found.append(message)
    return found


def test_a_recorded_contest_through_the_real_timing_core(tmp_path: Path) -> None:
    scenes = [SCENES[0], SCENES[1]]
    recording, said = recorded(tmp_path, scenes)
    with running_service(tmp_path / "core.sock", "--boxes", f"replay:{recording.path}") as service:
        assert service.ready.endswith("boxes=replay\n")
        client = StreamClient(service.path)
        (box,) = client.welcome["boxes"]
        assert (box["id"], box["seats"], client.welcome["simulated"]) == ("replay", [1, 2, 3, 4, 5], False)
        for number, before in enumerate(said, 1):
            wanted = came_out(before)
            until = len(wanted["fouls"]) + 1 + len(wanted["late"])
            assert came_out(race(client, f"show-{number}", until)) == wanted
        client.send("simulate", seat=1)
        assert "no simulated box" in client.expect("error")["text"]
        client.close()


def test_the_service_says_that_the_recording_is_over(tmp_path: Path) -> None:
    recording, _ = recorded(tmp_path, SCENES[-1:])
    service = Service(tmp_path / "core.sock", "--boxes", f"replay:{recording.path}")
    try:
        client = StreamClient(service.path)
        now_ns = time.monotonic_ns()
        client.send("arm", arming="show-2", seats=[1], arm_ns=now_ns)
        client.send("open", arming="show-2", open_ns=now_ns + MS, close_ns=now_ns + 50 * MS)
        assert client.expect("verdict")["outcome"] == "nobody"
        assert client.expect_boxes(lambda boxes: boxes[0]["problem"] is not None)
        client.close()
    finally:
        text = service.end()
    assert "from arming 2 on nobody presses" in text and "1 armings, 1 presses" in text


# -- what cannot be replayed ------------------------------------------------------------------------------


def test_what_boxes_says() -> None:
    assert parse_boxes("replay:data/x.db", 5) == Wanted("replay", replay=Path("data/x.db"))
    with pytest.raises(BoxesError, match="needs the log"):
        parse_boxes("replay:", 5)


def bad_logs(folder: Path) -> list[tuple[Path, str]]:
    nothing = folder / "nothing.db"
    nothing.write_bytes(b"this is no database" * 100)
    verdict = {"arming": "c-1", "evidence": {"decided_ns": 5, "presses": [{}]}}
    armed: tuple[int, str, dict[str, Any]] = (1, "armed", {"arming": "c-1", "armed_ns": 1})
    opened: tuple[int, str, dict[str, Any]] = (2, "opened", {"arming": "c-1", "open_ns": 3, "close_ns": 9})
    return [
        (folder / "never.db", "there is no log"),
        (nothing, "is no contest log"),
        (write_log(folder / "empty.db", []), "nobody pressed"),
        (write_log(folder / "silent.db", [armed, opened]), "nobody pressed"),
        (
            write_log(folder / "broken.db", [armed, opened, (4, "verdict_given", verdict)]),
            r"row 4 \(verdict_given\)",
        ),
        (write_log(folder / "stray.db", [(4, "verdict_given", verdict)]), r"row 2 \(verdict_given\)"),
        (write_log(folder / "unopened.db", [armed, (4, "verdict_given", verdict)]), "not opened"),
    ]


def test_a_log_that_cannot_be_replayed_says_why(tmp_path: Path) -> None:
    for path, why in bad_logs(tmp_path):
        with pytest.raises(BoxesError, match=why):
            read_recording(path, 5)
    recording, _ = recorded(tmp_path, SCENES[-1:])
    with pytest.raises(BoxesError, match=r"seat 4 pressed in .*, but this show has seats 1 to 3"):
        read_recording(recording.path, 3)


def test_the_service_refuses_it_in_one_line(tmp_path: Path) -> None:
    service = Service(tmp_path / "core.sock", "--boxes", f"replay:{tmp_path / 'never.db'}")
    assert service.ready == f"timing core: replay: there is no log {tmp_path / 'never.db'}\n"
    assert service.process.wait(5) == 2 and service.end() == ""


def test_reading_a_recording_leaves_it_as_it_was(tmp_path: Path) -> None:
    recording, _ = recorded(tmp_path, SCENES[:1])
    before = recording.path.read_bytes()
    recording.path.chmod(0o400)
    assert json.dumps(len(read_recording(recording.path, 5).armings)) == "1"
    assert recording.path.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == [
        "contest.db"
    ]
