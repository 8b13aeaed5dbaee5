"""The gallery: `run.py gallery DIR` pictures every page in every state, theme, language and size, with a page to look through.

Pages come from `all_pages.py`, views from the tests' fixtures; no server runs. A picture stands before it is taken: faces and
photos have come, motion is over. About 2,500 pictures; twenty minutes on two cores, or `--page NAME` for some of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

from server.tls.trust_page import CSS
from server.web import DISPLAY
from tests.browser import chromium
from tests.display.all_pages import LANGUAGES, PAGES, Shown, Size, View, dressed
from tests.display.pages import ORIGIN
from tests.run import DEBIAN, prepare_debian

HERE = Path(__file__).parent
INDEX = HERE / "gallery.html"
DONE, NO = 0, 1
QUALITY = 84  # of JPEG; a transparent picture is a PNG
TOGETHER = 40  # states that one process takes before it may be another's turn
# What moves for ever does not count; what moves once is at its end.
SHOW = """async (view) => {
  window.show(view);
  await document.fonts.ready;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const head = (film) => film.readyState > 1 || film.error !== null || !film.src;
  const come = () => [...document.images].every((one) => one.complete) && [...document.querySelectorAll("video")].every(head);
  await frame();
  for (let tries = 0; !come() && tries < 200; tries += 1) await frame();
  await document.fonts.ready;
  for (const one of document.getAnimations()) one.cancel();
  await frame();
  await frame();
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the gallery; `file` is below the gallery's folder."""

    file: str
    page: str
    state: str
    theme: str
    language: str
    size: str


@dataclass(frozen=True, slots=True)
class Task:
    """Some states of one page in one size, theme and language."""

    page: str
    size: int
    theme: str
    language: str
    states: tuple[str, ...]


def tasks(names: set[str] | None = None) -> Iterator[Task]:
    """All that is to be photographed, of these pages or of all; a shape that is not the usual one in one theme only."""
    for shown in PAGES:
        if names and shown.name not in names:
            continue
        for number, size in enumerate(shown.sizes):
            states = tuple(shown.states(size))
            for theme in shown.themes if number == 0 else shown.themes[:1]:
                for language in LANGUAGES:
                    for first in range(0, len(states), TOGETHER):
                        yield Task(shown.name, number, theme, language, states[first : first + TOGETHER])


def photograph(folder: Path, task: Task) -> tuple[list[Shot], list[str]]:
    """The pictures of a task, and what the page's console said meanwhile. A process of its own calls this."""
    shown = next(one for one in PAGES if one.name == task.page)
    size = shown.sizes[task.size]
    complaints: list[str] = []
    with chromium() as browser:
        page = shown.open(browser, size, complaints)
        views = shown.states(size)
        shots = [
            _shot(page, folder, shown, size, task, state, dressed(views[state], task.language, task.theme))
            for state in task.states
        ]
    return shots, complaints


def _shot(page: Page, folder: Path, shown: Shown, size: Size, task: Task, state: str, view: View) -> Shot:
    place = Path(
        shown.name, f"{size}-{task.theme}-{task.language}", f"{state}.{'png' if shown.overlay else 'jpg'}"
    )
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    page.evaluate(SHOW, view)
    if shown.overlay:
        page.screenshot(path=folder / place, omit_background=True)
    else:
        page.screenshot(path=folder / place, type="jpeg", quality=QUALITY)
    return Shot(place.as_posix(), shown.name, state, task.theme, task.language, str(size))


def plain_pages(browser: Browser, folder: Path) -> list[Shot]:
    """Index, sign-in and trust page as the server fills them; plain HTML without a view."""
    shots = []
    for state, file, role in PLAIN_PAGES:
        text = (DISPLAY / file).read_text(encoding="utf-8")
        for word, value in {**FILLED, "ROLE": role}.items():
            text = text.replace("{{" + word + "}}", value)
        for size in (Size(1366, 768), Size(390, 844)):
            page = browser.new_page(viewport={"width": size.width, "height": size.height})
            page.route("**/*", partial(_serve, text))
            page.goto(f"{ORIGIN}/")
            page.evaluate("() => document.fonts.ready.then(() => null)")
            place = f"plain/{size}/{state}.jpg"
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / place, type="jpeg", quality=QUALITY)
            page.close()
            shots.append(Shot(place, "plain", state, "stage", "zh-CN + en", str(size)))
    return shots


def _serve(text: str, route: Route) -> None:
    """The page itself, or a file that it names."""
    path = route.request.url.removeprefix(ORIGIN)
    if path.startswith("/trust/"):
        route.fulfill(path=DISPLAY / CSS[path])
    elif path.startswith("/display/"):
        route.fulfill(path=DISPLAY / path.removeprefix("/display/"))
    else:
        route.fulfill(body=text, content_type="text/html; charset=utf-8")


FILLED = {
    "ROLE": "judge",
    "CSRF": "",
    "NUMBERED": "judge",
    "WHO": "autofocus",
    "CHOICES": "".join(f"<option value={number}>{number}</option>" for number in range(1, 6)),
    "ERROR": "",
    "FINGERPRINT": " ".join(["E5:7A:4D:C3"] * 8),
    "UNTIL": "2028-11-22",
}
PLAIN_PAGES = (
    ("index", "index/index.html", ""),
    *(
        (f"sign-in-{role}", "login/index.html", role)
        for role in ("host", "operator", "judge", "desk", "display")
    ),
    ("trust", "trust/index.html", ""),
)


def make(folder: Path, names: set[str] | None, jobs: int) -> list[str]:
    """Make the gallery in `folder` with that many processes; what the pages' consoles complained of."""
    wanted = list(tasks(names))
    count = sum(len(task.states) for task in wanted)
    say(f"{count:,} pictures into {folder}, {jobs} at a time")
    shots: list[Shot] = []
    complaints: list[str] = []
    began_s = time.monotonic()
    # Made anew, not forked: a browser's threads and an event loop do not survive that.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(photograph, folder, task) for task in wanted]):
            taken, said = future.result()
            shots += taken
            complaints += said
            left_s = (time.monotonic() - began_s) / len(shots) * (count - len(shots))
            say(
                f"{len(shots):,} of {count:,}, {left_s / 60:.0f} min to go: {taken[-1].file if taken else ''}"
            )
    if not names or "plain" in names:
        with chromium() as browser:
            shots += plain_pages(browser, folder)
    order = [shown.name for shown in PAGES] + ["plain"]
    shots.sort(key=lambda shot: (order.index(shot.page), shot.state, shot.size, shot.language, shot.theme))
    data = json.dumps([asdict(shot) for shot in shots], ensure_ascii=False).replace("<", "\\u003c")
    (folder / "index.html").write_text(
        INDEX.read_text(encoding="utf-8").replace("/*SHOTS*/[]", data), encoding="utf-8"
    )
    return sorted(set(complaints))


def say(text: str) -> None:
    print(f"firstpress: {text}", file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Make the gallery. Returns the exit status: 1 when a page complained."""
    parser = argparse.ArgumentParser(prog="run.py gallery", description=__doc__)
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="made if it is not there; index.html opens it"
    )
    parser.add_argument(
        "--page",
        action="append",
        choices=[*(shown.name for shown in PAGES), "plain"],
        help="only this page; may be given several times",
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    options = parser.parse_args(argv)
    prepare_debian({path: name for path, name in DEBIAN.items() if name == "chromium"})
    options.folder.mkdir(parents=True, exist_ok=True)
    complaints = make(options.folder.resolve(), set(options.page or ()) or None, max(1, options.jobs))
    for line in complaints:
        say(f"a page complained: {line}")
    print(options.folder / "index.html")
    return NO if complaints else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
