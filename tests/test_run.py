"""How the tests are run: what fails beside the others has one more try, alone, and is named; what fails twice has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run import MOST_AGAIN, watched

# Passes from the second time on.
IMPATIENT = """
from pathlib import Path
def test_{name}():
    tried = Path("tried-{name}")
    known = tried.exists()
    tried.touch()
    assert known
"""
WRONG = "def test_wrong():\n    assert 1 == 2\n"
RIGHT = "def test_right():\n    pass\n"


def ran(folder: Path, *tests: str, arguments: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_a.py").write_text("\n".join(tests), encoding="utf-8")
    return watched(["-q", "test_a.py", *arguments], folder)


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one by one", "side by side"])
def test_what_fails_once_is_run_again_and_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, once = ran(tmp_path, IMPATIENT.format(name="late"), RIGHT, arguments=arguments)
    assert (status, once) == (0, ["test_a.py::test_late"])


def test_what_fails_twice_has_failed(tmp_path: Path) -> None:
    status, once = ran(tmp_path, IMPATIENT.format(name="late"), WRONG)
    assert (status, once) == (1, ["test_a.py::test_late"])


def test_many_failures_are_no_accident(tmp_path: Path) -> None:
    status, once = ran(tmp_path, *(IMPATIENT.format(name=f"n{n}") for n in range(MOST_AGAIN + 1)))
    assert (status, once) == (1, [])


def test_what_cannot_be_read_is_not_tried_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, once = ran(tmp_path, "import not_there_at_all\n")
    assert (status, once) == (2, []) and "once more" not in capfd.readouterr().err
