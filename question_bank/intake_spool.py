"""Many small byte strings packed away in memory, to be taken out again in the order in which they came."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_BLOCK = 256 * 1024


class Spool:
    """Holds JSON lines at a fifth of their size. Nothing goes to a disk: questions come with their answers."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._open = bytearray()
        self.packed_bytes = 0

    def add(self, line: bytes) -> None:
        """Put one more away. Raises ValueError for one with a line end in it."""
        if b"\n" in line:
            raise ValueError("a line has no line end")
        self._open += line + b"\n"
        if len(self._open) >= _BLOCK:
            self._blocks.append(zlib.compress(self._open, 1))
            self.packed_bytes += len(self._blocks[-1])
            self._open.clear()

    def __iter__(self) -> Iterator[bytes]:
        """All of them, first first."""
        for block in self._blocks:
            yield from zlib.decompress(block).splitlines()
        yield from bytes(self._open).splitlines()
