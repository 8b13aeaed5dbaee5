"""The benchmark commands, on a handful of races and presses: what they print, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import cli, latency, race_figures, races, stress
from benchmarks.race_figures import Race
from benchmarks.table import readable
from firmware.sim.harness import Edge, SimulatorError


def silent(_: str) -> None:
    """Progress nobody reads."""


def race(gap_us: float, outcome: str, seats: list[int], error_us: float = 0.0) -> Race:
    """Seat 2 is truly first, seat 1 by gap_us later; the core dated both error_us late, give or take 10 µs."""
    edges = {
        2: Edge(1, True, 0, 1_000_000),
        1: Edge(0, True, round(gap_us * 16), round(1_000_000 + gap_us * 1000)),
    }
    presses = [
        {
            "seat": seat,
            "sequence": seat,
            "time_ns": edge.time_ns + round(error_us * 1000),
            "uncertainty_ns": 10_000,
            "clock": "box 1",
            "clock_ns": edge.cycle * 125 // 2,
            "resolution_ns": 8_000,
            "order_ns": 500,
            "lag_ns": edge.cycle * 125 // 2,
            "lag_uncertainty_ns": 8_000,
        }
        for seat, edge in edges.items()
    ]
    verdict = {"outcome": outcome, "seats": seats, "final": {"missing": []}, "presses": presses}
    return Race(edges, verdict, presses, starts={1: 0, 2: 0})


@pytest.mark.parametrize(
    ("outcome", "seats", "worth"),
    [
        ("winner", [2], "clear"),
        ("winner", [1], "clear_wrong"),
        ("too_close", [1, 2], "too_close"),
        ("too_close", [1, 3], "first_ruled_out"),
        ("nobody", [], "nobody"),
    ],
)
def test_a_verdict_is_held_to_the_true_edges(outcome: str, seats: list[int], worth: str) -> None:
    assert race(50, outcome, seats).judged == worth


def test_figures_count_what_is_wrong_and_what_is_outside_its_bound() -> None:
    told = race_figures.judged(
        [race(5, "winner", [2]), race(5, "winner", [1]), race(2, "too_close", [1, 2], error_us=11)]
    )
    assert told == {
        "races": 3,
        "clear": 2,
        "clear_wrong": 1,
        "too_close": 1,
        "coverage": 4 / 6,
        "median_uncertainty_us": 10.0,
    }
    resolution = race_figures.resolution([race(5, "winner", [1]), race(7, "too_close", [1, 2])])
    assert (resolution["wrong_from_4_us_on"], resolution["largest_gap_too_close_us"]) == (1, 7.0)
    assert resolution["stamp_late_us"] == [0, 0]
    stretched = race(50, "winner", [2])
    stretched.presses[1]["lag_ns"] += 9_000
    assert race_figures.lags([race(50, "winner", [2]), stretched]) == {
        "lags": 2,
        "outside_bound": 1,
        "largest_error_us": 9.0,
        "median_bound_us": 8.0,
    }


def test_the_peers_go_by_what_came_in(tmp_path: Path) -> None:
    one = race(50, "winner", [2])
    record = tmp_path / "record"
    # Seat 1 is read first since it bounced less; by the edge, seat 2's message would have been there first.
    rows: list[dict[str, Any]] = [
        {"sequence": 1, "tick": 100, "confirm_ticks": 4_000, "received_ns": 3_000_000},
        {"sequence": 2, "tick": 0, "confirm_ticks": 12_000, "received_ns": 6_900_000},
    ]
    record.write_text("".join(json.dumps(row) + "\n" for row in rows))
    race_figures.note_arrivals([one], record)
    assert (one.arrived_first, one.received_first) == (1, 2)
    assert race_figures.peers([one]) == {"arrival_order": {"wrong": 1}, "receipt_time": {"wrong": 0}}


def test_races_on_the_real_core_name_nobody_wrong() -> None:
    links = (races.Setup("usb", "usb", races.SKEWED[:5]),)
    played = races.play(races.HUB, 6, Random(3), silent, settle_s=0)
    assert len(played.races) == 6
    told = played.told()
    assert (told["clear_wrong"], told["coverage"], told["presses_lost"]) == (0, 1.0, 0)
    apart = races.play(links[0], 4, Random(4), silent, settle_s=0.5)
    assert (apart.told()["clear_wrong"], apart.told()["coverage"]) == (0, 1.0)
    assert all(one.arrived_first and one.received_first for one in apart.races)


def test_a_show_is_followed_from_the_press_to_the_lamp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stress, "QUESTIONS", 120)
    result = latency.run(2, 2, phones=5, say=silent, browser=False)
    for told in (result, result["load"]):
        assert told["presses"] == 2
        decided, verdict = told["edge_to_verdict_ms"], told["edge_to_stage_ms"]
        assert latency.CONFIRMATION_MS < decided["p50"] <= decided["p99"]
        assert decided["p50"] <= verdict["p50"] <= told["edge_to_published_ms"]["p50"]
        assert told["edge_to_lamp_ms"]["p50"] > latency.CONFIRMATION_MS
    did = result["load"]["description"]
    assert did["reconnects"] > 0 and did["failed"] == 0 and did["xlsx_imports"] > 0
    assert "edge_to_paint_ms" not in result
    json.dumps(result)


@pytest.mark.parametrize(
    "call",
    [
        [],
        ["sprint"],
        ["races", "--truth", "model"],
        ["races", "--model", "--truth", "simavr"],
        ["races", "--races", "0"],
        ["latency", "--presses", "many"],
    ],
)
def test_a_wrong_call_ends_with_2_and_a_message(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(call)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert "usage:" in err


GOOD = {"races": 1_200, "clear_wrong": 0, "first_ruled_out": 0, "outside_bound": 0}


@pytest.mark.parametrize(("bad", "status"), [({}, 0), ({"clear_wrong": 1}, 1), ({"outside_bound": 1}, 1)])
def test_the_exit_status_says_whether_the_answer_is_yes(
    bad: dict[str, Any], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import model_races

    monkeypatch.setattr(model_races, "run", lambda races, seed, jobs: GOOD | bad)
    assert cli.main(["races", "--model", "--json"]) == status
    assert json.loads(capsys.readouterr().out) == GOOD | bad


@pytest.mark.parametrize(
    ("ending", "status"), [(KeyboardInterrupt(), 130), (SimulatorError("nothing of the kind in 10 s"), 1)]
)
def test_what_comes_to_no_result_prints_none(
    ending: BaseException, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(*_: object) -> dict[str, Any]:
        raise ending

    monkeypatch.setattr(races, "run", ended)
    assert cli.main(["races", "--races", "1"]) == status
    out, err = capsys.readouterr()
    assert (out, str(ending) in err) == ("", True)


def test_a_result_is_readable_without_json() -> None:
    rows = [{"gap_us": "1-4", "clear": 3}, {"gap_us": "4-10", "clear": 1_200}]
    text = readable({"races": 1_203, "by_gap": rows, "peers": {"arrival_order": {"wrong": 7}}, "fifo": True})
    assert text.splitlines() == [
        "races: 1,203",
        "by_gap",
        "  gap_us  clear",
        "     1-4      3",
        "    4-10  1,200",
        "peers",
        "  arrival_order: wrong 7",
        "fifo: yes",
    ]


def test_what_a_result_of_simavr_is_content_with() -> None:
    right, wrong = race(50, "winner", [2]), race(50, "winner", [1])

    def result(*played: Race) -> dict[str, Any]:
        part = race_figures.judged(played) | race_figures.amiss(played) | {"lags": {"lags": 0}}
        return {**race_figures.judged(played), "hub": part, "links": {}}

    assert race_figures.passed(result(right))
    assert not race_figures.passed(result(right, wrong))
    assert not race_figures.passed(result(right, race(50, "too_close", [1, 3])))
    assert not race_figures.passed(result(right, race(50, "winner", [2], error_us=11)))
