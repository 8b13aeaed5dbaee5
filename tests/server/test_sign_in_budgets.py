"""How often somebody may try to sign in: tables of tries and what each is told; time is handed in."""

from __future__ import annotations

import pytest

from server.sign_in.budgets import IN_ALL, MOST_MACHINES, OF_MACHINE, OF_THIS_MACHINE, Budgets

S = 1_000_000_000
ONE, OTHER = "192.0.2.7", "192.0.2.8"
HERE = ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")


def test_ten_wrong_ones_then_one_in_six_seconds() -> None:
    budgets = Budgets()
    burst = int(OF_MACHINE[1])
    assert [budgets.take(ONE, 0) for _ in range(burst)] == [0] * burst
    assert budgets.take(ONE, 0) == 6
    assert budgets.take(ONE, 5 * S) == 1, "a refused try costs nothing, and the wait is what is left of it"
    assert budgets.take(ONE, 6 * S) == 0 and budgets.take(ONE, 6 * S) == 6
    assert budgets.take(OTHER, 6 * S) == 0


def test_a_right_one_costs_nothing() -> None:
    budgets = Budgets()
    for _ in range(1_000):
        assert budgets.take(ONE, 0) == 0
        budgets.give_back(ONE, 0)


def test_tries_side_by_side_cannot_outrun_the_count() -> None:
    budgets = Budgets()
    assert sum(budgets.take(ONE, 0) == 0 for _ in range(100)) == OF_MACHINE[1]


def test_many_machines_share_one_budget() -> None:
    budgets = Budgets()
    tried = [budgets.take(f"10.0.{n // 250}.{n % 250}", 0) for n in range(500)]
    assert tried.count(0) == IN_ALL[1] and max(tried) >= 1


@pytest.mark.parametrize("here", HERE)
def test_this_machine_is_never_kept_out_by_others(here: str) -> None:
    budgets = Budgets()
    for n in range(500):
        budgets.take(f"10.0.{n // 250}.{n % 250}", 0)
    assert budgets.take(here, 0) == 0


def test_this_machine_spends_nobody_elses_budget_and_has_one_of_its_own() -> None:
    budgets = Budgets()
    for _ in range(int(OF_THIS_MACHINE[1])):
        assert budgets.take("127.0.0.1", 0) == 0
    assert budgets.take("127.0.0.1", 0) == 1, "a second at most: nobody who sits here waits long"
    assert budgets.take("127.0.0.1", S) == 0
    assert [budgets.take(f"10.0.0.{n}", 0) for n in range(int(IN_ALL[1]))] == [0] * int(IN_ALL[1])


def test_strangers_cannot_keep_a_tablet_out_that_was_signed_in_nor_a_code() -> None:
    budgets = Budgets()
    for n in range(500):
        budgets.take(f"10.0.{n // 250}.{n % 250}", 0)
    assert budgets.take(ONE, 0) > 0
    assert budgets.take(ONE, 0, known=True) == 0
    assert budgets.take(OTHER, 0, ticket=True) == 0
    assert sum(budgets.take(ONE, 0, known=True) == 0 for _ in range(50)) < OF_MACHINE[1]


def test_a_laptop_with_many_ipv6_addresses_has_one_budget() -> None:
    budgets = Budgets()
    tried = [budgets.take(f"2001:db8:1:2::{n:x}", 0) for n in range(1, 100)]
    assert tried.count(0) == OF_MACHINE[1]


HALL = "2001:db8:1:2"
TABLET, STRANGER = f"{HALL}::a", f"{HALL}::bad"


def test_a_stranger_in_the_halls_own_network_keeps_neither_tablets_nor_codes_nor_this_machine_out() -> None:
    budgets = Budgets()
    for n in range(500):
        budgets.take(f"{HALL}:1::{n:x}", 0)
        budgets.take(STRANGER, 0)
        budgets.take(STRANGER, 0, ticket=True)
    assert budgets.take(STRANGER, 0) > 0 and budgets.take(TABLET, 0) > 0, (
        "strangers of a network share its budget"
    )
    assert budgets.take(TABLET, 0, ticket=True) == 0, "a code signs a tablet in all the same"
    assert budgets.take(TABLET, 0, known=True) == 0, "and where somebody is signed in, a passphrase does"
    assert budgets.take("::1", 0) == 0 and budgets.take("127.0.0.1", 0) == 0


def test_wrong_passphrases_of_one_address_spend_no_code_of_it() -> None:
    """All of a hall may be behind one router's address."""
    budgets = Budgets()
    while budgets.take(ONE, 0) == 0:
        pass
    assert budgets.take(ONE, 0, ticket=True) == 0
    tried = [budgets.take(ONE, 0, ticket=True) for _ in range(100)]
    assert tried.count(0) == OF_MACHINE[1] - 1, "codes have a limit, too"


def test_memory_is_bounded() -> None:
    budgets = Budgets()
    for n in range(3 * MOST_MACHINES):
        budgets.take(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", n * S)
        budgets.take(f"{HALL}::{n:x}", n * S, ticket=True)
    assert len(budgets) <= 2 * MOST_MACHINES


def test_a_clock_that_stands_or_goes_back_gives_nothing_away() -> None:
    budgets = Budgets()
    for _ in range(int(OF_MACHINE[1])):
        assert budgets.take(ONE, 100 * S) == 0
    assert budgets.take(ONE, 50 * S) > 0
