"""HTTPS on a listening socket of eventlet: each handshake in its connection's own green thread, so a slow one holds up nobody."""

from __future__ import annotations

import re
import socket
import ssl
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    from eventlet.green.ssl import GreenSSLSocket

from ..door.refusals import refused

HANDSHAKE_S = 5.0  # for all of it, however many parts it comes in
TLS_RECORD = 0x16  # how every TLS handshake begins (RFC 8446, 5.1)
HEAD_BYTES = 8 * 1024
HOST = re.compile(rb"\r\nhost: *([a-z0-9.\-]+|\[[0-9a-f:]+\])(:\d{1,5})? *\r\n", re.IGNORECASE)
TARGET = re.compile(rb"(?:GET|HEAD) (/[!-~]*) HTTP/1\.[01]\r\n")
NOT_THIS_WAY = "本场使用加密连接，请用 https:// 打开同一个地址。\nThis show speaks HTTPS: open the same address with https://\n"


def options(tls: ssl.SSLContext | None, base: type[Any]) -> dict[str, Any]:
    """Keywords for `eventlet.wsgi.server` that make it speak HTTPS, or plain HTTP without a context.

    base: the protocol class that serves a connection, once it is encrypted.
    """
    if tls is None:
        return {"protocol": base}
    encrypted = tls

    class Encrypted(base):  # type: ignore[misc]
        """A connection that is encrypted before its first request is read."""

        def __init__(self, conn_state: list[Any], server: Any) -> None:
            secured = shake_hands(conn_state[1], encrypted, str(conn_state[0][0]))
            if secured is None:
                return
            conn_state[1] = secured  # the server closes what stands here
            super().__init__(conn_state, server)

    return {"protocol": Encrypted, "environ": {"wsgi.url_scheme": "https", "HTTPS": "on"}}


def shake_hands(connection: Any, tls: ssl.SSLContext, address: str) -> Any:
    """The connection encrypted, or None: no handshake in time, or a browser that was sent to https:// instead.

    What comes to nothing is closed here. address: whose it is, for the line that says why it was refused.
    """
    secured, why = None, f"no handshake within {HANDSHAKE_S:g} s"
    with eventlet.Timeout(HANDSHAKE_S, False):
        try:
            first = connection.recv(1, socket.MSG_PEEK)
            if first and first[0] == TLS_RECORD:
                # What eventlet's own SSLContext does; to have that one, ssl's classes would have to be replaced.
                secured = GreenSSLSocket(
                    connection, server_side=True, do_handshake_on_connect=False, _context=tls
                )
                secured.do_handshake()
                return secured
            why = ""  # it has gone, or asks without encryption: nothing wrong with either
            if first:
                _send_to_https(connection)
        except (
            OSError,
            ValueError,
        ) as error:  # ssl.SSLError is an OSError; ValueError: it went in the middle
            why = str(error)
    if why:
        refused("tls handshake", address, why)
    (secured or connection).close()
    return None


def _send_to_https(connection: Any) -> None:
    """Answer a request without encryption: the same address with https://, and nothing else of the show."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
        part = connection.recv(HEAD_BYTES)
        if not part:
            return
        head += part
    target, host = TARGET.match(head), HOST.search(head)
    lines = ["HTTP/1.1 400 Bad Request"]
    if target and host:
        where = host[1] + (host[2] or b"") + target[1]
        lines = ["HTTP/1.1 307 Temporary Redirect", f"Location: https://{where.decode()}"]
    body = NOT_THIS_WAY.encode()
    lines += [
        f"Content-Length: {len(body)}",
        "Content-Type: text/plain; charset=utf-8",
        "Cache-Control: no-store",
    ]
    connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
    connection.shutdown(socket.SHUT_WR)
