"""Modelled races: nobody wins wrongly, the peers do, everything is counted, and a bound that is too narrow is found out."""

import json
from collections import Counter
from random import Random

import pytest

from benchmarks import model_races, model_stage
from benchmarks.model_figures import judge, passed, percentile
from benchmarks.model_races import SETTINGS, main, run, shares
from benchmarks.model_stage import START_NS, Setting, Stage
from buzzers.clocksync import ClockSync


@pytest.fixture(autouse=True)
def short_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_races, "SECONDS", (3, 4))
    monkeypatch.setattr(model_stage, "QUIET_S", 1.5)


def test_no_clear_verdict_is_wrong_and_every_bound_holds() -> None:
    result = run(3_000, seed=11, jobs=1)
    assert passed(result)
    assert result["clear_wrong"] == result["first_ruled_out"] == result["outside_bound"] == 0
    assert result["coverage"] == 1.0
    assert result["clear"] > 800
    # The peers had the same presses.
    assert result["peers"]["arrival_order"]["wrong"] > 300
    assert result["peers"]["receipt_time"]["wrong"] > 300
    kinds = ("clear", "too_close", "waited", "refused", "undecided")
    for row in (result, *result["by_transport"].values()):
        assert sum(row[kind] for kind in kinds) == row["races"]
    # Only a clock that has stepped may keep a race from being decided.
    steady = {name: row for name, row in result["by_transport"].items() if "steps" not in name}
    assert [name for name, row in steady.items() if row["waited"] or row["undecided"]] == []
    # Five buttons on one box are told apart far better than five boxes.
    assert result["by_transport"]["hub"]["too_close_share"] < 0.3
    for rows in (result["by_gap"], list(result["by_transport"].values())):
        for name in ("races", *kinds):
            assert sum(row[name] for row in rows) == result[name], name
    assert result["races"] == 3_000
    assert len(result["by_transport"]) == len(SETTINGS)
    assert all(row["uncertainty_after_10_s_us"] for name, row in steady.items() if name != "ftdi_16ms")
    # The wider the gap, the less is too close, until nothing is.
    assert result["by_gap"][0]["too_close_share"] > 0.8
    assert result["by_gap"][-1]["too_close"] == 0
    json.dumps(result)


def test_boxes_behind_an_ftdi_at_16_ms_are_refused_and_none_of_their_presses_is_dated() -> None:
    stage = Stage(Setting("slow", ("ftdi_16ms",) * 5), Random(1), seconds=20)
    stage.agenda.run_until(START_NS)
    for box in stage.boxes:
        box.plug_in(START_NS)
    stage.agenda.run_until(START_NS + 8_000_000_000)
    assert all(box.refused for box in stage.boxes)
    played = Stage(Setting("slow", ("ftdi_16ms",) * 5), Random(2), seconds=20).play(60, 20)
    assert {judge(race) for race in played.races} == {"refused"}
    assert all(press.dated is None for race in played.races for press in race.presses)


def test_a_seed_gives_the_same_figures_on_any_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the other processes begin with the true lengths
    result = run(3, 5, jobs=1)
    assert run(3, 5, jobs=2) == result
    assert run(3, 6, jobs=1) != result


def test_a_bound_that_is_too_narrow_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = ClockSync.host_time

    def a_fifth(self: ClockSync, ticks: int) -> tuple[int, int]:
        time_ns, uncertainty_ns = stated(self, ticks)
        return time_ns, uncertainty_ns // 5

    monkeypatch.setattr(ClockSync, "host_time", a_fifth)
    result = run(1_000, seed=12, jobs=1)
    assert result["coverage"] < 1
    assert result["outside_bound"] > 0
    assert result["clear_wrong"] > 0
    assert not passed(result)


def test_the_command_prints_a_table_or_json_and_its_status_tells_the_outcome(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--races", "8", "--seed", "3", "--jobs", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["races"], result["seed"]) == (8, 3)
    assert main(["--races", "8", "--seed", "3", "--jobs", "1"]) == 0
    text = capsys.readouterr().out
    assert "clear_wrong 0" in text
    assert "direct+loaded" in text
    monkeypatch.setattr(model_races, "run", lambda races, seed, jobs: {**result, "clear_wrong": 1})
    assert main(["--races", "8", "--jobs", "1"]) == 1


def test_every_kind_of_stage_has_its_share() -> None:
    assert [races for _, races in shares(7)] == [1] * 7
    for races in (1_000, 100_001):
        dealt = shares(races)
        assert sum(count for _, count in dealt) == races
        assert len({index % len(SETTINGS) for index, _ in dealt}) == len(SETTINGS)


def test_no_races_are_not_a_result() -> None:
    with pytest.raises(ValueError, match="at least one"):
        run(0, 1, 1)


def test_percentiles_count_from_below() -> None:
    counted = Counter({10: 50, 20: 49, 90: 1})
    assert [percentile(counted, p) for p in (50, 51, 99, 100)] == [10, 20, 20, 90]
    assert percentile(Counter(), 50) is None
