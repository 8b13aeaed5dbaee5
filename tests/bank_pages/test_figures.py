"""Figures against the rules of a contest, the projector's view of a draft, and files that an author sends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from question_bank.blueprint import Part, Plan, Wish
from question_bank.media_files import NAME
from question_bank.question import FORMS, KeyPoint, Question
from server.authors.drafts import read_draft
from server.authors.figures import figures
from server.authors.preview import preview
from server.contest.file import PRESET, read_contest
from server.paper.draw import NotEnoughQuestions, draw_paper
from tests.bank_pages.house import (
    FIRST,
    HOST,
    ORIGIN,
    REVIEWED,
    SCENARIO,
    SINGLE,
    Author,
    House,
    app,
)

PNG = (Path(__file__).parent.parent / "display" / "fixtures" / "media" / "q-landscape.png").read_bytes()


def needs_of(house: House) -> dict[tuple[str, int | None], dict[str, int]]:
    found = figures(house.data / "bank.db", read_contest(PRESET))
    return {(need["round"], need["value"]): need for need in found["needs"]}


def test_only_what_is_reviewed_for_a_show_and_never_shown_is_ready(house: House) -> None:
    assert needs_of(house)["buzz_in", None]["ready"] == 1
    with house.bank() as bank:
        bank.add_all(
            [
                replace(REVIEWED, id="q-rehearsal", prompt="彩排用的题干。", pool="rehearsal"),
                replace(REVIEWED, id="q-shown", prompt="去年上过台的题干。"),
                replace(REVIEWED, id="q-rehearsed", prompt="彩排时念过的题干。"),
                replace(REVIEWED, id="q-fresh", prompt="还没有人见过的题干。"),
            ]
        )
        bank.record_use(["q-shown"], "去年的决赛", "show", "2025-11-20T09:30:00+08:00")
        bank.record_use(["q-rehearsed"], "去年的彩排", "rehearsal", "2025-11-19T09:30:00+08:00")
    assert needs_of(house)["buzz_in", None]["ready"] == 3


def test_short_is_what_the_draw_itself_would_miss(house: House) -> None:
    book = read_contest(PRESET)
    with house.bank() as bank, pytest.raises(NotEnoughQuestions) as missing:
        draw_paper(bank, book, "seed")
    assert {shortage.round for shortage in missing.value.shortages} <= {kind for kind, _ in needs_of(house)}
    for need in needs_of(house).values():
        assert need["short"] == max(0, need["needed"] - need["ready"])
        assert need["short"] + need["short_spare"] == max(0, need["needed"] + need["spare"] - need["ready"])


def test_what_a_contest_file_wishes_of_a_round_has_a_line_of_its_own(house: House) -> None:
    wish = Wish(levels=(REVIEWED.level,), areas=("没有这个领域",))
    split = Wish(parts=(Part(3, level=SCENARIO.level), Part(2, area=SCENARIO.area)))
    plan = Plan(rounds={2: split, 3: wish})
    needs = figures(house.data / "bank.db", read_contest(PRESET), plan)["needs"]
    wished = [need for need in needs if need["wish"] is not None]
    assert [(need["round"], need["needed"], need["ready"], need["draft"]) for need in wished] == [
        ("scenario", 3, 0, 1),
        ("scenario", 2, 0, 1),
        ("buzz_in", next(n["needed"] for n in wished if n["round"] == "buzz_in"), 0, 0),
    ]
    assert wished[2]["wish"]["areas"] == ["没有这个领域"]


def test_areas_and_levels_with_what_became_of_them(house: House) -> None:
    found = figures(house.data / "bank.db", None)
    assert found["needs"] == [] and found["total"] == 5
    areas = {one["area"]: one for one in found["areas"]}
    assert areas[SCENARIO.area]["levels"][SCENARIO.level]["states"]["draft"] == 1
    talk = areas[REVIEWED.area]["all"]
    assert (talk["times"], talk["right"], talk["wrong"]) == (1, 1, 0)
    assert (talk["states"]["ready"], talk["states"]["used"], talk["states"]["sealed"]) == (1, 1, 1)
    assert figures(house.data / "bank.db", None, round_="scenario")["total"] == 1


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_a_picture_with_and_without_its_answer(form: str) -> None:
    question = replace(SINGLE, form=form, round="scenario" if form == "scenario" else "buzz_in")
    if form == "scenario":
        question = replace(question, options=(), answer="", key_points=(KeyPoint("要点", 2000),))
    elif form in ("fill_in", "oral"):
        question = replace(question, options=(), answer="数据漫游")
    elif form == "true_false":
        question = replace(question, answer="对")
    elif form == "multiple":
        question = replace(question, answer="AC")
    asked, revealed = preview(question, revealed=False), preview(question, revealed=True)
    assert asked["scene"]["question"]["prompt"] == question.prompt
    assert asked["scene"].get("answer") is None and question.explanation not in str(asked)
    if form == "scenario":
        assert revealed["scene"]["name"] == "scenario"
        return
    assert revealed["scene"]["answer"]["explanation"] == question.explanation
    keys = {"single": ["A"], "listening": ["A"], "multiple": ["A", "C"], "true_false": ["A"]}.get(form, [])
    assert revealed["scene"]["answer"]["keys"] == keys


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"form": "single", "answer": "F", "options": ["甲"]},
        {"form": "?", "round": "?", "media": "../x", "time_s": "x"},
    ],
)
def test_a_draft_that_is_not_finished_has_a_picture_too(sent: dict[str, object]) -> None:
    for revealed in (False, True):
        assert preview(read_draft(sent), revealed=revealed)["scene"]["question"] is not None


def upload(author: Author, body: bytes) -> tuple[dict[str, object], int]:
    answer = author.client.post(
        "/api/bank/media", data=body, headers={**ORIGIN, "X-Bank-Token": author.token}
    )
    return answer.get_json(), answer.status_code


def test_a_picture_is_kept_by_its_content_and_seen_by_authors_alone(house: House) -> None:
    application = app(house)
    author = Author(application, house, FIRST)
    answer, status = upload(author, PNG)
    assert status == 201 and NAME.fullmatch(str(answer["name"]))
    with author.client.get(f"/media/{answer['name']}", headers={"Host": HOST}) as seen:
        assert seen.data == PNG and seen.headers["Content-Type"] == "image/png"
    assert (
        application.test_client().get(f"/media/{answer['name']}", headers={"Host": HOST}).status_code == 401
    )
    assert [path.name for path in (house.data / "media").iterdir()] == [answer["name"]]


@pytest.mark.parametrize(
    "body", [b"", b"<svg onload=alert(1)>", b"PK\x03\x04" + bytes(100), b"GIF89a" + bytes(100)]
)
def test_what_is_no_media_is_refused_in_words_and_leaves_nothing(house: House, body: bytes) -> None:
    answer, status = upload(Author(app(house), house, FIRST), body)
    assert status == 422 and "图片" in str(answer["error"])
    assert list((house.data / "media").iterdir()) == []


def test_a_file_that_was_never_sent_cannot_be_named(house: House) -> None:
    author = Author(app(house), house, FIRST)
    name = f"q-{'0' * 32}.png"
    question: Question = replace(SINGLE, media=name, alt="一张图")
    sent = {
        **{
            n: getattr(question, n)
            for n in ("round", "form", "prompt", "answer", "area", "level", "media", "alt")
        },
        "options": list(question.options),
    }
    version = author.get(f"/questions/{SINGLE.id}")["version"]
    answer, _ = author.send("PUT", f"/questions/{SINGLE.id}", {"question": sent, "version": version})
    assert [problem["field"] for problem in answer["problems"]] == ["media"]
