"""A switch for tests, in a process of its own: frames from port to port, late, lost, or not at all between two of them.

The kernel's netem does the same where it is compiled in, which it is not everywhere. Orders come on standard input, a
JSON object a line: {"delay_ms": n, "loss": 0 to 1, "cut": [["a", "b"], …]}; each is answered by "ok".
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time
from typing import Any

FRAMES = 0x0003  # ETH_P_ALL, linux/if_ether.h
SIOCETHTOOL = 0x8946
IGNORE_OUTGOING = 23  # PACKET_IGNORE_OUTGOING, linux/if_packet.h
SOL_PACKET = 263
OFFLOADS = {"tx checksums": 0x17, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}  # ETHTOOL_S…, linux/ethtool.h
LARGEST = 65536


def without_offloads(name: str) -> None:
    """Have the frames of an interface made whole by who sends them: we carry bytes, not promises."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in OFFLOADS.values():
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", name.encode(), ctypes.addressof(value))
            fcntl.ioctl(any_socket, SIOCETHTOOL, request.ljust(40, b"\0"))


def run(names: list[str]) -> None:
    """Carry frames between these interfaces until standard input ends."""
    ports = {}
    for name in names:
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(FRAMES))
        port.setsockopt(SOL_PACKET, IGNORE_OUTGOING, 1)
        port.bind((name, FRAMES))
        ports[port] = name
    where: dict[bytes, socket.socket] = {}
    late: list[tuple[float, int, socket.socket, bytes]] = []
    delay_s, loss, cut, count, orders = 0.0, 0.0, set[frozenset[str]](), 0, b""
    chance = random.Random(7)
    while True:
        wait_s = max(0.0, late[0][0] - time.monotonic()) if late else None
        watched: list[Any] = [0, *ports]
        ready, _, _ = select.select(watched, [], [], wait_s)
        for one in ready:
            if one == 0:
                part = os.read(0, 65536)
                if not part:
                    return
                *lines, orders = (orders + part).split(b"\n")
                for line in lines:
                    wanted = json.loads(line)
                    delay_s, loss = wanted["delay_ms"] / 1000, wanted["loss"]
                    cut = {frozenset(pair) for pair in wanted["cut"]}
                    print("ok", flush=True)
                continue
            frame = one.recv(LARGEST)
            where[frame[6:12]] = one
            to = where.get(frame[:6])
            for port in [to] if to is not None else [port for port in ports if port is not one]:
                if frozenset((ports[one], ports[port])) in cut or (loss and chance.random() < loss):
                    continue
                count += 1
                heapq.heappush(late, (time.monotonic() + delay_s, count, port, frame))
        now = time.monotonic()
        while late and late[0][0] <= now:
            _, _, port, frame = heapq.heappop(late)
            port.send(frame)


if __name__ == "__main__":
    if sys.argv[1] == "--prepare":
        for interface in sys.argv[2:]:
            without_offloads(interface)
    else:
        run(sys.argv[1:])
