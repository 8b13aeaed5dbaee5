"""Our fonts for print: out of the slices the pages use, one TrueType font of just the characters that are needed.

A printed page needs static TrueType, the pages load variable WOFF2 in a hundred slices. So the outlines of the
characters of one document are taken out of their slices at the wanted weight and put together to a font.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "display" / "fonts"
TEXT = ("noto-sans-sc/noto-sans-sc.css", "noto-sans-sc-rare/noto-sans-sc-rare.css")
UNITS_PER_EM = 1000
ASCENT, DESCENT = 1160, -288
MINUS = 0x2212
Glyphs = dict[int, tuple[object, int]]
"""Code point → (outline, advance)."""
_FACE = re.compile(r"url\(([^)]+)\)[^}]*?unicode-range:([^;]+);", re.S)
_RANGE = re.compile(r"U\+([0-9A-Fa-f]+)(?:-([0-9A-Fa-f]+))?")


@dataclass(frozen=True, slots=True)
class Face:
    """A font made for one document: TrueType bytes, and the characters no slice of ours has."""

    data: bytes
    missing: frozenset[str]
    rare: frozenset[str] = frozenset()  # these have one weight, whatever was asked for


@cache
def _slices() -> tuple[tuple[Path, frozenset[int]], ...]:
    """Every slice with the code points its stylesheet claims for it, the usual ones first."""
    found = []
    for css in (FOLDER / name for name in TEXT):
        for url, claims in _FACE.findall(css.read_text(encoding="utf-8")):
            ranges = (range(int(a, 16), int(b or a, 16) + 1) for a, b in _RANGE.findall(claims))
            codes = frozenset(code for one in ranges for code in one)
            found.append((css.parent / url.removeprefix("./"), codes))
    return tuple(found)


def text_faces(characters: Iterable[str], weights: Iterable[int], family: str) -> dict[int, Face]:
    """Noto Sans SC with these characters, at each of `weights` (100 to 900); rare characters have one weight, 500."""
    wanted = {ord(character) for character in characters if not character.isspace()} | {0x20}
    rare: set[str] = set()
    left = set(wanted)
    glyphs: dict[int, Glyphs] = {weight: {} for weight in weights}
    for path, claims in _slices():
        here = left & claims
        if here:
            with TTFont(path, lazy=True) as font:
                for weight, found in glyphs.items():
                    found |= _taken(font, here, weight)
                there = here & set(font.getBestCmap())
                left -= there
                if "fvar" not in font:
                    rare |= set(map(chr, there))
        if not left:
            break
    missing = frozenset(map(chr, left))
    return {
        weight: Face(_build(found, f"{family} {weight}"), missing, frozenset(rare))
        for weight, found in glyphs.items()
    }


def figures_face(weight: int, family: str) -> Face:
    """Barlow Condensed (weights 500, 600, 700), its figures of one width: for scores, places and hashes."""
    path = FOLDER / "barlow-condensed" / f"barlow-condensed-latin-{weight}-normal.woff2"
    with TTFont(path) as font:
        tables = font["GSUB"].table
        substitutes: dict[str, str] = {}
        for feature in tables.FeatureList.FeatureRecord:
            for index in feature.Feature.LookupListIndex if feature.FeatureTag == "tnum" else ():
                for table in tables.LookupList.Lookup[index].SubTable:
                    substitutes |= getattr(getattr(table, "ExtSubTable", table), "mapping", {})
        outlines, em = font.getGlyphSet(), font["head"].unitsPerEm
        glyphs = {
            code: _drawn(outlines, substitutes.get(name, name), em)
            for code, name in font.getBestCmap().items()
            if code < 0x7F or code == MINUS
        }
    return Face(_build(glyphs, family), frozenset())


def _taken(font: TTFont, codes: set[int], weight: int) -> Glyphs:
    """Those of `codes` that this slice really has."""
    location = {"wght": float(weight)} if "fvar" in font else None
    outlines, cmap, em = font.getGlyphSet(location=location), font.getBestCmap(), font["head"].unitsPerEm
    return {code: _drawn(outlines, cmap[code], em) for code in sorted(codes) if code in cmap}


def _drawn(outlines: object, name: str, units_per_em: int) -> tuple[object, int]:
    """One glyph drawn anew: composites taken apart, variations applied, scaled to our em."""
    glyph, scale = outlines[name], UNITS_PER_EM / units_per_em  # type: ignore[index]
    whole, pen = DecomposingRecordingPen(outlines), TTGlyphPen(None)
    glyph.draw(whole)
    whole.replay(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    return pen.glyph(dropImpliedOnCurves=False), round(glyph.width * scale)


def _build(glyphs: Glyphs, family: str) -> bytes:
    empty = TTGlyphPen(None).glyph()
    outlines: dict[str, object] = {".notdef": empty}
    widths = {".notdef": UNITS_PER_EM // 2}
    names = {code: f"u{code:04X}" for code in sorted(glyphs)}
    for code, name in names.items():
        outlines[name], widths[name] = glyphs[code]
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap(names)
    builder.setupGlyf(outlines)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {name: (widths[name], getattr(table[name], "xMin", 0)) for name in outlines}
    )
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0xD0000000  # no clock in a document
    builder.font.recalcTimestamp = False
    return _bytes(builder.font)


def _bytes(font: TTFont) -> bytes:
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()
