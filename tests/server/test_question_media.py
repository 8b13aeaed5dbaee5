"""The picture of a question from the bank to the screen: nobody learns of it before the question is presented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from question_bank import media_files, samples
from question_bank.bank import Bank
from server.event_log import EventLog
from server.feed import public_events
from server.game import commands as c
from server.media import may_be_seen, media_file, missing_files
from server.referee import Referee
from server.supervisor import CannotStart, Show, prepare
from server.views.by_role import desk_view, projector_view

CONTEST = """title = "决赛"
tie_break = "none"
[[contestant]]
name = "甲"
[[contestant]]
name = "乙"
[[round]]
kind = "compulsory"
turns = 16
"""
"""Two contestants and as many turns as the bank below has questions, none in reserve: the one with a picture is asked."""
QUESTIONS = 2 * 16
PICTURED = "sample-C33"


@pytest.fixture
def show(tmp_path: Path) -> Show:
    contest = tmp_path / "contest.toml"
    contest.write_text(CONTEST, encoding="utf-8")
    data = tmp_path / "data"
    (data / media_files.FOLDER).mkdir(parents=True)
    with Bank(tmp_path / "samples.db") as shipped, Bank(data / "bank.db") as bank:
        samples.load(shipped)
        pictured = shipped.get(PICTURED)
        assert pictured is not None
        others = [q for q in shipped.all() if q.round == "compulsory" and not q.media]
        bank.add_all([pictured, *others[: QUESTIONS - 1]])
        kept = Path(media_files.FOLDER, pictured.media)
        (data / kept).write_bytes((tmp_path / kept).read_bytes())
    return Show(data, contest_file=contest)


def test_a_picture_is_secret_until_its_question_is_presented(show: Show) -> None:
    prepare(show)
    path = show.data / "contest.db"
    log = EventLog(path)
    referee = Referee(log, lambda: 0, lambda: "now")
    media = referee.paper[PICTURED].public.media
    assert media is not None and media.kind == "image" and media.alt
    assert media_file(show.data, media.file) is not None and missing_files(show.data, referee.paper) == []
    assert referee.submit(c.StartRound()).accepted
    presented = False
    while not presented:
        told = "".join(row.body for row in log.rows())
        views = (projector_view(referee.state, 0), desk_view(referee.state, 0, 1), public_events(path, 0))
        assert media.file not in told + json.dumps(views) and not may_be_seen(referee.state, media.file)
        assert referee.submit(c.CallTurn()).accepted and referee.submit(c.Present()).accepted
        turn = referee.state.turn
        assert turn is not None and turn.question is not None
        presented = turn.question.id == PICTURED
        if not presented:
            assert referee.submit(c.Rule("void")).accepted
    assert may_be_seen(referee.state, media.file)
    shown = projector_view(referee.state, 0)["scene"]["question"]["media"]
    assert shown == {
        "kind": "image",
        "src": f"/media/{media.file}",
        "alt": media.alt,
        "state": "ready",
        "since_ns": None,
    }
    assert public_events(path, 0)[-1]["question"]["media"]["file"] == media.file
    log.close()


def test_a_contest_does_not_begin_without_its_files_but_goes_on_without_them(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(show)
    (picture,) = (show.data / "media").iterdir()
    kept = picture.read_bytes()
    picture.unlink()
    capsys.readouterr()
    assert prepare(show).contest
    assert PICTURED in capsys.readouterr().err, "the show goes on, and the operator knows"
    (show.data / "contest.db").unlink()
    (show.data / "contest.journal").unlink()
    with pytest.raises(CannotStart, match=f"{PICTURED}; import their sheet again"):
        prepare(show)
    picture.write_bytes(kept)
    assert prepare(show).contest
