"""Before a show starts that had a standby: has that one taken over meanwhile? Asked until it answers.

A laptop that was switched off during the take-over cannot have been told. What it is answered counts only with a seal that
the standby of this very contest can make, for this very question; anybody else at that address is nobody.
"""

from __future__ import annotations

import queue
import secrets
import sys
import threading
import time
from pathlib import Path

from .fence import Claim, Fence, FenceDamaged, claim_from
from .line import TROUBLE, exchange

FIRST_WITHIN_S = (
    2.0  # a show that was cut off in the middle of a contest must not wait long for a laptop that is off
)
WITHIN_S, EVERY_S = 3.0, 2.0


class NoAnswer(Exception):
    """Nobody there, or nobody who is the standby of this contest; the text says what was found."""


def ask(
    fence: Fence, address: str, within_s: float = WITHIN_S, authority: Path | None = None
) -> Claim | None:
    """The claim of a machine that has a higher epoch than ours, None where the one at `address` knows of none.

    authority: who vouches for its certificate. Raises NoAnswer.
    """
    question = secrets.token_hex(16)
    path = f"/api/v1/epoch?question={question}"
    try:
        status, said = exchange(address, "GET", path, within_s=within_s, authority=authority)
    except (*TROUBLE, ValueError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from None
    epoch = said.get("epoch") if status == 200 and isinstance(said, dict) else None
    if not isinstance(epoch, int) or not isinstance(said.get("rules"), bool):
        raise NoAnswer(f"it does not answer as a show does (status {status})")
    if said.get("seal") != fence.seal(question, epoch, said["rules"]):
        raise NoAnswer("another one answers there, not the standby of this contest")
    claim = claim_from(said.get("claim"))
    if claim is not None and claim.epoch > fence.epoch and fence.proves(claim):
        return claim
    if said["rules"] or epoch > fence.epoch:
        raise NoAnswer(f"it has epoch {epoch} and no proof of a higher one than ours")
    return None


class Asking:
    """The question to the standby that a show remembers.

    Args:
        fence: of the contest that is about to go on; of a show that had no standby, nothing is asked.
        authority: who vouches for the standby's certificate, None for this machine's list.

    Attributes:
        open: nobody has answered yet, so nobody knows.
        claims: of whoever rules instead of us, as the answers come; for the event loop to take.
    """

    def __init__(self, fence: Fence, authority: Path | None) -> None:
        self._fence = fence
        self._authority = authority
        self._address = "" if fence.fenced else fence.follower
        self.open = self._address != ""
        self.claims: queue.SimpleQueue[Claim] = queue.SimpleQueue()

    def first(self, within_s: float = FIRST_WITHIN_S) -> None:
        """Ask once, before anything is written; whoever has a higher epoch fences us. Never longer than `within_s`."""
        if not self.open:
            return
        answers: queue.SimpleQueue[Claim | NoAnswer | None] = queue.SimpleQueue()

        def put() -> None:
            try:
                answers.put(ask(self._fence, self._address, within_s, self._authority))
            except NoAnswer as error:
                answers.put(error)

        # A thread: looking up a name takes as long as it takes.
        threading.Thread(target=put, daemon=True, name="standby question").start()
        try:
            answer = answers.get(timeout=within_s)
        except queue.Empty:
            answer = NoAnswer(f"no answer within {within_s:g} s")
        if isinstance(answer, NoAnswer):
            _say(
                f"the standby {self._address} could not be asked whether it has taken over ({answer}). This machine rules "
                "until it hears that; if the other one rules, switch this one off"
            )
            return
        self.open = False
        if answer is None:
            return
        try:
            self._fence.hear(answer)
        except (OSError, FenceDamaged) as error:
            _say(f"fenced, but it cannot be kept yet: {error}")

    def go_on(self) -> None:
        """Ask on until somebody answers, in a native thread. What comes of it is in `open` and `claims`."""
        if self.open:
            threading.Thread(target=self._go_on, daemon=True, name="standby question").start()

    def _go_on(self) -> None:
        while not self._fence.fenced:
            time.sleep(EVERY_S)
            try:
                claim = ask(self._fence, self._address, authority=self._authority)
            except NoAnswer:
                continue  # said once, and on the console for as long as it lasts
            self.open = False
            if claim is None:
                _say(f"the standby {self._address} answers: it has not taken over")
            else:
                self.claims.put(claim)
            return


def _say(text: str) -> None:
    print(f"firstpress: {text}", file=sys.stderr, flush=True)
