"""Nobody gets in from elsewhere: hosts, origins, tokens, cookies, headers, and what a stranger may fetch."""

from __future__ import annotations

from typing import Any

import pytest

from server.authors.app import host_allowed
from tests.bank_pages.house import FIRST, HOST, ORIGIN, SINGLE, Author, House, app


@pytest.mark.parametrize(
    ("host", "names", "beyond", "allowed"),
    [
        ("127.0.0.1:8100", (), False, True),
        ("localhost:8100", (), False, True),
        ("[::1]:8100", (), False, True),
        ("192.168.1.5:8100", (), False, False),
        ("192.168.1.5:8100", (), True, True),
        ("evil.example", (), True, False),
        ("bank.example:8100", ("bank.example",), False, True),
        ("127.0.0.1.evil.example", (), True, False),
        ("[::1", (), True, False),
        ("", (), True, False),
    ],
)
def test_a_name_that_is_not_ours_is_turned_away(
    host: str, names: tuple[str, ...], beyond: bool, allowed: bool
) -> None:
    assert host_allowed(host, names, beyond) is allowed


def test_another_host_gets_nothing_at_all(house: House) -> None:
    client = app(house).test_client()
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/display/shared/tokens.css", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "path", ["/questions", "/new", "/review", "/statistics", "/questions/q-roam", "/projector", "/"]
)
def test_without_a_sign_in_every_page_leads_to_it(house: House, path: str) -> None:
    answer = app(house).test_client().get(path, headers={"Host": HOST})
    assert answer.status_code == 302 and answer.headers["Location"] == "/login"


@pytest.mark.parametrize("path", ["meta", "questions", "questions/q-roam", "review", "statistics"])
def test_without_a_sign_in_no_answer_holds_a_question(house: House, path: str) -> None:
    answer = app(house).test_client().get(f"/api/bank/{path}", headers={"Host": HOST})
    assert answer.status_code == 401
    assert "境外" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": HOST},
        {"Host": HOST, "Origin": "null"},
        {"Host": HOST, "Origin": "http://evil.example"},
        {"Host": HOST, "Origin": f"http://{HOST}.evil.example"},
        {**ORIGIN, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_elsewhere_can_neither_sign_in_nor_change_anything(
    house: House, headers: dict[str, str]
) -> None:
    application = app(house)
    form = {"name": FIRST, "passphrase": house.passphrases[FIRST]}
    assert application.test_client().post("/login", data=form, headers=headers).status_code == 403
    author = Author(application, house, FIRST)
    answer = author.client.post(
        "/api/bank/questions", json={}, headers={**headers, "X-Bank-Token": author.token}
    )
    assert answer.status_code == 403


def test_a_change_needs_the_token_of_its_own_session(house: House) -> None:
    application = app(house)
    author, other = Author(application, house, FIRST), Author(application, house, FIRST)
    for token in ("", "wrong", other.token):
        answer = author.client.post("/api/bank/questions", json={}, headers={**ORIGIN, "X-Bank-Token": token})
        assert answer.status_code == 403
    assert author.client.post("/logout", headers=ORIGIN).status_code == 403
    assert author.client.post("/logout", data={"token": author.token}, headers=ORIGIN).status_code == 303
    assert author.client.get("/api/bank/meta", headers={"Host": HOST}).status_code == 401


def test_the_cookie_and_the_headers(house: House) -> None:
    client = app(house).test_client()
    form = {"name": FIRST, "passphrase": house.passphrases[FIRST]}
    cookie = client.post("/login", data=form, headers=ORIGIN).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert FIRST.encode("unicode_escape").decode() not in cookie
    for path in ("/questions", "/login", "/api/bank/meta", "/display/bank/main.js"):
        with client.get(path, headers={"Host": HOST}) as answer:
            headers = answer.headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/api/bank/meta", headers={"Host": HOST}).headers["Cache-Control"] == "no-store"


def test_the_sixth_wrong_passphrase_waits_and_says_how_long(house: House) -> None:
    now = [0.0]
    client = app(house, now_s=lambda: now[0]).test_client()
    wrong = {"name": FIRST, "passphrase": "wrong"}
    statuses = [client.post("/login", data=wrong, headers=ORIGIN).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    right = {"name": FIRST, "passphrase": house.passphrases[FIRST]}
    refused = client.post("/login", data=right, headers=ORIGIN)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    now[0] += 400
    assert client.post("/login", data=right, headers=ORIGIN).status_code == 303


def test_what_was_typed_for_a_name_is_neither_run_nor_logged(house: House) -> None:
    client = app(house).test_client()
    typed = '<script>alert("x")</script>'
    page = client.post("/login", data={"name": typed, "passphrase": "x"}, headers=ORIGIN).get_data(
        as_text=True
    )
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    with house.bank() as bank:
        logged = bank.access()
    assert (logged[0]["who"], logged[0]["what"]) == ("?", "author_refused")


def test_a_file_of_the_data_folder_is_no_page(house: House) -> None:
    author = Author(app(house), house, FIRST)
    for path in (
        "/media/bank.db",
        "/media/..%2fbank.db",
        "/display/..%2f..%2fREADME.md",
        "/media/authors.json",
    ):
        assert author.client.get(path, headers={"Host": HOST}).status_code == 404


@pytest.mark.parametrize(
    "body", [None, [], "text", {"question": []}, {"question": {"prompt": 7}}, {"question": {"options": "AB"}}]
)
def test_what_no_page_sends_is_called_malformed(house: House, body: Any) -> None:
    answer, status = Author(app(house), house, FIRST).send("PUT", f"/questions/{SINGLE.id}", body)
    assert status == 400 and answer["error"]["zh"] and answer["error"]["en"]
