"""Page one: the certificate. White paper, ink, one amber field for who won, and the wave that says 先声."""

from __future__ import annotations

from math import exp, pi, sin

from printing.canvas import AMBER, BOLD, DIM, FIGURES, INK, LINE, POINT_MM, TEXT, VERMILION, Canvas

from ..result import Place, Result
from . import words as w
from .tables import decision_text, missing_text
from .words import WORDS, Words

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 24.0, 186.0
WAVE_AT, WAVE_HEIGHT = 82.0, 8.0
PLACES_FROM, PLACES_TO = 98.0, 226.0
SIGNED_AT = 247.0
FOOT_AT = 268.0
STAMP_WIDTH = {True: 54.0, False: 62.0}
"""Of the stamp on a certificate nobody signed: in Chinese, in English."""
CAPITAL = POINT_MM * 0.7
"""Millimetres a capital or a figure stands high, for each point of size."""
LOW_ROW = 13.0
"""A row less high than this holds one line."""


def certificate(canvas: Canvas, result: Result, words: Words, pages: int) -> None:
    """Draw page one."""
    canvas.add_page()
    canvas.start_section(words("certificate"))
    _heading(canvas, result, words)
    _wave(canvas)
    _places(canvas, result, words)
    _signatures(canvas, result, words)
    _foot(canvas, result, words, pages)
    if result.rehearsal:
        rehearsal(canvas, words)


def rehearsal(canvas: Canvas, words: Words) -> None:
    """Across the whole page, over everything and hiding nothing: this was no contest."""
    with canvas.local_context(fill_opacity=0.16), canvas.rotation(52, WIDTH / 2, HEIGHT / 2):
        canvas.face(BOLD, 150 if words.chinese else 100, VERMILION)
        canvas.at(WIDTH / 2, HEIGHT / 2 + 18, words("rehearsal"), "centre")
    canvas.block(0, 0, WIDTH, 8, VERMILION)
    canvas.face(BOLD, 11, (255, 255, 255))
    canvas.at(WIDTH / 2, 5.5, words("rehearsal_why"), "centre")


def _heading(canvas: Canvas, result: Result, words: Words) -> None:
    canvas.face(BOLD, 10, INK)
    end = LEFT + canvas.at(LEFT, 22, words("certificate"))
    canvas.face(TEXT, 9, DIM)
    if words.chinese:
        canvas.at(end + 3, 22, WORDS["certificate"].en)
    canvas.at(RIGHT, 22, w.date_of(result.ended, words), "right")
    canvas.rule(LEFT, 25.5, RIGHT, INK, 0.25)
    lines = [line for line in words.of(result.title).split("\n") if line] or [" "]
    room = RIGHT - LEFT - 8 - (0 if result.certified else STAMP_WIDTH[words.chinese] + 2)
    size = min(canvas.fitted(BOLD, line, room, 27 if len(lines) < 3 else 21, 12) for line in lines)
    canvas.face(BOLD, size, INK)
    lines = [part for line in lines for part in canvas.lines(line, room)][:3]
    step = size * POINT_MM * 1.32
    y = 31 + size * POINT_MM
    for line in lines:
        canvas.at(LEFT + 8, y, line)
        y += step
    y -= step
    other = " ".join(result.title.en.split()) if words.chinese else ""
    if other:
        y += 7
        canvas.fitted(TEXT, other, room, 10, 6, DIM)
        canvas.at(LEFT + 8, y, other)
    subtitle = words.of(result.subtitle).replace("\n", " ")
    if subtitle:
        y += 7.4
        canvas.fitted(TEXT, subtitle, room, 12, 7)
        canvas.at(LEFT + 8, y, subtitle)
    canvas.block(LEFT, 32.5, 3.2, y + 1.2 - 32.5, VERMILION)


def _wave(canvas: Canvas) -> None:
    """先声 as a voice: two syllables, each a hiss and a vowel, on a line from edge to edge of the page."""
    points = []
    steps = 1500
    for step in range(steps + 1):
        x = WIDTH * step / steps
        height = 0.25 * sin(x / 9)
        for start, length, pitch in ((62.0, 34.0, 1.5), (106.0, 48.0, 1.15)):
            t = (x - start) / length
            if 0 <= t <= 1:
                hiss = exp(-(((t - 0.12) / 0.07) ** 2)) * 0.34 * _noise(step)
                rise = (1 - exp(-max(0.0, t - 0.16) * 9)) * (1 - t) ** 1.15 * 1.75
                vowel = rise * (sin(2 * pi * x / pitch) + 0.45 * sin(4 * pi * x / pitch + 0.8)) / 1.35
                height += WAVE_HEIGHT * (hiss + vowel)
        points.append((x, WAVE_AT - height))
    canvas.set_draw_color(*INK)
    canvas.set_line_width(0.22)
    canvas.polyline(points)


def _noise(step: int) -> float:
    """Between −1 and 1, the same on every page that was ever printed."""
    return ((step * 7919 + 104729) * 2654435761 % 4093) / 2046.5 - 1


def _places(canvas: Canvas, result: Result, words: Words) -> None:
    first = [one for one in result.places if one.place == 1]
    others = result.places[len(first) :]
    room, taller = PLACES_TO - PLACES_FROM, 1.4 if len(result.places) < 8 else 1.15
    tall = min(31.0, room * taller / (len(others) + taller * len(first)))
    row = min(23.0, (room - tall * len(first)) / max(1, len(others)))
    y = PLACES_FROM
    for index, one in enumerate(first):
        canvas.block(LEFT - 6, y, RIGHT - LEFT + 12, tall, AMBER)
        if index:
            canvas.rule(LEFT - 6, y, RIGHT + 6, (255, 255, 255), 0.5)
        _place(canvas, one, result, words, y, tall, 1.0)
        y += tall
    for one in others:
        _place(canvas, one, result, words, y, row, 0.74)
        y += row
        canvas.rule(LEFT - 6, y, RIGHT + 6)


def _place(
    canvas: Canvas, one: Place, result: Result, words: Words, y: float, h: float, scale: float
) -> None:
    """One row: place, name over unit, score; how a tie was decided under the score."""
    dim = INK if one.place == 1 else DIM
    big = min(46 * scale, h * 1.62)
    middle = y + h / 2
    base = middle + big * CAPITAL / 2
    canvas.face(FIGURES, big, INK)
    end = canvas.at(LEFT, base, str(one.place))
    if one.shared:
        canvas.face(TEXT, max(6.5, min(9, big * 0.3)), dim)
        canvas.at(LEFT + end + 1.6, base, words("shared"))
    score_width = _score(canvas, one, result, words, middle, h, big, dim)
    x = LEFT + 24
    room = RIGHT - score_width - 5 - x
    under = "  ".join(part for part in (words("seat_of", seat=one.seat), one.number, one.unit) if part)
    wanted, face = min(25 * scale + 1.5, h * 1.1), canvas.face_for(one.name)
    if h < LOW_ROW:
        size = canvas.fitted(face, one.name, room * 0.6, wanted, 7)
        width = canvas.at(x, middle + size * CAPITAL / 2, one.name)
        canvas.fitted(TEXT, under, room - width - 4, 8, 4.5, dim)
        canvas.at(x + width + 4, middle + size * CAPITAL / 2, under)
        return
    name_lines, size = _name(canvas, face, one.name, room, wanted, h)
    small = min(10 * scale + 1.2, 9.5)
    canvas.face(TEXT, small, dim)
    unit_lines = canvas.lines(under, room)[: 2 if h > 17 else 1]
    name_step, unit_step = size * POINT_MM * 1.2, small * POINT_MM * 1.35
    cap = size * POINT_MM * 0.85
    block = name_step * (len(name_lines) - 1) + cap + unit_step * len(unit_lines) + 1.2
    at = middle - block / 2 + cap
    canvas.face(face, size, INK)
    for line in name_lines:
        canvas.at(x, at, line)
        at += name_step
    at += unit_step - name_step + 1.2
    canvas.face(TEXT, small, dim)
    for line in unit_lines:
        canvas.at(x, at, line)
        at += unit_step


def _name(
    canvas: Canvas, face: str, name: str, room: float, wanted: float, h: float
) -> tuple[list[str], float]:
    """A name on one line, or on two where that makes it much larger: broken at a blank or after its dot."""
    size = canvas.fitted(face, name, room, wanted, 7)
    breaks = [index + 1 for index, one in enumerate(name[:-1]) if one in " ·・-"]
    best = ([name], size)
    for at in breaks if size < wanted * 0.75 else ():
        halves = [name[:at].strip(), name[at:].strip()]
        both = min(canvas.fitted(face, half, room, min(wanted * 0.8, h * 0.75), 7) for half in halves)
        if both > best[1] * 1.25:
            best = (halves, both)
    return best


def _score(
    canvas: Canvas,
    one: Place,
    result: Result,
    words: Words,
    middle: float,
    h: float,
    big: float,
    dim: tuple[int, int, int],
) -> float:
    """The score at the right; returns how much room it takes."""
    size = big * 0.86
    note = decision_text(one.decided, result, words) if one.decided and h > 11 else ""
    base = middle + size * CAPITAL / 2 - (1.8 if note else 0)
    unit = words("points")
    canvas.face(TEXT, max(6.5, min(10, size * 0.3)), dim)
    unit_width = canvas.at(RIGHT, base, unit, "right") + 1.2
    canvas.face(FIGURES, size, INK)
    width = canvas.at(RIGHT - unit_width, base, w.points(one.score_cp), "right") + unit_width
    if note:
        canvas.fitted(TEXT, note, 62, 7.5, 5.5, dim)
        width = max(width, canvas.at(RIGHT, base + size * POINT_MM * 0.14 + 3.4, note, "right"))
    return width


def _signatures(canvas: Canvas, result: Result, words: Words) -> None:
    signed = {one.role: one for one in result.signatures}
    half = (RIGHT - LEFT - 12) / 2
    for index, role in enumerate(("host", "chief_judge")):
        x = LEFT + index * (half + 12)
        canvas.face(TEXT, 8, DIM)
        label = words(role) + (f"  {WORDS[role].en}" if words.chinese else "")
        canvas.at(x, SIGNED_AT + 4.6, label)
        canvas.rule(x, SIGNED_AT, x + half, INK, 0.25)
        one = signed.get(role)
        if one is None:
            canvas.face(TEXT, 8, VERMILION)
            canvas.at(x + half, SIGNED_AT + 4.6, words("unsigned"), "right")
            continue
        canvas.at(x + half, SIGNED_AT + 4.6, words("signed", time=w.clock_time(one.wall_time)), "right")
        canvas.fitted(BOLD, one.name, half, 16, 8)
        canvas.at(x, SIGNED_AT - 3, one.name)
    if not result.certified:
        _not_certified(canvas, words, [words(role) for role in ("host", "chief_judge") if role not in signed])


def _not_certified(canvas: Canvas, words: Words, lacking: list[str]) -> None:
    """A stamp nobody can overlook, and what is missing."""
    text, width, height = words("not_certified"), STAMP_WIDTH[words.chinese], 24.0
    size = canvas.fitted(BOLD, text, width - 9, 40, 10, VERMILION)
    x, y = RIGHT + 4 - width, 37.0
    with canvas.rotation(-7, x + width / 2, y + height / 2):
        canvas.block(x, y, width, height, (255, 255, 255))
        canvas.set_draw_color(*VERMILION)
        canvas.set_line_width(0.9)
        canvas.rect(x, y, width, height)
        canvas.face(BOLD, size, VERMILION)
        canvas.at(x + width / 2, y + 9.2 + size * POINT_MM * 0.36, text, "centre")
        why = missing_text(lacking, words)
        canvas.fitted(TEXT, why, width - 6, 8, 5, VERMILION)
        canvas.at(x + width / 2, y + 20.8, why, "centre")


def _foot(canvas: Canvas, result: Result, words: Words, pages: int) -> None:
    canvas.rule(LEFT, FOOT_AT - 6.5, RIGHT, LINE)
    canvas.face(TEXT, 7, DIM)
    end = canvas.at(LEFT, FOOT_AT - 2, words("head"))
    canvas.face(FIGURES, 8.4, INK)
    grouped = " ".join(result.head[index : index + 8] for index in range(0, 64, 8))
    canvas.at(LEFT + end + 3, FOOT_AT - 2, grouped)
    canvas.face(TEXT, 7, DIM)
    facts = (
        f"{words('events')} {result.events}",
        f"{words('draw_seed')} {result.draw_seed}",
        f"FirstPress {result.version}",
    )
    y = FOOT_AT + 2.2
    for line in canvas.lines("  ·  ".join(facts), RIGHT - LEFT)[:2]:
        canvas.at(LEFT, y, line)
        y += 3.6
    for line in canvas.lines(words("verify_how"), RIGHT - LEFT):
        canvas.at(LEFT, y, line)
        y += 3.6
    page_number(canvas, words, pages)


def page_number(canvas: Canvas, words: Words, pages: int) -> None:
    canvas.face(TEXT, 7, DIM)
    canvas.at(RIGHT, HEIGHT - 9, words("page", page=canvas.page_no(), pages=pages), "right")
