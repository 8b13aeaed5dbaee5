"""HTTPS with certificates that are there already: all that a process which serves needs of them, without what makes them."""

from __future__ import annotations

import ssl
from pathlib import Path

FOLDER = "tls"
AUTHORITY = "authority.crt"
SERVER, SERVER_KEY = "server.crt", "server.key"
# What has forward secrecy and authenticates what it encrypts; TLS 1.3 has no others anyway.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class BadTls(ValueError):
    """Certificates that are not there, damaged, over, or asked for what they cannot be; the text says how to mend it."""


def context(folder: Path) -> ssl.SSLContext:
    """What the stage serves with: TLS 1.2 and later, nothing renegotiated. Raises BadTls."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_ciphers(CIPHERS)
    made.set_alpn_protocols(["http/1.1"])
    try:
        made.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    except (OSError, ssl.SSLError) as error:
        raise BadTls(f"the certificate in {folder} cannot be used ({error}); run: run.py tls") from error
    return made
