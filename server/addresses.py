"""Under which addresses and names this machine can be reached: for certificates, for QR codes, for what a Host header may say."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SIOCGIFADDR = 0x8915  # netdevice(7): the IPv4 address of one interface
IPV6_TABLE = Path("/proc/net/if_inet6")  # proc(5): address in hex, number, prefix length, scope, flags, name
EVERYWHERE = ("0.0.0.0", "::", "")
# For processes with an event loop: eventlet's resolver of names takes 0.1 s of processor time to load, and nothing asks it.
WITHOUT_RESOLVER = {"EVENTLET_NO_GREENDNS": "yes"}
_ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737, for documentation: nothing is sent, the route tells our own address


def own_addresses() -> tuple[Address, ...]:
    """Every address of this machine, the one of the venue's network first, loopback last; each once."""
    found = [*_of_the_route(), *_of_interfaces(), *_of_ipv6()]
    if all(one.is_loopback for one in found):
        found += _of_the_name()  # last, because a name service that is not there is waited for
    found += [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.is_loopback, one.is_link_local)))


def own_names() -> tuple[str, ...]:
    """The names by which this machine calls itself, in small letters: NAME, NAME.local (mDNS), localhost."""
    name = socket.gethostname().lower().rstrip(".")
    short = name.partition(".")[0]
    return tuple(
        dict.fromkeys(
            one for one in (name, short, f"{short}.local", "localhost") if short or one == "localhost"
        )
    )


def lan_address() -> str:
    """This machine's address on the venue's network, as other machines would reach it; "localhost" without a network."""
    first = own_addresses()[0]
    return "localhost" if first.is_loopback else str(first)


def reachable_hosts(listens_on: str) -> tuple[str, ...]:
    """Hosts that other machines can put into an address of a server that listens there, the likeliest first.

    Link-local IPv6 is left out: an address with a zone cannot be typed into a browser.
    """
    if listens_on not in EVERYWHERE:
        return (bracketed(listens_on),)
    given = [
        one for one in own_addresses() if not one.is_loopback and not (one.version == 6 and one.is_link_local)
    ]
    if listens_on == "0.0.0.0":
        given = [one for one in given if one.version == 4]
    return tuple(bracketed(str(one)) for one in given) or ("localhost",)


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _of_the_route() -> Iterator[Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_ELSEWHERE)
        yield ipaddress.ip_address(probe.getsockname()[0])


def _of_interfaces() -> Iterator[Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an IPv4 address
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                yield ipaddress.ip_address(answer[20:24])


def _of_ipv6() -> Iterator[Address]:
    if IPV6_TABLE.exists():
        for line in IPV6_TABLE.read_text().splitlines():
            yield ipaddress.ip_address(bytes.fromhex(line.split()[0]))


def _of_the_name() -> Iterator[Address]:
    """What the system's own table says of our name: where there is no ioctl, all that can be known."""
    with contextlib.suppress(OSError):
        for found in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM):
            yield ipaddress.ip_address(str(found[4][0]).partition("%")[0])
