"""docs/security.md says what is so: its limits are those of the code, and the tests and pages it names are there."""

from __future__ import annotations

import re

from server.door import limits
from tests.live import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_its_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"\| (\d+)[^|]* \| `(\w+)` \|", TEXT)
    assert len(rows) > 12
    for value, name in rows:
        assert getattr(limits, name) == int(value), name


def test_what_it_says_of_rates_is_so() -> None:
    assert limits.MESSAGES == (100.0, 400.0) and limits.BYTES == (128 * 1024, 512 * 1024)
    assert [limits.RATES[kind][0] for kind in ("command", "clock", "state")] == [20, 10, 5]


def test_every_test_and_file_that_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:tests|server)/[\w/*]+(?:\.py)?)`", TEXT))
    named |= {f"tests/security/{one}" for one in re.findall(r"`(test_\w+\.py)`", TEXT)}
    assert len(named) > 14
    for one in named:
        assert list(ROOT.glob(one)), f"{one} is named and not there"


def test_every_file_of_this_folder_is_named() -> None:
    for path in (ROOT / "tests" / "security").glob("test_*.py"):
        assert path.name in TEXT or path.name == "test_security_doc.py", f"{path.name} is named nowhere"
