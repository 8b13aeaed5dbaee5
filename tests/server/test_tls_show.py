"""A show served with --tls: pages, sockets, cookies; plain requests sent on; slow handshakes hold up nobody; the trust page."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import doctor, qr
from server.tls import authority as tls
from tests.live import Show, free_port, until
from tests.server.socket_page import SocketPage

CALLED = "stage.venue.local"  # by the venue's own DNS
SLOW = 50
HELD_UP_S = 1.5  # far above what the console needs here, far below the five seconds that a handshake may take


class EncryptedShow(Show):
    """A running show with certificates; what this process opens trusts its authority and no other."""

    def __init__(self, data: Path) -> None:
        self.folder = data / tls.FOLDER
        self.made = tls.make(self.folder, [CALLED])
        self.trust_port = free_port()
        super().__init__(data, "--tls", "--trust-port", str(self.trust_port))
        self.base = f"https://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EncryptedShow]:
    made = EncryptedShow(tmp_path_factory.mktemp("tls") / "data")
    with pytest.MonkeyPatch.context() as patch:
        # OpenSSL's own name for it: urllib and websocket-client take it for what the system trusts.
        patch.setenv("SSL_CERT_FILE", str(made.folder / tls.AUTHORITY))
        with made:
            yield made


@pytest.fixture(scope="module")
def trusting(show: EncryptedShow) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(show.folder / tls.AUTHORITY))


def test_the_addresses_printed_are_encrypted_ones(show: EncryptedShow) -> None:
    printed = "".join(show.printed)
    assert f"{show.base}/host" in printed
    assert f"http://127.0.0.1:{show.trust_port}/trust" in printed
    assert show.made.fingerprint[:47] in printed


def test_a_script_and_a_console_that_trust_the_authority(show: EncryptedShow) -> None:
    assert show.get("/healthz")["timing"]["state"] == "ok"
    status, cookie = show.sign_in("host", show.passphrases["host"])
    assert status == 303
    with SocketPage(show, "host", cookie) as console, SocketPage(show, "projector") as projector:
        assert console.view["role"] == "host"
        assert console.ask("cover", what="hold")["accepted"]
        until(lambda: projector.view["scene"]["name"] == "hold", "the slide on the projector, over TLS")
        assert console.ask("cover", what="")["accepted"]


def test_codes_on_the_console_lead_to_the_encrypted_pages(show: EncryptedShow) -> None:
    _, cookie = show.sign_in("host", show.passphrases["host"])
    with SocketPage(show, "host", cookie) as console:
        trust = console.ask("address_code", page="trust")
        assert trust["address"] == f"http://127.0.0.1:{show.trust_port}/trust"
        assert trust["fingerprint"] == show.made.fingerprint and trust["matrix"] == qr.matrix(
            trust["address"]
        )
        ticket = console.ask("session_ticket", role="judge", number=1)["ticket"]
        code = console.ask("address_code", page="judge", ticket=ticket)
        assert code["address"] == f"{show.base}/login/judge#ticket={ticket}"
        assert code["hosts"] == ["127.0.0.1"]
        for wrong in (
            {"page": "judge", "host": "evil.example"},
            {"page": "judge", "ticket": "x' onload='y"},
            {"page": "audience"},  # this show has none
            {"page": "audience", "ticket": ticket},
            {"page": "../host"},
            {"page": "judge", "more": 1},
            {},
        ):
            assert console.ask("address_code", **wrong)["accepted"] is False
    _, cookie = show.sign_in("judge", show.passphrases["judge-1"], judge=1)
    with SocketPage(show, "judge", cookie) as judge:
        assert judge.ask("address_code", page="trust")["accepted"] is False
    assert not any(ticket in line for line in show.printed)


def test_the_doctor_finds_an_encrypted_show(show: EncryptedShow) -> None:
    found = doctor.fetch_health(show.port)
    assert found is not None and found["timing"]["state"] == "ok"


def test_names_in_the_certificate_are_ours_and_others_are_not(
    show: EncryptedShow, trusting: ssl.SSLContext
) -> None:
    for host, status in ((CALLED, 200), ("localhost", 200), ("evil.example", 403)):
        line = http.client.HTTPSConnection("127.0.0.1", show.port, context=trusting, timeout=5)
        line.request("GET", "/login/judge", headers={"Host": f"{host}:{show.port}"})
        answer = line.getresponse()
        assert answer.status == status, host
        answer.read()
        line.close()


def test_a_plain_origin_is_another_origin(show: EncryptedShow) -> None:
    with pytest.raises(Exception, match=r"[Cc]onnection"):
        SocketPage(show, "projector", origin=show.base.replace("https", "http"))


def test_the_session_cookie_is_for_encrypted_requests_alone(show: EncryptedShow) -> None:
    with show.open("/login/judge") as page:
        for cookie in page.headers.get_all("Set-Cookie"):
            assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
        assert "Strict-Transport-Security" not in page.headers


def test_a_plain_request_is_sent_to_https_and_told_nothing(show: EncryptedShow) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", show.port, timeout=5)
    plain.request("GET", "/judge?x=1", headers={"Host": f"stage-pc.local:{show.port}"})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (
        307,
        f"https://stage-pc.local:{show.port}/judge?x=1",
    )
    assert "Set-Cookie" not in answer.headers and "https://" in answer.read().decode()
    plain.request("POST", "/login/ticket", b'{"ticket":"x"}')
    assert plain.getresponse().status == 400
    plain.close()


@pytest.mark.parametrize("host", ["evil.example/x", "a b", "a\\b", "[::1", "x:y"])
def test_a_plain_request_is_not_sent_to_what_is_no_host(show: EncryptedShow, host: str) -> None:
    with socket.create_connection(("127.0.0.1", show.port), 5) as line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ") and b"Location" not in answer


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_1_1_and_another_name_are_refused(show: EncryptedShow, trusting: ssl.SSLContext) -> None:
    old = ssl.create_default_context(cafile=str(show.folder / tls.AUTHORITY))
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    for context, name in ((old, "127.0.0.1"), (trusting, "bank.example")):
        with socket.create_connection(("127.0.0.1", show.port), 5) as line, pytest.raises(ssl.SSLError):
            context.wrap_socket(line, server_hostname=name)
    with (
        socket.create_connection(("127.0.0.1", show.port), 5) as line,
        trusting.wrap_socket(line, server_hostname="localhost") as secured,
    ):
        assert secured.version() == "TLSv1.3" and secured.selected_alpn_protocol() is None


def test_slow_handshakes_hold_up_nobody_and_end(show: EncryptedShow) -> None:
    _, cookie = show.sign_in("host", show.passphrases["host"])
    lines = [socket.create_connection(("127.0.0.1", show.port), 10) for _ in range(SLOW)]
    began = time.monotonic()
    try:
        for number, line in enumerate(lines):
            # Nothing at all, the first byte, or a record that is announced and never comes.
            line.sendall((b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")[number % 3])
        with SocketPage(show, "host", cookie) as console, SocketPage(show, "projector"):
            for on in (True, False, True, False):
                asked = time.monotonic()
                assert console.ask("set_blackout", on=on)["accepted"]
                assert time.monotonic() - asked < HELD_UP_S
            assert time.monotonic() - began < 5, "all of that while the handshakes still hung"
        for line in lines:
            line.settimeout(10)
            assert line.recv(100) == b"", "closed, without a word"
    finally:
        for line in lines:
            line.close()
    until(lambda: any("refused (tls handshake)" in line for line in show.printed), "a line about it")


def test_the_trust_page_gives_the_certificate_and_nothing_else(show: EncryptedShow) -> None:
    base = f"http://127.0.0.1:{show.trust_port}"
    with urllib.request.urlopen(f"{base}/", timeout=5) as page:
        assert page.url == f"{base}/trust"
        text = page.read().decode()
        policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    shown = re.search(r'class="fingerprint"[^>]*>([^<]+)<', text)
    assert shown is not None and shown[1].replace(" ", ":") == show.made.fingerprint
    assert "iPad" in text and "Android" in text and "Windows" in text and "{{" not in text
    with urllib.request.urlopen(f"{base}/trust/firstpress.crt", timeout=5) as file:
        assert file.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert (
            ssl.DER_cert_to_PEM_cert(file.read()).split() == (show.folder / tls.AUTHORITY).read_text().split()
        )
    for path in (
        "/host",
        "/trust/../server.key",
        "/trust/authority.key",
        "/healthz",
        "/display/shared/tokens.css",
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(base + path, timeout=5)
        assert refused.value.code == 404
        refused.value.close()


def test_without_certificates_it_does_not_start(tmp_path: Path) -> None:
    show = Show(tmp_path / "data", "--tls")
    with pytest.raises(AssertionError, match=r"run\.py tls --data"):
        show.__enter__()
