"""The commands that take questions in and give them out: import, export, template."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from question_bank import formats, importers
from question_bank.bank import Bank, BankError
from question_bank.cli_common import (
    DONE,
    FILTERS,
    NO,
    WRONG,
    Command,
    Progress,
    add_filters,
    bank_path,
    filters,
    open_bank,
    print_json,
    say,
    tell,
    who,
)
from question_bank.exporters import (
    OWN_FORMATS,
    Exported,
    export_csv,
    export_format,
    export_json,
    export_xlsx,
    export_zip,
    private_file,
)
from question_bank.question import LANGUAGES, LEVELS, POOL_WORDS, ROUND_WORDS, Question, is_hidden
from question_bank.template import write_template

_OWN = {"csv": export_csv, "xlsx": export_xlsx, "json": export_json, "zip": export_zip}
_ENDINGS = {
    **{f".{name}": name for name in OWN_FORMATS},
    ".pdf": "pdf",
    ".gift": "gift",
    ".xml": "moodle_xml",
}
EXPORTS = (*OWN_FORMATS, "pdf", "gift", "aiken", "moodle-xml", "opentdb")
_SHOWN_NEAR = 20
_STEPS = {"fonts": "making fonts", "set": "setting question", "draw": "drawing page"}
_PARTS = ("questions", "briefs", "scores")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--dry-run",
        "--check",
        dest="check",
        action="store_true",
        help="only say what would happen and what is wrong; write nothing",
    )
    parser.add_argument("--replace", action="store_true", help="replace questions of the same id")
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(importers.FORMAT_NAMES)} (default: told by name and content)",
    )
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    group = parser.add_argument_group(
        "for files that do not say it (GIFT, Aiken, Moodle XML, Open Trivia DB)"
    )
    group.add_argument("--round", choices=ROUND_WORDS, default="buzz_in", help="default: buzz_in")
    group.add_argument("--area", default="", metavar="知识领域")
    group.add_argument("--level", choices=LEVELS, default="")
    group.add_argument("--language", choices=LANGUAGES, default="", help="default: told by the text")
    group.add_argument("--source", default="", metavar="出处")
    group.add_argument("--author", default="", metavar="作者")
    group.add_argument("--pool", choices=POOL_WORDS, default="show")


def _format_name(given: str | None, known: tuple[str, ...]) -> str | None:
    """The format that was asked for, whatever its spelling. Raises ValueError for an unknown one."""
    if given is None or given in (*OWN_FORMATS, *(name for name in known if name == "pdf")):
        return given
    name = formats.alias(given)
    if name is None:
        raise ValueError(f"{given}: no such format; known: {', '.join(known)}")
    return name


def _import(arguments: argparse.Namespace) -> int:
    name = _format_name(arguments.format, importers.FORMAT_NAMES)
    defaults = formats.Defaults(
        round=arguments.round,
        area=arguments.area,
        level=arguments.level,
        language=arguments.language,
        source=arguments.source,
        author=arguments.author,
        pool=arguments.pool,
    )
    progress = Progress(arguments.lang)

    def tick(at: importers.Progress) -> None:
        progress.line(at.text(arguments.lang))

    path = bank_path(arguments)
    try:
        if arguments.check and not path.exists():
            report = importers.import_files(
                None, arguments.file, check=True, progress=tick, format=name, defaults=defaults
            )
        else:
            if not arguments.check:
                arguments.data.mkdir(parents=True, exist_ok=True)
            with Bank(path) as bank:
                report = importers.import_files(
                    bank,
                    arguments.file,
                    replace=arguments.replace,
                    check=arguments.check,
                    progress=tick,
                    format=name,
                    defaults=defaults,
                )
    finally:
        progress.end()
    if arguments.json:
        print_json({**report.to_dict(), "checked": arguments.check})
    for line in (*report.errors, *report.notes):
        say(line.text(arguments.lang))
    for pair in report.near[:_SHOWN_NEAR]:
        say(pair.text(arguments.lang))
    if (hidden := len(report.near) - _SHOWN_NEAR) > 0:
        tell(
            arguments,
            f"另有 {hidden} 对相近的题（--json 列出全部）。",
            f"{hidden} more alike (--json lists all).",
        )
    if not report.ok:
        count = len(report.errors)
        tell(arguments, f"发现 {count} 处错误，没有导入任何题目。", f"{count} errors; nothing was imported.")
        return NO if arguments.check else WRONG
    if not arguments.json:
        done = ("可以导入", "ready") if arguments.check else ("已导入", "imported")
        texts = {
            "zh": f"{done[0]}：新增 {report.added}，替换 {report.replaced}，未变 {report.unchanged}。",
            "en": f"{done[1]}: {report.added} new, {report.replaced} replaced, {report.unchanged} unchanged.",
        }
        print(texts[arguments.lang])
    return DONE


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--format", metavar="FORMAT", help=f"{', '.join(EXPORTS)} (default: by the name of FILE)"
    )
    parser.add_argument("--json", action="store_true", help="what was done as one JSON object")
    parser.add_argument("--id", nargs="+", metavar="题号", help="only these questions")
    add_filters(parser)
    printing = parser.add_argument_group("PDF")
    printing.add_argument(
        "--answers",
        action="store_true",
        help="with answers, role briefs and score sheets (default: questions only)",
    )
    printing.add_argument(
        "--part", choices=_PARTS, action="append", help="only this part; may be given again (needs --answers)"
    )
    printing.add_argument("--title", default="", help="in the head of every page")


def _export(arguments: argparse.Namespace) -> int:
    output: Path = arguments.output
    name = _format_name(arguments.format, EXPORTS) or _ENDINGS.get(output.suffix.lower())
    if name is None:
        endings = ", ".join(_ENDINGS)
        raise ValueError(f"{output.name}: the name ends in none of {endings}; or say --format")
    if name != "pdf" and (arguments.answers or arguments.part or arguments.title):
        raise ValueError(f"{output.name}: --answers, --part and --title are for .pdf")
    progress = Progress(arguments.lang)
    with open_bank(arguments) as bank:
        chosen = _Chosen(bank, arguments, progress)
        try:
            done, missing = _write(name, chosen, arguments, progress)
        finally:
            progress.end()
        answers = name != "pdf" or arguments.answers
        kind = f"{name}{'' if answers else ' without answers'}, {done.questions} questions"
        bank.log_access(who(), "export", kind)
    notes = [note.text(arguments.lang) for note in done.notes]
    for note in notes:
        say(note)
    if missing:
        signs = "".join(missing)
        tell(arguments, f"字体中没有这些字，已印成编码：{signs}", f"no glyph for, printed as codes: {signs}")
    if chosen.hidden:
        tell(
            arguments,
            f"{chosen.hidden} 题已封存，没有导出；先运行 bank unseal。",
            f"{chosen.hidden} questions are sealed and stay behind; run bank unseal first.",
        )
    if answers and done.questions:
        tell(
            arguments,
            "此文件含答案，只有本账户可读（权限 0600）；请妥善保管。",
            "This file holds answers; only this account may read it (mode 0600). Keep it safe.",
        )
    if arguments.json:
        found = {"ok": True, "file": str(output), "format": name, "questions": done.questions}
        print_json({**found, "answers": answers, "sealed": chosen.hidden, "notes": notes})
    else:
        texts = {"zh": f"已导出 {done.questions} 题：{output}", "en": f"{done.questions} questions: {output}"}
        print(texts[arguments.lang])
    return DONE


class _Chosen:
    """The questions of an export, one at a time; counts those that are sealed, which it leaves out."""

    def __init__(self, bank: Bank, arguments: argparse.Namespace, progress: Progress) -> None:
        self._bank, self._progress = bank, progress
        self._given, self._ids = filters(arguments), arguments.id
        self.hidden = 0

    def __iter__(self) -> Iterator[Question]:
        done = 0
        for question in self._found():
            if is_hidden(question):
                self.hidden += 1
                continue
            yield question
            done += 1
            self._progress(done)

    def _found(self) -> Iterator[Question]:
        given = dict(self._given)
        tag = given.pop("tag", None)
        if self._ids is None:
            found = self._bank.iterate(**given)
        else:
            found = iter([_needed(self._bank, one) for one in self._ids])
            given = {name: given[name] for name in FILTERS if name in given}
            found = (q for q in found if all(getattr(q, name) == value for name, value in given.items()))
        return (question for question in found if tag is None or tag in question.tags)


def _needed(bank: Bank, question_id: str) -> Question:
    question = bank.get(question_id)
    if question is None:
        raise BankError("no_question", str(bank.path), question_id)
    return question


def _write(
    name: str, chosen: _Chosen, arguments: argparse.Namespace, progress: Progress
) -> tuple[Exported, tuple[str, ...]]:
    """Write the file; what went out, and the characters that could not be printed."""
    output: Path = arguments.output
    if name in _OWN:
        return Exported(_OWN[name](chosen, output, arguments.data)), ()
    if name != "pdf":
        return export_format(name, chosen, output), ()
    # Loaded here: everything else works without paying for fonts and a PDF writer.
    pdf = importlib.import_module("question_bank.pdf")
    listed = list(chosen)
    zh = arguments.lang == "zh"
    steps = {"fonts": "准备字体，题", "set": "排版，题", "draw": "绘制，页"} if zh else _STEPS
    printed = pdf.to_pdf(
        listed,
        answers=arguments.answers,
        parts=arguments.part,
        title=arguments.title,
        language=arguments.lang,
        moment=datetime.now().astimezone(),
        progress=lambda step, done, of: progress.line(f"{steps[step]} {done} / {of}"),
    )
    with private_file(output) as stream:
        stream.write(printed.data)
    return Exported(len(listed)), printed.missing


def _add_template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.xlsx|FILE.csv")


def _template(arguments: argparse.Namespace) -> int:
    write_template(arguments.output)
    print(arguments.output)
    return DONE


COMMANDS = {
    "import": Command("take questions in from files, all or nothing (导入题目)", _add_import, _import),
    "export": Command("write questions to a file (导出题目)", _add_export, _export),
    "template": Command("write an empty question sheet with examples (导入模板)", _add_template, _template),
}
