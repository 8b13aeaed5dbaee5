"""Contestants' pictures: what may be one, how it is kept, and that no other file gets out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.contest.file import PRESET, picture_sources, read_contest
from server.media import TYPES, BadPicture, keep_pictures, media_file, picture_name

from .test_contest_file import GOOD, mistakes, written

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20


def with_photo(name: str) -> str:
    return GOOD.replace('name = "甲"', f"name = '甲'\nphoto = '{name}'")


def test_photos_are_kept_under_names_made_of_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "甲.jpeg").write_bytes(PNG)
    file = written(tmp_path, with_photo("photos/甲.jpeg"))
    photo = read_contest(file).contestants[0].photo
    assert photo.startswith("photo-1-") and photo.endswith(".png")
    data = tmp_path / "data"
    sources = picture_sources(file)
    keep_pictures(data, sources)
    keep_pictures(data, sources)
    kept = media_file(data, photo)
    assert kept is not None and kept.read_bytes() == PNG and os.listdir(data / "media") == [photo]
    assert read_contest(PRESET).contestants[0].photo == "" and picture_sources(PRESET) == {}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.png", None, "no such file"),
        ("a.png", b"GIF89a", "PNG, JPEG or WebP"),
        ("a.png", b"", "PNG, JPEG or WebP"),
        ("a.png", PNG + b"x" * 5 * 1024 * 1024, "at most 5 MB"),
        ("../a.png", PNG, "no absolute path"),
        ("b/../../a.png", PNG, "no absolute path"),
        ("/etc/passwd", None, "no absolute path"),
        ("..\\a.png", None, "no absolute path"),
        ("C:a.png", None, "no absolute path"),
        (".", None, "no such file"),
        ("x" * 190 + "/" + "y" * 9, None, "beside the contest file"),
    ],
)
def test_a_photo_that_cannot_be(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    if content is not None:
        (folder / name).resolve().write_bytes(content)
    found = mistakes(folder, with_photo(name))
    assert len(found) == 1 and found[0].startswith("contestant 1.photo:") and says in found[0]


def test_a_photo_by_a_link_that_leads_out(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    (folder / "b.png").symlink_to("b.png")
    for name in ("a.png", "b.png"):
        found = mistakes(folder, with_photo(name))
        assert len(found) == 1 and found[0].startswith("contestant 1.photo:")


def test_the_kind_of_a_picture_is_what_its_first_bytes_say(tmp_path: Path) -> None:
    endings = set()
    for content in (PNG, b"\xff\xd8\xff\xe0", b"RIFF\x10\0\0\0WEBPVP8 "):
        (tmp_path / "x.gif").write_bytes(content)
        endings.add(picture_name("photo-3", tmp_path / "x.gif").split(".")[1])
    assert endings == {"png", "jpg", "webp"} < set(TYPES)


def test_a_picture_that_changed_meanwhile_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    sources = {picture_name("photo-1", tmp_path / "a.png"): tmp_path / "a.png"}
    (tmp_path / "a.png").write_bytes(PNG + b"!")
    with pytest.raises(BadPicture, match="changed"):
        keep_pictures(tmp_path / "data", sources)
    assert os.listdir(tmp_path / "data" / "media") == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../contest.db",
        "q-0.png",
        f"q-{'0' * 32}.svg",
        f"Q-{'0' * 32}.png",
        "sponsor-9-0123456789ab.png",
        "photo-1-0123456789ab.png/../../contest.db",
        "PHOTO-1-0123456789ab.png",
    ],
)
def test_only_our_own_names_are_given_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "contest.db").write_bytes(b"secret")
    assert media_file(tmp_path, name) is None
    assert media_file(tmp_path, "photo-1-0123456789ab.png") is None  # nothing there yet
    (tmp_path / "media" / "photo-1-0123456789ab.png").symlink_to(tmp_path / "contest.db")
    assert media_file(tmp_path, "photo-1-0123456789ab.png") is None
