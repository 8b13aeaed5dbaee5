"""Who is signed in: kept by the server, tied to the contest, ended one by one or all together; a cookie is a name for it."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .identity import ROLES, Identity, identity
from .store import AuthStore, Content

COOKIE = "firstpress"
IDLE_S = 24 * 3600  # without use
STORE_SEEN_S = 600  # how far what is on disk about the last use may lag behind
MOST_SESSIONS = 1_000
MOST_OF_ACCOUNT = 40  # who signs in again and again pushes nobody out but themselves
ID_LETTERS = 12
LONGEST_LABEL = 40
COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
HOW = ("passphrase", "ticket", "move")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in. `key`: the hash that it is kept under; `id`: its beginning, for people.

    `created_s`, `seen_s`: seconds since 1970, for people; the address is where it was last used from.
    """

    key: str
    identity: Identity
    contest: str
    created_s: int
    seen_s: int
    address: str
    label: str
    how: str

    @property
    def id(self) -> str:
        return self.key[:ID_LETTERS]

    def to_json(self) -> dict[str, Any]:
        """For the console and `run.py sessions list`."""
        return {
            "session": self.id,
            "role": self.identity.role,
            "number": self.identity.number,
            "contest": self.contest,
            "created_s": self.created_s,
            "seen_s": self.seen_s,
            "address": self.address,
            "label": self.label,
            "how": self.how,
        }


def new_secret() -> str:
    """256 random bits, for a cookie."""
    return secrets.token_urlsafe(32)


def key_of(cookie: str | None) -> str | None:
    """What a session with that cookie is kept under; None for what cannot be one of our cookies."""
    if not cookie or not COOKIE_FORM.fullmatch(cookie):
        return None
    return hashlib.sha256(cookie.encode()).hexdigest()


def label_of(user_agent: str) -> str:
    """What kind of device, for people: "iPad · Safari", or the beginning of what it says of itself."""
    devices = ("iPad", "iPhone", "Android", "Windows", "Macintosh", "CrOS", "Linux")
    browsers = ("MicroMessenger", "Edg", "OPR", "Firefox", "Chrome", "Safari", "Python", "curl")
    named = [next((one for one in names if one in user_agent), "") for names in (devices, browsers)]
    label = " · ".join(filter(None, named)) or user_agent
    return "".join(letter for letter in label if unicodedata.category(letter)[0] in "LNPSZ")[:LONGEST_LABEL]


class Sessions:
    """The sessions of one data folder.

    Args:
        store: where they are kept.
        contest: the id of the contest in hand; a session of another one counts for nothing. None: any counts.
        monotonic_s: seconds that only grow: how long a session has not been used. A clock of the wall that is put
            right in the middle of a show ends no session.
        wall_s: seconds since 1970: what is written down.
    """

    def __init__(
        self,
        store: AuthStore,
        contest: Callable[[], str | None],
        monotonic_s: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._contest = store, contest
        self._monotonic_s, self._wall_s = monotonic_s, wall_s
        self._used: dict[str, float] = {}  # key → when it was used last, by the monotonic clock
        self._addresses: dict[str, str] = {}  # key → from where, where that is not on disk yet
        self._stored_s = monotonic_s()

    def begin(self, who: Identity, address: str, label: str = "", how: str = "passphrase") -> str:
        """Sign somebody in. Waits on the disk. Returns what goes into the cookie, which is kept nowhere."""
        cookie = new_secret()
        key, now_s = hashlib.sha256(cookie.encode()).hexdigest(), int(self._wall_s())
        row = {
            "role": who.role,
            "number": who.number,
            "contest": self._contest() or "",
            "created_s": now_s,
            "seen_s": now_s,
            "address": address,
            "label": label_of(label),
            "how": how,
        }

        def edit(content: Content) -> None:
            kept = content["sessions"]
            kept[key] = row
            by_use = sorted(kept, key=lambda one: int(kept[one]["seen_s"]))
            account = (row["role"], row["number"])
            own = [one for one in by_use if (kept[one]["role"], kept[one]["number"]) == account]
            for surplus in {*own[:-MOST_OF_ACCOUNT], *by_use[:-MOST_SESSIONS]}:
                del kept[surplus]

        self._store.change(edit, unsaved=True)
        self._used[key] = self._monotonic_s()
        return cookie

    def of(self, cookie: str | None, address: str | None = None) -> Session | None:
        """The session of a cookie, None where there is none (any more). Waits for nothing.

        address: where it is used from now, as a use that counts. Another address than before is no reason to end it:
        Wi-Fi hands out new ones. It is listed.
        """
        key = key_of(cookie)
        return None if key is None else self.by_key(key, address)

    def by_key(self, key: str, address: str | None = None) -> Session | None:
        """The same for the key of a session, as a socket keeps it."""
        row = self._store.content["sessions"].get(key)
        if row is None or not self._counts(key, row):
            return None
        if address is not None:
            self._used[key] = self._monotonic_s()
            if row["address"] != address or key in self._addresses:
                self._addresses[key] = address
        return self._session(key, row)

    def listing(self) -> list[Session]:
        """Every session that counts, the newest use first."""
        kept = self._store.content["sessions"].items()
        found = [self._session(key, row) for key, row in kept if self._counts(key, row)]
        return sorted(found, key=lambda one: (-one.seen_s, one.id))

    def end(self, key: str) -> None:
        """Sign out. Waits on the disk. A key that is none does nothing."""
        self._remove({key})

    def revoke(self, session_id: str, but: str | None = None) -> list[Session]:
        """End the session of that id, or all with "*", but for the one with the key `but`. Waits on the disk.

        Returns those that ended.
        """
        ended = [one for one in self.listing() if session_id in (one.id, "*") and one.key != but]
        self._remove({one.key for one in ended})
        return ended

    def look(self) -> None:
        """Take over what other processes have changed. Cheap; waits for nothing."""
        self._store.look()
        kept = self._store.content["sessions"]
        for key in [
            one for one in list(self._used) if one not in kept
        ]:  # a copy: sign-ins add to it meanwhile
            self._used.pop(key, None)
            self._addresses.pop(key, None)

    def used(self, keys: Iterable[str]) -> None:
        """These are in use: their sockets are open."""
        now_s = self._monotonic_s()
        for key in keys:
            self._used[key] = now_s

    def wants_storing(self) -> bool:
        """True when `store_seen` is due."""
        return self._monotonic_s() - self._stored_s >= STORE_SEEN_S

    def store_seen(self) -> None:
        """Write down when and from where each was used last, and forget what is too old. Waits on the disk."""
        self._stored_s = self._monotonic_s()
        counting = {one.key: one for one in self.listing()}
        idle = {
            key for key, row in self._store.content["sessions"].items() if self._idle_s(key, row) > IDLE_S
        }

        def edit(content: Content) -> None:
            kept = content["sessions"]
            for key in idle & set(kept):
                del kept[key]
            for key, one in counting.items():
                if key in kept:
                    kept[key] = {**kept[key], "seen_s": one.seen_s, "address": one.address}

        self._store.change(edit, unsaved=True)

    def _remove(self, keys: set[str]) -> None:
        if keys:

            def edit(content: Content) -> None:
                for key in keys:
                    content["sessions"].pop(key, None)
                for ticket in [
                    name for name, row in content["tickets"].items() if row.get("session") in keys
                ]:
                    del content["tickets"][ticket]

            self._store.change(edit, unsaved=True)

    def _counts(self, key: str, row: dict[str, Any]) -> bool:
        contest = self._contest()
        ours = contest is None or row["contest"] == contest
        return ours and row["role"] in ROLES and self._idle_s(key, row) <= IDLE_S

    def _idle_s(self, key: str, row: dict[str, Any]) -> float:
        """How long it has not been used. What was before this process is by the clock of the wall, once."""
        if key not in self._used:
            before_s = max(0.0, self._wall_s() - float(row["seen_s"]))
            self._used[key] = self._monotonic_s() - before_s
        return self._monotonic_s() - self._used[key]

    def _session(self, key: str, row: dict[str, Any]) -> Session:
        return Session(
            key=key,
            identity=identity(row["role"], row["number"]),
            contest=row["contest"],
            created_s=int(row["created_s"]),
            seen_s=int(self._wall_s() - self._idle_s(key, row)),
            address=self._addresses.get(key, row["address"]),
            label=row["label"],
            how=row["how"],
        )
