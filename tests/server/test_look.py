"""The look of a contest: colours with their contrast, logo and sponsors, as the file has them and the views give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import codec
from server.contest.file import picture_sources, read_contest
from server.contest.look import INK, PAPER, contrast, text_contrast
from server.game.events import ContestCreated
from server.game.fold import fold
from server.game.rulebook import Look
from server.game.state import Entry
from server.media import keep_pictures, may_be_seen, media_file
from server.views.by_role import projector_view

from .test_contest_file import GOOD, mistakes, written
from .test_media import PNG

ROOT = Path(__file__).resolve().parent.parent.parent


def with_look(look: str, theme: str = "customer") -> str:
    return f'theme = "{theme}"\n{GOOD}\n[look]\n{look}'


BLUE = 'ground = "#0b2a6f"\naccent = "#ffd400"\n'


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#ff0000") == 1
    assert text_contrast(INK) == text_contrast(PAPER) == contrast(INK, PAPER)


def test_ink_and_paper_are_those_of_the_pages() -> None:
    styles = "".join(path.read_text("utf-8") for path in (ROOT / "display" / "shared").glob("*.css"))
    assert f"--ink: {INK}" in styles and f"--paper: {PAPER}" in styles


def test_a_customers_look(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "logo.png").write_bytes(PNG)
    (tmp_path / "one.jpg").write_bytes(b"\xff\xd8\xff\xe0 one")
    more = 'logo = "in/logo.png"\nsponsors = ["one.jpg", "in/logo.png"]'
    file = written(tmp_path, with_look(BLUE.replace("ffd400", "FFD400") + more))
    book = read_contest(file)
    look = book.look
    assert (book.theme, look.ground, look.accent) == ("customer", "#0b2a6f", "#ffd400")
    assert look.logo.startswith("logo-") and look.logo.endswith(".png")
    assert [name[:10] for name in look.sponsors] == [f"sponsor-{n}-" for n in (1, 2)]
    sources = picture_sources(file)
    assert set(sources) == {look.logo, *look.sponsors}
    keep_pictures(tmp_path / "data", sources)
    assert all(media_file(tmp_path / "data", name) is not None for name in sources)

    created = ContestCreated("c", book, (), "seed")
    again = codec.event_from_json("contest_created", codec.event_to_json(created))
    assert again == created
    state = fold([Entry(1, 0, again)])
    assert projector_view(state, 0)["look"] == {
        "theme": "customer",
        "ground": "#0b2a6f",
        "accent": "#ffd400",
        "logo": f"/media/{look.logo}",
        "sponsors": [f"/media/{name}" for name in look.sponsors],
    }
    assert all(may_be_seen(state, name) for name in sources)


def test_a_look_is_not_needed_and_may_stand_beside_another_theme(tmp_path: Path) -> None:
    assert read_contest(written(tmp_path, GOOD)).look == Look()
    assert read_contest(written(tmp_path, with_look(BLUE, "hall"))).look == Look("#0b2a6f", "#ffd400")


@pytest.mark.parametrize(
    ("look", "found"),
    [
        ("", ["look.ground: found nothing", "look.accent: found nothing"]),
        ('ground = "#0b2a6f"', ["look.accent: found nothing"]),
        ('ground = "blue"\naccent = "#ffd400"', ['look.ground: found "blue"; allowed: a colour as "#rrggbb"']),
        ('ground = "#777777"\naccent = "#ffd400"', ["look.ground: found \"#777777\"", "4.1:1"]),
        ('ground = "#0b2a6f"\naccent = "#7a7a7a"', ['look.accent: found "#7a7a7a"', "7:1", "4.3:1"]),
        ('ground = "#0b2a6f"\naccent = "#101018"', ['look.accent: found "#101018"', "3:1 with the ground", "1.4:1"]),
        (f'{BLUE}logo = "logo.gif"', ["look.logo", "no such file"]),
        (f'{BLUE}logo = "../logo.png"', ["look.logo", "no absolute path"]),
        (f'{BLUE}sponsors = ["a.png", "b.png"]', ["look.sponsors", "a.png", "look.sponsors", "b.png"]),
        (f"{BLUE}sponsors = {['x.png'] * 9}".replace("'", '"'), ["look.sponsors", "a list of 1 to 8"]),
        (f'{BLUE}colour = "#ffffff"', ["look.colour: found \"#ffffff\"; allowed: no such setting"]),
    ],
)  # fmt: skip
def test_a_look_that_cannot_be(tmp_path: Path, look: str, found: list[str]) -> None:
    said = "\n".join(mistakes(tmp_path, with_look(look)))
    at = 0
    for part in found:
        assert part in said[at:], said
        at = said.index(part, at) + 1


def test_a_mistake_names_its_line(tmp_path: Path) -> None:
    text = with_look('ground = "#777777"\naccent = "#ffd400"')
    line = text.split("\n").index('ground = "#777777"') + 1
    with pytest.raises(ValueError, match=rf"contest\.toml:{line}: look\.ground: found"):
        read_contest(written(tmp_path, text))
