"""Cookies, tokens and tickets in the wrong hands or after their time: none opens anything, and what they held open closes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.live import ROOT, Show, until
from tests.security.venue import CONTEST, Venue, opened
from tests.security.wire import RawSocket, ask

FULL = os.environ.get("FIRSTPRESS_FULL") == "1"
SHEET = re.compile(r"\s+\S.*(?:host|operator|judge \d|seat \d) +[a-z2-9]{4}(?:-[a-z2-9]{4}){2}\n")
long_form = pytest.mark.skipif(not FULL, reason="in full only: run.py test security")


def signed_in_as(venue: Venue, role: str, cookie: str) -> bool:
    """Whether a cookie opens the page, and whether it opens the socket: both or neither."""
    page = ask(venue.show, f"/{role}", headers={"Cookie": cookie})[0] == 200
    with RawSocket(venue.show, f"/{role}", "{}", headers={"Cookie": cookie}) as socket:
        while not (answer := socket.hears("4")).startswith(("40", "44")):
            pass
        joined = answer.startswith("40")
    assert page == joined, f"page {page}, socket {joined}"
    return page


def run(venue: Venue, *arguments: str) -> Any:
    """The JSON of one of the product's own commands, on the data of the running show."""
    call = [sys.executable, "-m", "server.cli", *arguments, "--data", str(venue.show.data), "--json"]
    return json.loads(subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def post(show: Show, path: str, cookie: str, body: bytes = b"") -> tuple[int, bytes]:
    headers = {"Origin": show.base, "Cookie": cookie, "Content-Length": str(len(body))}
    return ask(show, path, "POST", headers, body)


def test_a_cookie_is_worth_nothing_after_signing_out(venue: Venue) -> None:
    _, cookie = venue.show.sign_in("judge", venue.show.passphrases["judge-2"], judge=2)
    assert signed_in_as(venue, "judge", cookie)
    with RawSocket(venue.show, "/judge", "{}", headers={"Cookie": cookie}) as open_one:
        open_one.hears("42/judge")
        assert post(venue.show, "/logout", cookie)[0] == 303
        assert open_one.closed_within(5), "a page that signed out is still connected"
    assert not signed_in_as(venue, "judge", cookie)
    assert signed_in_as(venue, "judge", venue.cookies["judge-2"]), "another session of the judge ended too"


def test_a_revoked_session_is_cut_at_once(venue: Venue) -> None:
    before = {one["session"] for one in run(venue, "sessions", "list")["sessions"]}
    _, cookie = venue.show.sign_in("host", venue.show.passphrases["host"])
    (mine,) = {one["session"] for one in run(venue, "sessions", "list")["sessions"]} - before
    with RawSocket(venue.show, "/host", "{}", headers={"Cookie": cookie}) as thief:
        thief.hears("42/host")
        assert run(venue, "sessions", "revoke", mine)["revoked"] == [mine]
        assert thief.closed_within(5), "a revoked session is still connected"
    assert not signed_in_as(venue, "host", cookie)


@long_form
def test_a_revoked_token_is_refused(venue: Venue) -> None:
    token = venue.show.token("host")
    rows = run(venue, "token", "--list")["tokens"]
    assert token not in json.dumps(rows)
    assert venue.show.command(token, "lamp_test")[0] in (200, 409)
    newest = max(rows, key=lambda one: one.get("created_s", 0) or 0)
    name = newest.get("id") or newest.get("token")
    assert run(venue, "token", "--revoke", str(name))["revoked"] == 1
    assert venue.show.command(token, "lamp_test")[0] == 401


def test_forged_and_damaged_cookies_are_nobody(venue: Venue) -> None:
    cookie = venue.cookies["host"]
    secret = cookie.partition("=")[2]
    turned = secret[:-2] + ("A" if secret[-2] != "A" else "B") + secret[-1]
    with venue.under_attack():
        for forged in (
            f"firstpress={turned}",
            f"firstpress={secret.lower()}",
            f"firstpress={secret}=",
            f"firstpress={secret[:20]}",
            f"firstpress={secret * 5}",
            "firstpress=" + "A" * 43,
            'firstpress={"role":"host"}',
            "firstpress=eyJyb2xlIjoiaG9zdCJ9.Zx91.aBcDefGh",
            f"session={secret}",
            f"role=host; firstpress=; x={secret}",
        ):
            assert not signed_in_as(venue, "host", forged), f"{forged[:30]} is let in"
    assert signed_in_as(venue, "host", cookie)


def test_a_cookie_opens_the_door_of_its_own_role_alone(venue: Venue) -> None:
    cookies = {"host": "host", "judge-1": "judge", "seat-1": "desk"}
    for account, own in cookies.items():
        for role in ("host", "judge", "desk"):
            assert signed_in_as(venue, role, venue.cookies[account]) == (role == own), f"{account} at {role}"


def test_a_token_sees_the_view_of_its_own_role_alone(venue: Venue) -> None:
    tokens = {
        "host": venue.token,
        "judge": venue.show.token("judge", judge=1),
        "desk": venue.show.token("desk", seat=1),
    }
    for role, token in tokens.items():
        for view in ("host", "judge", "desk"):
            status = ask(venue.show, f"/api/v1/views/{view}", headers={"Authorization": f"Bearer {token}"})[0]
            assert status == (200 if view == role else 403), f"{role}'s token at the view of {view}: {status}"
    assert ask(venue.show, "/api/v1/views/host")[0] == 401


def test_a_ticket_opens_once_whoever_is_quickest(venue: Venue) -> None:
    """Eight redeem the same one at the same moment: one is signed in."""
    asked: dict[str, Any] = {"role": "judge", "number": 1}
    status, answer = venue.show.command(venue.token, "session_ticket", **asked)
    assert status == 200, answer
    body = json.dumps({"ticket": answer["ticket"]}).encode()
    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(lambda _: post(venue.show, "/login/ticket", "", body)[0], range(8)))
    assert found.count(200) == 1 and set(found) <= {200, 403, 429, 503}, found
    assert answer["ticket"] not in "".join(venue.show.printed)


@long_form
def test_a_session_of_another_contest_is_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as first:
        cookie, data, passphrases = first.cookies["host"], first.show.data, first.show.passphrases
        assert signed_in_as(first, "host", cookie)
    again = tmp_path / "again.toml"
    again.write_text(CONTEST.replace("安全演练", "另一场"), encoding="utf-8")
    with Show(data, "--contest", str(again), "--new") as show:
        status, _ = ask(show, "/host", headers={"Cookie": cookie})
        assert status in (302, 303), "a cookie of the contest before opens the console"
        assert show.sign_in("host", show.passphrases.get("host", passphrases["host"]))[0] == 303


def test_guessing_is_slowed_and_this_machine_is_not_locked_out(venue: Venue) -> None:
    """The refusals name no passphrase; after them the right one still opens the console of this machine."""
    before = len(venue.refusals("(sign-in)"))
    with venue.under_attack():
        statuses = [venue.show.sign_in("host", f"aaaa-aaaa-aa{number:02d}")[0] for number in range(12)]
    assert set(statuses) <= {403, 429, 503}
    lines = venue.refused("(sign-in)", before)
    assert all("aaaa-aaaa" not in line for line in lines)
    until(
        lambda: venue.show.sign_in("host", venue.show.passphrases["host"])[0] == 303, "the host signs in", 30
    )


def test_no_secret_is_in_the_log_or_lies_about_in_clear(venue: Venue) -> None:
    """Everything printed after the passphrases' own sheet, and every file of the data folder."""
    sheet = {line for line in venue.show.printed if SHEET.fullmatch(line)}
    log = "".join(line for line in venue.show.printed if line not in sheet)
    secrets = [venue.token, *venue.show.passphrases.values()]
    secrets += [cookie.partition("=")[2] for cookie in venue.cookies.values()]
    for secret in secrets:
        assert secret not in log
    for path in venue.show.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), f"{path.name} holds a secret"
            if path.name.startswith("auth"):
                assert path.stat().st_mode & 0o077 == 0, f"{path.name} is readable by others"
