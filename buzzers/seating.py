"""Which input of which box belongs to which seat. No IO; used by the threads of all drivers."""

import threading
from collections.abc import Mapping


class Seating:
    """Deals out seats 1..seats to boxes.

    The n-th box (from 0) with k inputs has the seats n*k+1 .. n*k+k: a single box has one seat an input, boxes with
    one button each have one seat each, in the order of their ports. A box keeps its number when it moves to
    another port; a spare takes the number of one that is gone when no seat is left. `wanted` gives the seats of
    the inputs of a port outright.
    """

    def __init__(
        self, seats: int, ports: tuple[str, ...] = (), wanted: Mapping[str, tuple[int, ...]] | None = None
    ) -> None:
        self._seats = seats
        self._ports = ports
        self._wanted = dict(wanted or {})
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}  # box id -> number, for ports without a fixed place
        self._claims: dict[str, tuple[str, int]] = {}  # port -> (box id, inputs)

    def claim(self, port: str, box: str, inputs: int) -> bool:
        """A box has answered on `port`; False if another port holds a box of that id."""
        with self._lock:
            if any(other != port and claimed[0] == box for other, claimed in self._claims.items()):
                return False
            self._claims[port] = (box, inputs)
            if port not in self._ports and box not in self._numbers:
                self._numbers[box] = self._free_number(inputs)
            return True

    def _free_number(self, inputs: int) -> int:
        """The next number; if that has no seat, the one of a box that is not there: a spare takes its place."""
        fresh = max([len(self._ports) - 1, *self._numbers.values()]) + 1
        present = {box for box, _ in self._claims.values()}
        gone = sorted((number, box) for box, number in self._numbers.items() if box not in present)
        if fresh * inputs < self._seats or not gone:
            return fresh
        number, box = gone[0]
        del self._numbers[box]
        return number

    def seats(self, port: str) -> tuple[int, ...]:
        """The seats of the inputs of the box on `port`, input 0 first; () if there is none or no seat is left."""
        with self._lock:
            box, inputs = self._claims.get(port, ("", 0))
            if port in self._wanted:
                return self._wanted[port][:inputs]
            number = self._ports.index(port) if port in self._ports else self._numbers.get(box, 0)
            first = number * inputs + 1
            return tuple(range(first, min(first + inputs, self._seats + 1)))

    def release(self, port: str) -> None:
        """The box on `port` does not answer any more: it may turn up on another."""
        with self._lock:
            self._claims.pop(port, None)

    def number_by_port(self) -> None:
        """Numbers the boxes that have answered in the order of their ports, not of their answers."""
        with self._lock:
            boxes = [self._claims[port][0] for port in sorted(self._claims) if port not in self._ports]
            self._numbers = {box: len(self._ports) + n for n, box in enumerate(boxes)}


class PortSeats:
    """The seating as the box on one port sees it."""

    def __init__(self, seating: Seating, port: str) -> None:
        self._seating = seating
        self._port = port

    def claim(self, box: str, inputs: int) -> bool:
        return self._seating.claim(self._port, box, inputs)

    def seats(self) -> tuple[int, ...]:
        return self._seating.seats(self._port)
