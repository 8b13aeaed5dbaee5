"""The arbiter: presses and watermarks in, fouls and verdicts out. Pure: no IO, every time is handed in.

Why did they win?
=================
1. *Which arming?* A press belongs to the arming it was stamped in: the last one whose arm_ns is not later than
   the press's time_ns. When its message arrived plays no part.
2. *Was it a foul?* Surely before open_ns (even the latest instant the press can have had is earlier), or no open
   was scheduled yet. A press that may have been at open or after it is not a foul. The seat is locked out then,
   unless the order to arm says that fouls do not lock: then that press alone is void. A seat fouls once an arming.
   While no open is known, the message that schedules it may be late: judging the press waits for it, `HOLD_NS`
   at most.
3. *Does it count?* It is the seat's first press in the arming that was not surely before open_ns, the seat may take
   part and is not locked out, and the press was not surely after close_ns.
4. *Who was first?* Of two presses one is surely earlier if its lead is larger than the uncertainty of that lead
   (`press.surely_before`): the resolution if one clock stamped both, otherwise both uncertainties together.
   A press *may have been first* if none that counts is surely before it. If only one press may have been first, its
   seat has won. If several may have been, they are too close to call: all of them are tied, and nobody else,
   since for everybody else there is a press that was surely earlier.
5. *Why is that final?* Every live box has said "nothing earlier than this is still to come from me" (its
   watermark) for an instant later than the latest the winning press can have had. So no press that is still
   under way can be earlier. A box that makes no progress is waited for `SILENCE_NS`, and a box that makes too
   little for `PATIENCE_NS`; then the verdict is given and names the box in `missing`. So is a box that lost
   presses in the arming (it restarted, its queue ran over): no later watermark makes up for them.
   With all watermarks past close_ns and no press that counts, the verdict is "nobody".

Only `tick` ends a wait, for it is called once all that has arrived was handed in. If the process itself stood
still, what arrived meanwhile is yet to be read, so every wait begins anew (`stalled`).

Since the verdict follows from stamps and watermarks alone, the order in which presses arrive cannot change it.

Presses that change nothing (after the verdict, outside an arming) are reported after `HOLD_NS`: the message that
arms the next arming may still be under way, and by rule 1 it may claim them.
"""

from collections.abc import Iterable

from buzzers.arming import Arming, Waiting, may_have_been_first
from buzzers.press import Press, lag, surely_before
from buzzers.verdict import Finding, Foul, JudgedPress, LatePress, Status, StrayPress, Verdict, Why

SILENCE_NS = 250_000_000
PATIENCE_NS = 1_000_000_000
HOLD_NS = 200_000_000
HURRY_NS = 50_000_000  # a box that has not answered by then does not answer sooner for being asked more often
KEPT_ARMINGS = 32
STALLS = (
    20  # of our own process that one verdict waits for; a host that only just crawls gets it late, not never
)


class OrderError(ValueError):
    """An order that contradicts what is already known; the text says how."""


class Arbiter:
    """Decides one arming at a time. Every method that may settle something returns the findings, oldest first.

    Call `tick` no later than `deadline_ns`. `now_ns` is the host's CLOCK_MONOTONIC throughout.
    """

    def __init__(self, silence_ns: int = SILENCE_NS, patience_ns: int = PATIENCE_NS) -> None:
        self._silence_ns = silence_ns
        self._patience_ns = patience_ns
        self._armings: list[Arming] = []  # by arm_ns; the last one may be running
        self._live: set[str] = set()
        self._watermarks: dict[str, int] = {}
        self._progress_ns: dict[str, int] = {}
        self._losses: dict[
            str, tuple[int, int]
        ] = {}  # box -> (last watermark before its last loss, when known)
        self._held: list[tuple[int, Press]] = []  # (when to report it, press)

    # -- orders -------------------------------------------------------------------------------------------

    def arm(
        self, name: str, seats: Iterable[int], arm_ns: int, now_ns: int, fouls_lock: bool = True
    ) -> list[Finding]:
        """Starts an arming and closes the one before. A known name changes nothing.

        fouls_lock: whether a foul costs the seat the arming, or that press alone. Raises OrderError if arm_ns is not
        later than that of the arming before.
        """
        if self._find(name) is not None:
            return []
        arming = Arming(name, frozenset(seats), arm_ns, fouls_lock, expected=set(self._live))
        findings: list[Finding] = []
        if self._armings:
            before = self._armings[-1]
            if arm_ns <= before.arm_ns:
                raise OrderError(f"arm_ns of {name} is not later than that of {before.name}")
            before.superseded = before.running
            findings += self._let_go(before, arm_ns, now_ns)
        for box, (watermark_ns, known_ns) in self._losses.items():
            if known_ns >= arm_ns:
                arming.lost[box] = watermark_ns
                arming.expected.add(box)
        claimed = [p for _, p in self._held if p.time_ns >= arm_ns]
        self._held = [(due_ns, p) for due_ns, p in self._held if p.time_ns < arm_ns]
        self._armings = [*self._armings, arming][-KEPT_ARMINGS:]
        for press in sorted(claimed, key=lambda press: press.time_ns):
            findings += self._take(press, now_ns)
        return findings + self._settle(now_ns)

    def open(self, name: str, open_ns: int, close_ns: int | None, now_ns: int) -> list[Finding]:
        """Schedules the instants between which presses count. The first schedule stands.

        Raises OrderError for an unknown arming, or instants that are out of order or differ from those known.
        """
        arming = self._known(name)
        if arming.open_ns is not None:
            if (arming.open_ns, arming.close_ns) != (open_ns, close_ns):
                raise OrderError(f"{name} has been opened already, at another time")
            return []
        if open_ns < arming.arm_ns or (close_ns is not None and close_ns <= open_ns):
            raise OrderError(f"{name}: arm, open and close must follow one another")
        findings: list[Finding] = []
        if arming.running:
            arming.open_ns, arming.close_ns = open_ns, close_ns
            waiting, arming.unjudged = arming.unjudged, []
            for _, press in sorted(waiting, key=lambda one: one[1].time_ns):
                findings += self._judge_in(arming, press, now_ns)
            self._note_counted(arming, now_ns)
        return findings + self._settle(now_ns)

    def cancel(self, name: str, now_ns: int) -> list[Finding]:
        """Ends an arming; presses stamped from now on do not belong to it. Raises OrderError if it is unknown."""
        arming = self._known(name)
        findings: list[Finding] = []
        if arming.cancelled_ns is None:
            arming.cancelled_ns = now_ns
            findings += self._let_go(arming, now_ns, now_ns)
        return findings + self._settle(now_ns)

    # -- boxes --------------------------------------------------------------------------------------------

    def box_live(self, box: str) -> None:
        """From now on the box is waited for."""
        self._live.add(box)
        if self._armings and self._armings[-1].running:
            self._armings[-1].expected.add(box)

    def box_gone(self, box: str) -> None:
        """The box is not waited for in armings to come; in the running one it is, and named as missing."""
        self._live.discard(box)

    def box_lost(self, box: str, now_ns: int) -> None:
        """The box has lost what it had not sent: presses later than its last watermark may never come."""
        watermark_ns = self._watermarks.get(box, -1)
        self._losses[box] = watermark_ns, now_ns
        if self._armings and self._armings[-1].running:
            self._armings[-1].lost.setdefault(box, watermark_ns)
            self._armings[-1].expected.add(box)

    def watermark(self, box: str, watermark_ns: int, now_ns: int) -> list[Finding]:
        """The box has handed over every press it stamped earlier than this host time."""
        # A watermark ahead of the host's clock can only come from a clock that has gone wrong.
        watermark_ns = min(watermark_ns, now_ns)
        if watermark_ns > self._watermarks.get(box, watermark_ns - 1):
            self._watermarks[box] = watermark_ns
            self._progress_ns[box] = now_ns
        return self._settle(now_ns)

    def press(self, press: Press, now_ns: int) -> list[Finding]:
        """A press has become known."""
        return self._take(press, now_ns) + self._settle(now_ns)

    # -- time ---------------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        return self._find(name) is not None

    @property
    def running(self) -> str | None:
        """The arming that waits for its verdict, or None."""
        return self._armings[-1].name if self._armings and self._armings[-1].running else None

    def deciding(self, now_ns: int) -> bool:
        """Whether a press counts already, and the watermarks that are waited for are due at any moment."""
        arming = self._armings[-1] if self._armings else None
        if arming is None or not arming.running or arming.known_ns is None:
            return False
        return now_ns < max(arming.known_ns, arming.resumed_ns) + HURRY_NS

    def horizon_ns(self) -> int | None:
        """The verdict is final once every watermark is later than this; None while there is nothing to decide."""
        arming = self._armings[-1] if self._armings else None
        waiting = self._waits_for(arming) if arming is not None and arming.running else None
        return None if waiting is None else waiting.horizon_ns

    def deadline_ns(self) -> int | None:
        """When `tick` must be called next if nothing else happens; None: never."""
        times = [due_ns for due_ns, _ in self._held[:1]]
        arming = self._armings[-1] if self._armings else None
        if arming is not None and arming.running:
            times += [due_ns for due_ns, _ in arming.unjudged[:1]]
            waiting = self._waits_for(arming)
            if waiting is not None:
                times.append(waiting.until_ns)
        return min(times, default=None)

    def tick(self, now_ns: int) -> list[Finding]:
        """Lets time pass: gives the verdict if it is final or has been waited for long enough.

        To be called only when everything that has arrived was handed in.
        """
        findings: list[Finding] = []
        arming = self._armings[-1] if self._armings else None
        while arming is not None and arming.unjudged and arming.unjudged[0][0] <= now_ns:
            findings += self._judge_in(arming, arming.unjudged.pop(0)[1], now_ns)
        findings += self._settle(now_ns, waited=True)
        while self._held and self._held[0][0] <= now_ns:
            findings += self._report(self._held.pop(0)[1])
        return findings

    def stalled(self, now_ns: int) -> None:
        """This process stood still until now: what arrived meanwhile has not been read, so waits begin anew."""
        arming = self._armings[-1] if self._armings else None
        waiting = self._waits_for(arming) if arming is not None and arming.running else None
        if (
            arming is not None
            and waiting is not None
            and now_ns >= waiting.since_ns
            and arming.stalls < STALLS
        ):
            arming.stalls += 1
            arming.resumed_ns = now_ns

    # -- how it decides -----------------------------------------------------------------------------------

    def _known(self, name: str) -> Arming:
        arming = self._find(name)
        if arming is None:
            raise OrderError(f"unknown arming {name}")
        return arming

    def _find(self, name: str) -> Arming | None:
        return next((arming for arming in self._armings if arming.name == name), None)

    def _arming_of(self, press: Press) -> Arming | None:
        for arming in reversed(self._armings):
            if arming.arm_ns <= press.time_ns:
                ended = arming.cancelled_ns is not None and press.time_ns >= arming.cancelled_ns
                return None if ended else arming
        return None

    def _take(self, press: Press, now_ns: int) -> list[Finding]:
        arming = self._arming_of(press)
        if arming is None or not (arming.running or arming.verdict):
            self._held.append((now_ns + HOLD_NS, press))
            return []
        if arming.open_ns is None and press.seat in arming.seats and not arming.is_locked_out(press.seat):
            arming.unjudged.append((now_ns + HOLD_NS, press))
            return []
        return self._judge_in(arming, press, now_ns)

    def _judge_in(self, arming: Arming, press: Press, now_ns: int) -> list[Finding]:
        findings: list[Finding] = []
        if arming.is_foul(press):
            arming.fouls[press.seat] = press
            early_ns = None if arming.open_ns is None else arming.open_ns - press.time_ns
            findings = [Foul(arming.name, press, early_ns)]
        elif arming.verdict is not None or arming.is_surplus(press):
            self._held.append((now_ns + HOLD_NS, press))
        else:
            arming.presses.append(press)
        self._note_counted(arming, now_ns)
        return findings

    def _note_counted(self, arming: Arming, now_ns: int) -> None:
        if not arming.counted():
            # A seat's foul may come in after a later press of it: then nobody is being waited for any more.
            arming.known_ns = None
        elif arming.known_ns is None:
            arming.known_ns = now_ns

    def _let_go(self, arming: Arming, end_ns: int, now_ns: int) -> list[Finding]:
        """The arming ended at end_ns without a verdict: what has not been told of it, another may claim.

        No open will come any more, so presses before end_ns that waited for one are fouls.
        """
        findings: list[Finding] = []
        if arming.verdict is None:
            waiting, arming.unjudged = [press for _, press in arming.unjudged], []
            for press in waiting:
                if press.time_ns < end_ns:
                    findings += self._judge_in(arming, press, now_ns)
                else:
                    self._held.append((now_ns + HOLD_NS, press))
            self._held += [(now_ns + HOLD_NS, press) for press in arming.presses]
            arming.presses = []
        return findings

    def _settle(self, now_ns: int, waited: bool = False) -> list[Finding]:
        """The verdict, if it is final; waited: or if it has been waited for long enough."""
        arming = self._armings[-1] if self._armings else None
        waiting = self._waits_for(arming) if arming is not None and arming.running else None
        if arming is None or waiting is None or not waiting.over(now_ns) or (waiting.lagging and not waited):
            return []
        return [self._give_verdict(arming, waiting.lagging, now_ns)]

    def _waits_for(self, arming: Arming) -> Waiting | None:
        """What a verdict waits for, or None if there can be none yet."""
        if arming.open_ns is None:
            return None
        counted = arming.counted()
        if counted and arming.known_ns is not None:
            since_ns = arming.known_ns
            horizon_ns = min(press.latest_ns for press in counted)
        elif arming.close_ns is not None:
            since_ns = horizon_ns = arming.close_ns
        else:
            return None
        behind = [box for box in sorted(arming.expected) if self._watermarks.get(box, -1) <= horizon_ns]
        robbed = [box for box, watermark_ns in arming.lost.items() if watermark_ns <= horizon_ns]
        from_ns = max(since_ns, arming.resumed_ns)
        until_ns = from_ns + self._silence_ns if robbed else since_ns
        for box in behind:
            silent_ns = max(from_ns, self._progress_ns.get(box, from_ns)) + self._silence_ns
            until_ns = max(until_ns, min(silent_ns, from_ns + self._patience_ns))
        return Waiting(sorted({*behind, *robbed}), horizon_ns, since_ns, until_ns)

    def _give_verdict(self, arming: Arming, lagging: list[str], now_ns: int) -> Verdict:
        counted = arming.counted()
        candidates = may_have_been_first(counted)
        first = arming.first = candidates[0] if candidates else None
        lead_ns = lead_uncertainty_ns = None
        if first is not None and len(candidates) == 1:
            behind = [lag(press, first) for press in counted if surely_before(first, press)]
            lead_ns, lead_uncertainty_ns = min(behind, default=(None, None))
        statuses: dict[int, Status] = {id(press): "after" for press in counted}
        for press in candidates:
            statuses[id(press)] = "tied" if len(candidates) > 1 else "first"
        judged = [_judge(press, "foul", first) for press in arming.fouls.values()]
        for press in arming.presses:
            refused: Status = "locked_out" if arming.is_locked_out(press.seat) else "not_counted"
            judged.append(_judge(press, statuses.get(id(press), refused), first))
        judged.sort(key=lambda one: (one.lag_ns or 0, one.press.time_ns, one.press.seat))
        why: Why = "waited" if lagging else "watermarks"
        arming.verdict = Verdict(
            arming=arming.name,
            outcome="nobody" if first is None else "winner" if len(candidates) == 1 else "too_close",
            seats=tuple(sorted(press.seat for press in candidates)),
            lead_ns=lead_ns,
            lead_uncertainty_ns=lead_uncertainty_ns,
            presses=tuple(judged),
            why_final=why,
            missing=tuple(lagging),
            watermarks={box: self._watermarks.get(box) for box in sorted(arming.expected)},
            decided_ns=now_ns,
            armed=arming.as_judged(),
        )
        return arming.verdict

    def _report(self, press: Press) -> list[Finding]:
        """What to say of a press that changes nothing."""
        arming = self._arming_of(press)
        if arming is None:
            return [StrayPress(None, press, "outside")]
        if arming.verdict is None:
            return [StrayPress(arming.name, press, "superseded" if arming.superseded else "cancelled")]
        if arming.is_surplus(press):
            return [StrayPress(arming.name, press, "too_many")]
        status: Status = "locked_out" if arming.is_locked_out(press.seat) else "not_counted"
        behind_ns = None if arming.first is None else lag(press, arming.first)[0]
        arming.presses.append(press)
        # A press that seems earlier than the first comes from a box that was waited for in vain: it is shown with
        # its negative lag, but nothing is taken back on its account.
        if any(counted is press for counted in arming.counted()) and behind_ns is not None and behind_ns > 0:
            status = "after"
        return [LatePress(arming.name, _judge(press, status, arming.first))]


def _judge(press: Press, status: Status, first: Press | None) -> JudgedPress:
    return JudgedPress(press, status, *(lag(press, first) if first is not None else (None, None)))
