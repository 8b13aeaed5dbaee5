"""What the tests of the authors' pages have ready: cheap hashes, and a furnished house that is made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank_pages.house import House, cheap_hashes, furnish, served


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The one that is copied."""
    with pytest.MonkeyPatch.context() as patch:
        cheap_hashes(patch)
        return furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture
def house(furnished: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house of its own for one test."""
    cheap_hashes(monkeypatch)
    data = tmp_path / "data"
    shutil.copytree(furnished.data, data)
    return House(data, furnished.passphrases)


@pytest.fixture
def home(house: House) -> Iterator[House]:
    """The same, served."""
    with served(house) as running:
        yield running
