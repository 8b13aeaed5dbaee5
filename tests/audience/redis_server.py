"""Debian's redis-server on a free port of this machine, which a test can kill and bring back."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.live import free_port, until


class RedisServer:
    """Keeps nothing on disk, is reachable from this machine alone, wants a password."""

    password = "redis-of-a-test"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: run.py test installs it"
        call = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        call += ["--requirepass", self.password, "--dir", str(self._folder), "--logfile", "redis.log"]
        self._process = subprocess.Popen(call, stdin=subprocess.DEVNULL)
        until(self._listens, "a Redis server")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
