"""`run.py tls`: one command for HTTPS on the venue's network, and how the tablets come to trust it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from .. import qr
from ..addresses import EVERYWHERE, reachable_hosts
from . import authority as tls
from .trust_port import trust_option, trust_port

DONE, WRONG_CALL = 0, 2
TRUST_PATH = "/trust"


def trust_address(port: int, listens_on: str = EVERYWHERE[0]) -> str:
    """Where a tablet fetches the authority's certificate, without encryption: it cannot trust us yet."""
    return f"http://{reachable_hosts(listens_on)[0]}:{port}{TRUST_PATH}"


def run(arguments: argparse.Namespace) -> int:
    """Make or renew the certificates. Returns the exit status."""
    folder = arguments.data.resolve() / tls.FOLDER
    try:
        made = tls.make(folder, arguments.name, arguments.new_authority)
    except (tls.BadTls, OSError) as error:
        print(f"firstpress: {error}", file=sys.stderr)
        return WRONG_CALL
    port = trust_port(arguments.port, arguments.trust_port)
    where = trust_address(port) if port else None
    if arguments.json:
        about = {
            "folder": str(folder),
            "fingerprint": made.fingerprint,
            "new_authority": made.new_authority,
            "authority_until": made.authority_until.isoformat(),
            "server_until": made.server_until.isoformat(),
            "hosts": list(made.hosts),
            "left_out": list(made.left_out),
            "trust": where,
        }
        print(json.dumps(about, ensure_ascii=False))
        return DONE
    print("\n".join(_lines(arguments.data, made, where)))
    if where and qr.can_print():
        print(qr.in_terminal(where))
    return DONE


def _lines(data: Path, made: tls.Certificates, where: str | None) -> list[str]:
    authority = "新建 new" if made.new_authority else "沿用 kept: 平板不用再装 · nothing to do on the tablets"
    lines = [
        f"本地证书机构 authority   {authority}，有效至 until {made.authority_until:%Y-%m-%d}",
        f"服务器证书 certificate   有效至 until {made.server_until:%Y-%m-%d}",
        f"适用于 good for          {', '.join(made.hosts)}",
        "指纹 SHA-256 fingerprint（与平板上显示的核对 · compare with what the tablet shows）",
        *(f"    {line}" for line in in_groups(made.fingerprint)),
        "",
        f"用它开场 serve with it:   python3 run.py serve --tls --data {data}",
    ]
    if made.left_out:
        lines.insert(
            3,
            f"不含 not good for        {', '.join(made.left_out)}（这个证书机构无权签发，可用 --new-authority 重建 · "
            "this authority may not vouch for it; --new-authority makes another one）",
        )
    if where:
        lines += [
            "每台平板信任一次：开场后在平板上打开（步骤在页面上），或扫下面的码",
            f"Trust it once on each tablet: while the show runs, open there   {where}",
        ]
    return [*lines, "详见 more: docs/tls.md"]


def in_groups(fingerprint: str) -> tuple[str, str]:
    """A fingerprint on two lines of sixteen bytes, as a tablet breaks it."""
    parts = fingerprint.split(":")
    return ":".join(parts[:16]), ":".join(parts[16:])


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    making = command("tls", run, "a local authority and a certificate for HTTPS; again: a new certificate")
    making.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")
    making.add_argument(
        "--host",
        dest="name",
        action="append",
        default=[],
        metavar="NAME",
        help="one more name or address it shall be good for (a standby's, a name in the venue's DNS); repeatable",
    )
    making.add_argument(
        "--new-authority", action="store_true", help="begin anew: every tablet has to trust the new one"
    )
    making.add_argument("--port", type=int, default=8000, help="port of the show (default: 8000)")
    trust_option(making)
    making.add_argument("--json", action="store_true", help="one JSON object on standard output")
