"""Sign-in: passphrases made at first start, hashed at rest; revocable tokens for scripts; sessions and tickets hang on it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .identity import NUMBERED, ROLES
from .identity import Identity as Identity
from .sessions import Sessions
from .store import FILE, AuthStore, Content
from .store import AuthDamaged as AuthDamaged
from .tickets import Tickets

# No characters that are taken for one another on a sheet of paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# OWASP's Password Storage Cheat Sheet, read 2026: N=2^15, r=8, p=3 is one of its equal settings; 32 MB, about 0.2 s.
SCRYPT = {"n": 2**15, "r": 8, "p": 3}
OLD_SCRYPT = {"n": 2**14, "r": 8, "p": 1}  # of accounts stored before the cost stood beside them
MOST_MEMORY = 64 << 20
LONGEST_PASSPHRASE = 200
MOST_TOKENS = 1_000
TOKEN_ID = 12
FOR_TOKENS = tuple(role for role in ROLES if role != "author")


def new_passphrase() -> str:
    """Twelve letters in three groups, about 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def account_of(role: str, number: int | str | None = None) -> str:
    """What an account is called: "host", "operator", "judge-1", "seat-1"."""
    return f"{NUMBERED[role]}-{number}" if role in NUMBERED else role


def _hashed(passphrase: str, salt: str, cost: dict[str, int]) -> str:
    plain = passphrase.strip().lower()[:LONGEST_PASSPHRASE].encode(errors="replace")
    return hashlib.scrypt(plain, salt=bytes.fromhex(salt), **cost, maxmem=MOST_MEMORY, dklen=32).hex()


def _stored(passphrase: str) -> dict[str, Any]:
    """A passphrase as it is kept."""
    salt = secrets.token_hex(16)
    return {"salt": salt, "hash": _hashed(passphrase, salt, SCRYPT), **SCRYPT}


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be listed. `id`: the beginning of its hash; `created_s`: seconds since 1970, 0 unknown."""

    id: str
    identity: Identity
    created_s: int


class Auth:
    """The secrets of a data folder, in DATA/auth.json (readable by the owner alone).

    Args:
        path: of that file.
        contest: the id of the contest in hand, to which sessions and tickets are tied; None: of whichever contest.

    Raises AuthDamaged.
    """

    def __init__(self, path: Path, contest: Callable[[], str | None] = lambda: None) -> None:
        self.contest = contest
        self.store = AuthStore(path)
        self.sessions = Sessions(self.store, lambda: self.contest())
        self.tickets = Tickets(self.store, lambda: self.contest())

    @classmethod
    def at(cls, data: Path) -> Auth:
        """The secrets of a data folder. Raises AuthDamaged."""
        return cls(data / FILE)

    @classmethod
    def fresh(cls, data: Path) -> Auth:
        """The secrets of a data folder begun anew: every passphrase, session, ticket and token made before is void."""
        (data / FILE).unlink(missing_ok=True)  # it may be damaged
        auth = cls.at(data)
        auth.store.void()
        return auth

    def make_missing(self, judges: int, seats: Iterable[int] = ()) -> dict[str, str]:
        """Make accounts that are not there yet: host, operator, judge-1 … judge-n, and seat-n of the seats that sign in.

        Returns account → passphrase, once.
        """
        wanted = ["host", "operator"]
        wanted += [account_of("judge", number) for number in range(1, judges + 1)]
        wanted += [account_of("desk", seat) for seat in seats]
        return self._make([one for one in wanted if one not in self.store.content["accounts"]])

    def renew(self, role: str) -> dict[str, str]:
        """New passphrases for all accounts of a role; its sessions, tickets and tokens are void.

        Returns account → passphrase, once. Raises ValueError for a role without passphrases.
        """
        prefix = f"{NUMBERED[role]}-" if role in NUMBERED else role
        accounts = self.store.content["accounts"]
        found = [one for one in accounts if one == prefix or (role in NUMBERED and one.startswith(prefix))]
        if not found:
            raise ValueError(f"nobody signs in as {role} with a passphrase")
        return self._make(found, ending=role)

    def _make(self, accounts: list[str], ending: str | None = None) -> dict[str, str]:
        made = {account: new_passphrase() for account in accounts}
        # scrypt lets go of the interpreter: all cores work at it, and a first start is not kept waiting.
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            stored = dict(zip(made, pool.map(_stored, made.values()), strict=True))

        def edit(content: Content) -> None:
            content["cookie_key"] = content["cookie_key"] or secrets.token_hex(32)
            content["accounts"].update(stored)
            for part in ("sessions", "tickets", "tokens") if ending else ():
                kept = content[part]
                content[part] = {key: row for key, row in kept.items() if row["role"] != ending}

        if made or not self.store.content["cookie_key"]:
            self.store.change(edit)
        return made

    def form_key(self, cookie: str) -> str:
        """What a form has to bring along that was made for the browser with that cookie; kept by nobody."""
        key = str(self.store.content["cookie_key"]).encode()
        return hmac.new(key, cookie.encode(errors="replace"), hashlib.sha256).hexdigest()

    def check(self, account: str, passphrase: str) -> bool:
        """True when that is the account's passphrase. Takes its time by design (scrypt)."""
        self.store.look()
        stored = self.store.content["accounts"].get(account)
        cost = (
            {key: stored[key] for key in SCRYPT}
            if stored and "n" in stored
            else OLD_SCRYPT
            if stored
            else SCRYPT
        )
        given = _hashed(passphrase, stored["salt"] if stored else "00" * 16, cost)
        if stored is None or not hmac.compare_digest(stored["hash"], given):
            return False
        if cost != SCRYPT:
            self._restore(account, _stored(passphrase))
        return True

    def _restore(self, account: str, stored: dict[str, Any]) -> None:
        """Keep a passphrase at today's cost."""

        def edit(content: Content) -> None:
            content["accounts"][account] = stored

        self.store.change(edit, unsaved=True)

    # Tokens

    def new_token(self, identity: Identity) -> str:
        """A bearer token for the HTTP interface; only its hash is kept. Raises ValueError for a role that has none."""
        if identity.role not in FOR_TOKENS:
            raise ValueError(f"no token for the role {identity.role}")
        token = secrets.token_urlsafe(32)
        row = {"role": identity.role, "judge": identity.judge, "seat": identity.seat}

        def edit(content: Content) -> None:
            if len(content["tokens"]) >= MOST_TOKENS:
                raise ValueError(
                    f"there are {MOST_TOKENS} tokens; revoke some: run.py token --list, --revoke ID"
                )
            content["tokens"][_token_hash(token)] = {**row, "created_s": int(time.time())}

        self.store.change(edit)
        return token

    def identity_of(self, token: str) -> Identity | None:
        """Who bears that token. One made or revoked meanwhile, also by another process, counts at once."""
        self.store.look()
        found = self.store.content["tokens"].get(_token_hash(token))
        return Identity(found["role"], found["judge"], found["seat"]) if found else None

    def tokens(self) -> list[Token]:
        """Every token that counts, the newest first."""
        self.store.look()
        found = [
            Token(
                key[:TOKEN_ID], Identity(row["role"], row["judge"], row["seat"]), int(row.get("created_s", 0))
            )
            for key, row in self.store.content["tokens"].items()
        ]
        return sorted(found, key=lambda one: (-one.created_s, one.id))

    def revoke_token(self, given: str) -> int:
        """Make a token void, by itself or by its id; "*": all. Returns how many were."""

        def edit(content: Content) -> int:
            kept = content["tokens"]
            gone = [key for key in kept if given in ("*", key[:TOKEN_ID]) or key == _token_hash(given)]
            for key in gone:
                del kept[key]
            return len(gone)

        return self.store.change(edit)
