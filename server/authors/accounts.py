"""Who may write questions: names with passphrases in DATA/authors.json, their sessions, and how often somebody may try."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from question_bank.question import prompt_key, refused_character

from ..sign_in.auth import new_passphrase

FILE = "authors.json"
LONGEST_NAME = 20
HASHED_AS = "scrypt:32768:8:1"  # 32 MB a check: what a guess costs
SESSION_S = 12 * 3600
IDLE_S = 4 * 3600
MOST_SESSIONS = 1_000
MOST_FAILURES = 5  # of one name, and ten times that of everybody together, within
WITHIN_S = 300
MOST_NAMES_WATCHED = 2_000


class BadAccount(ValueError):
    """What is wrong with the accounts or with a name for one, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)

    def text(self, language: str) -> str:
        """One line for people."""
        return self.zh if language == "zh" else self.en


def clean_name(name: str) -> str:
    """A name as it is kept: one form of each sign, no blanks around it. Raises BadAccount."""
    clean = " ".join(unicodedata.normalize("NFKC", name).split())
    if not clean or len(clean) > LONGEST_NAME or any(refused_character(c) for c in clean):
        raise BadAccount(
            f"姓名应为 1 至 {LONGEST_NAME} 个字，不含控制字符",
            f"a name has 1 to {LONGEST_NAME} characters and no control characters",
        )
    return clean


class Accounts:
    """The authors of one data folder. Every change is on disk before it is said, and whoever else runs sees it at once."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        # Checked where there is no such name: an answer that came sooner would say which names there are.
        self._nobody = generate_password_hash(secrets.token_hex(16), HASHED_AS)

    def names(self) -> list[str]:
        """Every author, by name. Raises BadAccount for a damaged file."""
        return sorted(self._read())

    def add(self, name: str) -> str:
        """A new author. Returns the passphrase, which is kept nowhere. Raises BadAccount."""
        name = clean_name(name)
        with self._changing() as kept:
            # The bank takes names that differ in case or width alone for one person, and so do four eyes.
            if prompt_key(name) in {prompt_key(one) for one in kept}:
                raise BadAccount(f"已有作者“{name}”", f"there is an author “{name}” already")
            passphrase = new_passphrase()
            kept[name] = generate_password_hash(passphrase, HASHED_AS)
        return passphrase

    def new_passphrase(self, name: str) -> str:
        """Another passphrase for an author; the old one is void. Raises BadAccount."""
        name = clean_name(name)
        with self._changing() as kept:
            if name not in kept:
                raise _nobody(name)
            passphrase = new_passphrase()
            kept[name] = generate_password_hash(passphrase, HASHED_AS)
        return passphrase

    def remove(self, name: str) -> None:
        """Nobody signs in with that name any more. What they wrote stays. Raises BadAccount."""
        name = clean_name(name)
        with self._changing() as kept:
            if kept.pop(name, None) is None:
                raise _nobody(name)

    def check(self, name: str, passphrase: str) -> str | None:
        """The author's name as it is kept where that is the passphrase, else None. Takes its time by design (scrypt)."""
        try:
            name = clean_name(name)
        except BadAccount:
            name = ""
        kept = self._read().get(name)
        right = check_password_hash(kept or self._nobody, passphrase.strip().lower()[:200])
        return name if right and kept else None

    def stamp(self, name: str) -> str | None:
        """Changes with the passphrase, None once the author is gone: a session holds only while it is the same."""
        return self._read().get(name)

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))["authors"]
            return {str(name): str(stored) for name, stored in kept.items()}
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise BadAccount(
                f"{self._path} 已损坏或无法读取（{error}）；请换用备份，或删除后重新添加作者",
                f"{self._path} is damaged or cannot be read ({error}); restore it, or delete it and add the authors anew",
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        """What is kept, to be changed; written when the block ends. One writer at a time."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._read()
            yield kept
            draft = self._path.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"authors": kept}, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        finally:
            os.close(lock)


def _nobody(name: str) -> BadAccount:
    return BadAccount(f"没有作者“{name}”", f"there is no author “{name}”")


@dataclass(slots=True)
class Session:
    """One browser that signed in. `token` goes with whatever it asks to change."""

    author: str
    token: str
    stamp: str
    begun_s: float
    seen_s: float


class Sessions:
    """Who is signed in, in this process's memory alone: the cookie is a random name for it and says nothing.

    Args:
        now_s: seconds that only grow.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Session] = OrderedDict()

    def begin(self, author: str, stamp: str) -> str:
        """A new session's key, for the cookie."""
        key, now_s = secrets.token_urlsafe(32), self._now_s()
        with self._lock:
            self._kept[key] = Session(author, secrets.token_urlsafe(32), stamp, now_s, now_s)
            while len(self._kept) > MOST_SESSIONS:
                self._kept.popitem(last=False)
        return key

    def get(self, key: str | None, stamp_of: Callable[[str], str | None]) -> Session | None:
        """The session of a cookie; None once it is too old, idle for too long, or its author's passphrase is void."""
        with self._lock:
            session = self._kept.get(key or "")
            if session is None or key is None:
                return None
            now_s = self._now_s()
            old = now_s - session.begun_s > SESSION_S or now_s - session.seen_s > IDLE_S
            if old or stamp_of(session.author) != session.stamp:
                del self._kept[key]
                return None
            session.seen_s = now_s
            return session

    def end(self, key: str | None) -> None:
        """Sign out. A key that is none does nothing."""
        with self._lock:
            self._kept.pop(key or "", None)


class Tries:
    """How often somebody may try a passphrase: five failures of one name within five minutes, fifty of all together.

    A try counts before it is checked, so that tries side by side cannot outrun the count; a right one is taken back.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, name: str) -> int:
        """Count one try of that name. Seconds to wait before one may be made, 0 when it is allowed."""
        now_s = self._now_s()
        with self._lock:
            waits = [self._wait(name, MOST_FAILURES, now_s), self._wait("", 10 * MOST_FAILURES, now_s)]
            if max(waits) > 0:
                return int(max(waits)) + 1
            for key in (name, ""):
                self._failures.setdefault(key, []).append(now_s)
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_NAMES_WATCHED:
                self._failures.popitem(last=False)
            return 0

    def was_right(self, name: str) -> None:
        """The last try of that name was no failure."""
        with self._lock:
            self._failures.pop(name, None)
            if self._failures.get(""):
                self._failures[""].pop()

    def _wait(self, key: str, most: int, now_s: float) -> float:
        recent = [at for at in self._failures.get(key, []) if now_s - at < WITHIN_S]
        if key in self._failures:
            self._failures[key] = recent
        return WITHIN_S - (now_s - recent[-most]) if len(recent) >= most else 0.0
