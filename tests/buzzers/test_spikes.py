"""Spikes on a button's line: one by one they are counted, again and again they are a problem."""

from buzzers.spikes import CHATTER, CHATTER_NS, Spikes


def test_spikes_before_the_first_word_are_no_news() -> None:
    spikes = Spikes()
    assert spikes.total is None
    spikes.count(500, 0)
    assert spikes.total == 500 and not spikes.chatter(0)


def test_so_many_within_ten_seconds_are_chatter_until_they_are_ten_seconds_old() -> None:
    spikes = Spikes()
    for number in range(CHATTER + 1):
        assert not spikes.chatter(number)
        spikes.count(number, number)
    assert spikes.chatter(CHATTER) and spikes.chatter(CHATTER_NS)
    assert not spikes.chatter(CHATTER_NS + 1)


def test_as_many_over_a_longer_time_are_not() -> None:
    spikes = Spikes()
    for number in range(3 * CHATTER):
        spikes.count(number, number * CHATTER_NS // (CHATTER - 1))
        assert not spikes.chatter(number * CHATTER_NS // (CHATTER - 1))


def test_a_box_that_restarts_counts_from_zero() -> None:
    spikes = Spikes()
    spikes.count(60_000, 0)
    spikes.count(CHATTER - 1, 1)
    assert not spikes.chatter(1)
    spikes.count(CHATTER, 2)
    assert spikes.chatter(2) and spikes.total == CHATTER
