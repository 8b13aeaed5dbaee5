"""The catalogue of strings: complete in both languages, nothing said past it, nothing in it that nobody says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.web import DISPLAY

ENTRY = re.compile(r'^  "([^"]+)": \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\],?$')
HAN = re.compile(r"[\u3400-\u9fff]")
NUMERALS = "一二三四五六七八九"
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", re.DOTALL)
SAID = re.compile(r"""\bt\(\s*(["'])([^"']+)\1""")
BUILT = re.compile(r"`([\w.]+[.])\$\{")
CHINESE_RULES = {"shared/words.js"}  # rules of the language itself
OWN_NAME = {"language.switch", "language.title"}  # the other language, in its own name


def tables() -> list[Path]:
    return sorted((DISPLAY / "shared" / "strings").glob("*.js"))


def catalogue() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for path in tables():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith('  "'):
                continue
            entry = ENTRY.match(line)
            assert entry, f'{path.name}:{number}: an entry is one line: "key": ["中文", "English"],'
            key, zh, en = entry.groups()
            assert key not in found, f"{path.name}:{number}: '{key}' stands twice"
            found[key] = (zh, en)
    return found


def sources() -> dict[str, str]:
    """Every script of the pages but the catalogue and what others made, without its comments."""
    return {
        str(path.relative_to(DISPLAY)): COMMENT.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(DISPLAY.rglob("*.js"))
        if "vendor" not in path.parts and "strings" not in path.parts
    }


def test_every_string_is_there_in_both_languages_with_the_same_blanks() -> None:
    strings = catalogue()
    assert len(strings) > 300
    for key, (zh, en) in strings.items():
        assert zh.strip() and en.strip(), f"'{key}' is empty in one language"
        blanks = [set(re.findall(r"\{(\w+)\}", text)) for text in (zh, en)]
        # An ordinal in words and its figure stand for each other.
        assert blanks[0] == blanks[1] or key in ("p.round",), f"'{key}': {blanks[0]} and {blanks[1]}"
        assert key in OWN_NAME or not HAN.search(en), f"'{key}': Chinese signs in the English text: {en}"


@pytest.mark.parametrize("name", sources())
def test_what_a_page_says_is_in_the_catalogue(name: str) -> None:
    strings, text = catalogue(), sources()[name]
    for _, key in SAID.findall(text):
        assert key in strings, f"{name} says '{key}', which is not in the catalogue"
    for prefix in BUILT.findall(text):
        if prefix.split(".")[0] in {key.split(".")[0] for key in strings} and "/" not in prefix:
            assert any(key.startswith(prefix) for key in strings), f"{name} builds keys from '{prefix}'"
    if name not in CHINESE_RULES:
        assert not (
            found := [line.strip() for line in text.splitlines() if HAN.search(line.replace(NUMERALS, ""))]
        ), f"{name} says something past the catalogue: {found}"


def test_nothing_in_the_catalogue_is_said_by_nobody() -> None:
    text = "\n".join(sources().values())
    quoted = set(re.findall(r"""["'`]([\w.]+)["'`]""", text))
    prefixes = {prefix for prefix in re.findall(r"`([\w.]+)\$\{", text)}
    unsaid = [
        key
        for key in catalogue()
        if key not in quoted and not any(key.startswith(prefix) for prefix in prefixes)
    ]
    assert unsaid == [], "said by nobody; delete them"
