"""Phones that lose their Wi-Fi again and again: `python -m benchmarks.phones BASE_URL COUNT`, until its input ends.

Each opens a WebSocket, joins the hall's namespace, waits for its snapshot, stays a while, drops the line without a word
and comes back, as our pages do. When it ends it prints one JSON object: how often that went well, and how often not.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import secrets
import sys
import time
from urllib.parse import urlsplit

STAY_S = (0.5, 2.5)
AWAY_S = (0.25, 1.0)  # as long as a page waits before it tries again
PATIENCE_S = 10.0
HALL = b"/audience,"
SNAPSHOT = b"42" + HALL + b'["snapshot"'
TEXT = 0x81


class Counts:
    """What became of the attempts."""

    def __init__(self) -> None:
        self.reconnects = 0
        self.failed = 0
        self.slowest_ms = 0


def framed(text: bytes) -> bytes:
    """A short text frame of a client; a mask of zeros is a mask."""
    return bytes([TEXT, 0x80 | len(text)]) + bytes(4) + text


async def message(reader: asyncio.StreamReader) -> bytes:
    """The payload of the next frame of the server, which never masks."""
    _, length = await reader.readexactly(2)
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2))
    elif length == 127:
        length = int.from_bytes(await reader.readexactly(8))
    return await reader.readexactly(length)


async def once(host: str, port: int, counts: Counts) -> None:
    """Connect, see the stage, stay, and vanish. Raises OSError, EOFError, TimeoutError if the server will not."""
    began_s = time.monotonic()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        writer.write(
            (
                f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"Origin: http://{host}:{port}\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in answer:
                raise ConnectionRefusedError(answer)
            writer.write(framed(b"40" + HALL + b'{"patches":true}'))
            while not (await message(reader)).startswith(SNAPSHOT):
                continue
        counts.reconnects += 1
        counts.slowest_ms = max(counts.slowest_ms, round((time.monotonic() - began_s) * 1000))
        try:
            async with asyncio.timeout(random.uniform(*STAY_S)):
                while True:
                    if await message(reader) == b"2":
                        writer.write(framed(b"3"))
        except TimeoutError:
            return
    finally:
        writer.transport.abort()


async def phone(host: str, port: int, counts: Counts) -> None:
    while True:
        try:
            await once(host, port, counts)
        except (OSError, EOFError, TimeoutError):
            counts.failed += 1
        await asyncio.sleep(random.uniform(*AWAY_S))


async def crowd(host: str, port: int, count: int) -> None:
    """Runs until standard input ends."""
    counts = Counts()
    phones = [asyncio.create_task(phone(host, port, counts)) for _ in range(count)]
    began_s = time.monotonic()
    await asyncio.to_thread(sys.stdin.read)
    seconds = time.monotonic() - began_s
    for one in phones:
        one.cancel()
    print(
        json.dumps(
            {
                "phones": count,
                "reconnects": counts.reconnects,
                "reconnects_per_s": round(counts.reconnects / seconds, 1),
                "slowest_reconnect_ms": counts.slowest_ms,
                "failed": counts.failed,
            }
        )
    )


if __name__ == "__main__":
    where = urlsplit(sys.argv[1])
    asyncio.run(crowd(where.hostname or "", where.port or 80, int(sys.argv[2])))
