"""Drawing lots so that anybody can draw them again: the order follows from one recorded number alone.

The number is read digit by digit: the remainder by the count of those left says who is next, the quotient goes on.
"""

from __future__ import annotations


def seed_of(chance: int) -> str:
    """The number as it is recorded: 32 hexadecimal digits."""
    return f"{chance % (1 << 128):032x}"


def drawn(seats: tuple[int, ...], seed: str) -> tuple[int, ...]:
    """`seats` in the order that `seed` gives, the first drawn first. Raises ValueError for a seed that is no number."""
    number, left, order = int(seed, 16), sorted(seats), []
    while left:
        number, index = divmod(number, len(left))
        order.append(left.pop(index))
    return tuple(order)
