"""Stage pages while the hall is at its worst: a thousand phones, bursts of presses, and a crowd that connects again and again.

Three projectors and two consoles of ours are served by the stage, the phones by their own process; with the stock server all
are pages of the one process, and of one namespace. Both are told the same changes at the same moments: ours come of eight
simulated contestants who press at once, and of scores that are set; the stock server is told to send at the instants at
which ours had something to send, a message of the same size. A figure is the time from there to a stage page's socket.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load_crowd import Crowd, Report
from benchmarks.load_figures import spread_ms
from benchmarks.load_servers import Ours, Stock
from tests.live import until

SEATS = 8
ASKED_EVERY_S = 10.0  # by a page, for the time
AT_ONCE = 200  # of a crowd that comes back, under way at one time
PAUSE_S = 0.3
OPEN_LEAD_S = 0.3  # the boxes open 0.2 s after the host's word
PATCHES = {"patches": True}
MESSAGE_LEAD_S = 0.5
WITHIN_S = 30.0
AHEAD = -10  # niceness of what stands for the stage's own machines

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the hall is: phones that are in, phones that come again and again, bursts of presses."""

    phones: int = 1_000
    storm: int = 1_500
    bursts: int = 12

    @property
    def judged(self) -> bool:
        """Whether the goals are for a hall of this size."""
        return self.phones >= 1_000 and self.storm >= 1_500 and self.bursts >= 8


@dataclass(frozen=True, slots=True)
class Told:
    """What stage pages were told: from the server to the socket, and when the server had it, from the beginning on, in ns."""

    delays_ns: tuple[int, ...]
    instants_ns: tuple[int, ...]
    amiss: int
    wrong: dict[str, int]
    storms: int
    phones_amiss: int


def run(
    program: Path, folder: Path, stock_content: dict[str, Any], say: Say, size: Size | None = None
) -> dict[str, Any]:
    """{"p50_ms", "p99_ms", "stock_p99_ms", ...}. program: the load client; stock_content: what the stock server sends."""
    size = size or Size()
    say(f"stage pages: {size.phones:,} phones, bursts of {SEATS} presses, {size.storm:,} phones connecting")
    ours = _ours(program, folder / "stage", size)
    say("the same of the stock server")
    stock = _stock(program, stock_content, size, ours.instants_ns)
    mine, theirs = spread_ms(ours.delays_ns), spread_ms(stock.delays_ns)
    return {
        **mine,
        "stock_p50_ms": theirs["p50_ms"],
        "stock_p99_ms": theirs["p99_ms"],
        "stock_max_ms": theirs["max_ms"],
        "times_below_stock": round(theirs["p99_ms"] / mine["p99_ms"], 1),
        "messages": len(ours.delays_ns),
        "stock_messages": len(stock.delays_ns),
        "amiss": ours.amiss,
        "amiss_of_what": ours.wrong,
        "phones_amiss": ours.phones_amiss,
        "phones": size.phones,
        "connecting": size.storm,
        "storms": ours.storms,
        "stock_storms": stock.storms,
        "presses_a_burst": SEATS,
        "judged": size.judged,
    }


class _Storm:
    """A crowd that connects, stays for a moment and is gone, again and again, from `with` to its end."""

    def __init__(self, program: Path, port: int, clients: int) -> None:
        self.times = 0
        self._crowd = (program, port, clients)
        self._over = threading.Event()
        self._now: Crowd | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._rage, name="storm", daemon=True)

    def __enter__(self) -> _Storm:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: Any) -> None:
        self._over.set()
        if self._now is not None:
            self._now.stop()  # it may be in the middle of coming in
        self._thread.join(30)
        if self._failed is not None and error is None:
            raise self._failed

    def _rage(self) -> None:
        while not self._over.is_set():
            try:
                with Crowd(*self._crowd, auth=PATCHES, at_once=AT_ONCE) as self._now:
                    self._now.all_in()
                    self.times += 1
            except (RuntimeError, OSError) as failed:
                if not self._over.is_set():
                    self._failed = failed
                    return


def _ours(program: Path, folder: Path, size: Size) -> Told:
    folder.mkdir()
    contest = folder / "contest.toml"
    contest.write_text(_contest(size.bursts), encoding="utf-8")
    with ExitStack() as stack:
        show = stack.enter_context(Ours(folder, "--contest", str(contest)))
        until(lambda: show.show.get("/healthz")["boxes"], "simulated boxes")
        status, cookie = show.show.sign_in("host", show.show.passphrases["host"])
        if status != 303:
            raise RuntimeError(f"the host could not sign in: {status}")
        stage_port = show.show.port
        phones = stack.enter_context(
            Crowd(program, show.hall_port, size.phones, auth=PATCHES, clock_every_s=ASKED_EVERY_S)
        )
        projectors = stack.enter_context(_pages(program, stage_port, 3, "/projector"))
        consoles = stack.enter_context(_pages(program, stage_port, 2, "/host", f"Cookie: {cookie}"))
        for one in (phones, projectors, consoles):
            one.all_in()
        begun = int(show.ask("start_round")["revision"])
        for one in (phones, projectors, consoles):
            one.has(begun, WITHIN_S)  # else it is late for the report that counts
            one.report()
        began_ns = time.monotonic_ns()
        with _Storm(program, show.hall_port, size.storm) as storm:
            time.sleep(MESSAGE_LEAD_S)
            for _ in range(size.bursts):
                last = _burst(show)
        for one in (phones, projectors, consoles):
            one.has(last, WITHIN_S)
        reports = [projectors.report(), consoles.report()]
        phones_amiss = phones.report().amiss()
    wrong = _wrong(*reports)
    stamps = {one.revision: one.stamp_ns - show.offset_ns for one in reports[0].broadcasts.values()}
    return Told(
        tuple(_delays(reports, stamps)),
        tuple(at_ns - began_ns for at_ns in stamps.values()),
        sum(wrong.values()),
        wrong,
        storm.times,
        phones_amiss,
    )


@contextmanager
def _pages(program: Path, port: int, count: int, namespace: str, *headers: str) -> Iterator[Crowd]:
    """Pages of the stage: not in anybody's way, and nobody in theirs, as on a machine of their own."""
    with Crowd(
        program, port, count, namespace, auth=PATCHES, headers=headers, clock_every_s=1, raw=True, nice=AHEAD
    ) as crowd:
        yield crowd


def _burst(show: Ours) -> int:
    """A question, eight presses at once, and scores that change; the last revision of it."""
    for kind in ("present", "arm", "open"):
        show.ask(kind)
    time.sleep(OPEN_LEAD_S)
    with ThreadPoolExecutor(SEATS) as people:
        list(people.map(lambda seat: show.ask("simulate_press", seat=seat), range(1, SEATS + 1)))
    time.sleep(PAUSE_S)
    show.ask("rule", result="void")
    for _ in range(2):
        time.sleep(PAUSE_S)
        last, _ = show.change()
    return last


def _wrong(projectors: Report, *others: Report) -> dict[str, int]:
    """What went wrong, by kind. Of projectors alone what came twice: consoles hear of boxes between two revisions, too."""
    kinds = ("lost", "reordered", "gaps", "closed", "late")
    found = {kind: sum(getattr(report, kind) for report in (projectors, *others)) for kind in kinds}
    return {**found, "doubled": projectors.doubled}


def _delays(reports: Sequence[Report], stamps: dict[int, int]) -> Iterator[int]:
    for report in reports:
        for one in report.broadcasts.values():
            if one.revision in stamps:
                yield from (at_ns - stamps[one.revision] for at_ns in one.arrivals_ns)


def _stock(program: Path, content: dict[str, Any], size: Size, instants_ns: Sequence[int]) -> Told:
    with ExitStack() as stack:
        server = stack.enter_context(Stock("snapshot", content))
        port = server.hall_port

        def pages(count: int) -> Crowd:
            crowd = stack.enter_context(_pages(program, port, count, "/audience"))
            crowd.all_in()
            return crowd

        # Some pages were there before the hall filled, some came after: plain `emit` goes through them in that order.
        early = pages(3)
        phones = stack.enter_context(Crowd(program, port, size.phones, clock_every_s=ASKED_EVERY_S))
        phones.all_in()
        crowds = [early, pages(2), phones]
        for one in crowds:
            one.report()
        began_ns = time.monotonic_ns()
        with _Storm(program, port, size.storm) as storm, ThreadPoolExecutor(16) as tellers:
            told = []
            for at_ns in instants_ns:
                time.sleep(max(0.0, (began_ns + at_ns - time.monotonic_ns()) / 1e9))
                told.append(tellers.submit(server.change))
            for one_told in told:
                one_told.result()
        last = max(revision for revision, _ in (one_told.result() for one_told in told))
        for one in crowds:
            one.has(last, WITHIN_S)
        *reports, of_phones = [one.report() for one in crowds]
        phones_amiss = of_phones.amiss()
    wrong = _wrong(*reports)
    stamps = {one.revision: one.stamp_ns for report in reports for one in report.broadcasts.values()}
    return Told(
        tuple(_delays(reports, stamps)),
        tuple(instants_ns),
        sum(wrong.values()),
        wrong,
        storm.times,
        phones_amiss,
    )


def _contest(questions: int) -> str:
    seats = "".join(f'[[contestant]]\nname = "选手 {seat}"\n' for seat in range(1, SEATS + 1))
    return f'title = "舞台延迟"\n{seats}[[round]]\nkind = "buzz_in"\nquestions = {questions}\n'
