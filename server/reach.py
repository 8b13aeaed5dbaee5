"""Under which addresses this show's pages are reached, and the QR codes of them, for the console's eyes alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import qr
from .addresses import reachable_hosts
from .codec import BadCommand
from .game.refusal import refuse
from .sign_in.identity import BY_TICKET

TICKET = re.compile(r"[A-Za-z0-9_-]{16,128}")
PAGES = ("projector", "stage", *BY_TICKET)
COMMAND = "address_code"


def reach_of(
    listens_on: str, port: int, tls_folder: Path | None, audience_port: int | None, trust_port: int | None
) -> Reach:
    """Of a stage with these arguments. Raises BadTls."""
    fingerprint = ""
    if tls_folder:
        from .tls import authority as tls  # it takes long to load, and most shows have no use for it

        fingerprint = tls.read(tls_folder).fingerprint
    return Reach(listens_on, port, tls_folder is not None, audience_port, trust_port, fingerprint)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the show listens. `audience_port`, `trust_port`: 0 or None for no such pages.

    `fingerprint`: of the authority, "" without TLS.
    """

    listens_on: str
    port: int
    encrypted: bool = False
    audience_port: int | None = None
    trust_port: int | None = None
    fingerprint: str = ""

    def run(self, message: dict[str, Any]) -> dict[str, Any]:
        """The address of a page and its QR code: `page` is a role that signs in, `projector`, `stage`, `audience` or `trust`.

        `ticket`: a code of `session_ticket`, put into the part of the address that no server gets to see. `host`: one of
        `hosts`, the addresses of this machine that others can use; without it the likeliest.
        Returns {"address", "matrix": rows of "0" and "1", "hosts", "fingerprint"}. Raises BadCommand, Refused.
        """
        if unknown := set(message) - {"id", "type", "page", "ticket", "host"}:
            raise BadCommand(f"'{COMMAND}' takes no field {', '.join(sorted(unknown))[:200]}")
        page, ticket, host = message.get("page"), message.get("ticket"), message.get("host")
        hosts = reachable_hosts(self.listens_on)
        if ticket is not None and (
            page not in BY_TICKET or not isinstance(ticket, str) or not TICKET.fullmatch(ticket)
        ):
            raise BadCommand(
                f"'{COMMAND}' takes ticket: what 'session_ticket' answered, for {', '.join(BY_TICKET)}"
            )
        if host is not None and host not in hosts:
            refuse(
                "这台电脑没有这个地址，可能换了网络",
                "This machine has no such address: has the network changed?",
            )
        address = self.address(str(page), host or hosts[0], ticket)
        return {
            "address": address,
            "matrix": qr.matrix(address),
            "hosts": list(hosts),
            "fingerprint": self.fingerprint,
        }

    def address(self, page: str, host: str, ticket: str | None = None) -> str:
        """The whole address of a page. Raises BadCommand, Refused."""
        scheme = "https" if self.encrypted else "http"
        if page == "audience":
            if not self.audience_port:
                refuse(
                    "没有开观众页面（--audience-port 0）",
                    "There are no pages for the audience (--audience-port 0)",
                )
            return f"{scheme}://{host}:{self.audience_port}/audience"
        if page == "trust":
            if not self.trust_port:
                refuse("没有开信任证书的页面", "There is no page to trust the certificate by")
            return f"http://{host}:{self.trust_port}/trust"
        if page not in PAGES:
            raise BadCommand(f"'{COMMAND}' takes page: {', '.join((*PAGES, 'audience', 'trust'))}")
        if ticket is None:
            return f"{scheme}://{host}:{self.port}/{page}"
        return f"{scheme}://{host}:{self.port}/login/{page}#ticket={ticket}"


COMMANDS: dict[
    str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Reach, dict[str, Any]], dict[str, Any]]]
] = {COMMAND: (("page",), ("ticket", "host"), Reach.run)}
"""Type of a command → fields it needs, fields it may have, what does it."""
