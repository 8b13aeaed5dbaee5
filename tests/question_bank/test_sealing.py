"""A sealed file gives nothing away and no changed byte passes; what was published tells any tampering with a draw."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from question_bank import paper_file, sealing
from question_bank.bank import Bank
from question_bank.blueprint import Line
from question_bank.commitment import commit, entry_of, manifest_line, pool_hash, read_line, verify
from question_bank.draw import NotEnoughQuestions
from question_bank.question import Question, canonical
from question_bank.schema import BankError
from tests.question_bank.makers import scenario, single

PASSPHRASE = "correct horse battery staple"
COST = 2**10
LINES = (Line("1", "buzz_in", 4, 2), Line("2", "scenario", 2))


def write(path: Path, records: int = 1200) -> Path:
    sealing.write(path, PASSPHRASE, {"open": "口"}, {"seed": "s"}, ({"n": n} for n in range(records)), COST)
    return path


def test_a_sealed_file_gives_back_what_was_put_in(tmp_path: Path) -> None:
    path = write(tmp_path / "a.sealed")
    assert sealing.header(path)["open"] == "口"
    assert sealing.read_secret(path, f"  {PASSPHRASE}\n") == {"seed": "s"}
    assert [record["n"] for record in sealing.read_records(path, PASSPHRASE)] == list(range(1200))
    assert path.stat().st_mode & 0o077 == 0 and list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() != write(tmp_path / "b.sealed").read_bytes(), "another salt, another key"
    assert list(sealing.read_records(write(tmp_path / "none", 0), PASSPHRASE)) == []


def test_width_and_composition_of_a_typed_passphrase_do_not_matter() -> None:
    assert sealing.normal(" ｃａｆé　１２３ ") == sealing.normal("cafe\u0301 123") == "café 123"


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.sealed")
    with pytest.raises(BankError) as caught:
        sealing.read_secret(path, PASSPHRASE + "x")
    assert caught.value.code == "passphrase_wrong" and "口令" in caught.value.text("zh")
    with pytest.raises(BankError, match="no sealed paper"):
        sealing.read_secret(tmp_path / "none", PASSPHRASE)


def read_all(path: Path) -> list[Any]:
    return [sealing.read_secret(path, PASSPHRASE), *sealing.read_records(path, PASSPHRASE)]


def test_no_changed_byte_and_no_cut_passes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.sealed")
    whole, chance = path.read_bytes(), random.Random(7)
    places = [*range(0, 60, 7), *(chance.randrange(len(whole)) for _ in range(40)), len(whole) - 1]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BankError):
            read_all(path)
    frames = _frames(whole)
    assert len(frames) == 5  # head, secret, 500, 500, 200
    head, secret, first, second, last = frames
    for changed in (
        head + secret + first + second,
        head + secret + second + first + last,
        head + secret + first + last,
        whole + last,
        whole + b"x",
        whole[:-1],
        head,
        b"",
        head + (2**31).to_bytes(4, "big") + secret[4:],
    ):
        path.write_bytes(changed)
        with pytest.raises(BankError):
            read_all(path)


def _frames(whole: bytes) -> list[bytes]:
    at = whole.index(b"\n", len(sealing.MAGIC)) + 1
    found = [whole[:at]]
    while at < len(whole):
        end = at + 4 + int.from_bytes(whole[at : at + 4], "big")
        found.append(whole[at:end])
        at = end
    return found


@pytest.mark.parametrize(
    "scrypt",
    [
        {"salt": "00" * 16, "n": 2**30, "r": 8, "p": 1},
        {"salt": "00" * 16, "n": 3000, "r": 8, "p": 1},
        {"salt": "00" * 16, "n": 2**14, "r": 8, "p": 99},
        {"salt": "00", "n": 2**14, "r": 8, "p": 1},
        {"salt": 5, "n": 2**14, "r": 8, "p": 1},
        None,
    ],
)
def test_a_foreign_header_costs_neither_time_nor_memory(tmp_path: Path, scrypt: Any) -> None:
    path = tmp_path / "a.sealed"
    path.write_bytes(sealing.MAGIC + json.dumps({"scrypt": scrypt}).encode() + b"\n")
    with pytest.raises(BankError, match="damaged"):
        sealing.read_secret(path, PASSPHRASE)


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Any:
        yield {"n": 1}
        raise RuntimeError("the bank went away")

    with pytest.raises(RuntimeError):
        sealing.write(tmp_path / "a.sealed", PASSPHRASE, {}, {}, broken(), COST)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_text_is_bound_to_key_and_name() -> None:
    key = b"k" * 32
    locked = sealing.lock(key, "q1", "秘密")
    assert sealing.unlock(key, "q1", locked) == "秘密" and locked != sealing.lock(key, "q1", "秘密")
    for other in ((b"x" * 32, "q1", locked), (key, "q2", locked), (key, "q1", locked[:-1]), (key, "q1", b"")):
        with pytest.raises(BankError):
            sealing.unlock(*other)


# -- the bank ----------------------------------------------------------------------------------------------


def pool(count: int = 10) -> list[Question]:
    done: dict[str, Any] = {"author": "甲", "reviewer": "乙", "status": "reviewed"}
    texts = [single(n, prompt=f"canary{n}题", explanation=f"canary{n}why", **done) for n in range(count)]
    tasks = [scenario(n, id=f"s{n}", prompt=f"canarys{n}", brief=f"canarybrief{n}", **done) for n in range(4)]
    return texts + tasks


@pytest.fixture
def bank(tmp_path: Path) -> Any:
    with Bank(tmp_path / "bank.db") as opened:
        opened.add_all(pool())
        yield opened


def sealed(bank: Bank, **options: Any) -> dict[str, Any]:
    return paper_file.seal(
        bank.path.parent, bank, "决赛", LINES, PASSPHRASE, who="test", cost=COST, **options
    )


def test_sealing_takes_the_texts_out_and_unsealing_brings_them_back(bank: Bank, tmp_path: Path) -> None:
    drafts = [
        single(90, status="draft"),
        single(91, author="甲", status="draft"),
        single(92, pool="rehearsal"),
    ]
    bank.add_all(drafts)
    bank.record_use(["q0"], "earlier", "show", "2024")
    bank.record_use(["q1"], "earlier", "rehearsal", "2024")
    before = {one.id: one for one in bank.all()}
    public = sealed(bank)
    assert public["questions"] == 12, "not the used ones, nor drafts, nor the rehearsal's"
    hidden = [one.id for one in bank.iterate(status="sealed")]
    assert set(hidden) == set(before) - {"q0", "q1", "q90", "q91", "q92"}
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert all(f"canary{n}".encode() not in content for n in range(2, 10)), path
        assert b"canarys" not in content and b"canarybrief" not in content, path
    with pytest.raises(BankError, match="there is a sealed paper"):
        sealed(bank)
    with pytest.raises(BankError, match="wrong"):
        paper_file.unseal(tmp_path, bank, "another passphrase", who="test")
    assert paper_file.unseal(tmp_path, bank, PASSPHRASE, who="test") == 12
    assert {one.id: one for one in bank.all()} == before
    assert not (tmp_path / paper_file.SEALED).exists() and len(list(tmp_path.glob("paper-*.sealed"))) == 1
    assert [row["what"] for row in bank.access()] == ["paper_unsealed", "paper_sealed"]
    assert sealed(bank, drafts=True)["questions"] == 13, (
        "a draft of an author, whom nobody reviewed, stays out"
    )


def test_an_interrupted_sealing_is_done_anew(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(ids: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(bank, "hide", fails)
        with pytest.raises(OSError):
            sealed(bank)
    assert (tmp_path / paper_file.SEALED).exists() and bank.get("q1") == pool()[1]
    assert sealed(bank)["questions"] == 14
    assert len(list(tmp_path.glob("paper-*.sealed"))) == 1, "the first one is kept aside"


def test_what_cannot_be_drawn_is_not_sealed(bank: Bank, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughQuestions, match="scenario: 5 needed"):
        paper_file.seal(tmp_path, bank, "x", [Line("1", "scenario", 5)], PASSPHRASE, who="test", cost=COST)
    with pytest.raises(BankError, match="no question to seal"):
        paper_file.seal(
            tmp_path, bank, "x", [Line("1", "risk", 1, value=10)], PASSPHRASE, who="test", cost=COST
        )
    assert [path.name for path in tmp_path.iterdir()] == ["bank.db"]


# -- the draw that anybody can check -------------------------------------------------------------------------


def test_a_commitment_is_of_what_is_asked_not_of_where_it_stands() -> None:
    question = pool()[0]
    nonce = b"n" * 32
    assert commit(nonce, question) == commit(nonce, replace(question, status="used", reviewer="丙"))
    assert len({commit(nonce, one) for one in pool()}) == 14
    assert commit(nonce, question) != commit(b"m" * 32, question) and canonical(question)
    line = manifest_line(entry_of(question), "c0")
    assert read_line(line) == (entry_of(question), "c0") and "\n" not in line and "canary" not in line
    assert pool_hash(["a", "b"]) != pool_hash(["ab"]) != pool_hash(["b", "a"])


@pytest.fixture
def published(bank: Bank, tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    public = sealed(bank)
    opened = paper_file.open_paper(tmp_path / paper_file.SEALED, PASSPHRASE)
    return json.loads(json.dumps(public)), json.loads(
        json.dumps(paper_file.reveal(tmp_path, opened, "公开词"))
    )


def test_a_draw_as_published_is_confirmed(published: tuple[dict[str, Any], dict[str, Any]]) -> None:
    public, revealed = published
    found = verify(public, revealed, revealed["drawn"])
    assert found.ok and (found.pool, found.drawn) == (14, 8)
    assert "canary" not in json.dumps(public)


def swap(revealed: dict[str, Any]) -> None:
    """One drawn question for another of the pool, by hand."""
    drawn = revealed["drawn"]["1"]
    drawn[0] = next(name for name in (f"q{n}" for n in range(10)) if name not in drawn)


def add(revealed: dict[str, Any]) -> None:
    revealed["questions"].append(
        {"nonce": "00", "question": {**revealed["questions"][0]["question"], "id": "x"}}
    )


def answer(revealed: dict[str, Any]) -> None:
    one = next(one for one in revealed["questions"] if one["question"]["form"] == "single")
    one["question"]["answer"] = "A"


def area(revealed: dict[str, Any]) -> None:
    revealed["manifest"][0] = revealed["manifest"][0].replace("常识", "别的")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (swap, "draw_drawn"),
        (add, "draw_content"),
        (answer, "draw_content"),
        (area, "draw_pool_hash"),
        (lambda r: r["manifest"].pop(), "draw_pool_hash"),
        (lambda r: r["manifest"].reverse(), "draw_pool_hash"),
        (lambda r: r.update(seed="00"), "draw_seed_hash"),
        (lambda r: r.update(words="别的"), "draw_drawn"),
        (lambda r: r["questions"].pop(), "draw_missing"),
        (lambda r: r["drawn"]["1"].reverse(), "draw_drawn"),
        (lambda r: r["drawn"].update(more=["q1"]), "draw_drawn"),
        (lambda r: r.update(format="other"), "draw_format"),
        (lambda r: r.update(manifest=5), "draw_unreadable"),
        (lambda r: r.clear(), "draw_unreadable"),
    ],
)
def test_any_tampering_is_named(
    published: tuple[dict[str, Any], dict[str, Any]], change: Callable[[dict[str, Any]], Any], problem: str
) -> None:
    public, revealed = published
    tampered = copy.deepcopy(revealed)
    change(tampered)
    found = verify(public, tampered)
    assert found.problem == problem and found.found


def test_tampering_with_what_was_published_first_is_named(
    published: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    public, revealed = published
    fewer = copy.deepcopy(public)
    fewer["blueprint"][0]["count"] = 3
    assert verify(fewer, revealed).problem == "draw_drawn"
    greedy = copy.deepcopy(public)
    greedy["blueprint"][0]["count"] = 300
    assert verify(greedy, revealed).problem == "draw_short"
    assert verify({**public, "method": "by hand"}, revealed).problem == "draw_method"
    assert verify({**public, "version": 2}, revealed).problem == "draw_format"
    played = {**revealed["drawn"], "1": revealed["drawn"]["1"][::-1]}
    assert verify(public, revealed, played).problem == "draw_log"
    nonsense: list[Any] = [None, [], 5, "x", {}]
    for senseless in nonsense:
        assert verify(public, senseless).problem == verify(senseless, revealed).problem == "draw_unreadable"
