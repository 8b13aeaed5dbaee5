"""How often somebody may try to sign in: by network, in all, and apart from those at this machine. Pure, time is handed in."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil

from ..door.limits import Bucket
from ..door.machines import here, machine, network

OF_MACHINE = (
    1 / 6,
    10.0,
)  # (a second, at once): ten, then one in six seconds; of strangers by IPv6: of their /64
IN_ALL = (1.0, 60.0)  # of machines from which nobody has signed in
OF_THIS_MACHINE = (4.0, 120.0)  # the console: about as fast as the hashing itself goes
MOST_MACHINES = 2_000  # watched at once; as many for codes


class Budgets:
    """What wrong passphrases and tickets cost. A try is taken before it is checked, and given back when it was right:
    tries side by side cannot outrun the count.

    Whoever sits at this machine has a budget that nobody else can spend, and spends nobody else's. A machine from which
    somebody is signed in already has its own only, so that strangers cannot keep a judge's tablet out, be they in the same
    Wi-Fi. Strangers are counted by network: an attacker has all addresses of a /64, and one budget.
    """

    def __init__(self) -> None:
        self._all = Bucket(*IN_ALL)
        self._here = Bucket(*OF_THIS_MACHINE)
        self._of: OrderedDict[str, Bucket] = OrderedDict()
        self._codes: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str, now_ns: int, known: bool = False, ticket: bool = False) -> int:
        """One try. 0 when it may be made, else whole seconds until the next may, and nothing is taken.

        Args:
            address: of the socket.
            known: somebody is signed in from there.
            ticket: a code of 192 bits cannot be guessed: it counts by machine alone and apart, so that no flood of
                wrong passphrases, from a neighbour in the same network neither, keeps a QR code from working.
        """
        buckets = self._buckets(address, known, ticket)
        waits = [_wait_s(one, now_ns) for one in buckets]
        if max(waits) > 0:
            return max(1, ceil(max(waits)))
        for one in buckets:
            one.level = max(0.0, one.level - 1)
        return 0

    def give_back(self, address: str, now_ns: int, known: bool = False, ticket: bool = False) -> None:
        """That try was right."""
        for one in self._buckets(address, known, ticket):
            one.take(now_ns, 0.0)
            one.level = min(one.burst, one.level + 1)

    def _buckets(self, address: str, known: bool, ticket: bool) -> list[Bucket]:
        if here(address):
            return [self._here]
        if ticket:
            return [_watched(self._codes, machine(address))]
        if known:
            return [_watched(self._of, machine(address))]
        return [_watched(self._of, network(address)), self._all]

    def __len__(self) -> int:
        """How many machines and networks are watched."""
        return len(self._of) + len(self._codes)


def _watched(buckets: OrderedDict[str, Bucket], name: str) -> Bucket:
    bucket = buckets.setdefault(name, Bucket(*OF_MACHINE))
    buckets.move_to_end(name)
    if len(buckets) > MOST_MACHINES:
        buckets.popitem(last=False)  # who comes with so many addresses is held by the budget of all
    return bucket


def _wait_s(bucket: Bucket, now_ns: int) -> float:
    bucket.take(now_ns, 0.0)  # brings it up to date
    lacking = 1.0 - bucket.level
    return round(lacking / bucket.rate, 3) if lacking > 1e-6 else 0.0
