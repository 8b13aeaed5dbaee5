"""Our own JSON of questions: written and read one question at a time, read with every bound that a stranger's file needs."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from question_bank import messages
from question_bank.question import Question, excerpt, to_dict

FORMAT = "firstpress-questions"
VERSION = 1
MAX_QUESTION_CHARACTERS = 64 * 1024
"""Three times what a valid question can come to; whatever is longer is none."""
MAX_DEPTH = 8
_INT_DIGITS = 12
_CHUNK = 256 * 1024


class BadJson(ValueError):
    """A file that is not ours or not sound: `code` is one of `question_bank.messages`, `number` the question's, from 1."""

    def __init__(self, code: str, found: str = "", allowed: str = "", number: int | None = None) -> None:
        self.code, self.found, self.allowed, self.number = code, found, allowed, number
        super().__init__(f"{found}: {messages.what(code, allowed, 'en')}")


@dataclass(frozen=True, slots=True)
class _Bad(Exception):
    code: str
    found: str


def write(questions: Iterable[Question], stream: BinaryIO) -> int:
    """Write {"format", "version", "questions"}, one question a line, UTF-8. Returns how many."""
    head = json.dumps({"format": FORMAT, "version": VERSION})[:-1]
    stream.write(f'{head}, "questions": ['.encode())
    count = 0
    for question in questions:
        stream.write(b",\n" if count else b"\n")
        stream.write(json.dumps(to_dict(question), ensure_ascii=False).encode())
        count += 1
    stream.write(b"\n]}\n")
    return count


def to_bytes(questions: Iterable[Question]) -> bytes:
    """What `write` writes."""
    stream = BytesIO()
    write(questions, stream)
    return stream.getvalue()


def read(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """The questions of a file as plain data, not yet checked as questions, in order. Memory does not grow with them.

    Raises BadJson: not UTF-8, not JSON, another format or a newer version, keys twice, NaN and infinities, numbers
    past 12 digits, nesting past 8, more than 64 Ki characters in one question, anything behind the end.
    """
    text = _Text(stream)
    text.expect("{")
    seen: dict[str, Any] = {}
    while True:
        key = text.value(what="key")
        if not isinstance(key, str) or key in seen or key not in ("format", "version", "questions"):
            raise BadJson("json_key", excerpt(key), "format, version, questions")
        text.expect(":")
        if key == "questions":
            if "format" not in seen or "version" not in seen:
                raise BadJson("json_format", excerpt(key), FORMAT)
            seen[key] = True
            yield from _questions(text)
        else:
            seen[key] = text.value(what=key)
            _check_head(key, seen[key])
        if text.next() != ",":
            break
        text.expect(",")
    text.expect("}")
    if "questions" not in seen:
        raise BadJson("json_format", "", FORMAT)
    if text.next():
        raise BadJson("json_syntax", excerpt(text.next()))


def _check_head(key: str, value: object) -> None:
    if key == "format" and value != FORMAT:
        raise BadJson("json_format", excerpt(value), FORMAT)
    if key == "version" and (isinstance(value, bool) or value != VERSION):
        raise BadJson("json_version", excerpt(value), str(VERSION))


def _questions(text: _Text) -> Iterator[dict[str, Any]]:
    text.expect("[")
    if text.next() == "]":
        text.expect("]")
        return
    number = 0
    while True:
        number += 1
        try:
            data = text.value(what="question")
        except BadJson as bad:
            raise BadJson(bad.code, bad.found, bad.allowed, number) from bad
        if not isinstance(data, dict):
            raise BadJson("json_question", excerpt(data), number=number)
        yield data
        if text.next() != ",":
            break
        text.expect(",")
    text.expect("]")


class _Text:
    """The characters of a stream, as many of them at a time as one question may have."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._buffer, self._at, self._ended = "", 0, False

    def next(self) -> str:
        """The next character that is no blank, not taken; "" at the end."""
        while True:
            self._fill()
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in " \t\r\n":
                    return self._buffer[self._at]
                self._at += 1
            if self._ended:
                return ""

    def expect(self, character: str) -> None:
        """Take this character. Raises BadJson for another."""
        if self.next() != character:
            raise BadJson("json_syntax", excerpt(self._buffer[self._at : self._at + 20]), character)
        self._at += 1

    def value(self, what: str) -> Any:
        """Take one JSON value. Raises BadJson."""
        self.next()
        try:
            data, end = _DECODER.raw_decode(self._buffer, self._at)
        except _Bad as bad:
            raise BadJson(bad.code, bad.found) from bad
        except RecursionError as error:
            raise BadJson("json_depth", what, str(MAX_DEPTH)) from error
        except json.JSONDecodeError as error:
            # Cut off by our own bound, not by the file's end.
            cut = not self._ended and (
                error.msg.startswith("Unterminated") or error.pos > len(self._buffer) - 16
            )
            code, most = ("json_size", str(MAX_QUESTION_CHARACTERS)) if cut else ("json_syntax", "")
            raise BadJson(code, what if cut else excerpt(error.msg), most) from error
        if end - self._at > MAX_QUESTION_CHARACTERS:
            raise BadJson("json_size", what, str(MAX_QUESTION_CHARACTERS))
        if _depth(data) > MAX_DEPTH:
            raise BadJson("json_depth", what, str(MAX_DEPTH))
        self._at = end
        return data

    def _fill(self) -> None:
        if self._ended or len(self._buffer) - self._at > MAX_QUESTION_CHARACTERS:
            return
        parts = [self._buffer[self._at :]]
        self._at = 0
        part = self._stream.read(_CHUNK)
        try:
            parts.append(self._decoder.decode(part, final=not part))
        except UnicodeDecodeError as error:
            raise BadJson(
                "encoding", excerpt(error.object[error.start : error.start + 4].hex(" "))
            ) from error
        self._ended = not part
        self._buffer = "".join(parts)


def _depth(data: object) -> int:
    """How deep lists and objects are nested, counted without recursion."""
    depth, level = 0, [data]
    while level:
        inner = [v for v in level if isinstance(v, dict | list)]
        if not inner:
            break
        depth += 1
        level = [x for v in inner for x in (v.values() if isinstance(v, dict) else v)]
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        seen: set[str] = set()
        raise _Bad("json_twice", excerpt(next(k for k, _ in pairs if k in seen or seen.add(k))))  # type: ignore[func-returns-value]
    return data


def _int(digits: str) -> int:
    if len(digits) > _INT_DIGITS:
        raise _Bad("json_number", excerpt(digits))
    return int(digits)


def _constant(name: str) -> Any:
    raise _Bad("json_number", name)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_int, parse_constant=_constant)
