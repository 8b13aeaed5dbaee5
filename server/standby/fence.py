"""Which of two machines rules: an epoch number that each take-over raises, and the proof that it was raised.

DATA/fence.json keeps, for each contest: our epoch, the highest that was proved to us, who has it, and the key of the
proofs, which both machines share. Whoever has heard of a higher epoch than its own rules no longer, also after a restart.
A phone that merely says "epoch 999" proves nothing and changes nothing.

What one machine answers another that asks is sealed with the same key, for that one question (see standby/ask.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "fence.json"
LONGEST_FILE = 256 * 1024
HIGHEST = 10**9
ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}")
"""An origin as a browser writes it, with its port; it goes into a header, so nothing else may."""
QUESTION = re.compile("[0-9a-f]{32}")
"""What whoever asks makes up, so that no answer of another time passes for this one's."""


class FenceDamaged(ValueError):
    """DATA/fence.json cannot be read; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That `address` rules with `epoch`. `proof`: 64 hex digits that only who has the contest's key can make."""

    epoch: int
    address: str
    proof: str


def claim_from(message: Any) -> Claim | None:
    """The claim in a message of anybody's, None where it has not the form of one."""
    if not isinstance(message, dict):
        return None
    epoch, address, proof = message.get("epoch"), message.get("address"), message.get("proof")
    if isinstance(epoch, bool) or not isinstance(epoch, int) or not 0 < epoch <= HIGHEST:
        return None
    if not isinstance(address, str) or not isinstance(proof, str):
        return None
    if not ADDRESS.fullmatch(address) or not re.fullmatch("[0-9a-f]{64}", proof):
        return None
    return Claim(epoch, address, proof)


@dataclass(slots=True)
class _Kept:
    """What the file says of one contest."""

    epoch: int = 0
    heard: int = 0  # the highest epoch that was proved to us
    successor: str = ""  # the origin of who has it
    standby_of: str = ""  # this machine follows that one and has not taken over
    key: str = ""
    follower: str = ""  # the standby that follows us
    peer: str = ""  # the machine that we took over from
    peer_told: bool = True  # whether the one that we took over from knows it
    address: str = ""  # our own origin, as the other one reaches it
    origins: tuple[str, ...] = ()  # where the pages came from that belong to the other one


class Fence:
    """The epoch of one contest on this machine. Methods that change it write the file: not for an event loop.

    Args:
        path: of fence.json.
        contest: id of the contest in hand.
        logged: the epoch that its log knows.
    Raises FenceDamaged, OSError.
    """

    def __init__(self, path: Path, contest: str, logged: int = 0) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._changes = self._stored = 0  # how often it was changed here, and how many of these are on disk
        self.contest = contest
        kept = _read(path).get(contest, {})
        try:
            known = {name: kept[name] for name in _Kept.__dataclass_fields__ if name in kept}
            self._kept = _Kept(**known)
            self._kept.origins = tuple(self._kept.origins)
        except (TypeError, KeyError) as error:
            raise FenceDamaged(f"{path}: {error}; move it away if no other machine has this show") from error
        self._kept.epoch = max(self._kept.epoch, logged)
        if not self._kept.key:
            self._kept.key = secrets.token_hex(32)

    @classmethod
    def at(cls, data: Path, contest: str, logged: int = 0) -> Fence:
        """The fence of a data folder."""
        return cls(data / FILE, contest, logged)

    @property
    def epoch(self) -> int:
        return self._kept.epoch

    @property
    def fenced(self) -> bool:
        """True once another machine was proved to rule, and while this one is a standby that did not take over."""
        return self._kept.heard > self._kept.epoch or self._kept.standby_of != ""

    @property
    def heard(self) -> int:
        return self._kept.heard

    @property
    def successor(self) -> str:
        """Where the show is now, "" while it is here."""
        return (self._kept.standby_of or self._kept.successor) if self.fenced else ""

    @property
    def standby_of(self) -> str:
        return self._kept.standby_of

    @property
    def key(self) -> str:
        return self._kept.key

    @property
    def follower(self) -> str:
        """Where the standby was last seen that follows us, "" for none."""
        return self._kept.follower

    @property
    def kept(self) -> bool:
        """False while something that holds here is not on disk, so that a restart would forget it."""
        return self._stored == self._changes

    @property
    def to_tell(self) -> str:
        """The machine that we took over from and that has not confirmed it, "" for none."""
        return "" if self._kept.peer_told or self.fenced else self._kept.peer

    @property
    def address(self) -> str:
        return self._kept.address

    @property
    def origins(self) -> tuple[str, ...]:
        return self._kept.origins

    def claim(self) -> Claim:
        """That we rule with our epoch, for others to check."""
        return self._claim(self.epoch, self.address)

    def known(self) -> Claim | None:
        """Who rules, as far as we know that another does or that we took over; None while the show was never moved."""
        if not self.fenced:
            return self.claim() if self.epoch and self.address else None
        epoch = self._kept.heard if not self._kept.standby_of else self._kept.epoch
        return self._claim(epoch, self.successor) if epoch else None

    def seal(self, question: str, *said: int) -> str | None:
        """What only who has the key can put under an answer to that question, None for one that has not the form of one.

        said: what is answered: our epoch and whether we rule; or, to a claim, what `post_claim` of standby/stage.py returns.
        """
        if not QUESTION.fullmatch(question):
            return None
        text = "\n".join(["firstpress answer", self.contest, question, *(str(int(one)) for one in said)])
        return hmac.new(bytes.fromhex(self._kept.key), text.encode(), hashlib.sha256).hexdigest()

    def about(self, question: str = "", serves: bool = True) -> dict[str, Any]:
        """What anybody may know: {"contest", "epoch", "rules", "claim": that of `known`|None, "seal": see `seal`|None}.

        question: of whoever asks, "" for none; serves: False for a standby, which rules only once its show runs.
        """
        claim, rules = self.known(), serves and not self.fenced
        return {
            "contest": self.contest,
            "epoch": self.epoch,
            "rules": rules,
            "claim": asdict(claim) if claim else None,
            "seal": self.seal(question, self.epoch, rules),
        }

    def proves(self, claim: Claim) -> bool:
        """True for a claim of somebody who has our contest's key, whatever its epoch. No more than a few microseconds."""
        return hmac.compare_digest(claim.proof, self._proof(claim.epoch, claim.address))

    def believe(self, claim: Claim) -> bool:
        """As `hear`, in memory alone: the caller has it kept, see `store`."""
        if claim.epoch <= max(self._kept.epoch, self._kept.heard) or not self.proves(claim):
            return False
        self._changes += 1
        self._kept.heard, self._kept.successor = claim.epoch, claim.address
        return True

    def hear(self, claim: Claim) -> bool:
        """Take notice of a claim. True when it is proved and higher than anything heard: from now on we are fenced.

        Raises OSError when it cannot be kept; it holds in memory all the same.
        """
        believed = self.believe(claim)
        if believed:
            self.store()
        return believed

    def followed_by(self, address: str) -> None:
        """A standby follows us; pages are told of it also after a restart. Raises OSError; it holds in memory all the same."""
        if self._kept.follower != address:
            self._changes += 1
            self._kept.follower = address
            self.store()

    def follow(self, epoch: int, key: str, address: str) -> None:
        """We are the standby of the show at `address`, of that epoch. Raises OSError."""
        kept = self._kept
        if (kept.epoch, kept.key, kept.standby_of) != (epoch, key, address):
            self._changes += 1
            kept.epoch, kept.key, kept.standby_of = epoch, key, address
            kept.heard, kept.successor = 0, ""
            self.store()

    def take_over(self, address: str, peer: str, origins: tuple[str, ...]) -> int:
        """Raise the epoch by one and keep that; the new epoch. Raises OSError.

        address: our origin for others; peer: who has to be told; origins: where the pages come from that move to us.
        """
        kept = self._kept
        self._changes += 1
        kept.epoch = max(kept.epoch, kept.heard) + 1
        kept.heard, kept.successor, kept.standby_of, kept.follower = 0, "", "", ""
        kept.address, kept.peer, kept.peer_told, kept.origins = address, peer, False, origins
        self.store()
        return kept.epoch

    def told(self) -> None:
        """The machine that we took over from has confirmed it, and kept it. Raises OSError."""
        self._changes += 1
        self._kept.peer_told = True
        self.store()

    def _claim(self, epoch: int, address: str) -> Claim:
        return Claim(epoch, address, self._proof(epoch, address))

    def _proof(self, epoch: int, address: str) -> str:
        text = f"{self.contest}\n{epoch}\n{address}".encode()
        return hmac.new(bytes.fromhex(self._kept.key), text, hashlib.sha256).hexdigest()

    def store(self) -> None:
        """Whole or not at all, on disk when this returns; readable by the owner alone. Raises OSError, FenceDamaged."""
        with self._writing:
            changes = self._changes
            self._store()
            self._stored = changes

    def _store(self) -> None:
        content = {**_read(self._path), self.contest: asdict(self._kept)}
        draft = self._path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> dict[str, Any]:
    """Contest → what is kept of it, {} where there is no file. Raises FenceDamaged, OSError."""
    try:
        with path.open(encoding="utf-8") as file:
            content = json.loads(file.read(LONGEST_FILE))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        # Not to know whether another machine rules is no reason to rule: a person has to look.
        raise FenceDamaged(
            f"{path} is damaged ({error}); move it away if no other machine has this show"
        ) from error
    if not isinstance(content, dict) or not all(isinstance(one, dict) for one in content.values()):
        raise FenceDamaged(f"{path} is not of its form; move it away if no other machine has this show")
    return content
