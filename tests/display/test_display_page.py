"""A page as one of the displays: what it says of itself, and what it does when the console asks something of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.display.pages import HERE, ORIGIN, load, open_role

ID = "0" * 32  # the first that the tests' stand-in gives
WIDTH = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().width;
}"""  # of the words in it
FLASH = '[data-role="flash"]'
# One page of every kind, with a view it can draw.
PAGES = {
    "projector": "projector/lineup",
    "stage": "projector/lineup",
    "audience": "projector/lineup",
    "judge": "judge/waiting",
    "host": "host/opening",
    "desk": "projector/opening",
}


@pytest.fixture(scope="module")
def page(browser: Browser, complaints: list[str]) -> Page:
    return open_role(open_page(browser, "projector", complaints), "projector")


def view(name: str = "projector/lineup", **changes: Any) -> dict[str, Any]:
    return load(HERE / "fixtures" / f"{name}.json") | changes


def put(page: Page, shown: dict[str, Any]) -> None:
    page.evaluate("view => window.show(view)", shown)


def told(page: Page, name: str = "左侧大屏", **settings: Any) -> None:
    """What the server says of this display."""
    page.evaluate(
        "told => window.hear('display', told)", {"name": name, "settings": settings, "muted": False}
    )


def visit(page: Page, address: str) -> None:
    page.goto(f"{ORIGIN}/{address}")
    page.wait_for_function("() => window.show !== undefined")


def asked(page: Page, what: str, **more: str) -> None:
    page.evaluate("what => window.hear('do', what)", {"do": what, **more})


def test_a_page_says_what_it_is_at_each_connection_and_when_its_size_changes(page: Page) -> None:
    put(page, view())
    assert page.evaluate("() => window.auth()") == {
        "page": ID,
        "view": "projector",
        "name": None,
        "size": [1920, 1080],
    }
    page.set_viewport_size({"width": 1600, "height": 900})
    page.wait_for_function("() => String(window.states.at(-1).size) === '1600,900'")
    page.set_viewport_size({"width": 1920, "height": 1080})


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("projector?overlay=1&name=直播", {"view": "overlay", "name": "直播"}),
        ("projector?test=1", {"view": "test", "name": None}),
        ("projector?preview=1", {"preview": True}),
        ("desk", {"view": "desk", "clock": ID}),
    ],
)
def test_what_a_page_is_stands_in_its_address(page: Page, address: str, said: dict[str, Any]) -> None:
    visit(page, address)
    answer = page.evaluate("() => window.auth()")
    assert {key: answer.get(key) for key in said} == said
    if "preview" in said:
        assert answer == said, "a picture inside the console is no display"
        put(page, view())
        asked(page, "identify")
        assert page.locator(FLASH).count() == 0 and page.evaluate("() => window.states") == []


def test_a_reload_keeps_the_id_and_a_copy_of_the_window_takes_another(page: Page) -> None:
    visit(page, "projector")
    page.evaluate("() => sessionStorage.setItem('firstpress.page', 'ab'.repeat(16))")
    page.reload()
    page.wait_for_function("() => window.show !== undefined")
    assert page.evaluate("() => window.auth().page") == "ab" * 16
    copied = page.context.new_page()
    copied.add_init_script(
        "if (!sessionStorage.length) sessionStorage.setItem('firstpress.page', 'ab'.repeat(16))"
    )
    open_role(copied, "projector")
    copied.wait_for_function("() => window.auth().page === '0'.repeat(32)")
    assert ["again"] in copied.evaluate("() => window.said"), "it connects anew under its own id"
    assert page.evaluate("() => window.auth().page") == "ab" * 16
    copied.close()


@pytest.mark.parametrize("size", [(1920, 1080), (390, 844), (360, 640), (3840, 1080)])
@pytest.mark.parametrize(
    "name",
    ["左", "左侧大屏", "舞台左侧 LED 大屏（备用机）— Nordhalle", "Konferenzraumnebeneingang", "一" * 40],
)
def test_a_name_fills_the_window_in_as_many_lines_as_it_takes(
    page: Page, name: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    put(page, view())
    told(page, name)
    asked(page, "identify")
    text = page.locator(f"{FLASH} span")
    expect(text).to_have_text(name)
    ink = text.evaluate(
        """(span) => {
          const range = document.createRange();
          range.selectNodeContents(span);
          const box = range.getBoundingClientRect();
          return [box.left, box.top, box.right, box.bottom, parseFloat(getComputedStyle(span).fontSize)];
        }"""
    )
    left, top, right, bottom, letters = ink
    assert left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1], "inside the window"
    area = letters * letters * sum(1 if ord(letter) > 255 else 0.5 for letter in name) / (size[0] * size[1])
    if name in ("左", "左侧大屏", "Konferenzraumnebeneingang"):  # one word, or as tall as a line may be
        assert letters * 1.2 > size[1] * 0.5 or right - left > size[0] * 0.8
    else:
        assert area > 0.15, "as large as can be"
    page.set_viewport_size({"width": 1920, "height": 1080})


def test_identify_shows_the_name_over_everything_for_four_seconds(page: Page) -> None:
    put(page, view())
    told(page)
    asked(page, "identify")
    board = page.locator(FLASH)
    expect(board).to_have_text("左侧大屏")
    box = board.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1920, "height": 1080}
    over = "() => document.elementFromPoint(960, 540).dataset.role"
    assert page.evaluate(over) == "flash"
    assert 1200 < board.evaluate(WIDTH) < 1900, "as wide as the window, and inside it"
    told(page, "字幕机 1", lang="en")
    asked(page, "identify")
    expect(board).to_have_text("字幕机 1")
    expect(board).to_have_count(0, timeout=6_000)


def test_a_name_never_breaks_the_dark_of_a_blackout(page: Page) -> None:
    put(page, view())
    asked(page, "identify")
    expect(page.locator(FLASH)).to_have_count(1)
    put(page, view(blackout=True))
    expect(page.locator(FLASH)).to_have_count(0)
    asked(page, "identify")
    expect(page.locator(FLASH)).to_have_count(0)
    put(page, view())


def test_a_page_without_a_name_shows_a_sign_of_itself(page: Page) -> None:
    put(page, view())
    told(page, "")
    asked(page, "identify")
    expect(page.locator(FLASH)).to_have_text(page.evaluate("() => window.auth().page.slice(0, 4)"))


@pytest.mark.parametrize("role", PAGES)
def test_every_page_changes_its_language_without_a_reload(page: Page, role: str) -> None:
    visit(page, role)
    shown = view(PAGES[role])
    if role == "desk":
        shown |= {"role": "desk", "seat": 1, "web_buzzers": False, "stake": None, "buzz": None}
    put(page, shown)
    page.evaluate("() => { window.sameWindow = true; }")
    here = "lang => document.documentElement.lang === lang && window.sameWindow"
    page.wait_for_function(here, arg="zh-CN")
    before = page.locator("body").inner_text()
    told(page, lang="en")
    page.wait_for_function(here, arg="en")
    assert page.locator("body").inner_text() != before
    told(page)
    page.wait_for_function(here, arg="zh-CN")
    assert page.locator("body").inner_text() == before


def test_another_view_keeps_what_belongs_to_the_machine(page: Page) -> None:
    visit(page, "projector?mirror=1&lang=en&name=B&test=1")
    for elsewhere in ("https://example.com/", "//example.com", "/host", "/projector?preview=1"):
        asked(page, "view", to=elsewhere)
    assert page.url == f"{ORIGIN}/projector?mirror=1&lang=en&name=B&test=1", "none of our views: it stays"
    asked(page, "view", to="/stage")
    page.wait_for_url(f"{ORIGIN}/stage?lang=en&mirror=1&name=B")
    page.wait_for_function("() => window.show !== undefined")
    asked(page, "view", to="/projector")
    page.wait_for_url(f"{ORIGIN}/projector?lang=en&mirror=1&name=B")
    page.wait_for_function("() => window.show !== undefined")
    page.evaluate("() => { window.sameWindow = true; }")
    asked(page, "reload")
    page.wait_for_function("() => window.show !== undefined && window.sameWindow === undefined")


def test_another_contest_gets_a_page_that_remembers_nothing(page: Page) -> None:
    """What was on its way (a score that travels, a clock's timer, an open form) belongs to the contest before."""
    visit(page, "projector")
    put(page, view("projector/scoreboard"))
    page.evaluate("() => { document.querySelector('main').dataset.mine = 'yes'; }")
    put(page, view("projector/scoreboard", revision=10_000))
    assert page.locator("main[data-mine]").count() == 1, "the same contest, one event on"
    put(page, view("projector/scoreboard", epoch="another"))
    assert page.locator("main[data-mine]").count() == 0
    page.evaluate("() => { document.querySelector('main').dataset.mine = 'yes'; window.lose(); }")
    back = copy.deepcopy(view("projector/scoreboard", epoch="another"))
    back["revision"] -= 1
    put(page, back)
    assert page.locator("main[data-mine]").count() == 0, "the log was set back while the line was down"


def test_nothing_complained(complaints: list[str]) -> None:
    assert complaints == []
