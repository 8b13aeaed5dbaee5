"""Questions as Hypothesis makes them: valid, and full of the characters that formats trip over."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from question_bank.formats.parsed import without_letters
from question_bank.model import LEVELS, first_refused
from question_bank.question import OPTION_LETTERS, Question, prompt_key, validate

_SPECIAL = st.sampled_from(list("~=#{}:\\[]%/<>&\"'|*->.)0123 ，：“”（）。ABCabc中文题目\u3000\u00a0é"))
_TROUBLE = [
    "->",
    "####",
    "::",
    "[html]",
    "[plain]",
    "%50%",
    "//",
    "\\n",
    "&lt;",
    "<b>",
    "</p>",
    "ANSWER: A",
    "A) ",
]
_TROUBLE += [
    "TRUE",
    "T",
    "$CATEGORY:",
    "1..5",
    "&#39;",
    "%20",
    "+",
    "]]>",
    "<!--",
    "\\(",
    "$$x",
    "//[id:a]",
    "_____",
    "*",
]
_WORDS = st.sampled_from(_TROUBLE)
_ANY = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def texts(most: int, *, lines: bool = False) -> st.SearchStrategy[str]:
    """Texts that a field of one line (or of several) may hold."""
    parts = st.one_of(_SPECIAL, _WORDS, _ANY, *([st.just("\n")] if lines else []))
    made = st.lists(parts, min_size=1, max_size=12).map(lambda some: "".join(some).strip()[:most].strip())
    return made.filter(lambda text: bool(prompt_key(text)) and first_refused(text) is None)


@st.composite
def questions(draw: st.DrawFn, forms: tuple[str, ...]) -> Question:
    """A valid question of one of the forms, of the buzz-in round."""
    form = draw(st.sampled_from(forms))
    options: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    if form in ("single", "multiple"):
        options = tuple(draw(st.lists(texts(60), min_size=2, max_size=6, unique_by=prompt_key)))
        right = draw(
            st.sets(st.sampled_from(OPTION_LETTERS[: len(options)]), min_size=1, max_size=len(options) - 1)
        )
        answer = min(right) if form == "single" else "".join(sorted(right))
    elif form == "true_false":
        options, answer = ("对", "错"), draw(st.sampled_from(("对", "错")))
    else:
        answer, *others = draw(st.lists(texts(60), min_size=1, max_size=3, unique_by=prompt_key))
        variants = tuple(others) if form == "fill_in" else ()
    question = Question(
        id=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)),
        round="buzz_in",
        form=form,
        prompt=draw(texts(120, lines=True)),
        options=options,
        answer=answer,
        key_points=(),
        explanation=draw(st.one_of(st.just(""), texts(120, lines=True))) if form != "oral" else "",
        value=None,
        area=draw(st.sampled_from(("法律法规", "a/b", "x: y = {z}", "C:\\dir", "top"))),
        level=draw(st.sampled_from(LEVELS)),
        source="",
        variants=variants,
        tags=tuple(draw(st.lists(texts(12), max_size=2, unique_by=prompt_key))),
        language="zh",
    )
    assume(not validate(question))
    # Letters in front of every option are taken off: the screen shows its own.
    assume(without_letters(options) == list(options))
    return question
