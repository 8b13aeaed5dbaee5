"""The paper table of a contest with a sealed paper: each question under a key that only the running show has.

The key comes out of the sealed file, stays in the supervisor's memory, and reaches the stage process through the pipe
between them: neither a file, nor a command line, nor the environment, nor a log has it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from question_bank import sealing
from question_bank.bank_error import BankError

MARK = "sealed-1:"
"""What the body of a locked question begins with; in clear it is JSON and begins with a brace."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Locks and opens the questions of one paper. `key`: 32 bytes; its repr must never reach a log."""

    key: bytes

    def __repr__(self) -> str:
        return "Vault(…)"

    def lock(self, question_id: str, body: str) -> str:
        """The body as the paper table keeps it."""
        return MARK + base64.b64encode(sealing.lock(self.key, question_id, body)).decode()

    def open(self, question_id: str, body: str) -> str:
        """The JSON of a question. Raises BankError where it was locked with another key, or changed."""
        return sealing.unlock(self.key, question_id, base64.b64decode(body.removeprefix(MARK)))


def is_locked(bodies: Mapping[str, str]) -> bool:
    """True for a paper table that holds a locked question."""
    return any(body.startswith(MARK) for body in bodies.values())


def opened(bodies: Mapping[str, str], vault: Vault | None) -> dict[str, str]:
    """Question id → JSON. Raises BankError "paper_locked" where a question is locked and there is no vault."""
    found = {}
    for question_id, body in bodies.items():
        if body.startswith(MARK):
            if vault is None:
                raise BankError("paper_locked", question_id)
            body = vault.open(question_id, body)
        found[question_id] = body
    return found
