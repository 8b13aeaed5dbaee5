"""The printed result, read back: every name on page one, its fonts embedded, its doubts on every page."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from printing.canvas import Canvas, Typeface
from printing.fonts import text_faces
from server import cli, export
from server.game.rulebook import Text
from server.result import Result
from tests.game.play import rules

from .played_logs import played, short_book, store, with_names

RARE = [(name, "分公司") for name in ("㛃䶮", "𠮷田喆", "古丽娜尔·买买提", "José Şahin", "赵一鸣")]
LONG = (rules("compulsory", turns=6), rules("buzz_in", questions=20), rules("risk"), rules("risk"))


def squeezed(text: str) -> str:
    """Text as it was drawn, blanks and lines aside."""
    return "".join(text.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(scope="module")
def long(folder: Path) -> Path:
    """Several pages, twelve corrections, names in rare characters, no signature."""
    book = with_names(short_book(rounds=LONG, tie_break=None), RARE)
    return store(played(book, 5, corrections=12, signatures=0).log, folder / "long.db")


@pytest.fixture(scope="module")
def printed(long: Path) -> tuple[export.Exported, pypdf.PdfReader]:
    made = export.export(long, "pdf")
    return made, pypdf.PdfReader(BytesIO(made.data))


def result_of(printed: tuple[export.Exported, pypdf.PdfReader]) -> Result:
    return printed[0].result


def test_page_one_is_the_certificate(printed: tuple[export.Exported, pypdf.PdfReader]) -> None:
    result, text = result_of(printed), squeezed(printed[1].pages[0].extract_text())
    for place in result.places:
        assert squeezed(place.name.replace("Ş", "[U+015E]")) in text
        assert squeezed(place.unit) in text
        assert f"{abs(place.score_cp) // 100}" in text
    assert result.head in text and "话务员职业技能竞赛" in text and "2026年11月22日" in text
    assert "run.pyverify" in text


def test_every_page_says_that_nobody_signed_and_which_log_it_is_of(
    printed: tuple[export.Exported, pypdf.PdfReader],
) -> None:
    reader = printed[1]
    assert len(reader.pages) > 4
    for number, page in enumerate(reader.pages, 1):
        text = squeezed(page.extract_text())
        assert "未确认" in text and result_of(printed).head in text
        assert f"第{number}页，共{len(reader.pages)}页" in text
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
            (595.28, 841.89), abs=0.1
        )


def test_the_account_is_complete(printed: tuple[export.Exported, pypdf.PdfReader]) -> None:
    result = result_of(printed)
    text = squeezed("".join(page.extract_text() for page in printed[1].pages[1:]))
    assert len(result.entries) > 40 and len(result.corrections) == 12
    for line in result.corrections:
        assert squeezed(line.reason) in text
    for one in result.entries:
        assert f"{one.seq}14:" in text, "its row and its time"
    for title in (
        "各环节得分",
        "得分记录",
        "裁定",
        "比分更正",
        "抢答犯规",
        "抢答判定",
        "撤销的步骤",
        "并列的决定",
    ):
        assert title in text


def test_what_no_font_has_is_shown_by_its_number_and_named(
    printed: tuple[export.Exported, pypdf.PdfReader],
    long: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed[0].missing == ("Ş",)
    target = tmp_path / "result.pdf"
    assert cli.main(["export", str(long), "--format", "pdf", "-o", str(target)]) == 0
    assert "no font here has Ş (U+015E)" in capsys.readouterr().err
    assert target.read_bytes() == printed[0].data, "the same log, the same file"


def test_fonts_are_embedded_and_only_in_part(printed: tuple[export.Exported, pypdf.PdfReader]) -> None:
    found = {}
    for page in printed[1].pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            found[descriptor["/FontName"]] = len(descriptor["/FontFile2"].get_object().get_data())
            assert "/ToUnicode" in font.get_object(), "text can be searched and copied"
    assert len(found) == 4 and all("+" in name for name in found)
    assert len(printed[0].data) < 400_000


def test_a_rehearsal_says_so_across_every_page(folder: Path) -> None:
    path = store(played(short_book(), 2).log, folder / "rehearsal.db", rehearsal=True)
    for page in pypdf.PdfReader(BytesIO(export.export_bytes(path, "pdf"))).pages:
        text = squeezed(page.extract_text())
        assert "彩排·不计入正式成绩" in text and text.count("彩排") >= 2
        assert "未确认" not in text


def test_english_has_english_words_alone(folder: Path) -> None:
    book = short_book(language="en", title=Text("", "The Final"), subtitle=Text("", "On stage"), judges=())
    rounds = tuple(one for one in book.rounds if one.kind in ("compulsory", "risk"))
    people = [(f"Contestant {number}", "Unit") for number in range(1, 6)]
    named = with_names(
        short_book(language="en", title=book.title, subtitle=book.subtitle, rounds=rounds), people
    )
    path = store(played(named, 2, corrections=0, signatures=0).log, folder / "english.db")
    for page in pypdf.PdfReader(BytesIO(export.export_bytes(path, "pdf"))).pages:
        text = page.extract_text()
        assert not [one for one in text if "\u4e00" <= one <= "\u9fff"], text
        assert "NOT CERTIFIED" in text


@pytest.fixture(scope="module")
def canvas() -> Iterator[Canvas]:
    with Typeface(["终点，「开」始。古丽娜尔·买买提"]) as typeface:
        made = Canvas(typeface, "t", "zh-CN", None, "0")
        made.add_page()
        made.face("text", 10)
        yield made
        made.close()


def test_lines_hold_and_break_as_chinese_does(canvas: Canvas) -> None:
    unit = canvas.get_string_width("终")
    for width in range(3, 12):
        lines = canvas.lines("终点，「开」始。" * 5, unit * width + 0.01)
        assert "".join(lines) == "终点，「开」始。" * 5, "nothing is lost"
        assert all(canvas.get_string_width(line) <= unit * width + 0.02 for line in lines)
        assert not any(line[0] in "，」。" or line[-1] == "「" for line in lines)


def test_latin_words_stay_whole_unless_they_are_wider_than_the_line(canvas: Canvas) -> None:
    width = canvas.get_string_width("abcdefgh")
    assert canvas.lines("abc def ghi", width) == ["abc def", "ghi"]
    assert canvas.lines("终 −10", canvas.get_string_width("终 −1")) == ["终", "−10"], (
        "a sign stays with its figure"
    )
    assert "".join(canvas.lines("abcdefgh" * 4, width)) == "abcdefgh" * 4
    assert canvas.lines("", width) == [""] and canvas.lines("a\nb", width) == ["a", "b"]


def test_every_chinese_character_in_use_has_a_glyph() -> None:
    rare = "㛃䶮𠮷㙍㧑㬎䴖龘燊玥喆堃丨鿍"
    faces = text_faces(rare + "中文Abc", (400, 700), "T")
    assert faces[400].missing == frozenset() == faces[700].missing
    assert set("㛃䶮𠮷") <= faces[400].rare and "中" not in faces[400].rare
    assert text_faces("中\U0010ffff", (400,), "T")[400].missing == {"\U0010ffff"}
