"""A local authority and this machine's certificate for HTTPS on the venue's network: made, renewed, checked, loaded.

The authority may vouch for private addresses, names in .local and this machine's own names alone (RFC 5280, 4.2.1.10), so that
a tablet which trusts it trusts nothing else of it. Both keys lie in DATA/tls, readable by the owner alone.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..addresses import own_addresses, own_names
from .context import AUTHORITY as AUTHORITY
from .context import FOLDER as FOLDER
from .context import SERVER as SERVER
from .context import SERVER_KEY as SERVER_KEY
from .context import BadTls as BadTls
from .context import context as context

AUTHORITY_KEY = "authority.key"
AUTHORITY_DAYS = 730
SERVER_DAYS = 397  # browsers take no longer ones from public authorities; ours stays within the same limit
SKEW = timedelta(days=1)  # a tablet whose clock is slow takes a certificate of today all the same
SOON = timedelta(days=14)
LEAST_AUTHORITY = timedelta(
    days=30
)  # an authority with less left is not worth being trusted by eleven tablets
# RFC 1918, 4193, 3927, 4291, 6598, and loopback.
PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
LOCAL_DOMAINS = ("local", "localhost")
HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """What is in the folder, as far as it can be shown. Fingerprints: SHA-256 of the DER form, as browsers show them."""

    folder: Path
    fingerprint: str
    authority_until: datetime
    server_until: datetime
    hosts: tuple[str, ...]  # addresses and names that the server's certificate is good for
    new_authority: bool = False
    left_out: tuple[str, ...] = ()  # this machine's own, for which an older authority may not vouch


def make(
    folder: Path,
    hosts: Sequence[str] = (),
    new_authority: bool = False,
    at: datetime | None = None,
    own: Sequence[str] | None = None,
) -> Certificates:
    """Make the server's certificate anew, and the authority where there is none or a new one is asked for.

    Args:
        hosts: names and addresses beside this machine's own (a standby's, a name in the venue's DNS).
        at: now, for tests.
        own: this machine's own names and addresses, for tests; None looks them up.

    Raises BadTls, OSError.
    """
    now = at or datetime.now(UTC)
    if own is None:
        own = (
            *own_names(),
            *(str(one) for one in own_addresses() if one.version == 4 or not one.is_link_local),
        )
    asked, ours = [_proper(host) for host in hosts], [_proper(host) for host in own]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    fresh = new_authority or not (folder / AUTHORITY).exists()
    if fresh:
        _write_authority(folder, [*ours, *asked], now)
    authority, key = _authority(folder)
    if authority.not_valid_after_utc - now < LEAST_AUTHORITY:
        raise BadTls(
            f"the authority in {folder} ends on {authority.not_valid_after_utc:%Y-%m-%d}; make a new one with "
            "--new-authority, and let every tablet trust it"
        )
    outside = [host for host in asked if not _permitted(authority, host)]
    if outside:
        raise BadTls(
            f"the authority in {folder} may not vouch for {', '.join(outside)}; make a new one with "
            "--new-authority, and let every tablet trust it again"
        )
    left_out = tuple(dict.fromkeys(host for host in ours if not _permitted(authority, host)))
    wanted = tuple(dict.fromkeys(host for host in (*ours, *asked) if host not in left_out))
    _write_server(folder, wanted, authority, key, now)
    return replace(read(folder), new_authority=fresh, left_out=left_out)


def read(folder: Path) -> Certificates:
    """What is in `folder`. Raises BadTls where something is missing or does not belong together."""
    authority, server = _certificate(folder / AUTHORITY), _certificate(folder / SERVER)
    try:
        server.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise BadTls(f"{folder / SERVER} is not of the authority beside it; run: run.py tls") from error
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    hosts = (*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress)))
    return Certificates(
        folder,
        fingerprint(authority),
        authority.not_valid_after_utc,
        server.not_valid_after_utc,
        hosts,
    )


def warnings_of(found: Certificates, hosts: Iterable[str], at: datetime | None = None) -> list[str]:
    """What an operator should know before serving with it, a line each; hosts: under which tablets will ask.

    Raises BadTls when it has ended: no browser would take it.
    """
    now, again = at or datetime.now(UTC), f"run: run.py tls --data {found.folder.parent}"
    if found.server_until <= now:
        raise BadTls(f"the certificate in {found.folder} ended on {found.server_until:%Y-%m-%d}; {again}")
    said = []
    if found.server_until - now < SOON:
        said.append(f"the certificate ends on {found.server_until:%Y-%m-%d}; {again}")
    missing = [host for host in map(_proper, hosts) if host not in found.hosts]
    if missing:
        said.append(
            f"the certificate does not name {', '.join(missing)}, so browsers will refuse that address; {again}"
        )
    return said


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of its DER form in hex, as iPad, Android and Windows show it: "AB:CD:…"."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def authority_der(folder: Path) -> bytes:
    """The authority's certificate as every device takes it. Raises BadTls."""
    return _certificate(folder / AUTHORITY).public_bytes(serialization.Encoding.DER)


def _proper(host: str) -> str:
    """A name in small letters or an address in its own spelling. Raises BadTls."""
    plain = host.strip().lower().strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(plain.partition("%")[0]))
    except ValueError:
        if HOST_NAME.fullmatch(plain):
            return plain
    raise BadTls(f"'{host}' is neither an address nor a name of a machine")


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _permitted(authority: x509.Certificate, host: str) -> bool:
    """Whether the authority's own limits let it vouch for that host."""
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        names = [one.value for one in limits if isinstance(one, x509.DNSName)]
        return any(host == name or host.endswith(f".{name}") for name in names)
    networks = [one.value for one in limits if isinstance(one, x509.IPAddress)]
    return any(
        address in one for one in networks if isinstance(one, (ipaddress.IPv4Network, ipaddress.IPv6Network))
    )


def _write_authority(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    limits: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_network(one)) for one in PRIVATE]
    limits += [x509.DNSName(name) for name in LOCAL_DOMAINS]
    for host in hosts:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            if host not in LOCAL_DOMAINS and not host.endswith(".local"):
                limits.append(x509.DNSName(host))
            continue
        if not any(address in ipaddress.ip_network(one) for one in PRIVATE):
            limits.append(x509.IPAddress(ipaddress.ip_network(address)))
    key = ec.generate_private_key(ec.SECP256R1())
    # Two authorities of one machine must be told apart in a tablet's list.
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"FirstPress {own_names()[0]} {now:%Y-%m-%d %H:%M}"[:64])]
    )
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.NameConstraints(limits, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / AUTHORITY_KEY, _pem_of(key), secret=True)
    _write(folder / AUTHORITY, made.public_bytes(serialization.Encoding.PEM))


def _write_server(
    folder: Path,
    hosts: Sequence[str],
    authority: x509.Certificate,
    by: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now - SKEW + timedelta(days=SERVER_DAYS), authority.not_valid_after_utc)
    made = (
        x509.CertificateBuilder(issuer_name=authority.subject)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FirstPress server")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )
    _write(folder / SERVER_KEY, _pem_of(key), secret=True)
    _write(folder / SERVER, made.public_bytes(serialization.Encoding.PEM))


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        raise BadTls(f"there is no {path}; make it first: run.py tls --data {path.parent.parent}") from None
    except ValueError as error:
        raise BadTls(f"{path} is damaged ({error}); make it anew: run.py tls") from error


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority with its key. Raises BadTls where they are not a pair."""
    certificate, path = _certificate(folder / AUTHORITY), folder / AUTHORITY_KEY
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError) as error:
        raise BadTls(f"{path} is missing or damaged; make a new authority with --new-authority") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise BadTls(f"{path} does not belong to {AUTHORITY}; make a new authority with --new-authority")
    return certificate, key


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, secret: bool = False) -> None:
    """Whole or not at all, on disk before it counts; a secret is never readable by others, not even for a moment."""
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
