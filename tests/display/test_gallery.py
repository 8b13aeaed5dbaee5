"""The gallery: what it photographs is there, every picture once, and its page looks through them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.display import gallery
from tests.display.all_pages import PAGES, Shown
from tests.display.pages import fixtures


def test_every_page_state_theme_and_language_is_photographed_once() -> None:
    shots = Counter(
        (task.page, task.size, task.theme, task.language, state)
        for task in gallery.tasks()
        for state in task.states
    )
    assert set(shots.values()) == {1}
    for theme in ("stage", "hall", "customer"):
        for path in fixtures("projector"):
            assert ("projector", 0, theme, "en", path.stem) in shots
    assert {page for page, *_ in shots} == {shown.name for shown in PAGES}


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_the_states_that_a_size_names_are_there(shown: Shown) -> None:
    for size in shown.sizes:
        assert set(size.states or ()) <= set(shown.views())
        assert shown.states(size)


def test_pictures_are_taken_and_shown(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = next(one for one in gallery.tasks({"desk-screen"}))
    two = gallery.Task(task.page, task.size, task.theme, task.language, task.states[:2])
    monkeypatch.setattr(gallery, "tasks", lambda names: iter([two]))
    assert gallery.make(tmp_path, {"desk-screen"}, 1) == []
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.goto((tmp_path / "index.html").as_uri())
    pictures = page.locator("figure img")
    assert pictures.count() == 2
    for picture in pictures.all():
        picture.evaluate("one => one.decode()")
        assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [1024, 768]
    page.close()
    assert wrong == []
