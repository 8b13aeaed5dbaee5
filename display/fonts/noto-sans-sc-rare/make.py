"""Makes this folder: the Chinese characters that the slices of noto-sans-sc leave out, so that no name is shown as boxes.

    python make.py NotoSansCJK-Medium.ttc [face]

The source is Debian's fonts-noto-cjk-extra; the simplified Chinese face has number 2 there. Needs fonttools and
brotli. One weight (500) for all: such characters are rare, and the whole would be five times as large.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000))
A_SLICE = 500


def covered(folder: Path) -> set[int]:
    """Every code point that the fonts of a folder have a glyph for."""
    return {code for path in folder.glob("*.woff2") for code in TTFont(path, lazy=True).getBestCmap()}


def ranges(codes: list[int]) -> str:
    """Sorted code points as a CSS unicode-range."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def write_slice(source: TTFont, codes: list[int], path: Path) -> None:
    """A font of these characters alone, its curves turned into TrueType's."""
    cmap, outlines = source.getBestCmap(), source.getGlyphSet()
    names = {code: f"u{code:04X}" for code in codes}
    glyphs, widths = {}, {}
    for name, origin in [(".notdef", ".notdef"), *((names[code], cmap[code]) for code in codes)]:
        pen = TTGlyphPen(None)
        outlines[origin].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name], widths[name] = pen.glyph(), outlines[origin].width
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(
        {name: (widths[name], getattr(glyph, "xMin", 0)) for name, glyph in glyphs.items()}
    )
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable({"familyName": "Noto Sans SC Rare", "styleName": "Medium"})
    builder.setupOS2(usWeightClass=500)
    builder.setupPost(keepGlyphNames=False)
    # The same files whenever they are made.
    builder.font["head"].created = builder.font["head"].modified = source["head"].modified
    builder.font.recalcTimestamp = False
    builder.font.flavor = "woff2"
    builder.save(path)


def main(path: str, face: str = "2") -> None:
    source = TTFont(path, fontNumber=int(face), lazy=True)
    there = covered(HERE.parent / "noto-sans-sc")
    wanted = [
        code
        for first, end in BLOCKS
        for code in range(first, end)
        if code in source.getBestCmap() and code not in there
    ]
    rules = []
    for number, start in enumerate(range(0, len(wanted), A_SLICE), 1):
        codes, name = wanted[start : start + A_SLICE], f"noto-sans-sc-rare-{number}.woff2"
        write_slice(source, codes, HERE / name)
        rules.append(
            "@font-face {\n  font-family: 'Noto Sans SC Rare';\n  font-style: normal;\n  font-display: swap;\n"
            f"  font-weight: 100 900;\n  src: url(./{name}) format('woff2');\n  unicode-range: {ranges(codes)};\n}}\n"
        )
    (HERE / "noto-sans-sc-rare.css").write_text("".join(rules), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
