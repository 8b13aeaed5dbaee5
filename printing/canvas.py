"""A page to draw on: our fonts and colours, text that is measured, wrapped as Chinese is wrapped, and never a blank box."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdf import FPDF

from .fonts import figures_face, text_faces

Colour = tuple[int, int, int]
INK: Colour = (0x17, 0x1D, 0x2B)
DIM: Colour = (0x55, 0x5C, 0x6B)
LINE: Colour = (0xCF, 0xC8, 0xB8)
PALE: Colour = (0xF4, 0xF1, 0xEA)
AMBER: Colour = (0xFF, 0xB0, 0x00)
VERMILION: Colour = (0xC4, 0x2A, 0x2D)

TEXT, MEDIUM, BOLD, FIGURES = "text", "medium", "bold", "figures"
FAMILY = "FirstPress Sans"
ASCII = "".join(map(chr, range(0x21, 0x7F)))
POINT_MM = 25.4 / 72
NEVER_FIRST = set("，。；：！？、）」』”’】》…·,.;:!?)]%")
NEVER_LAST = set("（「『“‘【《([")
KEPT = "\n\u00a0\u3000"
_TOKEN = re.compile(r"\n|[ \t]+|[!-~\u00a0-\u00b6\u00b8-\u024f\u2212]+|.", re.S)


class Typeface:
    """The fonts of one document, as files for as long as it is drawn. A context manager."""

    def __init__(self, texts: Iterable[str], strong: Iterable[str] | None = None) -> None:
        """texts: everything that may be drawn. strong: what of it is drawn in BOLD (there is no MEDIUM then); None: all."""
        faces = text_faces(_characters(texts), (400,) if strong is not None else (400, 500, 700), FAMILY)
        if strong is not None:
            # Outlines of two more weights for thousands of characters would take longer than all of the drawing.
            faces |= text_faces(_characters(strong), (700,), FAMILY)
        self.missing: tuple[str, ...] = tuple(sorted(faces[400].missing))
        self.rare = faces[400].rare
        weights = {TEXT: 400, MEDIUM: 500, BOLD: 700}
        self._data = {name: faces[weight].data for name, weight in weights.items() if weight in faces}
        self._data[FIGURES] = figures_face(600, "FirstPress Figures").data
        self._folder = TemporaryDirectory(prefix="firstpress-fonts-")

    def __enter__(self) -> Typeface:
        for name, data in self._data.items():
            (Path(self._folder.name) / f"{name}.ttf").write_bytes(data)
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @property
    def names(self) -> tuple[str, ...]:
        """The faces there are."""
        return tuple(self._data)

    def path(self, name: str) -> Path:
        return Path(self._folder.name) / f"{name}.ttf"

    def shown(self, text: str) -> str:
        """The text with every character we have no glyph for as its number, e.g. [U+36C3]; controls left out."""
        lacking = set(self.missing)
        return "".join(
            f"[U+{ord(one):04X}]" if one in lacking else one
            for one in text
            if one.isprintable() or one in KEPT
        ).replace("\u3000", "  ")


def _characters(texts: Iterable[str]) -> set[str]:
    """What is drawn of texts, with ASCII and our signs, which every face has."""
    return {one for text in texts for one in text if one.isprintable()} | set(ASCII + "−±→–…")


class Canvas(FPDF):
    """An A4 page in millimetres. `at` draws text by its baseline; `lines` wraps it."""

    def __init__(
        self, typeface: Typeface, title: str, language: str, moment: datetime | None, version: str
    ) -> None:
        super().__init__(unit="mm", format="A4")
        self._typeface = typeface
        for name in typeface.names:
            self.add_font(name, "", str(typeface.path(name)))
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.set_title(title)
        self.set_lang(language)
        self.set_creator(f"FirstPress {version}")
        self.set_producer(f"FirstPress {version}")
        if moment is not None:
            self.set_creation_date(moment)

    def close(self) -> None:
        """Let go of the font files, which are read until the document is put out."""
        for font in self.fonts.values():
            font.ttfont.close()  # type: ignore[union-attr]

    def face(self, name: str, size: float, colour: Colour = INK) -> None:
        """The face, its size in points and its colour, for what is drawn or measured next."""
        self.set_font(name, "", size)
        self.set_text_color(*colour)

    def at(self, x: float, y: float, text: str, align: str = "left") -> float:
        """One line of text in the face set before, its baseline at `y`. Returns its width."""
        text = self._typeface.shown(text).replace("\n", " ").replace("\u00a0", " ")
        width = float(self.get_string_width(text))
        start = {"left": x, "right": x - width, "centre": x - width / 2}[align]
        if text:
            self.text(start, y, text)
        return width

    def measured(self, text: str) -> float:
        """The width of one line of text in the face set before."""
        return float(self.get_string_width(self._typeface.shown(text).replace("\u00a0", " ")))

    def face_for(self, name: str) -> str:
        """The face of a contestant's name: one weight all through, also where a character has but one."""
        return MEDIUM if set(name) & self._typeface.rare else BOLD

    def fitted(
        self, name: str, text: str, width: float, size: float, least: float, colour: Colour = INK
    ) -> float:
        """Sets the largest size from `size` down to `least` at which the text is not wider than `width`."""
        self.face(name, size, colour)
        while size > least and self.measured(text) > width:
            size -= 0.5
            self.face(name, size, colour)
        return size

    def lines(self, text: str, width: float) -> list[str]:
        """The text in lines no wider than `width`; breaks between Chinese characters, Latin words kept together."""

        def wide(parts: list[str]) -> float:
            return float(self.get_string_width("".join(parts).replace("\u00a0", " ")))

        found: list[list[str]] = [[]]
        for token in self._tokens(self._typeface.shown(text), width):
            line = found[-1]
            if token == "\n":
                found.append([])
            elif not line or wide([*line, token]) <= width:
                line.extend([token] if line or not token.isspace() else [])
            else:
                carried = _carried(line, token)
                found[-1] = line[: len(line) - len(carried)]
                found.append(carried + ([] if token.isspace() else [token]))
        return ["".join(line).rstrip(" \t") for line in found]

    def _tokens(self, text: str, width: float) -> list[str]:
        """What may not be broken: Latin words, single other characters; too wide a word is taken apart, at hyphens first."""
        tokens: list[str] = []
        for token in _TOKEN.findall(text):
            if len(token) > 1 and self.get_string_width(token.replace("\u00a0", " ")) > width:
                parts = re.findall(r"[^-]+-?|-", token)
                for part in parts:
                    fits = len(parts) > 1 and self.get_string_width(part.replace("\u00a0", " ")) <= width
                    tokens.extend([part] if fits else part)
            else:
                tokens.append(token)
        return tokens

    def block(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.set_fill_color(*colour)
        self.rect(x, y, w, h, style="F")

    def rule(self, x: float, y: float, to_x: float, colour: Colour = LINE, weight: float = 0.15) -> None:
        """A horizontal line."""
        self.set_draw_color(*colour)
        self.set_line_width(weight)
        self.line(x, y, to_x, y)


def _carried(line: list[str], token: str) -> list[str]:
    """What of a full line goes to the next with `token`, so that none begins or ends as it must not."""
    for count in range(len(line)):
        rest, carried = line[: len(line) - count], line[len(line) - count :]
        first = carried[0] if carried else token
        if first[0] not in NEVER_FIRST and rest[-1][-1] not in NEVER_LAST:
            return carried
    return []
