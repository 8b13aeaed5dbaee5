"""A sealed question is out of the bank's file down to its bytes, still counted, and comes back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from question_bank.bank import Bank, BankError, DuplicateQuestion
from question_bank.question import InvalidQuestion, KeyPoint, Question, is_hidden
from tests.question_bank.makers import scenario, single

SECRET = "绝密"
HIDDEN: list[Question] = [
    single(1, prompt="绝密题干一", options=("绝密甲", "绝密乙"), explanation="绝密解析", source="绝密出处"),
    scenario(2, prompt="绝密题干二", brief="绝密角色", key_points=(KeyPoint("绝密要点", 2000),)),
    single(
        3,
        form="listening",
        options=(),
        answer="绝密答案",
        variants=("绝密变体",),
        prompt="绝密题干三",
        media=f"q-{'0' * 32}.ogg",
        alt="绝密图说",
        transcript="绝密话语",
        author="甲",
        reviewer="乙",
        status="reviewed",
        tags=("听力",),
    ),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "bank.db"
    with Bank(path) as bank:
        bank.add_all([*HIDDEN, single(4)])
        bank.replace(single(4, prompt="绝密旧题干"))
        bank.replace(single(4, prompt="公开题干"))  # what a question was before lies on pages that were freed
    return path


def words_in(folder: Path) -> int:
    """How often the secret word, or a pair of the index with its first character, stands in any file there."""
    return sum(
        file.read_bytes().count(part.encode())
        for file in folder.iterdir()
        for part in (SECRET, "密题", "密答")
    )


def test_nothing_of_it_stays_in_any_file(path: Path) -> None:
    assert words_in(path.parent) > 10
    with Bank(path) as bank:
        bank.hide(question.id for question in HIDDEN)
        assert words_in(path.parent) == 0  # while the bank is open, its journal included
        assert bank.search(SECRET) == ([], 0)
    assert words_in(path.parent) == 0


def test_it_is_still_counted_and_found_by_what_is_no_secret(path: Path) -> None:
    with Bank(path) as bank:
        bank.hide(["q1", "q2", "q3"])
        kept = bank.get("q3")
        assert kept is not None and is_hidden(kept)
        assert (kept.form, kept.level, kept.tags, kept.author, kept.media) == (
            *("listening", "初级", ("听力",), "甲"),
            HIDDEN[2].media,
        )
        assert bank.count() == 4 == len(bank.all()) == len(list(bank.iterate()))
        assert [q.id for q in bank.search(tag="听力")[0]] == ["q3"]
        assert bank.search(status="sealed")[1] == 3 == bank.statistics()["status"]["sealed"]
        assert {one.content_hash for one in bank.outlines(status="sealed")} == {""}


def test_it_cannot_be_changed_or_taken_twice_until_it_comes_back_whole(path: Path) -> None:
    with Bank(path) as bank:
        bank.hide(["q1", "q2", "q3"])
        for change in (
            lambda: bank.replace(HIDDEN[0]),
            lambda: bank.set_status("q1", "draft"),
            lambda: bank.hide(["q1"]),
        ):
            with pytest.raises(BankError) as caught:
                change()
            assert caught.value.code == "sealed_kept" and "q1" in caught.value.text()
        with pytest.raises(DuplicateQuestion):
            bank.add(HIDDEN[0])
        bank.restore(HIDDEN)
        assert [bank.get(question.id) for question in HIDDEN] == HIDDEN
        assert bank.search("绝密 角色")[0] == [HIDDEN[1]]
        with pytest.raises(BankError) as caught:
            bank.restore(HIDDEN[:1])
        assert caught.value.code == "not_sealed"


def test_what_cannot_come_back_leaves_all_as_it_was(path: Path) -> None:
    with Bank(path) as bank:
        bank.hide(["q1", "q2"])
        bank.add(single(9, prompt=HIDDEN[1].prompt))
        with pytest.raises(DuplicateQuestion, match="q9"):
            bank.restore(HIDDEN[:2])
        with pytest.raises(LookupError, match="q8"):
            bank.restore([single(8)])
        assert bank.search(status="sealed")[1] == 2


def test_only_what_other_eyes_have_seen_is_sealed(path: Path) -> None:
    with Bank(path) as bank:
        bank.add(single(5, author="甲"))
        for ids, error in ((["q4", "q5"], InvalidQuestion), (["q4", "q7"], LookupError)):
            with pytest.raises(error):
                bank.hide(ids)
        kept = bank.get("q4")
        assert kept is not None and kept.prompt == "公开题干" and kept.status == "draft"
