"""Sign-in: passphrases made at first start, hashed at rest; tokens for the HTTP interface, revocable."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# No characters that are taken for one another on a sheet of paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
SCRYPT = {"n": 2**14, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: "host", "judge" with a number, or "desk" with a seat."""

    role: str
    judge: int | None = None
    seat: int | None = None


def new_passphrase() -> str:
    """Twelve letters in three groups, about 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _hashed(passphrase: str, salt: str) -> str:
    plain = passphrase.strip().lower().encode()
    return hashlib.scrypt(plain, salt=bytes.fromhex(salt), **SCRYPT, dklen=32).hex()


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class AuthDamaged(ValueError):
    """The file with the secrets cannot be read; the text says how to mend it."""


class Auth:
    """The secrets in DATA/auth.json (readable by the owner alone)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: dict[str, Any] = {"accounts": {}, "tokens": {}, "cookie_key": ""}
        if path.exists():
            try:
                self._content = json.loads(path.read_text())
            except ValueError as error:
                raise AuthDamaged(f"{path} is damaged ({error}); make it anew: run.py reset-auth") from error

    @classmethod
    def at(cls, data: Path) -> Auth:
        """The secrets of a data folder. Raises AuthDamaged."""
        return cls(data / "auth.json")

    @classmethod
    def fresh(cls, data: Path) -> Auth:
        """The secrets of a data folder begun anew: every passphrase, session and token made before is void."""
        (data / "auth.json").unlink(missing_ok=True)
        return cls.at(data)

    def make_missing(self, judges: int, seats: Iterable[int] = ()) -> dict[str, str]:
        """Make accounts that are not there yet: host, judge-1 … judge-n, and seat-n of the seats that may sign in.

        Returns account → passphrase, once.
        """
        made = {}
        numbered = [f"judge-{number}" for number in range(1, judges + 1)] + [f"seat-{seat}" for seat in seats]
        for account in ("host", *numbered):
            if account not in self._content["accounts"]:
                made[account] = new_passphrase()
                salt = secrets.token_hex(16)
                self._content["accounts"][account] = {"salt": salt, "hash": _hashed(made[account], salt)}
        if not self._content["cookie_key"]:
            self._content["cookie_key"] = secrets.token_hex(32)
            self._save()
        elif made:
            self._save()
        return made

    @property
    def cookie_key(self) -> str:
        """What signs the session cookies; kept, so that a restarted server knows its pages."""
        return str(self._content["cookie_key"])

    def check(self, account: str, passphrase: str) -> bool:
        """True when that is the account's passphrase. Takes its time by design (scrypt)."""
        stored = self._content["accounts"].get(account)
        salt = stored["salt"] if stored else "00" * 16
        given = _hashed(passphrase, salt)
        return stored is not None and hmac.compare_digest(stored["hash"], given)

    def new_token(self, identity: Identity) -> str:
        """A bearer token for the HTTP interface; only its hash is kept."""
        token = secrets.token_urlsafe(32)
        self._content["tokens"][_token_hash(token)] = asdict(identity)
        self._save()
        return token

    def identity_of(self, token: str) -> Identity | None:
        """Who bears that token. Reads the file again: a token made or revoked meanwhile counts at once."""
        if self._path.exists():
            self._content["tokens"] = json.loads(self._path.read_text())["tokens"]
        found = self._content["tokens"].get(_token_hash(token))
        return Identity(**found) if found else None

    def _save(self) -> None:
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self._content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
