"""The arbiter under any order of arrival: properties that hold for every race, not only for those we thought of."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from buzzers.arbiter import HOLD_NS, Arbiter
from buzzers.press import Press, surely_before
from buzzers.verdict import Finding, Foul, LatePress, Verdict
from tests.buzzers.test_arbiter import CLOSE, MS, OPEN, SEATS, make_press, only_verdict, opened

News = tuple[str, Press | int]


@st.composite
def races(draw: st.DrawFn) -> tuple[dict[str, list[News]], dict[int, int]]:
    """For each box the news it sends, in its order, and the true time of each seat's press.

    Up to five seats on one to five boxes. Each press is known within an interval that holds its true time; a
    watermark is a promise about true times, and no later press of the box reaches below it.
    """
    boxes = [f"box{draw(st.integers(1, 3))}" for _ in SEATS]
    truths = {seat: OPEN + MS + 1_000 * draw(st.integers(0, 300)) for seat in SEATS if draw(st.booleans())}
    news: dict[str, list[News]] = {}
    for box in sorted(set(boxes)):
        sent: list[News] = []
        promised_ns = OPEN - 1
        offset_ns = draw(st.integers(0, 10**9))
        mine = sorted((truth_ns, seat) for seat, truth_ns in truths.items() if boxes[seat - 1] == box)
        for truth_ns, seat in mine:
            if draw(st.booleans()):
                promised_ns = max(promised_ns, truth_ns - draw(st.integers(1, 50_000)))
                sent.append(("watermark", promised_ns))
            earliest_ns = max(promised_ns, truth_ns - draw(st.integers(0, 80_000)))
            latest_ns = truth_ns + draw(st.integers(0, 80_000))
            latest_ns += (latest_ns - earliest_ns) % 2
            middle_ns = (earliest_ns + latest_ns) // 2
            clock_ns = (truth_ns + offset_ns) // 500 * 500
            known = Press(
                seat, box, f"{box}/1", clock_ns, 500, middle_ns, latest_ns - middle_ns, len(sent), "hardware"
            )
            sent.append(("press", known))
        sent.append(("watermark", OPEN + 2 * MS))
        sent.append(("watermark", CLOSE + 1))
        news[box] = sent
    return news, truths


def interleave(data: st.DataObject, news: dict[str, list[News]]) -> Iterator[tuple[str, News]]:
    waiting = {box: list(sent) for box, sent in news.items()}
    while waiting:
        box = data.draw(st.sampled_from(sorted(waiting)))
        yield box, waiting[box].pop(0)
        if not waiting[box]:
            del waiting[box]


def run(news: dict[str, list[News]], arrivals: list[tuple[str, News]]) -> tuple[Verdict, list[Finding]]:
    arbiter = opened(tuple(news))
    findings: list[Finding] = []
    now_ns = CLOSE + 10 * MS  # all arrives in no time, so that no box can seem silent
    for box, (_, what) in arrivals:
        findings += (
            arbiter.press(what, now_ns) if isinstance(what, Press) else arbiter.watermark(box, what, now_ns)
        )
    findings += arbiter.tick(now_ns + 10 * HOLD_NS)
    return only_verdict(findings), findings


@given(st.data(), races())
def test_the_order_of_arrival_never_changes_the_verdict(
    data: st.DataObject, race: tuple[dict[str, list[News]], dict[int, int]]
) -> None:
    news, _ = race
    one, _ = run(news, list(interleave(data, news)))
    other, _ = run(news, list(interleave(data, news)))
    assert (one.outcome, one.seats, one.why_final) == (other.outcome, other.seats, other.why_final)


@given(st.data(), races())
def test_a_clear_verdict_never_names_a_seat_that_was_later_than_another(
    data: st.DataObject, race: tuple[dict[str, list[News]], dict[int, int]]
) -> None:
    news, truths = race
    verdict, _ = run(news, list(interleave(data, news)))
    if not truths:
        assert verdict.outcome == "nobody"
        return
    first_ns = min(truths.values())
    assert any(truths[seat] == first_ns for seat in verdict.seats), "the true first is never ruled out"
    if verdict.outcome == "winner":
        assert truths[verdict.seats[0]] == first_ns


@given(st.data(), races())
def test_every_press_comes_out_exactly_once(
    data: st.DataObject, race: tuple[dict[str, list[News]], dict[int, int]]
) -> None:
    news, truths = race
    _, findings = run(news, list(interleave(data, news)))
    seen: list[int] = []
    for finding in findings:
        if isinstance(finding, Verdict):
            seen += [judged.press.seat for judged in finding.presses]
        elif isinstance(finding, LatePress):
            seen.append(finding.judged.press.seat)
        else:
            seen.append(finding.press.seat)
    assert sorted(seen) == sorted(truths)


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5)), max_size=12),
    st.data(),
)
def test_a_press_is_in_exactly_one_arming_and_it_is_the_one_of_its_stamp(
    gaps: list[int], stamps: list[tuple[int, int]], data: st.DataObject
) -> None:
    arms = [(f"a{n}", sum(gaps[: n + 1])) for n in range(len(gaps))]
    presses = [make_press(seat, at_ns, sequence=n) for n, (at_ns, seat) in enumerate(stamps)]
    moves: list[tuple[str, int] | Press] = list(arms)
    for press in presses:
        moves.insert(data.draw(st.integers(0, len(moves))), press)
    arbiter = Arbiter()
    findings: list[Finding] = []
    now_ns = 1_000
    for move in moves:
        now_ns += 1
        if isinstance(move, Press):
            findings += arbiter.press(move, now_ns)
        else:
            findings += arbiter.arm(move[0], SEATS, move[1], now_ns)
    findings += arbiter.tick(now_ns + 10 * HOLD_NS)
    for press in presses:
        named = [
            finding.arming for finding in findings if isinstance(finding, Foul) and finding.press == press
        ]
        assert len(named) <= 1
        due = [name for name, arm_ns in arms if arm_ns <= press.time_ns]
        if named and moves.index(press) > moves.index((named[0], dict(arms)[named[0]])):
            # Told before a later arming was known it stays where it was told; otherwise its stamp decides.
            known = [a[0] for a in moves[: moves.index(press)] if not isinstance(a, Press)]
            assert named[0] == [name for name in known if name in due][-1]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 100)), min_size=2, max_size=2))
def test_of_two_presses_at_most_one_is_surely_before_the_other(pairs: list[tuple[int, int]]) -> None:
    one, other = (make_press(seat, at_ns, around_ns) for seat, (at_ns, around_ns) in enumerate(pairs, 1))
    assert not (surely_before(one, other) and surely_before(other, one))
    overlap = one.earliest_ns <= other.latest_ns and other.earliest_ns <= one.latest_ns
    assert overlap == (not surely_before(one, other) and not surely_before(other, one))
