"""Makes a data folder with a sealed paper whose every secret text is a word of its own, for the tests of sealed shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from question_bank import paper_file
from question_bank.bank import Bank
from question_bank.question import Question
from server import supervisor
from server.contest.file import read_contest, read_paper
from server.paper.draw import lines_of
from server.paper.vault import Vault
from tests.question_bank.makers import single

PASSPHRASE = "correct horse battery staple"
WORDS = "今日 开奖 04 11 19"
CONTEST = """
title = "封存赛"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[round]]
kind = "compulsory"
turns = 2
clock = "shown"
reserve = 1
[tie_break]
reserve = 2
[paper]
repeats = "never"
"""


def question(number: int, round_: str) -> Question:
    """A question of which every secret text is a word that stands nowhere else."""
    return single(
        number,
        id=f"{round_[0]}{number}",
        round=round_,
        form="oral",
        options=(),
        prompt=f"canaryprompt{round_[0]}{number}x",
        answer=f"canaryanswer{round_[0]}{number}x",
        explanation=f"canarywhy{round_[0]}{number}x",
        author="甲",
        reviewer="乙",
        status="reviewed",
    )


def canaries(data: Path) -> set[str]:
    """Every canary that some file of the data folder holds, also half a file and one that waits to be folded in."""
    found: set[str] = set()
    for path in data.rglob("*"):
        if path.is_file():
            found |= {word.decode() for word in re.findall(rb"canary[a-z]+[cb]\d+x", path.read_bytes())}
    return found


def sealed_place(tmp_path: Path) -> Path:
    """A folder with contest.toml, the passphrase, and data/ with a sealed paper."""
    (tmp_path / "contest.toml").write_text(CONTEST, encoding="utf-8")
    (tmp_path / "secret").write_text(PASSPHRASE + "\n", encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir()
    with Bank(data / "bank.db") as bank:
        bank.add_all(question(number, kind) for number in range(8) for kind in ("compulsory", "buzz_in"))
        assert canaries(data)
        rules = tmp_path / "contest.toml"
        lines = lines_of(read_contest(rules), read_paper(rules))
        paper_file.seal(data, bank, "封存赛", lines, PASSPHRASE, who="test", cost=2**12)
    return tmp_path


def show_of(place: Path, **changes: Any) -> supervisor.Show:
    base = supervisor.Show(
        place / "data", contest_file=place / "contest.toml", passphrase_file=place / "secret", words=WORDS
    )
    return replace(base, **changes)


def access(place: Path) -> list[tuple[str, str]]:
    with Bank(place / "data" / "bank.db") as bank:
        return [(row["what"], row["detail"]) for row in reversed(bank.access())]


def begun(place: Path) -> Vault:
    """The contest made, as a start makes it; the key of its paper."""
    show = show_of(place)
    sealed = supervisor.open_sealed(show)
    assert sealed is not None
    supervisor.prepare(show, sealed)
    return Vault(sealed.key)
