"""The pages after the certificate: every table of the account, over as many pages as it takes."""

from __future__ import annotations

from printing.canvas import BOLD, DIM, FIGURES, INK, LINE, PALE, TEXT, VERMILION, Canvas

from ..result import Result
from .account_tables import sections
from .pdf_certificate import HEIGHT, rehearsal
from .tables import Cell, Section, cell_text
from .words import Words

LEFT, RIGHT = 18.0, 192.0
TOP, BOTTOM = 26.0, 280.0
SIZE, STEP, PAD = 7.6, 3.7, 1.25
ALWAYS = ("corrections", "undone", "fouls", "decisions")
"""Tables that are printed when empty too: that there was none is worth saying."""


def account(canvas: Canvas, result: Result, words: Words, pages: int) -> None:
    """Draw every table but the places, which are page one."""
    book = _Book(canvas, result, words, pages)
    book.page()
    for section in sections(result):
        if section.key != "places" and (section.rows or section.key in ALWAYS):
            book.section(section)


class _Book:
    """Where we are on the page, and how a table goes on over the next."""

    def __init__(self, canvas: Canvas, result: Result, words: Words, pages: int) -> None:
        self.canvas, self.result, self.words, self.pages = canvas, result, words, pages
        self.y = TOP

    def page(self) -> None:
        """Begin a page: its head says whose account this is and whether it counts, its foot which log it is of."""
        canvas, words, result = self.canvas, self.words, self.result
        canvas.add_page()
        if result.rehearsal:
            rehearsal(canvas, words)
        state = "" if result.certified else words("not_certified")
        canvas.face(BOLD, 9, VERMILION)
        width = canvas.at(RIGHT, 15, state, "right")
        canvas.face(TEXT, 7.5, DIM)
        mine = words("account")
        room = RIGHT - LEFT - width - canvas.measured(mine) - 12
        title = " ".join(words.of(result.title).split())
        canvas.at(RIGHT - width - (4 if state else 0), 15, mine, "right")
        canvas.fitted(TEXT, title, room, 7.5, 4, DIM)
        canvas.at(LEFT, 15, title)
        canvas.rule(LEFT, 17.5, RIGHT, INK, 0.25)
        canvas.face(FIGURES, 8, DIM)
        canvas.at(LEFT, HEIGHT - 9, result.head)
        canvas.face(TEXT, 7, DIM)
        canvas.at(RIGHT, HEIGHT - 9, words("page", page=canvas.page_no(), pages=self.pages), "right")
        self.y = TOP

    def section(self, section: Section) -> None:
        """A heading and its table; the heading never stands alone at the foot of a page."""
        canvas = self.canvas
        widths = self._widths(section)
        first = sum(self._height(self._cells(section, row, widths)) for row in section.rows[:2])
        if self.y + 16 + min(first, 80) > BOTTOM:
            self.page()
        canvas.start_section(section.title)
        canvas.block(LEFT, self.y - 3.1, 2.2, 3.6, VERMILION)
        canvas.face(BOLD, 11.5, INK)
        end = canvas.at(LEFT + 4.6, self.y, section.title)
        if section.struck:
            canvas.face(TEXT, 7.2, DIM)
            canvas.at(LEFT + end + 8, self.y, self.words("struck_note"))
        self.y += 3.2
        if not section.rows:
            canvas.face(TEXT, 8.5, DIM)
            canvas.at(LEFT + 4.6, self.y + 3.4, self.words("none"))
            self.y += 13
            return
        self._header(section, widths)
        for index, row in enumerate(section.rows):
            self._row(section, row, widths, index in section.struck)
        self.y += 11

    def _widths(self, section: Section) -> list[float]:
        """What each column needs, if all of it fits; else narrow columns get that and the rest share what is left."""
        needs, weights = [], [column.width for column in section.columns]
        for index, column in enumerate(section.columns):
            self.canvas.face(BOLD, 7.2)
            need = self.canvas.measured(column.title)
            self.canvas.face(self._face(section, index), SIZE)
            texts = {cell_text(row[index]) for row in section.rows}
            needs.append(max([need, *map(self.canvas.measured, texts)]) + 2 * PAD + 0.4)
        widths, room, open_ = [0.0] * len(needs), RIGHT - LEFT, set(range(len(needs)))
        while open_:
            share = room / sum(weights[index] for index in open_)
            narrow = {index for index in open_ if needs[index] <= share * weights[index]}
            if not narrow or narrow == open_:
                for index in open_:
                    widths[index] = share * weights[index]
                break
            for index in narrow:
                widths[index] = needs[index]
                room -= needs[index]
            open_ -= narrow
        return widths

    def _header(self, section: Section, widths: list[float]) -> None:
        canvas = self.canvas
        if not any(column.title for column in section.columns):
            canvas.rule(LEFT, self.y, RIGHT)
            return
        canvas.face(BOLD, 7.2, INK)
        wrapped = [
            canvas.lines(column.title, width - 2 * PAD)
            for column, width in zip(section.columns, widths, strict=True)
        ]
        height = max(map(len, wrapped)) * STEP + 2
        canvas.block(LEFT, self.y, RIGHT - LEFT, height, PALE)
        canvas.face(BOLD, 7.2, INK)
        x = LEFT
        for column, width, lines in zip(section.columns, widths, wrapped, strict=True):
            for number, line in enumerate(lines):
                self._write(x, width, self.y + 3.6 + number * STEP, line, column.figures)
            x += width
        self.y += height

    def _write(self, x: float, width: float, y: float, line: str, figures: bool) -> float:
        if figures:
            return self.canvas.at(x + width - PAD, y, line, "right")
        return self.canvas.at(x + PAD, y, line)

    def _cells(self, section: Section, row: tuple[Cell, ...], widths: list[float]) -> list[list[str]]:
        found = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            self.canvas.face(self._face(section, index), SIZE)
            found.append(self.canvas.lines(cell_text(cell), width - 2 * PAD))
        return found

    def _height(self, cells: list[list[str]]) -> float:
        return max(map(len, cells)) * STEP + 1.7

    def _face(self, section: Section, index: int) -> str:
        """The last column of the sums is the score; the first of a list without heads says what stands beside it."""
        heads = any(column.title for column in section.columns)
        last = section.key == "sums" and index == len(section.columns) - 1
        return BOLD if last or (not heads and index == 0) else TEXT

    def _row(self, section: Section, row: tuple[Cell, ...], widths: list[float], struck: bool) -> None:
        """One row; it goes to the next page whole if it can, and in parts if it is longer than a page."""
        cells = self._cells(section, row, widths)
        height = self._height(cells)
        if self.y + height > BOTTOM and height < BOTTOM - TOP - 12:
            self.page()
            self._header(section, widths)
        while cells:
            fits = max(1, int((BOTTOM - self.y - 1.7) / STEP))
            part, cells = [one[:fits] for one in cells], [one[fits:] for one in cells]
            self._part(section, part, widths, struck)
            if not any(cells):
                break
            self.page()
            self._header(section, widths)

    def _part(self, section: Section, cells: list[list[str]], widths: list[float], struck: bool) -> None:
        canvas, x = self.canvas, LEFT
        last_is_note = section.columns[-1].title == self.words("note")
        for index, (column, width, lines) in enumerate(zip(section.columns, widths, cells, strict=True)):
            note = last_is_note and index == len(widths) - 1
            canvas.face(
                self._face(section, index), SIZE, VERMILION if note and struck else DIM if struck else INK
            )
            for number, line in enumerate(lines):
                y = self.y + 3.5 + number * STEP
                long = self._write(x, width, y, line, column.figures)
                if struck and line and not note:
                    start = x + width - PAD - long if column.figures else x + PAD
                    canvas.rule(start, y - 0.95, start + long, DIM, 0.15)
            x += width
        self.y += self._height(cells)
        canvas.rule(LEFT, self.y, RIGHT, LINE, 0.12)
