"""Pictures, sounds and films of questions: told by their first bytes, bounded, kept under names nobody guesses."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlite_utils import Database

from question_bank import cli, media_files, samples, schema
from question_bank.bank import Bank
from question_bank.exporters import export_csv
from question_bank.importers import ImportReport, import_file
from question_bank.media_files import MB, BadMedia, MediaFile, ending_of, keep, kind_of, media_file
from question_bank.question import validate
from question_bank.samples import make_media
from tests.question_bank.makers import HEADER, SINGLE, single, write_csv

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20
HEADS = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "ogg": b"OggS" + bytes(24) + b"\x01vorbis",
    "mp3": b"ID3\x04\0\0",
    "m4a": b"\0\0\0\x20ftypM4A \0\0\0\0",
    "mp4": b"\0\0\0\x20ftypisom\0\0\x02\0",
    "webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
}
OTHERS = (
    b"",
    b"GIF89a",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"RIFF\x10\0\0\0AVI LIST",
    b"OggS" + bytes(24) + b"\x80theora",
    b"\0\0\0\x20ftypqt  \0\0\0\0",
    b"\0\0\0\x20ftypheic\0\0\0\0",
    b"\x1aE\xdf\xa3\x9fB\x82\x88matroska",
    b"\xff\xf1\x50\x80",  # AAC without a container
    b"%PDF-1.7",
)


def sheet(folder: Path, media: str, alt: str = "一张图") -> Path:
    """A sheet of one question with that file."""
    folder.mkdir(exist_ok=True)
    row = SINGLE | {"媒体文件": media, "媒体说明": alt}
    return write_csv(folder / "题.csv", [row], header=(*HEADER, "媒体文件", "媒体说明"))


def imported(folder: Path, sheet_file: Path, **how: bool) -> ImportReport:
    with Bank(folder / "bank.db") as bank:
        return import_file(bank, sheet_file, **how)


@pytest.mark.parametrize("ending", HEADS)
def test_the_first_bytes_say_what_a_file_is(ending: str) -> None:
    assert ending_of(HEADS[ending]) == ending and ending in media_files.KINDS
    assert ending_of(b"\xff\xfb\x90\x00") == ending_of(b"\xff\xf3\x40\xc0") == "mp3", "without a tag, too"


@pytest.mark.parametrize("head", OTHERS)
def test_what_we_neither_show_nor_play(head: bytes) -> None:
    assert ending_of(head) is None


def test_a_picture_comes_in_under_a_name_made_of_what_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    file = sheet(folder, "图/星.gif")
    (folder / "图").mkdir()
    (folder / "图" / "星.gif").write_bytes(PNG)
    assert imported(tmp_path, file).added == 1
    with Bank(tmp_path / "bank.db") as bank:
        (question,) = bank.all()
    assert media_files.NAME.fullmatch(question.media) and question.media.endswith(".png")
    assert (kind_of(question.media), question.alt) == ("image", "一张图")
    assert (tmp_path / "media" / question.media).read_bytes() == PNG
    assert os.listdir(tmp_path / "media") == [question.media]


def test_the_same_again_is_unchanged_and_brings_back_a_lost_file(tmp_path: Path) -> None:
    file = sheet(tmp_path / "in", "a.png")
    (tmp_path / "in" / "a.png").write_bytes(PNG)
    assert imported(tmp_path, file).added == 1
    (lost,) = (tmp_path / "media").iterdir()
    lost.unlink()
    report = imported(tmp_path, file)
    assert (report.ok, report.unchanged) == (True, 1) and lost.is_file()
    (tmp_path / "in" / "a.png").write_bytes(PNG + b"!")
    assert [error.code for error in imported(tmp_path, file).errors] == ["id_taken"]
    assert imported(tmp_path, file, replace=True).replaced == 1


def test_a_check_copies_nothing(tmp_path: Path) -> None:
    file = sheet(tmp_path / "in", "a.png")
    (tmp_path / "in" / "a.png").write_bytes(PNG)
    assert imported(tmp_path, file, check=True).ok
    assert not (tmp_path / "media").exists()


@pytest.mark.parametrize(
    ("written", "content", "code"),
    [
        ("a.png", None, "media_missing"),
        (".", None, "media_missing"),
        ("x" * 300 + ".png", None, "media_missing"),
        ("a.png", b"GIF89a", "media_kind"),
        ("a.png", b"", "media_kind"),
        ("../a.png", PNG, "media_path"),
        ("b/../../a.png", PNG, "media_path"),
        ("/etc/passwd", None, "media_path"),
        ("..\\a.png", None, "media_path"),
        ("C:a.png", None, "media_path"),
    ],
)
def test_a_file_that_cannot_be_is_told_by_its_row(
    tmp_path: Path, written: str, content: bytes | None, code: str
) -> None:
    file = sheet(tmp_path / "in", written)
    if content is not None:
        (tmp_path / "in" / written).resolve().write_bytes(content)
    (error,) = imported(tmp_path, file).errors
    assert (error.code, error.row, error.column, error.cell) == (code, 2, "media", "P2")
    assert "媒体文件 (P2)" in error.text() and error.found
    assert not (tmp_path / "media").exists()


def test_a_link_that_leads_out(tmp_path: Path) -> None:
    file = sheet(tmp_path / "in", "a.png")
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "in" / "a.png").symlink_to(tmp_path / "secret.png")
    assert [error.code for error in imported(tmp_path, file).errors] == ["media_path"]
    (tmp_path / "in" / "a.png").unlink()
    (tmp_path / "in" / "a.png").symlink_to("a.png")
    assert imported(tmp_path, file).errors[0].code in ("media_path", "media_missing")


@pytest.mark.parametrize("ending", ["png", "wav", "mp4"])
def test_each_kind_has_its_bound(tmp_path: Path, ending: str) -> None:
    most = media_files.MOST_BYTES[media_files.KINDS[ending]]
    path = tmp_path / "large"
    with path.open("wb") as stream:
        stream.write(HEADS[ending])
        stream.truncate(most + 1)
    with pytest.raises(BadMedia) as caught:
        media_file(tmp_path, "large")
    assert (caught.value.code, caught.value.allowed) == ("media_size", f"{most // MB} MB")


def test_a_file_and_its_words_go_together(tmp_path: Path) -> None:
    file = sheet(tmp_path / "in", "a.png", "")
    (tmp_path / "in" / "a.png").write_bytes(PNG)
    assert [(one.column, one.code) for one in imported(tmp_path, file).errors] == [("alt", "empty")]
    lonely = sheet(tmp_path / "in", "", "一张图")
    assert [(one.column, one.code) for one in imported(tmp_path, lonely).errors] == [("alt", "must_be_empty")]
    named = replace(single(), media="../bank.db", alt="一张图")
    assert [problem.code for problem in validate(named)] == ["media_name"]


def test_a_file_that_changed_meanwhile_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    found = media_file(tmp_path, "a.png")
    (tmp_path / "a.png").write_bytes(PNG + b"!")
    with pytest.raises(BadMedia, match="changed during the import"):
        keep(tmp_path / "data", found)
    assert os.listdir(tmp_path / "data" / "media") == []


def test_an_export_takes_the_files_along_and_comes_back_unchanged(tmp_path: Path) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        samples.load(bank)
        import_file(bank, samples.FOLDER / "sound" / "tones.csv")
        questions = bank.all()
    (tmp_path / "out").mkdir()
    assert cli.main(["export", "--data", str(tmp_path), "-o", str(tmp_path / "out" / "all.csv")]) == 0
    assert sorted(os.listdir(tmp_path / "out" / "media")) == sorted({q.media for q in questions if q.media})
    (tmp_path / "again").mkdir()
    with Bank(tmp_path / "again" / "bank.db") as bank:
        assert import_file(bank, tmp_path / "out" / "all.csv").ok
        assert bank.all() == questions


def test_an_export_that_lacks_a_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Bank(tmp_path / "bank.db") as bank:
        bank.add(single(media=f"q-{'a' * 32}.png", alt="一张图"))
    assert cli.main(["export", "--data", str(tmp_path), "-o", str(tmp_path / "all.csv")]) == 2
    assert "no such media file" in capsys.readouterr().err and not (tmp_path / "all.csv").exists()
    assert export_csv([single()], tmp_path / "all.csv", tmp_path) == 1


def test_a_bank_of_before_opens_and_its_questions_have_no_media(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    db = Database(path)
    schema.migrate(db, schema.MIGRATIONS[:1])
    db.table("questions").insert(
        {
            "id": "q1",
            "round": "buzz_in",
            "form": "single",
            "prompt": "第1题，选哪个？",
            "prompt_key": "第1题,选哪个?",
            "options": json.dumps(["甲", "乙", "丙"]),
            "answer": "B",
            "key_points": "[]",
            "explanation": "",
            "value": None,
            "area": "常识",
            "level": "初级",
            "source": "",
        }
    )
    db.close()
    with Bank(path) as bank:
        (question,) = bank.all()
        assert (question.media, question.alt, question.prompt) == ("", "", "第1题，选哪个？")
        bank.add(single(2, media=f"q-{'0' * 32}.mp3", alt="一段声音"))


# The samples


def test_the_sample_media_are_what_the_script_makes() -> None:
    with Image.open(make_media.STAR) as kept_image:
        assert kept_image.convert("RGB").tobytes() == make_media.star().convert("RGB").tobytes()
    for path, cadence in make_media.TONES.items():
        assert path.read_bytes()[44:] == make_media.tone(cadence)


def test_the_sample_sounds_are_imported_by_hand(tmp_path: Path) -> None:
    report = imported(tmp_path, samples.FOLDER / "sound" / "tones.csv")
    assert report.ok and report.added == 2
    assert sorted(kind_of(path.name) for path in (tmp_path / "media").iterdir()) == ["audio", "audio"]


def test_a_media_file_knows_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(HEADS["webm"])
    found = media_file(tmp_path, "x")
    assert found == MediaFile(found.name, "video", (tmp_path / "x").resolve())
