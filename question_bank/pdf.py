"""The bank on paper: question sheets with and without answers, role briefs for who plays the customer, score sheets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from printing.canvas import BOLD, DIM, FIGURES, INK, LINE, PALE, TEXT, VERMILION, Canvas, Typeface
from question_bank.pdf_book import LEFT, RIGHT, Book, Piece, printed_height
from question_bank.pdf_words import WORDS
from question_bank.question import (
    FORM_WORDS,
    LEVELS,
    OPTION_LETTERS,
    ROUND_WORDS,
    ROUNDS,
    Question,
    format_points,
    takes_letters,
)

QUESTIONS, BRIEFS, SCORES = "questions", "briefs", "scores"
PARTS = (QUESTIONS, BRIEFS, SCORES)
_STRONG_WORDS: tuple[str, ...] = (
    *("title", *ROUNDS, "answer", "variants", "key_points", "explanation", "source", "transcript"),
    *("brief", "brief_heard", "brief_you", "score", "key_point", "most", "mark", "total"),
)
_HALF = (RIGHT - LEFT) / 2


@dataclass(frozen=True, slots=True)
class Printed:
    """A document: its bytes, its pages, and the characters no font of ours has (they stand in it as [U+XXXX])."""

    data: bytes
    pages: int
    missing: tuple[str, ...]


def to_pdf(
    questions: Iterable[Question],
    *,
    answers: bool,
    parts: Sequence[str] | None = None,
    title: str = "",
    language: str = "zh",
    moment: datetime | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Printed:
    """The questions as an A4 document, a heading a round, in the order they come in within each.

    answers: with answers, variants, key points, explanation and source. parts: of PARTS, those to print; None: the
    questions, and with `answers` the role briefs and the score sheets of scenarios as well, each on a sheet of its own.
    title: in the head of every page. moment: the date the document bears (none: no date). progress: called with
    "fonts" | "set" | "draw", how many questions (in "draw" pages) are done, and of how many.
    Raises ValueError for unknown parts, and where briefs or score sheets are asked for without `answers`.
    """
    chosen = tuple(parts) if parts is not None else (PARTS if answers else (QUESTIONS,))
    if not chosen or set(chosen) - set(PARTS):
        raise ValueError(f"unknown parts {chosen}; known: {', '.join(PARTS)}")
    if not answers and set(chosen) != {QUESTIONS}:
        raise ValueError(WORDS["needs_answers"][0 if language == "zh" else 1])
    listed = sorted(questions, key=lambda question: ROUNDS.index(question.round))
    words = {name: texts[0 if language == "zh" else 1] for name, texts in WORDS.items()}
    tell = progress or (lambda step, done, of: None)
    tell("fonts", 0, len(listed))
    with contextlib.ExitStack() as stack:
        typeface = stack.enter_context(
            Typeface(_texts(listed, title, answers, words, language == "zh"), _strong(title, words))
        )
        canvas = stack.enter_context(
            contextlib.closing(Canvas(typeface, title or words["title"], language, moment, ""))
        )
        canvas.set_creator("FirstPress")
        canvas.set_producer("FirstPress")
        sheets = _Sheets(canvas, words, language, title or words["title"], len(listed), moment, tell)
        if QUESTIONS in chosen:
            sheets.questions(listed, answers=answers)
        scenarios = [question for question in listed if question.form == "scenario"]
        if BRIEFS in chosen:
            sheets.briefs(scenarios)
        if SCORES in chosen:
            sheets.scores(scenarios)
        if not sheets.begun:
            sheets.empty()
        data = sheets.book.write(lambda page, pages: tell("draw", page, pages))
        return Printed(data, int(canvas.page_no()), typeface.missing)


class _Sheets:
    """The parts of one document, set one after the other."""

    def __init__(
        self,
        canvas: Canvas,
        words: dict[str, str],
        language: str,
        title: str,
        count: int,
        moment: datetime | None,
        tell: Callable[[str, int, int], None],
    ) -> None:
        day = "" if moment is None else f"{moment:%Y-%m-%d}"
        foot = "  ".join(filter(None, (words["count"].format(count=count), day)))
        self.book = Book(canvas, title, foot, words["page"])
        self.canvas, self.words, self.language, self.title = canvas, words, language, title
        self.begun = False
        self._tell, self._count, self._done = tell, count, 0

    def _page(self, head: str, warning: str, bookmark: str) -> None:
        self.book.page(head, warning, bookmark)
        self.begun = True

    def empty(self) -> None:
        """The one page of a document without questions."""
        self._page("", "", "")
        self.book.add(self.book.text(self.words["nothing"], size=11))

    def questions(self, listed: Sequence[Question], *, answers: bool) -> None:
        """Every question, a heading a round."""
        book, words = self.book, self.words
        if not listed:
            return
        self._page(
            words["with_answers" if answers else "without_answers"], words["secret"] if answers else "", ""
        )
        book.add(book.text(self.title, face=BOLD, size=20), gap=5)
        for round_ in ROUNDS:
            mine = [question for question in listed if question.round == round_]
            for number, question in enumerate(mine, start=1):
                pieces = self._question(question, number, answers)
                self._done += 1
                self._tell("set", self._done, self._count)
                if number == 1:
                    pieces = [*self._heading(round_, len(mine)), *pieces]
                book.add(pieces, gap=4.2)
                if number == 1:
                    book.bookmark(self._round(round_))

    def _round(self, round_: str) -> str:
        return ROUND_WORDS[round_] if self.language == "zh" else self.words[round_]

    def _heading(self, round_: str, count: int) -> list[Piece]:
        canvas, text = self.canvas, self._round(round_)
        said = self.words["count"].format(count=count)

        def draw(y: float) -> None:
            canvas.block(LEFT, y + 2.5, 3, 6.5, VERMILION)
            canvas.face(BOLD, 14, INK)
            end = LEFT + 5.5 + canvas.at(LEFT + 5.5, y + 7.7, text)
            canvas.face(TEXT, 9, DIM)
            canvas.at(end + 3, y + 7.7, said)
            canvas.rule(LEFT, y + 10.5, RIGHT, INK, 0.25)

        return [Piece(13.5, draw)]

    def _question(self, question: Question, number: int, answers: bool) -> list[Piece]:
        book, words = self.book, self.words
        pieces = book.text(question.prompt, size=11, first=(FIGURES, f"{number}."), hang=6)
        pieces += book.text(self._facts(question, answers), size=8, colour=DIM, x=LEFT + 6)
        if question.media:
            pieces += book.text(
                words["media"].format(alt=question.alt), size=9, colour=DIM, x=LEFT + 6, to_x=RIGHT - 4
            )
        if takes_letters(question.form, question.options):
            pieces += self._options(question.options)
        elif question.form == "true_false":
            pieces += book.text(words["either"], size=10.5, x=LEFT + 6)
        if answers:
            return pieces + self._answers(question)
        if question.form in ("oral", "fill_in") or (question.form == "listening" and not question.options):
            pieces.append(book.blank(words["answer_line"], x=LEFT + 6, to_x=RIGHT - 10))
        return pieces

    def _facts(self, question: Question, answers: bool) -> str:
        zh = self.language == "zh"
        form = FORM_WORDS[question.form] if zh else self.words[question.form]
        level = question.level if zh else self.words[f"level_{LEVELS.index(question.level)}"]
        facts = [form, question.area, level]
        if question.value is not None:
            facts.append(self.words["points"].format(points=question.value))
        if question.time_s is not None:
            facts.append(self.words["seconds"].format(seconds=question.time_s))
        facts.append(question.id)
        if answers and question.tags:
            facts.append("、".join(question.tags) if zh else ", ".join(question.tags))
        return " · ".join(facts)

    def _options(self, options: Sequence[str]) -> list[Piece]:
        """The options, two beside each other where all of them are short enough."""
        book, canvas, left = self.book, self.canvas, LEFT + 6
        canvas.face(TEXT, 10.5)
        half = (RIGHT - left) / 2
        if any(canvas.measured(option) > half - 9 for option in options):
            return [
                piece
                for letter, option in zip(OPTION_LETTERS, options, strict=False)
                for piece in book.text(option, size=10.5, x=left, first=(FIGURES, f"{letter}."))
            ]
        rows = []
        for at in range(0, len(options), 2):
            cells = [
                book.text(
                    option,
                    size=10.5,
                    x=left + half * column,
                    first=(FIGURES, f"{OPTION_LETTERS[at + column]}."),
                )[0]
                for column, option in enumerate(options[at : at + 2])
            ]
            rows.append(_beside(cells))
        return rows

    def _answers(self, question: Question) -> list[Piece]:
        words, zh = self.words, self.language == "zh"
        comma = "；" if zh else "; "
        rows: list[tuple[str, str, str]] = []
        if takes_letters(question.form, question.options):
            chosen = [
                f"{letter}. {question.options[OPTION_LETTERS.index(letter)]}" for letter in question.answer
            ]
            rows.append((TEXT, "answer", comma.join(chosen)))
        elif question.answer:
            rows.append((TEXT, "answer", question.answer))
        if question.variants:
            rows.append((TEXT, "variants", comma.join(question.variants)))
        for number, point in enumerate(question.key_points):
            said = words["worth"].format(text=point.text, points=format_points(point.points_cp))
            rows.append((TEXT, "" if number else "key_points", said))
        if question.transcript:
            rows.append((TEXT, "transcript", question.transcript))
        if question.explanation:
            rows.append((TEXT, "explanation", question.explanation))
        source = " ".join(
            filter(None, (question.source, question.source_date and f"({question.source_date})"))
        )
        if source:
            rows.append((TEXT, "source", source))
        pieces = []
        for face, name, text in rows:
            pieces += self.book.text(
                text,
                face=face,
                size=9.5,
                x=LEFT + 10,
                first=(BOLD, words[name] if name else " "),
                hang=8 if zh else 19,
                bar=VERMILION,
            )
        return pieces

    def briefs(self, scenarios: Sequence[Question]) -> None:
        """One sheet a scenario for the person who plays the customer: nothing on it that only judges may see."""
        book, words = self.book, self.words
        for question in scenarios:
            self._page(words["brief_head"], words["brief_only"], f"{words['brief']} {question.id}")
            book.add(book.text(f"{words['brief']} {question.id}", face=BOLD, size=20), gap=2)
            book.add(book.text(words["brief_how"], size=9.5, colour=DIM), gap=6)
            book.add(book.text(words["brief_heard"], face=BOLD, size=12), gap=1)
            book.add(book.text(question.prompt, size=12), gap=7)
            book.add(book.text(words["brief_you"], face=BOLD, size=12), gap=1)
            book.add(book.text(question.brief or words["brief_missing"], size=13), gap=6)

    def scores(self, scenarios: Sequence[Question]) -> None:
        """One sheet a scenario for a judge: the key points with room for a mark each, the sum, a signature."""
        book, words = self.book, self.words
        for question in scenarios:
            self._page(words["score_head"], words["score_only"], f"{words['score']} {question.id}")
            book.add(book.text(f"{words['score']} {question.id}", face=BOLD, size=20), gap=1)
            names = (words["seat"], words["contestant"], words["judge"], words["date"])
            for pair in (names[:2], names[2:]):
                cells = [
                    book.blank(name, x=LEFT + _HALF * at, to_x=LEFT + _HALF * (at + 1) - 6, height=10)
                    for at, name in enumerate(pair)
                ]
                book.add([_beside(cells)])
            book.add([Piece(5, lambda y: None)])
            book.add(book.text(question.prompt, size=10, colour=DIM), gap=5)
            book.add(
                [self._score_row("", words["key_point"], words["most"], words["mark"], [], 9, head=True)]
            )
            for number, point in enumerate(question.key_points, start=1):
                lines = book.text(point.text, size=11, x=LEFT + 10, to_x=RIGHT - 52)
                most = format_points(point.points_cp)
                book.add(
                    [self._score_row(str(number), "", most, "", lines, max(11.0, printed_height(lines) + 5))]
                )
            total = format_points(sum(point.points_cp for point in question.key_points))
            book.add([self._score_row("", words["total"], total, "", [], 12)], gap=4)
            book.add([book.blank(words["remarks"], height=11), book.blank("", height=10)], gap=3)
            book.add([book.blank(words["signature"], x=LEFT + _HALF, height=14)])

    def _score_row(
        self,
        number: str,
        name: str,
        most: str,
        mark: str,
        lines: list[Piece],
        height: float,
        *,
        head: bool = False,
    ) -> Piece:
        canvas = self.canvas

        def draw(y: float) -> None:
            if head:
                canvas.block(LEFT, y, RIGHT - LEFT, height, PALE)
            middle = y + height / 2 + 1.6
            canvas.face(FIGURES, 12, DIM)
            canvas.at(LEFT + 3, middle, number)
            canvas.face(BOLD, 10.5, INK)
            canvas.at(LEFT + 10, middle, name)
            canvas.at(RIGHT - 15, middle, mark, "centre")
            canvas.face(BOLD if head else FIGURES, 10.5 if head else 13, INK)
            canvas.at(RIGHT - 40, middle, most, "centre")
            top = y + (height - printed_height(lines)) / 2
            for line in lines:
                line.draw(top)
                top += line.height
            for at in (LEFT, RIGHT - 50, RIGHT - 30, RIGHT):
                canvas.set_draw_color(*LINE)
                canvas.set_line_width(0.25)
                canvas.line(at, y, at, y + height)
            for at in (y, y + height):
                canvas.rule(LEFT, at, RIGHT, LINE, 0.25)

        return Piece(height, draw)


def _beside(cells: Sequence[Piece]) -> Piece:
    """Pieces at one height, each at its own x."""

    def draw(y: float) -> None:
        for cell in cells:
            cell.draw(y)

    return Piece(max(cell.height for cell in cells), draw)


def _texts(
    questions: Iterable[Question], title: str, answers: bool, words: Mapping[str, str], chinese: bool
) -> Iterator[str]:
    """Everything that may be drawn, for the fonts. Without `answers` nothing of an answer comes near the document."""
    yield title
    yield from (*words.values(), "。，、；：？！“”（）·")
    yield from (*ROUND_WORDS.values(), *FORM_WORDS.values(), *LEVELS) if chinese else ()
    for question in questions:
        yield from (question.id, question.prompt, question.area, question.alt, *question.options)
        if answers:
            yield from (question.answer, question.explanation, question.source, question.source_date)
            yield from (question.brief, question.transcript, *question.variants, *question.tags)
            yield from (point.text for point in question.key_points)


def _strong(title: str, words: Mapping[str, str]) -> Iterator[str]:
    """What of it is drawn bold: headings and labels."""
    yield title
    yield from (words[name] for name in _STRONG_WORDS)
    yield from ROUND_WORDS.values()


__all__ = ["BRIEFS", "PARTS", "QUESTIONS", "SCORES", "Printed", "to_pdf"]
