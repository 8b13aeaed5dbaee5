"""The judge's sheet: every kind of line, groups, the total as the server counts it, and the chief judge's way to close."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.game.judging import sheet_total
from server.game.rulebook import ScoreSheet, SheetGroup, SheetLine
from tests.display.pages import CUT_OFF, fixtures, load, open_role, show

SHEETS = fixtures("judge")
SIZES = {"phone": (390, 844), "tablet": (820, 1180)}
WIDER = "() => document.documentElement.scrollWidth > innerWidth + 1"


@pytest.fixture(scope="module", params=SIZES)
def judge(browser: Browser, request: pytest.FixtureRequest) -> Page:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    return open_role(context.new_page(), "judge")


def view_of(stem: str) -> dict[str, Any]:
    return load(next(path for path in SHEETS if path.stem == stem))


def fresh(page: Page, view: dict[str, Any]) -> None:
    page.evaluate("() => localStorage.clear()")
    page.reload()
    page.wait_for_function("() => window.show !== undefined")
    show(page, view)


def asked(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("() => window.asked.splice(0)")
    return found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_fits_phone_and_tablet(judge: Page, path: Any) -> None:
    show(judge, load(path))
    assert not judge.evaluate(WIDER)
    assert judge.evaluate(CUT_OFF) == []
    for button in judge.locator(".step, .button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 47


def test_each_kind_of_line_is_entered_in_its_own_unit(judge: Page) -> None:
    fresh(judge, view_of("kinds-open"))

    def press(item: int, step: str, times: int = 1) -> None:
        for _ in range(times):
            judge.locator(f'[data-item="{item}"] [data-step="{step}"]').click()

    def line(item: int) -> str:
        return judge.locator(f'[data-item="{item}"] [data-role="line"]').inner_text()

    press(0, "up", 3)  # three faults of one point each
    press(1, "up", 5)  # 2.5 points off
    press(2, "hit")
    press(3, "full")
    press(4, "missed")
    press(5, "up", 2)
    assert (line(0), line(1), line(2), line(4)) == ("得 7", "得 12.50", "得 5", "得 0")
    expect(judge.locator('[data-role="total"]')).to_have_text("72.83")
    judge.locator('[data-role="submit"]').click()
    judge.locator('[data-role="confirm"]').click()
    assert asked(judge) == [{"type": "submit_marks", "marks": [3, 2.5, 1, 40, 0, 1]}]


def test_the_sheet_is_filled_in_from_the_keyboard(judge: Page) -> None:
    fresh(judge, view_of("kinds-open"))
    judge.locator('[data-item="0"] [data-entry]').focus()
    for key in ("2", "Tab", "Home", "Tab", "ArrowRight", "Tab", "End", "Tab", "0", "Tab", "End"):
        judge.keyboard.press(key)
    judge.locator('[data-role="submit"]').click()
    judge.locator('[data-role="confirm"]').click()
    assert asked(judge) == [{"type": "submit_marks", "marks": [2, 0, 1, 40, 0, 20]}]


def test_the_total_on_the_page_is_the_server_s(judge: Page) -> None:
    chance = random.Random(7)
    cases: list[dict[str, Any]] = []
    wanted: list[float] = []
    for _ in range(300):
        groups = chance.choice([[], [20, 70, 10], [0, 0], [33, 67], [50, 0, 50]])
        items: list[dict[str, Any]] = []
        entered: list[float] = []
        for _ in range(chance.randint(1, 9)):
            kind = chance.choice(["mark", "deduct", "faults", "hit"])
            most = chance.choice([1, 3, 5, 7.5, 10, 15, 40])
            item: dict[str, Any] = {
                "kind": kind,
                "max": most,
                "each": chance.choice([0.5, 1, 3]) if kind == "faults" else 0,
            }
            items.append({**item, "group": chance.randrange(len(groups)) if groups else 0})
            largest = {"hit": 1, "faults": 20}.get(kind)
            entered.append(
                chance.randint(0, largest) if largest else chance.randint(0, round(most * 100)) / 100
            )
        whole = chance.choice([7, 15, 20, 100])
        cases.append(
            {
                "sheet": {"items": items, "groups": [{"weight": one} for one in groups], "max": whole},
                "marks": entered,
            }
        )
        lines = tuple(
            SheetLine("", round(one["max"] * 100), one["kind"], round(one["each"] * 100), one["group"])
            for one in items
        )
        sheet = ScoreSheet(lines, tuple(SheetGroup("", one) for one in groups))
        hundredths = [round(one * 100) for one in entered]
        if sum(groups) and not any(groups[line.group] for line in lines):
            cases.pop()  # no line in any group that counts: the checker of rulebooks does not let it through
            continue
        wanted.append(sheet_total(sheet, hundredths, whole * 100) / 100)
    found = judge.evaluate(
        """async (cases) => {
          const { total } = await import("/display/judge/counting.js");
          return cases.map(({ sheet, marks }) => total(sheet, marks));
        }""",
        cases,
    )
    assert len(found) > 250 and found == wanted


def test_the_chief_judge_closes_only_at_the_second_look(judge: Page) -> None:
    fresh(judge, view_of("chief-may-close"))
    judge.locator('[data-role="close-marking"]').click()
    assert asked(judge) == []
    judge.locator('[data-role="close-back"]').click()
    judge.locator('[data-role="close-marking"]').click()
    judge.evaluate(
        "() => { window.answer = {accepted: false, reason: {zh: '还有评委未交', en: 'Some are missing'}}; }"
    )
    judge.locator('[data-role="close-confirm"]').click()
    assert asked(judge) == [{"type": "close_marking"}]
    assert "还有评委未交" in judge.locator('[data-role="chief"]').inner_text()


def test_only_the_chief_judge_may_close_and_is_told_of_an_own_open_sheet(judge: Page) -> None:
    show(judge, view_of("kinds-open"))
    assert judge.locator('[data-role="chief"]').count() == 0
    fresh(judge, view_of("chief-open"))
    judge.locator('[data-role="close-marking"]').click()
    assert "您自己的评分还没有提交" in judge.locator('[data-role="chief"]').inner_text()


def test_who_steps_aside_or_is_excused_has_no_sheet(judge: Page) -> None:
    for stem, word in (("masked", "回避"), ("excused", "缺席")):
        show(judge, view_of(stem))
        assert word in judge.locator(f'[data-sheet-state="{stem}"]').inner_text()
        assert judge.locator('[data-role="submit"]').count() == 0
