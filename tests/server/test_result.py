"""The result follows from the log alone: sums, places, what was corrected, undone, too close, and who signed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from server import codec
from server.event_log import EventLog, Row
from server.game import commands as c
from server.game.events import ContestCreated, TieSettled
from server.game.fold import fold
from server.game.state import Entry
from server.result import NO_ROUND, Result, result_of
from tests.game.play import Play, book, rules

from .played_logs import played, short_book, store

SEEDS = range(8)


def rows_at(path: Path) -> list[Row]:
    log = EventLog(path, readonly=True)
    rows = list(log.checked_rows())
    log.close()
    return rows


def result_at(path: Path) -> Result:
    return result_of(rows_at(path))


@pytest.fixture(scope="module")
def contests(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Play, Result]]:
    folder = tmp_path_factory.mktemp("results")
    found = {}
    for seed in SEEDS:
        # The last ones are short: much is tied there, and has to be decided.
        ties = {"rounds": (rules("compulsory", turns=1),)} if seed >= 6 else {}
        play = played(short_book(**ties), seed, corrections=0 if ties else 3)
        found[seed] = play, result_at(store(play.log, folder / f"{seed}.db"))
    return found


def of(play: Play, tmp_path: Path) -> Result:
    folder = tmp_path / str(
        len(play.log)
    )  # a log of its own each time: a file that is gone comes back from its journal
    folder.mkdir()
    return result_at(store(play.log, folder / "contest.db"))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_score_is_base_plus_entries_by_round_and_one_by_one(
    seed: int, contests: dict[int, tuple[Play, Result]]
) -> None:
    play, result = contests[seed]
    by_hand = Counter({seat: play.state.rulebook.base_cp for seat in play.state.rulebook.seats})
    for entry in result.entries:
        by_hand[entry.seat] += entry.change_cp
        assert entry.score_cp == by_hand[entry.seat], "the running score"
    scores = {place.seat: place.score_cp for place in result.places}
    assert scores == dict(by_hand)
    for total in result.sums:
        assert total.base_cp + sum(total.rounds_cp) + total.other_cp == total.score_cp == scores[total.seat]
        for index, figure in enumerate(total.rounds_cp):
            mine = [one for one in result.entries if one.seat == total.seat and one.round_index == index]
            assert sum(one.change_cp for one in mine) == figure


@pytest.mark.parametrize("seed", SEEDS)
def test_places_are_in_order_and_ties_say_how_they_were_decided(
    seed: int, contests: dict[int, tuple[Play, Result]]
) -> None:
    _, result = contests[seed]
    assert [place.place for place in result.places] == sorted(place.place for place in result.places)
    for one in result.places:
        better = sum(other.place < one.place for other in result.places)
        assert one.place == better + 1
        equals = [other for other in result.places if other.score_cp == one.score_cp]
        assert one.shared == (sum(other.place == one.place for other in equals) > 1)
        if one.decided is not None:
            assert one.decided.stands and any(one.seat in cell for cell in one.decided.cells)
            assert len(equals) > 1 and len({other.place for other in equals}) > 1
        else:
            assert len({other.place for other in equals}) == 1, (
                "equal scores, other places, and nothing said why"
            )


def test_the_contests_played_here_hold_what_the_tests_are_about(
    contests: dict[int, tuple[Play, Result]],
) -> None:
    results = [result for _, result in contests.values()]
    assert any(place.decided for result in results for place in result.places)
    assert any(line.outcome == "too_close" for result in results for line in result.verdicts)
    assert any(not line.stands for result in results for line in result.verdicts)
    assert any(result.fouls for result in results) and any(result.undone for result in results)
    assert any(step.redone for result in results for step in result.undone)
    assert any(line.before is not None for result in results for line in result.corrections)
    assert any(entry.round_index == NO_ROUND for result in results for entry in result.entries)
    assert any(panel.missing for result in results for panel in result.panels)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_of_the_log_is_left_out(seed: int, contests: dict[int, tuple[Play, Result]]) -> None:
    play, result = contests[seed]
    counted = Counter(codec.event_type(entry.event) for entry in play.log)
    assert len(result.verdicts) == counted["verdict_given"]
    assert len(result.fouls) == counted["foul_called"]
    assert len(result.corrections) == counted["corrected"]
    assert len(result.panels) == counted["marks_revealed"]
    assert len(result.undone) == counted["undone"]
    assert len(result.decisions) == counted["tie_ranked"]
    assert result.events == len(play.log)
    assert [one.record for one in result.rulings] == list(play.state.records)
    # What is said to stand is what the state still knows.
    assert sorted(one.seq for one in result.panels if one.stands) == sorted(
        record.seq for record in play.state.records if any(record.seq == panel.seq for panel in result.panels)
    )
    assert len([one for one in result.fouls if one.stands]) == len(play.state.fouls)
    assert tuple(one.cells for one in result.decisions if one.stands) == play.state.splits


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_undone_is_listed_and_does_not_count(
    seed: int, contests: dict[int, tuple[Play, Result]]
) -> None:
    play, result = contests[seed]
    for step in result.undone:
        assert step.taken and all(seq < step.seq for seq in step.taken)
        before = fold(play.log[: step.seq - 1])
        after = fold(play.log[: step.seq])
        gone = [(one.seat, one.change_cp) for one in before.entries if one not in after.entries]
        assert list(step.changes) == gone


def corrected() -> Play:
    play = Play(book(rules("compulsory", turns=1)))
    play.do(c.StartRound(), c.CallTurn(), c.Present(), c.Rule("right"))
    record = play.state.records[-1]
    play.do(c.ChangeRuling(record.seq, "wrong", "录像", "周敏"))
    return play


def test_a_correction_tells_who_why_before_and_after_also_when_it_is_undone(tmp_path: Path) -> None:
    play = corrected()
    [line] = of(play, tmp_path).corrections
    assert line.before is not None
    assert (line.before.result, line.before.points_cp) == ("right", 1000)
    assert (line.result, line.points_cp, line.by, line.reason) == ("wrong", 0, "周敏", "录像")
    assert line.scores_cp == ((1, 11_000, 10_000),) and line.stands
    play.do(c.Undo())
    result = of(play, tmp_path)
    assert [one.stands for one in result.corrections] == [False]
    assert [(one.what, one.changes, one.redone) for one in result.undone] == [
        ("Corrected", ((1, -1000),), False)
    ]
    assert result.sums[0].score_cp == 11_000
    play.do(c.Redo())
    result = of(play, tmp_path)
    assert [one.stands for one in result.corrections] == [True] and result.undone[0].redone


def test_a_score_set_by_hand_belongs_to_no_round(tmp_path: Path) -> None:
    play = corrected()
    play.do(c.SetScore(2, -1250, "裁判长决定", "周敏"))
    result = of(play, tmp_path)
    assert result.corrections[-1].before is None
    assert result.entries[-1].round_index == NO_ROUND
    assert (result.sums[1].rounds_cp, result.sums[1].other_cp, result.sums[1].score_cp) == (
        (0,),
        -11_250,
        -1250,
    )


@pytest.mark.parametrize("signatures", [0, 1, 2])
def test_it_is_certified_with_both_signatures_only(signatures: int, tmp_path: Path) -> None:
    result = of(played(short_book(), 1, signatures=signatures), tmp_path)
    assert result.certified is (signatures == 2)
    assert [one.role for one in result.signatures] == ["host", "chief_judge"][:signatures]
    assert all(one.wall_time.startswith("2026-11-22T14:") and one.name for one in result.signatures)


def test_a_rehearsal_is_one_in_its_result(tmp_path: Path) -> None:
    path = store(corrected().log, tmp_path / "rehearsal.db", rehearsal=True)
    assert result_at(path).rehearsal


def test_the_same_log_gives_the_same_result_and_its_last_hash(tmp_path: Path) -> None:
    path = store(corrected().log, tmp_path / "contest.db")
    rows = rows_at(path)
    assert result_of(rows) == result_of(rows)
    assert result_of(rows).head == rows[-1].hash
    assert result_of(rows).ended == rows[-1].wall_time


def test_a_row_that_cannot_be_folded_is_named(tmp_path: Path) -> None:
    rows = rows_at(store(corrected().log, tmp_path / "contest.db"))
    with pytest.raises(ValueError, match=r"row 4 \(nonsense\) cannot be folded"):
        result_of([replace(row, type="nonsense") if row.seq == 4 else row for row in rows])
    with pytest.raises(ValueError, match=r"row 1 .* cannot be folded: a log begins with ContestCreated"):
        result_of(rows[3:4] and [replace(rows[3], seq=1)])
    with pytest.raises(ValueError, match="the log is empty"):
        result_of([])


def test_a_tie_decided_by_lot_gives_its_seed(tmp_path: Path) -> None:
    preset = short_book().tie_break
    assert preset is not None
    play = Play(book(rules("compulsory", turns=1), tie_break=replace(preset, limit=1)))
    play.do(c.StartRound())
    for seat in play.state.rulebook.seats:
        play.do(c.CallTurn(), c.Present(), c.Rule("right" if seat < 3 else "wrong"))
        if seat > 3:
            play.do(c.SetScore(seat, 100 * seat, "使其不并列"))
    play.do(c.StartTieBreak(), c.Present(), c.Arm(), c.Open())
    play.verdict("nobody", ())
    play.do(c.Rule("unanswered"), c.SettlePlaces("draw"))
    result = of(play, tmp_path)
    [decision] = result.decisions
    assert decision.how == "draw" and decision.seed and decision.place == 1
    assert {one.seat for one in result.places if one.decided} == {1, 2}
    assert [one.place for one in result.places] == [1, 2, 3, 4, 5]


def test_the_first_event_gives_the_seed_of_the_draw(tmp_path: Path) -> None:
    play = corrected()
    first = play.log[0].event
    assert isinstance(first, ContestCreated)
    log = [Entry(1, 0, replace(first, draw_seed="4711")), *play.log[1:]]
    assert result_at(store(log, tmp_path / "seed.db")).draw_seed == "4711"


def test_what_was_too_close_says_how_it_was_settled(contests: dict[int, tuple[Play, Result]]) -> None:
    close = [
        (play, result.verdicts, line)
        for play, result in contests.values()
        for line in result.verdicts
        if line.outcome == "too_close"
    ]
    assert {line.settled_how for _, _, line in close} >= {"press_again", "draw"}
    for play, lines, line in close:
        events = [entry.event for entry in play.log]
        settled = [one for one in events if isinstance(one, TieSettled) and one.arming == line.arming]
        if settled:
            last = settled[-1]
            assert (line.settled_how, line.settled_seat, line.seed) == (last.how, last.seat, last.seed)
        elif line.settled_how == "press_again":
            assert any(one.seq > line.seq and one.question_id == line.question_id for one in lines)
        assert line.lead_ns is None and len(line.seats) >= 2
