"""Writing and reviewing: four eyes, nothing overwritten, nothing sealed shown, every refusal in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from question_bank.question import to_dict
from server.authors.drafts import read_draft
from tests.bank_pages.house import (
    FIRST,
    REVIEWED,
    SCENARIO,
    SEALED,
    SECOND,
    SINGLE,
    USED,
    Author,
    House,
    app,
)


@pytest.fixture
def both(house: House) -> tuple[Author, Author]:
    application = app(house)
    return Author(application, house, FIRST), Author(application, house, SECOND)


def sent(question: Any, **changes: Any) -> dict[str, Any]:
    """A question as a page sends it."""
    data = to_dict(question)
    data["key_points"] = [
        {"text": one.text, "points": str(one.points_cp / 100)} for one in question.key_points
    ]
    return {**data, "value": question.value or "", "time_s": str(question.time_s or ""), **changes}


def version(author: Author, question_id: str) -> str:
    return str(author.get(f"/questions/{question_id}")["version"])


def test_a_new_question_is_a_draft_of_whoever_wrote_it_whatever_the_page_says(
    both: tuple[Author, Author], house: House
) -> None:
    draft = sent(
        SINGLE, id="", prompt="全新的题干，从来没有出过？", author=SECOND, reviewer=SECOND, status="reviewed"
    )
    answer, status = both[0].send("POST", "/questions", {"question": draft})
    assert status == 201, answer
    with house.bank() as bank:
        kept = bank.get(answer["question"]["id"])
    assert kept is not None
    assert (kept.author, kept.reviewer, kept.status) == (FIRST, "", "draft")


def test_what_is_wrong_is_said_at_its_field_in_both_languages_and_nothing_is_kept(
    both: tuple[Author, Author], house: House
) -> None:
    draft = sent(
        SINGLE, id="q-new", prompt="", options=["甲", "", "丙"], answer="", level="", tags=["一", "一"]
    )
    answer, status = both[0].send("POST", "/questions", {"question": draft})
    assert status == 200 and "question" not in answer
    fields = {problem["field"]: problem for problem in answer["problems"]}
    assert {"prompt", "option_b", "answer", "level", "tags"} <= set(fields)
    assert fields["level"]["zh"] == "不能为空；请填写。" and fields["level"]["en"].startswith(
        "Must not be empty"
    )
    with house.bank() as bank:
        assert bank.get("q-new") is None


def test_a_prompt_or_an_id_that_there_is_already_names_the_other(both: tuple[Author, Author]) -> None:
    answer, _ = both[0].send("POST", "/questions", {"question": sent(SINGLE, id=REVIEWED.id)})
    said = {problem["field"]: problem["zh"] for problem in answer["problems"]}
    assert SINGLE.id in said["prompt"] and "id" in said


def test_a_change_of_a_reviewed_question_makes_it_a_draft_again_and_its_writer_the_author(
    both: tuple[Author, Author], house: House
) -> None:
    before = version(both[0], REVIEWED.id)
    same, _ = both[0].send(
        "PUT", f"/questions/{REVIEWED.id}", {"question": sent(REVIEWED), "version": before}
    )
    assert same["unchanged"] and same["question"]["status"] == "reviewed"
    changed, status = both[0].send(
        "PUT", f"/questions/{REVIEWED.id}", {"question": sent(REVIEWED, answer="错"), "version": before}
    )
    assert status == 200, changed
    assert (
        changed["question"]["status"],
        changed["question"]["author"],
        changed["question"]["reviewer"],
    ) == ("draft", FIRST, "")
    own, status = both[0].send(
        "POST", f"/questions/{REVIEWED.id}/review", {"decision": "approve", "version": changed["version"]}
    )
    assert status == 403 and "不能审核自己的题目" in own["error"]["zh"]
    approved, status = both[1].send(
        "POST", f"/questions/{REVIEWED.id}/review", {"decision": "approve", "version": changed["version"]}
    )
    assert status == 200 and (approved["question"]["status"], approved["question"]["reviewer"]) == (
        "reviewed",
        SECOND,
    )
    with house.bank() as bank:
        what = [(one["who"], one["what"]) for one in bank.access() if one["detail"] == REVIEWED.id]
    assert {(FIRST, "question_changed"), (SECOND, "question_approved")} <= set(what)


def test_of_two_who_write_the_second_is_shown_the_first_and_loses_nothing(
    both: tuple[Author, Author], house: House
) -> None:
    opened = version(both[0], SINGLE.id)
    ok, _ = both[1].send(
        "PUT",
        f"/questions/{SINGLE.id}",
        {"question": sent(SINGLE, explanation="第二人的解析。"), "version": opened},
    )
    assert ok["question"]["author"] == SECOND
    mine = sent(SINGLE, explanation="第一人的解析。")
    answer, status = both[0].send("PUT", f"/questions/{SINGLE.id}", {"question": mine, "version": opened})
    assert status == 200 and answer["conflict"]["question"]["explanation"] == "第二人的解析。"
    with house.bank() as bank:
        kept = bank.get(SINGLE.id)
    assert kept is not None and kept.explanation == "第二人的解析。"
    over, status = both[0].send(
        "PUT", f"/questions/{SINGLE.id}", {"question": mine, "version": answer["conflict"]["version"]}
    )
    assert status == 200 and over["question"]["explanation"] == "第一人的解析。"


def test_an_approval_of_a_version_that_was_not_read_is_refused(both: tuple[Author, Author]) -> None:
    read = version(both[1], SINGLE.id)
    both[0].send(
        "PUT", f"/questions/{SINGLE.id}", {"question": sent(SINGLE, explanation="改过了。"), "version": read}
    )
    answer, _ = both[1].send(
        "POST", f"/questions/{SINGLE.id}/review", {"decision": "approve", "version": read}
    )
    assert "conflict" in answer
    assert both[1].get(f"/questions/{SINGLE.id}")["question"]["status"] == "draft"


def test_a_question_sent_back_waits_for_its_author_and_its_reason_is_forgotten_once_approved(
    both: tuple[Author, Author], house: House
) -> None:
    first, second = both
    assert {row["id"] for row in second.get("/review")["rows"]} == {SINGLE.id, SCENARIO.id}
    assert first.get("/review")["rows"] == [] and first.get("/review")["own"] == 2
    read = version(second, SINGLE.id)
    silent, status = second.send(
        "POST", f"/questions/{SINGLE.id}/review", {"decision": "return", "note": " ", "version": read}
    )
    assert status == 422 and silent["error"]["zh"]
    second.send(
        "POST",
        f"/questions/{SINGLE.id}/review",
        {"decision": "return", "note": "干扰项太像", "version": read},
    )
    assert {row["id"] for row in second.get("/review")["rows"]} == {SCENARIO.id}
    assert [(row["id"], row["note"], row["by"]) for row in first.get("/review")["returned"]] == [
        (SINGLE.id, "干扰项太像", SECOND)
    ]
    changed, _ = first.send(
        "PUT", f"/questions/{SINGLE.id}", {"question": sent(SINGLE, explanation="改好了。"), "version": read}
    )
    assert changed["notes"][0]["done"] is True
    assert SINGLE.id in {row["id"] for row in second.get("/review")["rows"]}
    second.send(
        "POST", f"/questions/{SINGLE.id}/review", {"decision": "approve", "version": changed["version"]}
    )
    assert second.get(f"/questions/{SINGLE.id}")["notes"] == []
    assert "干扰项太像".encode() not in (house.data / "author-notes.db").read_bytes()


def test_a_sealed_question_shows_no_text_anywhere_and_nothing_moves_it(both: tuple[Author, Author]) -> None:
    first = both[0]
    shown = first.get(f"/questions/{SEALED.id}")
    listed = first.get("/questions?status=sealed")
    for answer in (
        shown,
        listed,
        first.get("/questions?text=绝密"),
        first.get("/review"),
        first.get("/statistics"),
        first.get("/meta"),
    ):
        assert "绝密" not in str(answer)
    assert shown["locked"] and listed["total"] == 1 and first.get("/questions?text=绝密")["total"] == 0
    for path, body in (
        ("", {"question": sent(SINGLE)}),
        ("/review", {"decision": "approve"}),
        ("/status", {"to": "retired"}),
    ):
        answer, status = first.send(
            "POST" if path else "PUT", f"/questions/{SEALED.id}{path}", {**body, "version": shown["version"]}
        )
        assert status == 409 and "封存" in answer["error"]["zh"]


def test_a_used_question_is_read_and_not_changed(both: tuple[Author, Author]) -> None:
    shown = both[0].get(f"/questions/{USED.id}")
    assert shown["locked"] and shown["question"]["answer"] == "三声"
    assert [(use["contest"], use["kind"], use["result"]) for use in shown["uses"]] == [
        ("去年的决赛", "show", "right")
    ]
    answer, status = both[0].send(
        "PUT", f"/questions/{USED.id}", {"question": sent(USED, answer="五声"), "version": shown["version"]}
    )
    assert status == 409 and "用过" in answer["error"]["zh"]


def test_a_question_that_a_show_has_drawn_is_locked_whatever_its_status_says_and_a_rehearsed_one_is_not(
    both: tuple[Author, Author], house: House
) -> None:
    with house.bank() as bank:
        bank.record_use([SINGLE.id], "今年的决赛", "show", "2026-11-20T09:30:00+08:00")
        bank.record_use([SCENARIO.id], "今年的彩排", "rehearsal", "2026-11-19T09:30:00+08:00")
    assert both[0].get(f"/questions/{SINGLE.id}")["locked"]
    assert not both[0].get(f"/questions/{SCENARIO.id}")["locked"]
    before = version(both[0], SINGLE.id)
    _, status = both[0].send("PUT", f"/questions/{SINGLE.id}", {"question": sent(SINGLE), "version": before})
    assert status == 409


def test_what_comes_back_from_retirement_has_to_be_reviewed_again(both: tuple[Author, Author]) -> None:
    retired, _ = both[0].send(
        "POST",
        f"/questions/{REVIEWED.id}/status",
        {"to": "retired", "version": version(both[0], REVIEWED.id)},
    )
    assert retired["question"]["status"] == "retired"
    back, _ = both[0].send(
        "POST", f"/questions/{REVIEWED.id}/status", {"to": "draft", "version": retired["version"]}
    )
    assert (back["question"]["status"], back["question"]["reviewer"]) == ("draft", "")
    answer, status = both[0].send(
        "POST", f"/questions/{REVIEWED.id}/status", {"to": "reviewed", "version": back["version"]}
    )
    assert status == 400 and answer["error"]["en"]


def test_search_finds_two_characters_and_filters_go_together(both: tuple[Author, Author]) -> None:
    def found(query: str) -> set[str]:
        return {row["id"] for row in both[0].get(f"/questions?{query}")["rows"]}

    assert found("text=漫游") == {SINGLE.id}
    assert found("text=投诉") == {SCENARIO.id}
    assert found("round=buzz_in&status=reviewed") == {REVIEWED.id}
    assert found("tag=装机") == {SCENARIO.id}
    assert found("tag=装机&level=初级") == set()
    assert found(f"author={FIRST}&form=single") == {SINGLE.id}
    assert found("page=99") == set() and found("page=-1&text=漫游") == {SINGLE.id}


def test_a_long_list_is_paged_and_no_question_stands_on_two_pages(
    house: House, both: tuple[Author, Author]
) -> None:
    with house.bank() as bank:
        bank.add_all(replace(SINGLE, id=f"n{i:05}", prompt=f"第 {i} 道题的题干") for i in range(120))
    second = both[0].get("/questions?page=2")
    assert (second["total"], second["pages"], len(second["rows"])) == (125, 3, 50)
    assert not {row["id"] for row in second["rows"]} & {
        row["id"] for row in both[0].get("/questions?page=1")["rows"]
    }


@pytest.mark.parametrize(
    ("typed", "points_cp"),
    [("4", 400), ("2.5", 250), ("０．２５", 25), ("。5", -1), ("4,5", -1), ("1e3", -1), ("-1", -1), ("", -1)],
)
def test_points_are_taken_as_typed(typed: str, points_cp: int) -> None:
    draft = read_draft(
        {"form": "oral", "key_points": [{"text": "要点", "points": typed}, {"text": " ", "points": ""}]}
    )
    assert [one.points_cp for one in draft.key_points] == [points_cp]
