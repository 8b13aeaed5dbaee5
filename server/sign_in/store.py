"""DATA/auth.json: who may sign in, who has, and with what. Whole at every moment, fsynced, one writer at a time."""

from __future__ import annotations

import copy
import fcntl
import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Content = dict[str, Any]
FILE = "auth.json"
PARTS = ("accounts", "tokens", "sessions", "tickets")
MOST_UNSAVED = 1_000


class AuthDamaged(ValueError):
    """The file with the secrets cannot be read; the text says how to mend it."""


class AuthStore:
    """The one file behind passphrases, tokens, sessions and tickets, readable by the owner alone.

    Several processes share it: the stage, `run.py token`, `sessions` and `reset-auth`. Whoever changes it holds a lock
    and replaces it whole, so that a copy taken at any moment is a good one. No secret is in it, only hashes.

    Args:
        damaged: begin also where what is there cannot be read, to put something better in its place.

    Raises AuthDamaged where the file is not of its form.
    """

    def __init__(self, path: Path, damaged: bool = False) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._unsaved: list[Callable[[Content], Any]] = []
        self.content: Content = _empty()
        """What stands now. Never changed in place: it is replaced, so whoever reads needs no lock."""
        self._begun = damaged
        self.look()
        self._begun = True

    def look(self) -> bool:
        """Take over what another process has written meanwhile. True when there was something new. Waits for no lock.

        Raises AuthDamaged the first time; later what is known goes on.
        """
        stamp = self._stamped()
        if stamp == self._stamp or not self._turn.acquire(blocking=False):
            return False
        try:
            content = self._read()
            for edit in self._unsaved:
                edit(content)
            self.content = content
        except (AuthDamaged, OSError) as error:
            if not self._begun:
                raise
            print(f"{error}; the sign-ins that are known go on", file=sys.stderr)
            return False
        finally:
            self._stamp = stamp
            self._turn.release()
        return True

    def change(self, edit: Callable[[Content], T], unsaved: bool = False) -> T:
        """Have `edit` change a copy, store that, and make it what stands. Waits on the disk; returns what `edit` did.

        unsaved: it holds also while the disk takes nothing, in this process alone until the disk takes it. `edit` is
        called again then, and has to bear that. Without it raises OSError, and nothing has changed.
        """
        try:
            with self._turn, self._locked():
                content = self._read()
                for waiting in self._unsaved:
                    waiting(content)
                done = edit(content)
                self._write(content)
                self._stamp, self.content = self._stamped(), content
                self._unsaved.clear()
                return done
        except (AuthDamaged, OSError) as error:
            if not unsaved:
                raise
            with self._turn:
                if not self._unsaved:
                    print(
                        f"{self._path} cannot be written: {error}; sign-ins hold in memory", file=sys.stderr
                    )
                content = copy.deepcopy(self.content)
                done = edit(content)
                self.content = content
                if len(self._unsaved) < MOST_UNSAVED:
                    self._unsaved.append(edit)
                return done

    def void(self) -> None:
        """Begin anew: every passphrase, token, session and ticket made before is void."""
        with self._turn, self._locked():
            self._unsaved.clear()
            content = {**_empty(), "cookie_key": secrets.token_hex(32)}
            self._write(content)
            self._stamp, self.content = self._stamped(), content

    def replace(self, content: bytes) -> None:
        """Put in the place of all of it what another machine has. Raises AuthDamaged, OSError."""
        given = self._parsed(content) if content else _empty()
        with self._turn, self._locked():
            self._write(given)
            self._stamp, self.content = self._stamped(), given

    def _stamped(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return self._stamp  # the disk does not answer: what is known goes on
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> Content:
        try:
            return self._parsed(self._path.read_bytes())
        except FileNotFoundError:
            return _empty()

    def _parsed(self, stored: bytes) -> Content:
        try:
            content = json.loads(stored)
        except (ValueError, RecursionError) as error:
            raise AuthDamaged(
                f"{self._path} is damaged ({error}); make it anew: run.py reset-auth"
            ) from error
        if not isinstance(content, dict) or not all(
            isinstance(content.get(part, {}), dict) for part in PARTS
        ):
            raise AuthDamaged(f"{self._path} is not of its form; make it anew: run.py reset-auth")
        return {**_empty(), **content}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, content: Content) -> None:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)  # the new name, too, is there after a power cut
            finally:
                os.close(folder)
        finally:
            draft.unlink(missing_ok=True)


def _empty() -> Content:
    return {**{part: {} for part in PARTS}, "cookie_key": ""}


def snapshot(data: Path) -> bytes:
    """All that a second machine needs so that nobody signs in anew; the same bytes as long as nothing has changed.

    b"" where there is nothing yet. Raises OSError.
    """
    try:
        return (data / FILE).read_bytes()
    except FileNotFoundError:
        return b""


def restore(data: Path, content: bytes) -> None:
    """Put a `snapshot` in the place of what is there, whole or not at all, whatever state that is in.

    Raises AuthDamaged, OSError; nothing has changed then.
    """
    AuthStore(data / FILE, damaged=True).replace(content)
