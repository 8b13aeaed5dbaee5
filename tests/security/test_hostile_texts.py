"""Texts that look like markup, scripts and templates, names from right to left, endless words: on every page of a live show."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from question_bank import samples
from question_bank.bank import Bank
from tests.browser import open_page, sign_in
from tests.live import Show, until

IMAGE = "<img src=x onerror=window.evil=1>"
SCRIPT = "</script><script>window.evil=2</script>"
QUOTE = "\"><svg onload=window.evil=3>'"
TEMPLATES = "{{7*7}} ${7*7} <%=7*7%> #{7*7} {{CSRF}} {{ROLE}}"
HEBREW = "דניאל 12 (34)"
ARABIC = "ئايگۈل 56"
LONG = "W" * 24
MARKED = "e\u0301\u0301\u0301\u0301" * 6
CONTEST = f"""
title = '''{IMAGE}'''
subtitle = '''{TEMPLATES}'''
tie_break = "none"
[[contestant]]
name = '''{IMAGE}'''
unit = '''{SCRIPT}'''
number = '''<b>A1'''
[[contestant]]
name = "{HEBREW}"
unit = "{ARABIC}"
[[contestant]]
name = "{LONG}"
unit = "{MARKED}"
[[judge]]
name = '''{TEMPLATES}'''
unit = '''{IMAGE}'''
chief = true
[[judge]]
name = '''{QUOTE.replace("'", "")}'''
unit = "{HEBREW}"
[[judge]]
name = "{ARABIC}"
[[round]]
kind = "compulsory"
title = '''{IMAGE}{TEMPLATES[:20]}'''
turns = 1
[[round]]
kind = "buzz_in"
title = "{HEBREW}"
questions = 1
nobody_seconds = 1
[[cue]]
title = '''{IMAGE}'''
after = 1
"""
QUERY = "%3Cimg%20src%3Dx%20onerror%3Dwindow.evil%3D5%3E"
# Whatever became of a text of ours other than a text; and which element with letters from right to left is no piece of its own.
FOUND = r"""() => {
  const wrong = [];
  if (window.evil !== undefined) wrong.push(`a script ran: ${window.evil}`);
  const never = 'img[src="x"], [onerror], [onload], script:not([src]), [srcdoc], [href^="javascript:" i], base, object, embed';
  for (const one of document.querySelectorAll(never)) wrong.push(one.outerHTML.slice(0, 80));
  const rtl = /[\u0590-\u08ff]/;
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && rtl.test(node.data));
    const style = own ? getComputedStyle(one) : null;
    const beside = own && one.getClientRects().length && (one.previousSibling || one.nextSibling);
    if (beside && style.display === "inline" && !style.unicodeBidi.startsWith("isolate"))
      wrong.push(`turns its neighbours: <${one.localName} class="${one.className}">`);
  }
  return wrong;
}"""
# The hall's picture is of one size: nothing in it may push anything else out of it.
PUSHED = """() => { const all = document.documentElement;
  return all.scrollWidth > innerWidth + 1 || all.scrollHeight > innerHeight + 1; }"""
FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
MOST_STEPS = 60 if FULL else 20


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """A contest whose every text is hostile, and a bank of questions like it."""
    contest, data = tmp_path / "contest.toml", tmp_path / "data"
    contest.write_text(CONTEST, encoding="utf-8")
    data.mkdir()
    hostile = itertools.cycle((IMAGE, SCRIPT, QUOTE, TEMPLATES, HEBREW, LONG, MARKED))
    with Bank(tmp_path / "samples.db") as shipped, Bank(data / "bank.db") as bank:
        samples.load(shipped)
        taken = [
            next(
                one for one in shipped.all() if one.round == kind and one.form == "single" and one.id != used
            )
            for kind, used in (("buzz_in", ""),)
        ]
        compulsory = [one for one in shipped.all() if one.round == "compulsory" and one.form == "single"][:3]
        for number, one in enumerate((*compulsory, *taken)):
            options = tuple(f"{next(hostile)} {key}" for key in "ABCD"[: len(one.options)])
            bank.add_all(
                [
                    replace(
                        one,
                        prompt=f"{IMAGE} {HEBREW} {TEMPLATES} {number} {LONG}",
                        options=options,
                        explanation=f"{SCRIPT} {QUOTE} {ARABIC}",
                        source=IMAGE,
                    )
                ]
            )
    with Show(data, "--contest", str(contest)) as running:
        yield running


def step(show: Show, token: str, view: dict[str, Any]) -> bool:
    """The host does what the console offers first; False once there is nothing more."""
    phase = (view["scene"].get("buzz") or {}).get("phase")
    if phase == "open":
        show.command(token, "simulate_press", seat=2)
        until(lambda: show.get("/api/v1/views/projector")["scene"]["buzz"]["phase"] != "open", "a verdict")
        return True
    for action in view["actions"]:
        command = dict(action["command"])
        if command.get("type") == "certify":
            return False
        if show.command(token, command.pop("type"), **command)[0] == 200:
            return True
    return False


def test_no_text_becomes_anything_but_a_text(browser: Browser, show: Show) -> None:
    complaints: list[str] = []
    token = show.token()
    pages: dict[str, Page] = {}
    for name, size, address in (
        ("projector", "projector", f"projector?name={QUERY}"),
        ("overlay", "projector", "projector?overlay=1"),
        ("stage", "console", "stage?name=%E2%80%AE%D7%90"),
        ("audience", "phone", "audience"),
        ("desk", "tablet", "desk?seat=%3Cscript%3E"),
    ):
        pages[name] = open_page(browser, size, complaints)
        pages[name].goto(f"{show.base}/{address}")
    pages["host"] = sign_in(
        open_page(browser, "console", complaints), show.base, "host", show.passphrases["host"]
    )
    login = open_page(browser, "tablet", complaints)
    login.goto(f"{show.base}/login/judge")
    choices = login.locator("[name=judge] option").all_inner_texts()
    assert any("{{CSRF}}" in one and "{{ROLE}}" in one for one in choices), f"a template came true: {choices}"
    assert login.evaluate(FOUND) == []
    pages["judge"] = sign_in(login, show.base, "judge", show.passphrases["judge-1"], judge=1)

    seen: set[str] = set()
    shown = {"img": 0, "{{7*7}}": 0, "דניאל": 0}
    for number in range(MOST_STEPS):
        view = show.get("/api/v1/views/host", token)
        scene = f"{view['scene']['name']} {(view['scene'].get('buzz') or {}).get('phase', '')}"
        for name, page in pages.items():
            if scene in seen and (not FULL or number % 4):
                continue
            page.wait_for_timeout(120)
            assert page.evaluate(FOUND) == [], f"{name} at {scene}"
            if name in ("projector", "stage"):
                assert not page.evaluate(PUSHED), f"{name} at {scene}: pushed out of its picture"
            text = page.locator("body").inner_text()
            shown["img"] += IMAGE in text
            shown["{{7*7}}"] += "{{7*7}}" in text
            shown["דניאל"] += "דניאל" in text
        seen.add(scene)
        if not step(show, token, view):
            break
    assert {"opening ", "lineup "} <= seen and any(one.startswith("question") for one in seen), seen
    assert all(shown.values()), f"these were never to be seen as what they are: {shown}"
    reason: dict[str, Any] = {"seat": 1, "score_cp": 100, "by": IMAGE, "reason": f"{SCRIPT}{HEBREW}"}
    status, answer = show.command(token, "set_score", **reason)
    assert status == 200, answer
    for name, page in pages.items():
        page.wait_for_timeout(150)
        assert page.evaluate(FOUND) == [], f"{name} at a correction"
    rows = show.get("/api/v1/views/host", token)["displays"]
    assert {row["name"] for row in rows} & {IMAGE[:24]}, rows
    assert complaints == []
