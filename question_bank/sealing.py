"""The sealed paper: a file that nobody reads without its passphrase.

Layout: the line `firstpress-sealed-1`, a line of JSON (salt and cost of scrypt, and whatever its maker lets everybody
see), then frames: 4 bytes of length, big-endian, and so many bytes of AES-256-GCM. The key is scrypt(passphrase, salt),
so no two files share one and the nonce of a frame may be its number, with 1 in the last byte of the last frame (as in
STREAM, Hoang et al. 2015): no frame can be changed, moved, left out or cut off unnoticed. The two lines are
authenticated with every frame. The first frame holds the secrets of the draw as JSON, the others compressed records.
"""

from __future__ import annotations

import json
import os
import secrets
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from question_bank.bank_error import BankError

MAGIC = b"firstpress-sealed-1\n"
COST = 2**17
"""scrypt's N; with r = 8 a guess takes 128 MB and about half a second (OWASP's recommendation)."""
LEAST_PASSPHRASE = 12
KEY_BYTES = 32
_R, _P = 8, 1
_LEAST_COST, _MOST_COST = 2**10, 2**18
_MOST_HEADER, _MOST_FRAME = 64 * 1024, 64 * 1024 * 1024
_RECORDS_A_FRAME = 500
_PAPER_AAD = b"firstpress-paper-1\n"


def normal(passphrase: str) -> str:
    """The passphrase as it counts: blanks around it and the way it was typed (full width, accents) do not matter."""
    return unicodedata.normalize("NFKC", passphrase).strip()


def check_passphrase(passphrase: str) -> None:
    """Raises BankError where a passphrase is too short to seal with."""
    if len(normal(passphrase)) < LEAST_PASSPHRASE:
        raise BankError("passphrase_short", "", "", str(LEAST_PASSPHRASE))


def write(
    path: Path,
    passphrase: str,
    public: Mapping[str, Any],
    secret: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
    cost: int = COST,
) -> None:
    """Write a sealed file, readable by its owner only, on disk when this returns. Raises BankError, OSError.

    Args:
        public: what everybody may read in the header; secret: the first frame; records: the others.
    """
    check_passphrase(passphrase)
    salt = secrets.token_bytes(16)
    header = {**public, "scrypt": {"salt": salt.hex(), "n": cost, "r": _R, "p": _P}}
    head = MAGIC + json.dumps(header, ensure_ascii=False).encode() + b"\n"
    half = path.with_name(f".{path.name}.part")
    half.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(head)
            _write_frames(stream, AESGCM(_key(passphrase, salt, cost)), head, secret, records)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_frames(
    stream: IO[bytes],
    cipher: AESGCM,
    head: bytes,
    secret: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
) -> None:
    number = 0

    def put(content: bytes, last: bool = False) -> None:
        nonlocal number
        frame = cipher.encrypt(_nonce(number, last), content, head)
        stream.write(len(frame).to_bytes(4, "big") + frame)
        number += 1

    put(json.dumps(secret, ensure_ascii=False).encode())
    batch: list[str] = []
    for record in records:
        batch.append(json.dumps(record, ensure_ascii=False))
        if len(batch) == _RECORDS_A_FRAME:
            put(zlib.compress("\n".join(batch).encode()))
            batch = []
    put(zlib.compress("\n".join(batch).encode()), last=True)


def header(path: Path) -> dict[str, Any]:
    """What a sealed file says of itself without a passphrase. Raises BankError, OSError."""
    with _opened(path) as stream:
        return _header(path, stream)[0]


def read_secret(path: Path, passphrase: str) -> dict[str, Any]:
    """The first frame alone, which also tells a wrong passphrase (BankError "passphrase_wrong")."""
    secret: dict[str, Any] = next(_frames(path, passphrase))
    return secret


def read_records(path: Path, passphrase: str) -> Iterator[dict[str, Any]]:
    """The records, a frame at a time. Raises BankError at the first frame that is not as it was written."""
    frames = _frames(path, passphrase)
    next(frames)
    for frame in frames:
        yield from frame


def _frames(path: Path, passphrase: str) -> Iterator[Any]:
    """The secret, then lists of records."""
    with _opened(path) as stream:
        about, head = _header(path, stream)
        scrypt = about["scrypt"]
        cipher = AESGCM(_key(passphrase, bytes.fromhex(scrypt["salt"]), scrypt["n"]))
        number, last = 0, False
        while not last:
            size = int.from_bytes(stream.read(4), "big")
            frame = stream.read(size) if 16 <= size <= _MOST_FRAME else b""
            if size == 0 or len(frame) != size:
                raise BankError("sealed_damaged", str(path), f"{number}")
            last = not stream.peek(1)  # type: ignore[attr-defined]
            try:
                content = cipher.decrypt(_nonce(number, last), frame, head)
            except InvalidTag as error:
                raise BankError("sealed_damaged" if number else "passphrase_wrong", str(path)) from error
            if number == 0:
                yield json.loads(content)
            else:
                yield [json.loads(line) for line in zlib.decompress(content).decode().split("\n") if line]
            number += 1


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if not path.is_file():
        raise BankError("sealed_missing", str(path))
    with path.open("rb") as stream:
        yield stream


def _header(path: Path, stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    magic, line = stream.readline(len(MAGIC)), stream.readline(_MOST_HEADER)
    try:
        about = json.loads(line)
        scrypt = about["scrypt"]
        # A foreign file must not make us reckon for an hour, or fill the memory.
        fits = _LEAST_COST <= scrypt["n"] <= _MOST_COST and (scrypt["r"], scrypt["p"]) == (_R, _P)
        fits = fits and scrypt["n"].bit_count() == 1 and len(bytes.fromhex(scrypt["salt"])) == 16
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fits = False
    if magic != MAGIC or not fits:
        raise BankError("sealed_damaged", str(path), "header")
    return about, magic + line


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=_R, p=_P).derive(normal(passphrase).encode())


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def lock(key: bytes, name: str, text: str) -> bytes:
    """One text under a key of 32 bytes, bound to its name: a nonce of 12 random bytes, then AES-256-GCM."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), _PAPER_AAD + name.encode())


def unlock(key: bytes, name: str, locked: bytes) -> str:
    """The text of `lock`. Raises BankError "passphrase_wrong" for another key or name, or changed bytes."""
    try:
        return AESGCM(key).decrypt(locked[:12], locked[12:], _PAPER_AAD + name.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise BankError("passphrase_wrong", name) from error
