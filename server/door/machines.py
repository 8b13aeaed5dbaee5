"""What counts as one machine, and what as one network, by the address a connection comes from. Pure.

Two questions with two answers. Whoever attacks by IPv6 has a whole network of 64 bits to himself, with an address for each
try: what must not be outrun (guesses, all that one stranger may take) is counted by network. But every device of one Wi-Fi
has its address in that same network: what one device may have, and what is granted to one that somebody has signed in
from, goes by machine, so that neighbours neither starve nor profit.
"""

from __future__ import annotations

import ipaddress

NETWORK_BITS = 64  # of IPv6: what a Wi-Fi hands out, and the least that a provider does (RFC 6177, RFC 7421)


def machine(address: str) -> str:
    """One device: an address in its one form, without its zone. What is no address is given back."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)


def network(address: str) -> str:
    """What one stranger may have to himself: an IPv4 address, or the /64 of an IPv6 one."""
    name = machine(address)
    try:
        ip = ipaddress.ip_address(name)
    except ValueError:
        return name
    if ip.version == 4 or ip.is_loopback:
        return name
    return str(ipaddress.ip_network((ip, NETWORK_BITS), strict=False))


def here(address: str) -> bool:
    """True for this machine itself."""
    try:
        return ipaddress.ip_address(machine(address)).is_loopback
    except ValueError:
        return False
