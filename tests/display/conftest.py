"""What the pages under test complain of."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    return []
