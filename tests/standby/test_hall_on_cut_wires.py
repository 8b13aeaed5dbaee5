"""In full runs: the cable between the laptops is cut, and the hall sees both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.live import until
from tests.standby.hall import hall, have_moved, permitted
from tests.standby.machines import FIRST, SECOND, Laptop, Network, Standby, network


@pytest.fixture(scope="module")
def net() -> Iterator[Network]:
    with network() as made:
        yield made


def test_pages_see_it_first_tell_the_old_one_and_go_by_themselves(
    net: Network, tmp_path: Path, browser: Browser
) -> None:
    """The cable between the laptops is cut, and the hall sees both: the old one cannot know, until a page tells it."""
    net.mend()
    complaints: list[str] = []
    with Laptop(net, FIRST, tmp_path / "a") as old:
        host = old.token()
        pages = hall(browser, old, complaints)  # loaded before there is a standby
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby")) as new:
            new.until_whole(old.get("/healthz")["revision"])
            permitted(pages, new.base)
            page_id = next(
                row["page"]
                for row in old.get("/api/v1/views/host", host)["displays"]
                if row["view"] == "projector"
            )
            assert old.command(host, "display_set", page=page_id, name="Left wall")[0] == 200
            until(
                lambda: (
                    (tmp_path / "b" / "displays.json").exists()
                    and "Left wall" in (tmp_path / "b" / "displays.json").read_text()
                ),
                "the displays' names at the standby",
            )
            new.until_whole(old.get("/healthz")["revision"])
            time.sleep(1.5)  # the pages' tickets are made, copied, and in place
            net.cut(FIRST, SECOND)
            taken = new.take_over()
            assert not taken["complete"] and not taken["old_stopped"] and taken["serves"]
            assert "may rule on" in taken["text"]
            until(
                lambda: old.get("/healthz")["fence"]["state"] == "fenced",
                "a page that told the old stage",
                15,
            )
            assert old.command(host, "set_blackout", on=True)[0] == 409
            have_moved(pages, new, "Left wall", host)
            for page in pages.values():
                page.context.close()
