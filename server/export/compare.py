"""A certificate (the JSON form) against the log it claims to be of: every difference, named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..event_log import EventLog
from ..result import Result
from .json_ import FORMAT, FORMAT_VERSION, document

NOT_COMPARED = ("software",)
"""What may differ between two true certificates: the version that wrote them."""


class BadCertificate(Exception):
    """The file is no certificate of ours; the text says why."""


def read_certificate(path: Path) -> dict[str, Any]:
    """The certificate in a file. Raises BadCertificate."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadCertificate(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise BadCertificate(
            f"{path} is not JSON ({error}); give a file made by export --format json"
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadCertificate(f"{path} is no certificate; give a file made by export --format json")
    if content.get("format_version") != FORMAT_VERSION:
        raise BadCertificate(
            f"{path} has format version {content.get('format_version')!r}; this version reads {FORMAT_VERSION}"
        )
    return content


def differences(certificate: dict[str, Any], result: Result) -> list[str]:
    """Every place where the certificate says something else than the log, as "path: certificate X, log Y"."""
    truth = json.loads(json.dumps(document(result)))
    found: list[str] = []
    for key in {**truth, **certificate}:
        if key not in NOT_COMPARED:
            _compare(key, certificate.get(key, MISSING), truth.get(key, MISSING), found)
    return found


MISSING = object()


def _compare(path: str, said: Any, true: Any, found: list[str]) -> None:
    if isinstance(said, dict) and isinstance(true, dict):
        for key in {**true, **said}:
            _compare(f"{path}.{key}", said.get(key, MISSING), true.get(key, MISSING), found)
    elif isinstance(said, list) and isinstance(true, list):
        ours, theirs = _by_key(true), _by_key(said)
        if ours is not None and theirs is not None and set(ours) & set(theirs):
            for name in {**ours, **theirs}:
                _compare(f"{path} ({name})", theirs.get(name, MISSING), ours.get(name, MISSING), found)
            return
        if len(said) != len(true):
            found.append(f"{path}: certificate has {len(said)}, log has {len(true)}")
        for index, (one, other) in enumerate(zip(said, true, strict=False)):
            _compare(f"{path}[{index}]", one, other, found)
    elif said is MISSING or true is MISSING or type(said) is not type(true) or said != true:
        # 110 and 110.0 are one number however a tool wrote it; true and 1 are not.
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (said, true))
        if not (numbers and said == true):
            found.append(f"{path}: certificate {_shown(said)}, log {_shown(true)}")


def _by_key(items: list[Any]) -> dict[str, Any] | None:
    """The items of a list by what they are about, a row of the log or a seat; None where that does not name each."""
    found: dict[str, Any] = {}
    for item in items:
        key = next((key for key in ("row", "seat") if isinstance(item, dict) and key in item), None)
        if key is None:
            return None
        found[
            f"{key} {item[key]}" + (f", seat {item['seat']}" if key == "row" and "change" in item else "")
        ] = item
    return found if len(found) == len(items) else None


def _shown(value: Any) -> str:
    return "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)


def where_head_is(certificate: dict[str, Any], log: EventLog) -> str | None:
    """Where the certificate's head stands in the log if not at its end: a row's number, or that it is not in it."""
    head = (certificate.get("log") or {}).get("head")
    if head == log.head:
        return None
    for row in log.rows():
        if row.hash == head:
            return f"the certificate was made at row {row.seq}; the log went on to row {log.last_seq}"
    return (
        "the certificate's head hash is nowhere in this log: it is of another log, or the log was rewritten"
    )
