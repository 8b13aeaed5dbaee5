"""The command line of the export: `run.py export`, and `run.py verify --certificate`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from ..event_log import EventLog
from . import FORMATS, CannotWrite, check_free, export, read_result, write_whole
from .compare import BadCertificate, differences, read_certificate, where_head_is
from .tables import status_text
from .words import Words, points

DONE, NO, WRONG_CALL = 0, 1, 2


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    sub = command("export", run, "the result of a log as a file: certificate and account")
    sub.add_argument("log", type=Path)
    sub.add_argument("--format", choices=FORMATS, required=True, help="what kind of file")
    sub.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="where to; - is standard output (csv, json)",
    )
    sub.add_argument("--force", action="store_true", help="replace a file that is there already")
    sub.add_argument("--json", action="store_true", help="one JSON object about the file on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write the result of a log. Raises LogDamaged; nothing is written then."""
    to_stdout = str(arguments.output) == "-"
    if to_stdout and arguments.format not in ("csv", "json"):
        return _wrong(f"{arguments.format} is not for standard output; give -o FILE")
    if to_stdout and arguments.json:
        return _wrong("--json tells about the file on standard output; with -o - there is none")
    try:
        if not to_stdout:
            check_free(arguments.output, force=arguments.force)
    except CannotWrite as error:
        return _wrong(str(error))
    made = export(arguments.log, arguments.format)
    result = made.result
    if to_stdout:
        sys.stdout.buffer.write(made.data)
        sys.stdout.buffer.flush()
    else:
        try:
            write_whole(arguments.output, made.data, force=arguments.force)
        except CannotWrite as error:
            return _wrong(str(error))
    if not result.certified or result.rehearsal:
        _say(status_text(result, Words("en")))
    if made.missing:
        named = ", ".join(f"{one} (U+{ord(one):04X})" for one in made.missing)
        _say(
            f"no font here has {named}: the PDF shows the number in its place, e.g. [U+{ord(made.missing[0]):04X}]"
        )
    if arguments.json:
        about = {
            "file": str(arguments.output),
            "format": arguments.format,
            "bytes": len(made.data),
            "events": result.events,
            "head": result.head,
            "certified": result.certified,
            "rehearsal": result.rehearsal,
            "missing_characters": list(made.missing),
        }
        print(json.dumps(about, ensure_ascii=False))
    elif not to_stdout:
        _say(f"{arguments.output}: {result.events} events, head {result.head}")
    return DONE


def compare(log_path: Path, certificate_path: Path, as_json: bool) -> int:
    """Whether a certificate is what its log says, which `verify` has found intact.

    Returns 0 if so, 1 with every difference named, 2 if the file is no certificate.
    """
    try:
        certificate = read_certificate(certificate_path)
    except BadCertificate as error:
        return _wrong(str(error))
    result = read_result(log_path, judge=False)
    found = differences(certificate, result)
    log = EventLog(log_path, readonly=True)
    where = where_head_is(certificate, log)
    log.close()
    if as_json:
        about = {"ok": not found, "events": result.events, "head": result.head}
        print(json.dumps({**about, "certificate": {"head": where, "differences": found}}, ensure_ascii=False))
        return NO if found else DONE
    print(f"intact: {result.events} events, head {result.head}")
    said = {one.get("seat"): one for one in certificate.get("places", ()) if isinstance(one, dict)}
    for place in result.places:
        one = said.get(place.seat, {})
        same = one.get("place") == place.place and one.get("score") == place.score_cp / 100
        claim = "" if same else f"   certificate: place {one.get('place')}, score {one.get('score')}"
        print(f"{place.place:>3}  seat {place.seat}  {points(place.score_cp):>7}  {place.name}{claim}")
    if where:
        print(where)
    for line in found:
        print(f"DIFFERENT: {line}")
    if not found:
        print(f"{certificate_path} agrees with the log in everything")
    return NO if found else DONE


def _wrong(text: str) -> int:
    _say(text)
    return WRONG_CALL


def _say(text: str) -> None:
    print(f"firstpress: {text}", file=sys.stderr)
