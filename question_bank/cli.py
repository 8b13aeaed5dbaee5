"""The `bank` command: import, export, stats and template of the question bank."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from question_bank import messages
from question_bank.bank import Bank, BankError
from question_bank.exporters import export_csv, write_template
from question_bank.importers import import_files
from question_bank.question import FORM_WORDS, ROUND_WORDS

BANK_FILE = "bank.db"
DONE, NO, WRONG = 0, 1, 2
_INTERRUPTED = 130


def main(argv: list[str]) -> int:
    """Run one command, `argv` without the program's name. Returns the exit status.

    0 done; 1 a check that failed; 2 the call or its input is wrong; 130 on Ctrl-C.
    Results go to standard output, messages to standard error; --json gives one JSON object.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else WRONG
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (BankError, OSError, ValueError, sqlite3.Error) as error:
        message = error.text(arguments.lang) if isinstance(error, BankError) else str(error)
        if getattr(arguments, "json", False):
            _print_json({"ok": False, "error": message})
        print(f"bank: {message}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bank", description="The question bank (题库).")
    commands = parser.add_subparsers(required=True, metavar="import|export|template|stats")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="holds bank.db (default: data)"
    )
    common.add_argument(
        "--lang", choices=messages.LANGUAGES, default="zh", help="language of messages (default: zh)"
    )

    importing = commands.add_parser(
        "import", parents=[common], help="read .csv or .xlsx question sheets (导入题目)"
    )
    importing.add_argument("file", nargs="+", type=Path, metavar="FILE")
    importing.add_argument("--check", action="store_true", help="only say what is wrong; write nothing")
    importing.add_argument("--replace", action="store_true", help="replace questions of the same id")
    importing.add_argument("--json", action="store_true")
    importing.set_defaults(command=_import)

    exporting = commands.add_parser(
        "export", parents=[common], help="write every question to a CSV file (导出题目)"
    )
    exporting.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.csv")
    exporting.add_argument("--json", action="store_true")
    exporting.set_defaults(command=_export)

    template = commands.add_parser(
        "template", parents=[common], help="write an empty question sheet (导入模板)"
    )
    template.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.xlsx|FILE.csv")
    template.set_defaults(command=_template)

    stats = commands.add_parser("stats", parents=[common], help="count the questions (题库统计)")
    stats.add_argument("--json", action="store_true")
    stats.set_defaults(command=_stats)
    return parser


def _import(arguments: argparse.Namespace) -> int:
    path: Path = arguments.data / BANK_FILE
    if arguments.check and not path.exists():
        report = import_files(None, arguments.file, check=True)
    else:
        if not arguments.check:
            arguments.data.mkdir(parents=True, exist_ok=True)
        with Bank(path) as bank:
            report = import_files(bank, arguments.file, replace=arguments.replace, check=arguments.check)
    if arguments.json:
        _print_json({**report.to_dict(), "checked": arguments.check})
    for error in report.errors:
        print(error.text(arguments.lang), file=sys.stderr)
    if not report.ok:
        texts = {
            "zh": f"发现 {len(report.errors)} 处错误，没有导入任何题目。",
            "en": f"{len(report.errors)} errors; nothing was imported.",
        }
        print(texts[arguments.lang], file=sys.stderr)
        return NO if arguments.check else WRONG
    if not arguments.json:
        done = ("可以导入", "ready") if arguments.check else ("已导入", "imported")
        texts = {
            "zh": f"{done[0]}：新增 {report.added}，替换 {report.replaced}，未变 {report.unchanged}。",
            "en": f"{done[1]}: {report.added} new, {report.replaced} replaced, {report.unchanged} unchanged.",
        }
        print(texts[arguments.lang])
    return DONE


def _export(arguments: argparse.Namespace) -> int:
    output: Path = arguments.output
    if output.suffix.lower() != ".csv":
        raise ValueError(f"{output.name}: an export is .csv")
    with Bank(arguments.data / BANK_FILE, create=False) as bank:
        count = export_csv(bank.all(), output, arguments.data)
    if arguments.json:
        _print_json({"ok": True, "file": str(output), "questions": count})
    else:
        print({"zh": f"已导出 {count} 题：{output}", "en": f"{count} questions: {output}"}[arguments.lang])
    return DONE


def _template(arguments: argparse.Namespace) -> int:
    write_template(arguments.output)
    print(arguments.output)
    return DONE


def _stats(arguments: argparse.Namespace) -> int:
    with Bank(arguments.data / BANK_FILE, create=False) as bank:
        statistics = bank.statistics()
    if arguments.json:
        _print_json(statistics)
        return DONE
    zh = arguments.lang == "zh"
    print(f"{'总数' if zh else 'total'}\t{statistics['total']}")
    for code, word in ROUND_WORDS.items():
        print(f"{word if zh else code}\t{statistics['round'].get(code, 0)}")
    for value, count in statistics["risk"].items():
        print(f"{'风险题' if zh else 'risk'} {value}\t{count}")
    for code, word in FORM_WORDS.items():
        print(f"{word if zh else code}\t{statistics['form'].get(code, 0)}")
    for group in ("area", "level"):
        for name, count in statistics[group].items():
            print(f"{name}\t{count}")
    return DONE


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, ensure_ascii=False))
