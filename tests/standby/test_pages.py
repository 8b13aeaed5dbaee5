"""The first laptop dies: pages go to the standby by themselves, signed in, and the dead one rules no more when it returns."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import open_page
from tests.standby.hall import hall, have_moved, permitted
from tests.standby.machines import FIRST, SECOND, Laptop, Loopback, Standby, go_on, kill_all, rows_of

WITHIN_S = 10.0


def test_a_dead_machine_is_taken_over_from_the_terminal_and_fenced_when_it_returns(
    tmp_path: Path, browser: Browser
) -> None:
    net = Loopback()
    complaints: list[str] = []
    old = Laptop(net, FIRST, tmp_path / "a")
    with Standby(net, SECOND, tmp_path / "b", old, "", stdin=True) as unused:
        assert unused.process.wait(10) == 2 and "run.py token --role standby" in "".join(unused.printed)
    with old:
        host = old.token()
        with Standby(net, SECOND, tmp_path / "b", old, old.token("standby"), stdin=True) as new:
            new.until_whole(old.get("/healthz")["revision"])
            pages = hall(browser, old, complaints)
            permitted(pages, new.base)
            page_id = next(
                row["page"]
                for row in old.get("/api/v1/views/host", host)["displays"]
                if row["view"] == "projector"
            )
            assert page_id
            revision = go_on(old, host, 2)
            new.until_whole(revision)
            time.sleep(2)
            kill_all([old])
            new.until_status(lambda told: told["link"] == "down", "a link that is down")
            assert new.process.stdin is not None
            began = time.monotonic()
            new.process.stdin.write("\nfoo\ntake over\n")
            new.process.stdin.flush()
            new.until_show()
            assert time.monotonic() - began < WITHIN_S
            assert new.taken is not None and new.taken["revision"] == revision
            assert "is on it alone" in new.taken["text"] and not new.taken["complete"]
            have_moved(pages, new, "Main", host)
            for page in pages.values():
                page.context.close()
            before = rows_of(tmp_path / "a")
            again = Laptop(net, FIRST, tmp_path / "a")
            with again:
                # Not told, but asked: it has never ruled again, not even for the first moment.
                assert again.command(host, "set_blackout", on=True)[0] == 409
                assert again.get("/healthz")["fence"]["state"] == "fenced"
                screen = open_page(browser, "projector", complaints)
                screen.goto(f"{again.base}/projector?name=Main&lang=en")
                screen.wait_for_url(
                    f"{new.base}/projector*", timeout=20_000
                )  # whoever opens it there is sent on
                screen.context.close()
                assert rows_of(again.data) == before and "The show has moved to" in "".join(again.printed)
                again.__exit__(None, None, None)
                with Standby(net, FIRST, again.data, new, new.token("standby")) as back:
                    back.until_whole(new.get("/healthz")["revision"])
