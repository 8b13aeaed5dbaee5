"""The port of the page by which tablets come to trust a show with --tls."""

from __future__ import annotations

import argparse

TRUST_AFTER = 2  # this many after the show's


def trust_port(port: int, given: int | None) -> int | None:
    """The port of the trust page: as given, else the usual one; None: no such page."""
    return (port + TRUST_AFTER if given is None else given) or None


def trust_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--trust-port",
        type=int,
        metavar="PORT",
        help=f"where tablets fetch the authority's certificate (default: --port + {TRUST_AFTER}; 0: nowhere)",
    )
