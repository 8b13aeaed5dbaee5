"""The commands of `run.py bank` about the paper of a contest: seal, unseal, draw, publish, verify-draw, record."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from question_bank import paper_file
from question_bank.bank import Bank
from question_bank.cli_common import DONE, NO, WRONG, Command, Progress, bank_path, print_json, say, who
from question_bank.commitment import verify
from question_bank.draw import Groups, NotEnoughQuestions, shortages
from question_bank.messages import mend, what
from question_bank.paper_file import PUBLIC, REVEALED, SEALED
from question_bank.question import is_hidden
from question_bank.schema import BankError

from ..authors.notes import Notes
from ..contest.file import PRESET, contest_path, read_contest, read_paper
from ..event_log import EventLog, LogDamaged
from ..game.events import ContestCreated
from ..game.fold import fold
from ..game.state import State
from ..log.show_log import log_path
from ..referee import entries
from .draw import line_key, lines_of
from .start import opened_with, passphrases

_STEPS = {
    "commit": ("计算承诺值", "commitments"),
    "encrypt": ("加密", "encrypting"),
    "check": ("读回核对", "reading back"),
    "erase": ("抹去明文", "erasing"),
}
_RIGHT, _WRONG = ("right",), ("wrong", "timeout", "partial")


def _say(arguments: argparse.Namespace, zh: str, en: str) -> None:
    say(zh if arguments.lang == "zh" else en)


def _add_contest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contest",
        type=contest_path,
        default=PRESET,
        metavar="FILE|preset:NAME",
        help="contest file (比赛文件; default: preset:default)",
    )


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="its first line is the passphrase; else FIRSTPRESS_PAPER_PASSPHRASE, else the terminal asks (口令文件)",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


# -- seal, unseal --------------------------------------------------------------------------------------------


def _add_seal(parser: argparse.ArgumentParser) -> None:
    _add_contest(parser)
    _add_passphrase(parser)
    parser.add_argument(
        "--allow-drafts", action="store_true", help="also questions that were not reviewed (含草稿)"
    )
    _add_json(parser)


def _new_passphrase(arguments: argparse.Namespace) -> str:
    """A passphrase to seal with; one that is typed is typed twice. Raises BankError."""
    zh = arguments.lang == "zh"
    given = passphrases(
        arguments.passphrase_file, "新的试卷口令：" if zh else "new passphrase of the paper: "
    )
    passphrase = next(given)
    again = next(given, None) if arguments.passphrase_file is None else None
    if again is not None and again != passphrase:
        raise BankError("passphrase_differs")
    return passphrase


def _seal(arguments: argparse.Namespace) -> int:
    rulebook, plan = read_contest(arguments.contest), read_paper(arguments.contest)
    with Bank(bank_path(arguments), create=False) as bank:
        passphrase = _new_passphrase(arguments)
        progress = Progress(arguments.lang)

        def told(step: str, done: int, total: int) -> None:
            progress.line(f"{_STEPS[step][0 if arguments.lang == 'zh' else 1]} {done:,} / {total:,}")

        public = paper_file.seal(
            arguments.data,
            bank,
            rulebook.title.zh.replace("\n", " "),
            lines_of(rulebook, plan),
            passphrase,
            who=who(),
            drafts=arguments.allow_drafts,
            progress=told,
        )
        progress.end()
        notes = Notes(arguments.data)
        for one in bank.outlines(status="sealed"):
            notes.forget(one.id)  # what reviewers wrote may give an answer away
    if arguments.json:
        print_json({"ok": True, "sealed": SEALED, "public": PUBLIC, **public})
        return DONE
    print(f"pool_hash {public['pool_hash']}\nseed_hash {public['seed_hash']}")
    _say(
        arguments,
        f"已封存 {public['questions']} 题：{arguments.data / SEALED}。请备份此文件并保管口令：缺一样，题目就找不回来。\n"
        f"请在赛前公布 {arguments.data / PUBLIC}。题目的明文已从题库抹去；您自己的题目表和旧备份请自行保管或销毁。",
        f"{public['questions']} questions are sealed: {arguments.data / SEALED}. Keep a copy of it, and the passphrase: "
        f"without both the questions are lost.\nPublish {arguments.data / PUBLIC} before the show. The bank holds no clear "
        "text of them any more; sheets and backups of your own are yours to lock away.",
    )
    return DONE


def _unseal(arguments: argparse.Namespace) -> int:
    path = arguments.data / SEALED
    if not path.exists():
        raise BankError("sealed_missing", str(path))
    with Bank(bank_path(arguments), create=False) as bank:
        opened = opened_with(path, bank, _asked(arguments), "unseal", say)
        count = paper_file.unseal(arguments.data, bank, opened.passphrase, who=who())
    if arguments.json:
        print_json({"ok": True, "questions": count})
    else:
        print(
            f"已解封 {count} 题。" if arguments.lang == "zh" else f"{count} questions are back in the bank."
        )
    return DONE


def _add_unseal(parser: argparse.ArgumentParser) -> None:
    _add_passphrase(parser)
    _add_json(parser)


def _asked(arguments: argparse.Namespace) -> Iterator[str]:
    zh = arguments.lang == "zh"
    return passphrases(arguments.passphrase_file, "试卷口令：" if zh else "passphrase of the paper: ")


# -- draw ------------------------------------------------------------------------------------------------------


def _add_draw(parser: argparse.ArgumentParser) -> None:
    _add_contest(parser)
    parser.add_argument("--allow-drafts", action="store_true", help="count drafts too (含草稿)")
    _add_json(parser)


def _draw(arguments: argparse.Namespace) -> int:
    """What sealing now would find: counts alone, never a question."""
    rulebook = read_contest(arguments.contest)
    lines = lines_of(rulebook, read_paper(arguments.contest))
    with Bank(bank_path(arguments), create=False) as bank:
        sealed = Groups(bank.outlines(status="sealed"))
        pool = sealed if len(sealed) else Groups(paper_file.may_be_sealed(bank, arguments.allow_drafts))
    missing = shortages(pool, lines)
    rows = [
        {
            "line": line.key,
            "round": line.round,
            "value": line.value,
            "needed": line.count,
            "spare": line.spare,
            "fitting": pool.fitting(line),
        }
        for line in lines
    ]
    if arguments.json:
        print_json(
            {
                "ok": not missing,
                "sealed": len(sealed) > 0,
                "pool": len(pool),
                "lines": rows,
                "missing": [one.text() for one in missing],
            }
        )
    else:
        zh = arguments.lang == "zh"
        print("环节\t题库\t需要\t备用\t符合" if zh else "line\tround\tneeded\tspare\tfitting")
        for row in rows:
            print("\t".join(str(row[name]) for name in ("line", "round", "needed", "spare", "fitting")))
        for one in missing:
            say(f"bank: {one.text()}")
    return NO if missing else DONE


# -- publish, verify-draw ----------------------------------------------------------------------------------


def _add_publish(parser: argparse.ArgumentParser) -> None:
    _add_passphrase(parser)
    parser.add_argument("--log", type=Path, help="log of the contest (default: DATA/contest.db)")
    parser.add_argument(
        "--anyway", action="store_true", help="although the result is not confirmed (提前公布)"
    )
    parser.add_argument("-o", "--output", type=Path, help=f"default: DATA/{REVEALED}")
    _add_json(parser)


def _publish(arguments: argparse.Namespace) -> int:
    path: Path = arguments.log or log_path(arguments.data, rehearsal=False)
    words, sealed = "", paper_file.sealed_file(arguments.data)
    over = False
    if path.exists():
        created, state = _contest(path)
        noted = paper_file.noted(created.draw_seed)
        if noted is None:
            raise BankError("sealed_other", str(path))
        over, words = state.frozen, noted[1]
        sealed = paper_file.sealed_file(arguments.data, noted[0])
    if sealed is None:
        raise BankError("sealed_missing", str(arguments.data / SEALED))
    if not over and not arguments.anyway:
        raise BankError("not_over", str(path))
    with Bank(bank_path(arguments)) as bank:
        opened = opened_with(sealed, bank, _asked(arguments), "publish", say)
        revealed = paper_file.reveal(arguments.data, opened, words)
        output: Path = arguments.output or arguments.data / REVEALED
        paper_file.write_json(output, revealed)
        bank.log_access(who(), "paper_published", f"{len(revealed['questions'])}, {output.name}")
    if arguments.json:
        print_json({"ok": True, "file": str(output), "questions": len(revealed["questions"])})
    else:
        print(output)
        _say(
            arguments,
            f"请把它与 {PUBLIC} 一起公布；任何人都可以运行 run.py bank verify-draw 复核。",
            f"Publish it together with {PUBLIC}; anybody can check it with run.py bank verify-draw.",
        )
    return DONE


def _contest(path: Path) -> tuple[ContestCreated, State]:
    """The first event of a log, and what the log folds to. Raises LogDamaged, ValueError."""
    log = EventLog(path, readonly=True)
    try:
        known = entries(log)
    finally:
        log.close()
    if not known or not isinstance(known[0].event, ContestCreated):
        raise LogDamaged(f"{path}: there is no contest in it")
    return known[0].event, fold(known)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("public", type=Path, metavar="PUBLIC", help=f"{PUBLIC}, published before the show")
    parser.add_argument("revealed", type=Path, metavar="REVEALED", help=f"{REVEALED}, published after it")
    parser.add_argument("--log", type=Path, help="also compare with the log of the contest (比赛记录)")
    _add_json(parser)


def _verify(arguments: argparse.Namespace) -> int:
    public, revealed = (_json(path) for path in (arguments.public, arguments.revealed))
    played = None
    if arguments.log is not None:
        created, _ = _contest(arguments.log)
        played = _played(created)
        noted = paper_file.noted(created.draw_seed)
        if noted is None or noted != (public.get("seed_hash"), revealed.get("words")):
            played = {"draw_seed": [created.draw_seed]}
    found = verify(public, revealed, played)
    if arguments.json:
        answer: dict[str, Any] = {"ok": found.ok, "pool": found.pool, "drawn": found.drawn}
        print_json(answer if found.ok else {**answer, "problem": found.problem, "found": found.found})
        return DONE if found.ok else NO
    zh = arguments.lang == "zh"
    if found.problem is None:
        print(
            f"抽题属实：{found.pool} 题的题池、种子、抽题方案与赛前公布的一致，{found.drawn} 题由此抽出，内容未改。"
            if zh
            else f"the draw is as published: pool of {found.pool} questions, seed and blueprint have the hashes of before "
            f"the show; they give these {found.drawn} questions, whose content is unchanged."
        )
        return DONE
    print(
        f"{'不符' if zh else 'NOT AS PUBLISHED'}: {what(found.problem, '', arguments.lang)} "
        f"({found.found}); {mend(found.problem, '', arguments.lang)}"
    )
    return NO


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BankError("draw_unreadable", str(path), str(error)[:80]) from error
    if not isinstance(data, dict):
        raise BankError("draw_format", str(path))
    return data


def _played(created: ContestCreated) -> dict[str, list[str]]:
    """What a contest's log says was drawn: line key → ids in their order."""
    found: dict[str, list[str]] = {}
    for slot in created.slots:
        key = line_key(created.rulebook, slot.round_index, slot.value_cp)
        found.setdefault(key, []).append(slot.question_id)
    return found


# -- record ----------------------------------------------------------------------------------------------------


def _add_record(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", type=Path, metavar="LOG", help="log of a contest, such as DATA/contest.db")
    _add_json(parser)


def _record(arguments: argparse.Namespace) -> int:
    created, state = _contest(arguments.log)
    log = EventLog(arguments.log, readonly=True)
    at = next(iter(log.rows())).wall_time
    log.close()
    counts = {"right": 0, "wrong": 0, "none": 0}
    with Bank(bank_path(arguments), create=False) as bank:
        drawn = {slot.question_id for slot in created.slots}
        here = [name for name in sorted(drawn) if bank.get(name) is not None]
        bank.record_use(here, created.contest, "rehearsal" if created.rehearsal else "show", at)
        told = {
            name
            for name in here
            if any(use.contest == created.contest and use.result is not None for use in bank.uses(name))
        }
        for record in state.records:
            name = record.question_id
            if name is None or name not in here or name in told or record.voided:
                continue
            result = "right" if record.result in _RIGHT else "wrong" if record.result in _WRONG else "none"
            bank.record_result(name, created.contest, result, record.seat)
            counts[result] += 1
        if not created.rehearsal:
            _mark_used(bank, [name for name in here if name in state.used])
    answer = {"ok": True, "contest": created.contest, "drawn": len(drawn), "in_bank": len(here), **counts}
    if arguments.json:
        print_json(answer)
    else:
        zh = (
            f"抽出 {len(drawn)} 题，题库中有 {len(here)} 题；答对 {counts['right']}，答错 {counts['wrong']}，"
        )
        en = f"{len(drawn)} drawn, {len(here)} of them in the bank; right {counts['right']}, wrong {counts['wrong']}, "
        print(f"{zh}其他 {counts['none']}。" if arguments.lang == "zh" else f"{en}other {counts['none']}.")
    return DONE


def _mark_used(bank: Bank, names: list[str]) -> None:
    """Status "used" for what was presented; a sealed question gets it when it is unsealed."""
    for name in names:
        kept = bank.get(name)
        if kept is not None and not is_hidden(kept) and (kept.reviewer or not kept.author):
            with contextlib.suppress(LookupError):  # taken out by another program meanwhile
                bank.set_status(name, "used")


def _guarded(command: Command) -> Command:
    """The command with our own errors told as the bank's are: one line, status 2."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command.run(arguments)
        except (LogDamaged, NotEnoughQuestions) as error:
            if arguments.json:
                print_json({"ok": False, "error": str(error)})
            say(f"bank: {error}")
            return WRONG

    return Command(command.help, command.add, run)


_COMMANDS = {
    "seal": Command("encrypt the pool of a contest and commit to the draw (封存试卷)", _add_seal, _seal),
    "unseal": Command("bring sealed questions back into the bank (解封)", _add_unseal, _unseal),
    "draw": Command("count what a contest's draw would find; shows no question (预查抽题)", _add_draw, _draw),
    "publish": Command(
        "after the show: what anybody needs to check the draw (公布抽题)", _add_publish, _publish
    ),
    "reveal": Command("the same as publish", _add_publish, _publish),
    "verify-draw": Command("check a draw by what was published (复核抽题)", _add_verify, _verify),
    "record": Command("take the answers of a contest's log into the bank (登记对错)", _add_record, _record),
}
COMMANDS = {name: _guarded(command) for name, command in _COMMANDS.items()}
