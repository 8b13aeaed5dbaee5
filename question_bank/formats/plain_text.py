"""From the HTML of a question to plain text, with what plain text cannot say: pictures, tables, formulas."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

from question_bank.formats.parsed import MOST_TEXT, Item, block
from question_bank.question import excerpt


def _tags(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BREAKS = _tags(
    "address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul "
)
_INLINE = _tags(
    "a abbr acronym b bdi bdo big caption cite code col colgroup data del dfn em font i ins kbd label "
    "legend mark nobr q rp rt ruby s samp small span strike strong sub sup td th time tt u var wbr html "
    "body head meta link base button input option select textarea noscript "
)
_PICTURES = _tags(
    "img picture source track audio video iframe object embed applet svg canvas math map area param "
)
_SILENT = {"script": "not_kept_script", "style": "", "title": "", "template": ""}
_KNOWN = _BREAKS | _INLINE | _PICTURES | _SILENT.keys()
_STRUCK = frozenset({"s", "strike", "del"})
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_TEX = re.compile(r"\$\$.|\\\(|\\\[|\\(?:frac|sqrt|begin|sum|int)\b")
_MARKS = re.compile(r"[*_`]|^ {0,3}(?:#|>|[-+] |\d+\. )|\]\(", re.MULTILINE)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_NAMES = "|".join(sorted(_KNOWN, key=len, reverse=True))
# A known name, then nothing or attributes with values: "a<b and b>c" is no tag here, though it is one to browsers.
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>=]*=[^<>]*|\s*/?)>", re.IGNORECASE)
# A "<" that begins no whole tag. Word processors leave tags such as <o:p>.
_NO_TAG = re.compile(rf"<(?!/?(?:{_NAMES}|\w+:\w+)(?:\s[^<>=]*=[^<>]*|\s*/?)>)", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")

HTML, PLAIN, AUTO, MARKDOWN = "html", "plain", "auto", "markdown"
"""How a text is written. AUTO: plain text with line breaks that may hold HTML tags, as in Moodle's own format."""


@dataclass(slots=True)
class _Level:
    """A list, or a piece of text raised or lowered, that is open."""

    tag: str
    start: int
    count: int = 0


@dataclass
class _Reader(HTMLParser):
    """Collects the text. Raised and lowered figures keep their meaning: 10<sup>3</sup> is 10³, never 103."""

    keep_lines: bool
    parts: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[_Level] = []
        self._silent = ""
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent = tag
            if _SILENT[tag]:
                self.told.append((_SILENT[tag], tag))
        elif tag in _PICTURES:
            if tag not in ("source", "track", "param", "area"):
                file = unquote(given.get("src", given.get("data", "")).rpartition("/")[2])
                told = f"{file} {given.get('alt', '')}".strip()
                self.told.append(("not_kept_picture", told or tag))
        elif tag in _BREAKS:
            self._break(tag)
        elif tag in ("td", "th"):
            self.parts.append("" if self._at_line_start() else " | ")
        elif tag in ("sup", "sub"):
            self._open.append(_Level(tag, len(self.parts)))
        elif tag in _STRUCK:
            self.told.append(("not_kept_struck", tag))
        elif tag == "a" and given.get("href", "").lower().startswith(("http:", "https:")):
            self.told.append(("not_kept_link", given["href"]))

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
            return
        if tag in _BREAKS and tag != "br":
            self._new_line()
            self._pre -= tag == "pre" and self._pre > 0
        if tag in ("sup", "sub", "ol", "ul"):
            self._close(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if not (self._pre or self.keep_lines):
            data = re.sub(r"[ \t\r\n\f]+", " ", data)
            if self._at_line_start():
                data = data.lstrip(" ")
        if data:
            self.parts.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._close(self._open[-1].tag)

    def _at_line_start(self) -> bool:
        return not self.parts or self.parts[-1].endswith("\n")

    def _new_line(self) -> None:
        if not self._at_line_start():
            self.parts.append("\n")

    def _break(self, tag: str) -> None:
        if tag == "br":
            self.parts.append("\n")
        else:
            self._new_line()
        if tag == "pre":
            self._pre += 1
        elif tag == "table":
            self.told.append(("not_kept_table", ""))
        elif tag in ("ol", "ul"):
            self._open.append(_Level(tag, len(self.parts)))
        elif tag == "li":
            inner = next((level for level in reversed(self._open) if level.tag in ("ol", "ul")), None)
            if inner is not None and inner.tag == "ol":
                inner.count += 1
                self.parts.append(f"{inner.count}. ")
            else:
                self.parts.append("• ")

    def _close(self, tag: str) -> None:
        at = next((i for i in range(len(self._open) - 1, -1, -1) if self._open[i].tag == tag), None)
        if at is None:
            return
        level = self._open.pop(at)
        if tag in ("sup", "sub"):
            text = "".join(self.parts[level.start :]).strip()
            self.parts[level.start :] = [_script(tag, text)] if text else []


def _script(tag: str, text: str) -> str:
    """A raised or lowered text in characters that are so, or with the mark that people type for it."""
    moved = text.translate(_RAISED if tag == "sup" else _LOWERED)
    if all(before != after for before, after in zip(text, moved, strict=True)):
        return moved
    mark = "^" if tag == "sup" else "_"
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def looks_like_html(text: str) -> bool:
    """Whether a text that may be plain holds a tag or a character reference of HTML."""
    return bool(_TAG.search(text) or _REFERENCE.search(text))


def to_plain(text: str, kind: str, item: Item, column: str) -> str:
    """The text of a question as plain text; what is lost is noted on `item`, an overlong one is left out."""
    if len(text) > MOST_TEXT:
        item.left_out("left_out_too_long", text, column=column, allowed=str(MOST_TEXT))
        return ""
    if _TEX.search(text):
        item.note("not_kept_tex", text, column=column)
    if kind == MARKDOWN and _MARKS.search(text):
        item.note("not_kept_markdown", text, column=column)
    if kind == HTML or (kind == AUTO and looks_like_html(text)):
        text = _from_html(text, item, column, keep_lines=kind == AUTO)
    if _INVISIBLE.search(text):
        item.note("not_kept_invisible", column=column)
        text = _INVISIBLE.sub("", text)
    return text.replace("\t", " ").strip() if kind == PLAIN else block(text)


def _from_html(text: str, item: Item, column: str, *, keep_lines: bool) -> str:
    # Only whole tags reach the parser: "a<b" stays text, and releases of the parser that take quadratic time over
    # unclosed tags and comments never meet any.
    text = _NO_TAG.sub("&lt;", _DECLARATION.sub("", _without_comments(text)))
    reader = _Reader(keep_lines)
    reader.feed(text)
    reader.close()
    for code, found in dict.fromkeys((code, excerpt(found)) for code, found in reader.told):
        item.note(code, found, column=column)
    plain = "".join(reader.parts).replace("\u00a0", " ")
    return re.sub(r"[ \t]{2,}", " ", plain) if not keep_lines else plain


def _without_comments(text: str) -> str:
    kept = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join(kept) + text[at:]


def to_html(text: str) -> str:
    """Plain text as HTML that says the same: `to_plain` takes it back."""
    return html.escape(text, quote=False).replace("\n", "<br>")
