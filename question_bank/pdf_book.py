"""Pages that fill themselves: pieces of known height are set one under the other, blocks are kept together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from printing.canvas import DIM, INK, LINE, POINT_MM, TEXT, VERMILION, Canvas, Colour

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 20.0, 190.0
TOP, BOTTOM = 25.0, 279.0
LEADING = 1.52
"""Distance of two lines for each point of size, over the point itself."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is drawn as a whole. `draw` gets the y of its top in millimetres."""

    height: float
    draw: Callable[[float], None]


@dataclass(slots=True)
class _Page:
    head: str
    warning: str
    pieces: list[tuple[float, Piece]] = field(default_factory=list)


class Book:
    """A document in the making: first everything is set, then `write` draws it once, with the number of pages.

    title: left in the head of every page. foot: left in its foot. page_of: "第 {page} 页，共 {pages} 页".
    """

    def __init__(self, canvas: Canvas, title: str, foot: str, page_of: str) -> None:
        self.canvas, self._title, self._foot, self._page_of = canvas, title, foot, page_of
        self._pages: list[_Page] = []
        self._y = TOP
        self._bookmarks: dict[int, list[str]] = {}

    def page(self, head: str, warning: str = "", bookmark: str = "") -> None:
        """Begin a page. head: right in its head; warning: the same in red, for what is not for everybody."""
        self._pages.append(_Page(head, warning))
        self._y = TOP
        if bookmark:
            self.bookmark(bookmark)

    def bookmark(self, text: str) -> None:
        """An entry of the outline that leads to the page in hand."""
        self._bookmarks.setdefault(len(self._pages) - 1, []).append(text)

    def room(self) -> float:
        """Millimetres left on this page."""
        return BOTTOM - self._y

    def add(self, pieces: Sequence[Piece], *, gap: float = 0.0) -> None:
        """Set pieces, together where one page can hold them, and `gap` millimetres of air after them."""
        whole = sum(piece.height for piece in pieces)
        if whole > self.room() and whole <= BOTTOM - TOP:
            self._go_on()
        for piece in pieces:
            if piece.height > self.room() and self._y > TOP:
                self._go_on()
            self._pages[-1].pieces.append((self._y, piece))
            self._y += piece.height
        self._y += gap

    def _go_on(self) -> None:
        last = self._pages[-1]
        self.page(last.head, last.warning)

    def text(
        self,
        text: str,
        *,
        face: str = TEXT,
        size: float = 10.0,
        colour: Colour = INK,
        x: float = LEFT,
        to_x: float = RIGHT,
        first: tuple[str, str] = ("", ""),
        hang: float = 0.0,
        bar: Colour | None = None,
    ) -> list[Piece]:
        """A paragraph as pieces of one line each.

        first: (face, label) drawn in front of its first line; the lines stand to its right, at least `hang` millimetres.
        bar: a rule along the left.
        """
        canvas, step = self.canvas, size * POINT_MM * LEADING
        label_face, label = first
        indent = 0.0
        if label:
            canvas.face(label_face, size)
            indent = max(hang, canvas.measured(label) + 1.6)
        canvas.face(face, size)
        lines = canvas.lines(text, to_x - x - indent)

        def line(number: int, words: str) -> Piece:
            def draw(y: float) -> None:
                base = y + step * 0.74
                if bar is not None:
                    canvas.block(x - 3.2, y, 0.7, step + 0.05, bar)
                if label and number == 0:
                    canvas.face(label_face, size, colour)
                    canvas.at(x, base, label)
                canvas.face(face, size, colour)
                canvas.at(x + indent, base, words)

            return Piece(step, draw)

        return [line(number, words) for number, words in enumerate(lines)]

    def row(self, height: float, draw: Callable[[float], None]) -> Piece:
        """A piece that draws itself."""
        return Piece(height, draw)

    def blank(self, label: str, *, x: float = LEFT, to_x: float = RIGHT, height: float = 9.0) -> Piece:
        """A line to write on, its label in front."""
        canvas = self.canvas

        def draw(y: float) -> None:
            canvas.face(TEXT, 9.5, DIM)
            width = canvas.at(x, y + height - 1.6, label)
            canvas.rule(x + width + 2, y + height - 1, to_x, LINE, 0.25)

        return Piece(height, draw)

    def write(self, progress: Callable[[int, int], None] | None = None) -> bytes:
        """Draw everything; the PDF. progress: called with (pages drawn, pages)."""
        canvas, pages = self.canvas, len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            canvas.add_page()
            for text in self._bookmarks.get(number - 1, ()):
                canvas.start_section(text)
            self._frame(page, number, pages)
            for y, piece in page.pieces:
                piece.draw(y)
            if progress is not None:
                progress(number, pages)
        return bytes(canvas.output())

    def _frame(self, page: _Page, number: int, pages: int) -> None:
        canvas = self.canvas
        right = 0.0
        for text, colour in ((page.warning, VERMILION), (page.head, DIM)):
            canvas.face(TEXT, 8, colour)
            right += canvas.at(RIGHT - right, 15, text, "right") + (3 if text else 0)
        canvas.fitted(TEXT, self._title, RIGHT - LEFT - right - 6, 8, 5, DIM)
        canvas.at(LEFT, 15, self._title)
        canvas.rule(LEFT, 17.5, RIGHT, INK, 0.25)
        canvas.face(TEXT, 7.5, DIM)
        canvas.at(LEFT, HEIGHT - 10, self._foot)
        canvas.at(RIGHT, HEIGHT - 10, self._page_of.format(page=number, pages=pages), "right")


def printed_height(pieces: Iterable[Piece]) -> float:
    """Millimetres that pieces take one under the other."""
    return sum(piece.height for piece in pieces)
