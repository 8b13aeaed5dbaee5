"""Large files on their way to a page: whole, and everything else between two parts of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask, send_file
from werkzeug.test import Client
from werkzeug.wrappers import Response

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is deprecated upstream
    import eventlet
    from eventlet import tpool

    from server.serving import FILE_PART, LargeFile, with_large_files

PARTS = 5
CONTENT = bytes(range(256)) * (FILE_PART * PARTS // 256)


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "film.mp4"
    path.write_bytes(CONTENT)
    yield path
    tpool.killall()


def test_others_have_their_turn_between_two_parts(film: Path) -> None:
    turns = 0

    def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            eventlet.sleep(0)

    thread = eventlet.spawn(others)
    parts, seen = [], [turns]
    with film.open("rb") as file:
        for part in LargeFile(file):
            parts.append(part)
            seen.append(turns)
    thread.kill()
    assert b"".join(parts) == CONTENT and {len(part) for part in parts} == {FILE_PART}
    assert all(before < after for before, after in pairwise(seen))


def test_a_file_comes_whole_and_from_the_middle(film: Path) -> None:
    small = film.with_name("small.js")
    small.write_bytes(b"export {};")
    app = Flask(__name__)
    app.add_url_rule("/film", "film", lambda: send_file(film))
    app.add_url_rule("/small", "small", lambda: send_file(small))
    client = Client(with_large_files(app), Response)
    part = {"Range": f"bytes={FILE_PART - 5}-{2 * FILE_PART}"}
    with client.get("/film") as whole, client.get("/film", headers=part) as middle:
        assert whole.data == CONTENT
        assert (middle.status_code, middle.data) == (206, CONTENT[FILE_PART - 5 : 2 * FILE_PART + 1])
    with client.get("/small") as answer:
        assert answer.data == b"export {};"
