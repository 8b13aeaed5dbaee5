"""Questions of every form and with every field, for Hypothesis: whatever `validate` lets through, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from question_bank.model import STATUS_WORDS, TAG_SEPARATORS, TIME_S, VALUE_MOST
from question_bank.question import (
    FORMS,
    LANGUAGES,
    LEVELS,
    OPTION_LETTERS,
    POOLS,
    RISK_VALUES,
    KeyPoint,
    Question,
    prompt_key,
    refused_character,
    validate,
)

# What breaks files: quotes, commas, bars, formula starts, escapes of workbooks and of XML, error values, other alphabets.
AWKWARD = (
    "=1+1", "+86", "-1", "@x", "'", "''=", "＝", "_x0041_", "_x005F_", "#N/A", "TRUE", "1e5", "007", "2024-05-17", "5-1",
    "a|b", "甲｜乙", '"', ",", ";", "；", "&amp;", "<b>", "]]>", "\\n", "{=%50%}", "~#", "::", "ANSWER: B", "A.", "//", "%",
    "𠮷", "é", "ﬁ", "甲　乙", "對", "👍", "null", "示例-1", "对",
)  # fmt: skip
_CHARACTERS = st.one_of(
    st.sampled_from("的一是客户话务员=+-@'\"|,;:{}~#%_ x"),
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Cn")),
)


def _sound(text: str) -> bool:
    return bool(text) and text == text.strip() and not any(map(refused_character, text))


def line(most: int = 20) -> st.SearchStrategy[str]:
    """A text of one line that a field takes: at least one character, nothing to trim."""
    plain = st.text(_CHARACTERS, min_size=1, max_size=most)
    return (
        st.one_of(st.sampled_from([a for a in AWKWARD if len(a) <= most]), plain)
        .map(str.strip)
        .filter(_sound)
    )


def lines(most: int = 30) -> st.SearchStrategy[str]:
    """A text that may have line breaks and blank lines within."""
    return (
        st.lists(st.one_of(line(most), st.just("")), min_size=1, max_size=3)
        .map("\n".join)
        .map(str.strip)
        .filter(_sound)
    )


def _unlike(texts: list[str]) -> bool:
    return len({prompt_key(text) for text in texts}) == len(texts)


_MORE = {
    "explanation": lines(),
    "source": line(),
    "tags": st.lists(line(8).filter(lambda tag: not set(tag) & set(TAG_SEPARATORS)), max_size=3)
    .filter(_unlike)
    .map(tuple),
    "time_s": st.integers(*TIME_S),
    "source_date": st.sampled_from(("2021", "2021-11", "2021-11-01", "2024-02-29")),
    "language": st.sampled_from(LANGUAGES),
    "pool": st.sampled_from(POOLS),
}
_OPTIONS = st.lists(line(12), min_size=2, max_size=6).filter(_unlike).map(tuple)
_POINTS = st.lists(st.builds(KeyPoint, line(12), st.integers(1, 2000)), max_size=4).map(tuple)


@st.composite
def questions(
    draw: st.DrawFn, forms: tuple[str, ...] = FORMS, number: int = 1, sound: str = "q-" + "0" * 32 + ".ogg"
) -> Question:
    """A valid question of one of `forms`. sound: the name of the media a listening question has."""
    form = draw(st.sampled_from(forms))
    round_ = "scenario" if form == "scenario" else draw(st.sampled_from(("compulsory", "buzz_in", "risk")))
    value = (
        draw(st.sampled_from(RISK_VALUES))
        if round_ == "risk"
        else draw(st.none() | st.integers(1, VALUE_MOST))
    )
    fields: dict[str, Any] = {"options": (), "answer": "", "key_points": ()}
    if form in ("single", "multiple") or (form == "listening" and draw(st.booleans())):
        fields["options"] = draw(_OPTIONS)
        letters = OPTION_LETTERS[: len(fields["options"])]
        many = (
            st.sets(st.sampled_from(letters), min_size=1, max_size=len(letters) - 1).map(sorted).map("".join)
        )
        fields["answer"] = draw(many if form == "multiple" else st.sampled_from(letters))
    elif form == "true_false":
        fields |= {"options": ("对", "错"), "answer": draw(st.sampled_from("对错"))}
    elif form == "scenario":
        fields |= {"key_points": _twenty(draw), "brief": draw(st.just("") | lines())}
    else:
        fields["answer"] = draw(lines())
        fields["variants"] = draw(st.lists(line(), max_size=3).filter(_unlike).map(tuple))
    if form == "oral":
        fields["key_points"] = draw(_POINTS)
    if form == "listening":
        fields |= {"media": sound, "alt": draw(line()), "transcript": draw(st.just("") | lines())}
    chosen = draw(st.sets(st.sampled_from(sorted(_MORE)), max_size=4))
    fields |= {name: draw(_MORE[name]) for name in sorted(chosen)}
    question = Question(
        id=f"q{number}",
        round=round_,
        form=form,
        prompt=draw(lines()),
        value=value,
        area=draw(line(10)),
        level=draw(st.sampled_from(LEVELS)),
        **{"explanation": "", "source": "", **fields},
    )
    if draw(st.booleans()):
        status = draw(st.sampled_from([s for s in STATUS_WORDS if s != "sealed"]))
        question = replace(
            question, author=draw(line(8)), reviewer=draw(st.just("") | line(8)), status=status
        )
    # What two rules say together (an option that begins with its letter, a variant that is the answer ...) is left to them.
    while problems := validate(question):
        fixed = {p.field for p in problems}
        if fixed <= {"variants", "author", "reviewer", "status"}:
            question = replace(question, variants=(), author="", reviewer="", status="draft")
        else:
            question = replace(
                question,
                options=_plain(question.options),
                variants=(),
                author="",
                reviewer="",
                status="draft",
            )
            assert not validate(question), validate(question)
    return question


def _plain(options: tuple[str, ...]) -> tuple[str, ...]:
    return (
        options if options in ((), ("对", "错")) else tuple(f"选项{number}" for number in range(len(options)))
    )


def _twenty(draw: st.DrawFn) -> tuple[KeyPoint, ...]:
    """Key points that sum to 20 points, to the centipoint."""
    cuts = sorted(draw(st.sets(st.integers(1, 1999), max_size=4)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 2000], strict=True)]
    return tuple(KeyPoint(draw(line(12)), part) for part in parts)
