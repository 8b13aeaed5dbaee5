"""The local authority: what it vouches for and what not, renewal, secrets on disk, and what the server's side of TLS takes."""

from __future__ import annotations

import inspect
import ipaddress
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in server/stage_process.py
    import eventlet.wsgi
    from eventlet.green.ssl import GreenSSLSocket
    from eventlet.greenio import GreenSocket
    from eventlet.wsgi import HttpProtocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import doctor, qr
from server.addresses import own_addresses, own_names, reachable_hosts
from server.tls import authority as tls
from server.tls import listener as tls_listener
from server.tls.trust_port import trust_port

OWN = ("stage-pc", "stage-pc.local", "localhost", "192.168.8.2", "127.0.0.1", "fd12::2", "203.0.113.9")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tls.make(tmp_path / "tls", own=OWN)
    return tmp_path / "tls"


def client_of(folder: Path) -> ssl.SSLContext:
    """A device that trusts the authority and nothing else."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(folder / tls.AUTHORITY)
    return made


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> str | None:
    """Both sides in memory: the version that was agreed on. Raises ssl.SSLError from whichever side refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=host)
    waiting = [theirs, ours]
    for _ in range(20):
        for side in list(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(side)
        if not waiting:
            return theirs.version()
    raise AssertionError("no end of the handshake")


@pytest.mark.parametrize("host", OWN)
def test_a_device_that_trusts_the_authority_takes_every_own_address(folder: Path, host: str) -> None:
    assert shake_hands(tls.context(folder), client_of(folder), host) == "TLSv1.3"


@pytest.mark.parametrize("host", ["192.168.8.3", "other.local", "bank.example", "stage-pc.local.example"])
def test_another_host_is_refused(folder: Path, host: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(tls.context(folder), client_of(folder), host)


def test_without_trust_it_is_refused(folder: Path, tmp_path: Path) -> None:
    tls.make(tmp_path / "other", own=OWN)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tls.context(folder), client_of(tmp_path / "other"), "localhost")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_nothing_older_than_tls_1_2(folder: Path) -> None:
    client = client_of(folder)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shake_hands(tls.context(folder), client, "localhost") == "TLSv1.2"
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    client.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        shake_hands(tls.context(folder), client, "localhost")


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8"])
def test_a_certificate_for_elsewhere_counts_for_nothing_even_if_the_authority_signs_it(
    folder: Path, host: str
) -> None:
    """The authority's key stolen from the laptop is worth nothing against the tablets' other sites."""
    authority = x509.load_pem_x509_certificate((folder / tls.AUTHORITY).read_bytes())
    signer = serialization.load_pem_private_key((folder / tls.AUTHORITY_KEY).read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name: x509.GeneralName = x509.DNSName(host)
    if host[0].isdigit():
        name = x509.IPAddress(ipaddress.ip_address(host))
    forged = (
        x509.CertificateBuilder(issuer_name=authority.subject)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    (folder / tls.SERVER).write_bytes(forged.public_bytes(serialization.Encoding.PEM))
    (folder / tls.SERVER_KEY).write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(tls.context(folder), client_of(folder), host)


def test_the_keys_are_the_owners_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in (tls.AUTHORITY_KEY, tls.SERVER_KEY):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [tls.AUTHORITY, tls.AUTHORITY_KEY, tls.SERVER, tls.SERVER_KEY]
    ), "nothing half-written is left"


def test_lifetimes_are_what_browsers_take(folder: Path) -> None:
    authority, server = (
        x509.load_pem_x509_certificate((folder / name).read_bytes()) for name in (tls.AUTHORITY, tls.SERVER)
    )
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=397)
    assert authority.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=731)
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical and limits.value.permitted_subtrees


def test_again_keeps_the_authority_and_takes_new_addresses(folder: Path) -> None:
    before, key = (folder / tls.AUTHORITY).read_bytes(), (folder / tls.SERVER_KEY).read_bytes()
    made = tls.make(folder, ["192.168.8.77", "standby.local"], own=("stage-pc", "10.0.0.5"))
    assert (folder / tls.AUTHORITY).read_bytes() == before and not made.new_authority
    assert (folder / tls.SERVER_KEY).read_bytes() != key
    assert made.hosts == ("stage-pc", "standby.local", "10.0.0.5", "192.168.8.77")
    assert shake_hands(tls.context(folder), client_of(folder), "standby.local")
    anew = tls.make(folder, new_authority=True, own=OWN)
    assert anew.new_authority and anew.fingerprint != made.fingerprint


def test_what_the_authority_may_not_vouch_for_is_said(folder: Path) -> None:
    with pytest.raises(tls.BadTls, match=r"stage\.example\.com.*--new-authority"):
        tls.make(folder, ["stage.example.com"], own=OWN)
    with pytest.raises(tls.BadTls, match="neither an address nor a name"):
        tls.make(folder, ["https://stage.local/"], own=OWN)
    renamed = tls.make(folder, own=("other-pc", "other-pc.local", "127.0.0.1"))
    assert renamed.left_out == ("other-pc",) and renamed.hosts == ("other-pc.local", "127.0.0.1")


def test_an_operator_is_told_in_time(folder: Path) -> None:
    found, now = tls.read(folder), datetime.now(UTC)
    assert tls.warnings_of(found, ["192.168.8.2", "[fd12::2]"], now) == []
    (moved,) = tls.warnings_of(found, ["192.168.8.2", "192.168.31.7"], now)
    assert "192.168.31.7" in moved and "192.168.8.2" not in moved and "run.py tls --data" in moved
    (soon,) = tls.warnings_of(found, [], found.server_until - timedelta(days=3))
    assert f"{found.server_until:%Y-%m-%d}" in soon
    with pytest.raises(tls.BadTls, match="ended on"):
        tls.warnings_of(found, [], found.server_until + timedelta(seconds=1))
    with pytest.raises(tls.BadTls, match="new-authority"):
        tls.make(folder, own=OWN, at=found.authority_until - timedelta(days=20))


def test_damage_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(tls.BadTls, match=r"make it first: run\.py tls"):
        tls.read(tmp_path / "none")
    tls.make(tmp_path / "other", own=OWN)
    (folder / tls.SERVER).write_bytes((tmp_path / "other" / tls.SERVER).read_bytes())
    with pytest.raises(tls.BadTls, match="not of the authority"):
        tls.read(folder)
    with pytest.raises(tls.BadTls, match="cannot be used"):
        tls.context(folder)
    (folder / tls.AUTHORITY_KEY).write_bytes((tmp_path / "other" / tls.AUTHORITY_KEY).read_bytes())
    with pytest.raises(tls.BadTls, match="does not belong"):
        tls.make(folder, own=OWN)


def test_the_doctor_looks_at_the_certificate(tmp_path: Path) -> None:
    assert doctor.check_certificate(tmp_path) == []
    folder = tmp_path / tls.FOLDER
    tls.make(folder)
    assert [one.state for one in doctor.check_certificate(tmp_path)] == ["ok"]
    tls.make(folder, own=("localhost",))
    (found,) = doctor.check_certificate(tmp_path)
    assert found.state == "warning" or reachable_hosts("0.0.0.0") == ("localhost",)
    (folder / tls.SERVER).unlink()
    (found,) = doctor.check_certificate(tmp_path)
    assert found.state == "fault" and "run.py tls --data" in found.remedy


def test_this_machine_knows_itself() -> None:
    addresses = own_addresses()
    assert ipaddress.ip_address("127.0.0.1") in addresses and "localhost" in own_names()
    assert not addresses[0].is_loopback or all(one.is_loopback for one in addresses)
    assert reachable_hosts("192.168.1.9") == ("192.168.1.9",) and reachable_hosts("fd00::1") == ("[fd00::1]",)
    assert all(":" not in one for one in reachable_hosts("0.0.0.0"))


def test_the_trust_page_stands_beside_the_show() -> None:
    assert (trust_port(8000, None), trust_port(8000, 9000), trust_port(8000, 0)) == (8002, 9000, None)


def test_a_code_is_a_square_of_modules_with_its_three_corners() -> None:
    address = "https://192.168.100.100:8000/login/judge#ticket=" + "Ab3_" * 8
    rows = qr.matrix(address)
    assert len(rows) == 37 and {len(row) for row in rows} == {37} and set("".join(rows)) == {"0", "1"}
    corner = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    assert [row[:7] for row in rows[:7]] == [row[-7:] for row in rows[:7]] == [row[:7] for row in rows[-7:]]
    assert [row[:7] for row in rows[:7]] == corner
    assert qr.in_terminal(address).count("\n") >= 20


def test_eventlets_own_parts_that_the_listener_relies_on(folder: Path) -> None:
    """The context is handed in by a name that eventlet keeps for itself; the fan-out knows TLS by the class."""
    assert "kw.get('_context')" in inspect.getsource(GreenSSLSocket.__new__)
    assert issubclass(GreenSSLSocket, ssl.SSLSocket) and not issubclass(GreenSSLSocket, GreenSocket)
    parameters = inspect.signature(eventlet.wsgi.server).parameters
    assert {"protocol", "environ"} <= set(parameters)
    assert list(inspect.signature(HttpProtocol.__init__).parameters) == ["self", "conn_state", "server"]
    assert tls_listener.options(None, HttpProtocol) == {"protocol": HttpProtocol}
    made = tls_listener.options(tls.context(folder), HttpProtocol)
    assert issubclass(made["protocol"], HttpProtocol) and made["environ"]["wsgi.url_scheme"] == "https"
