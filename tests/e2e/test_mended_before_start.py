"""A copy of the log scribbled on while no show runs: mended at the start, said on the console until the host has read it."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.log.journal import journal_path
from server.log.notes import notes_path
from tests.browser import open_page, sign_in
from tests.live import Show, until

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"  # else one of the two copies
SEEN = '[data-role="log-seen"]'
BAND = '[data-role="log-mended"]'


def scribble(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(Random(7).randbytes(200))


def alarm(show: Show, role: str = "host") -> dict[str, Any] | None:
    """What that role is told of the log, but for the room on the disk, which others fill and clear."""
    found = show.get(f"/api/v1/views/{role}", show.token(role))["log"]["alarm"]
    return found and {name: value for name, value in found.items() if name != "free_mb"}


@pytest.mark.parametrize("copy", ["database", "journal"] if FULL else ["database"])
def test_damage_found_at_the_start_reaches_the_console(tmp_path: Path, browser: Browser, copy: str) -> None:
    data = tmp_path / "data"
    log = data / "contest.db"
    with Show(data) as show:
        passphrases = show.passphrases
        assert show.command(show.token(), "show", scene="lineup")[0] == 200
        revision = show.get("/healthz")["revision"]
        assert alarm(show) is None
    damaged = log if copy == "database" else journal_path(log)
    # Behind its first line the journal is sound up to there: damage all the same, and no line torn by a power cut.
    scribble(damaged, 4096 * 2 if copy == "database" else damaged.stat().st_size // 2)

    with Show(data) as show:
        show.passphrases |= passphrases
        told = until(lambda: alarm(show), "the console told of it")
        assert told["kind"] == "mended" and not told["blocks"] and told["where"] == str(data)
        kept = {one.name for one in data.iterdir() if "damaged" in one.name or "torn" in one.name}
        assert told["detail"] in kept and told["detail"].startswith(damaged.name)
        assert show.get("/healthz")["status"] in ("ok", "degraded") and alarm(show, "operator") == told
        show.kill("server.stage_process")
        until(lambda: _quietly_alarm(show) == told, "the same after the stage process began anew", 20)

    with Show(data) as show:
        show.passphrases |= passphrases
        assert show.get("/healthz")["revision"] > revision, "what was shown is there"
        assert alarm(show) == told, "nobody has read it: a start that nobody saw does not hide it"
        page = sign_in(open_page(browser, "console", []), show.base, "host", show.passphrases["host"])
        expect(page.locator(BAND)).to_contain_text(told["detail"])
        expect(page.locator('[data-role="log-alarm"]')).to_have_count(0)
        page.locator(SEEN).click()
        expect(page.locator(BAND)).to_have_count(0)
        assert alarm(show) is None
        until(lambda: not notes_path(log).exists(), "the note taken away")

    with Show(data) as show:
        assert alarm(show) is None
        assert (data / told["detail"]).exists(), "what is kept is kept"


def _quietly_alarm(show: Show) -> dict[str, Any] | None:
    try:
        return alarm(show)
    except OSError:
        return None  # not back yet
