"""One show for all tests of this folder that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.venue import Venue, opened


@pytest.fixture(scope="session")
def _venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    with opened(tmp_path_factory.mktemp("venue")) as venue:
        yield venue


@pytest.fixture
def venue(_venue: Venue) -> Iterator[Venue]:
    """The show; whatever was refused in a test, no traceback may stand in its log afterwards."""
    before = len(_venue.complaints())
    yield _venue
    assert _venue.complaints()[before:] == []
