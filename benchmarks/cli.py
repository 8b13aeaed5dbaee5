"""The benchmarks: `run.py bench races`, `latency`, `load`, `soak`, `fold`, `frames`, `paint` and `bank`. Results on stdout,
progress on stderr.

Exit status: 0 done, 1 the answer is no (a wrong winner, a bound that did not hold, a goal missed, nothing that could be
measured), 2 wrong call, 130 on Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.table import readable
from tests.run import DEBIAN, prepare_debian

DONE, NO, INTERRUPTED = 0, 1, 130
CHROMIUM_ALONE = {path: name for path, name in DEBIAN.items() if name == "chromium"}
COMPILER_ALONE = {path: name for path, name in DEBIAN.items() if name == "gcc"}
REDIS_TOO = COMPILER_ALONE | {"/usr/bin/redis-server": "redis-server"}
MOST_HOURS = 12.0  # of a soak: a contest has room for no more rounds
RACES = {"simavr": 2_000, "model": 1_000_000}
Answer = tuple[dict[str, Any], bool]  # the result, and whether it is one to be content with


def say(text: str) -> None:
    print(f"firstpress: {text}", file=sys.stderr, flush=True)


def races(options: argparse.Namespace) -> Answer:
    truth = options.truth or "simavr"
    count = options.races or RACES[truth]
    if truth == "model":
        from benchmarks import model_figures, model_races

        result = model_races.run(count, options.seed, options.jobs)
        return result, model_figures.passed(result)
    prepare_debian(DEBIAN)
    from benchmarks import race_figures
    from benchmarks import races as against_simavr

    result = against_simavr.run(count, options.seed, say, options.link_races)
    return result, race_figures.passed(result)


def latency(options: argparse.Namespace) -> Answer:
    prepare_debian(DEBIAN)
    from benchmarks import latency as measured

    result = measured.run(
        options.presses, options.load_presses, options.phones, say, browser=not options.no_browser
    )
    return result, measured.passed(result)


def load_of_a_hall(options: argparse.Namespace) -> Answer:
    prepare_debian(REDIS_TOO if options.redis else COMPILER_ALONE)
    from benchmarks import load
    from benchmarks.load_figures import failings
    from benchmarks.load_stage import Size

    stage = None if options.no_stage else Size()
    redis = options.redis_phones if options.redis else 0
    result = load.run(options.clients, say, options.runs, options.broadcasts, stage, redis)
    for line in failings(result):
        say(line)
    return result, load.passed(result)


def soaking(options: argparse.Namespace) -> Answer:
    prepare_debian(COMPILER_ALONE)
    from benchmarks import soak_show

    result = soak_show.run(options.hours, say)
    return result, soak_show.passed(result)


def folding(options: argparse.Namespace) -> Answer:
    from benchmarks import fold

    result = fold.run(options.events, say)
    return result, fold.passed(result)


def frames_of_transitions(options: argparse.Namespace) -> Answer:
    prepare_debian(CHROMIUM_ALONE)
    from benchmarks import frames

    result = frames.run(options.laps, say)
    return result, frames.passed(result)


def painting(options: argparse.Namespace) -> Answer:
    prepare_debian(CHROMIUM_ALONE)
    from benchmarks import to_paint

    result = to_paint.run(options.runs, say)
    return result, to_paint.passed(result)


def question_bank(options: argparse.Namespace) -> Answer:
    from benchmarks import bank

    result = bank.run(options.questions, say)
    return result, bank.passed(result)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _counts(text: str) -> list[int]:
    return [_count(part) for part in text.split(",")]


def _hours(text: str) -> float:
    value = float(text)
    if not 0 < value <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most {MOST_HOURS:g}")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="races|latency|load|soak|fold|frames|paint|bank")

    def command(name: str, run: Callable[[argparse.Namespace], Answer], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="one JSON object on standard output")
        sub.set_defaults(run=run)
        return sub

    racing = command("races", races, "who was first: verdicts held to the truth, beside two common ways")
    which = racing.add_mutually_exclusive_group()
    which.add_argument(
        "--truth",
        choices=["simavr"],
        help="the real core and the shipped firmware, simulated cycle by cycle (default)",
    )
    which.add_argument(
        "--model",
        dest="truth",
        action="store_const",
        const="model",
        help="our clock estimate and arbiter over modelled links, in virtual time",
    )
    racing.add_argument(
        "--races",
        type=_count,
        metavar="N",
        help=f"default: {RACES['simavr']:,} on one hub, or {RACES['model']:,} with --model",
    )
    racing.add_argument(
        "--link-races", type=_count, metavar="N", help="for each link of single boxes (default: a tenth)"
    )
    racing.add_argument("--seed", type=int, default=1, metavar="S")
    racing.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, metavar="N", help="processes, for --model"
    )
    timing = command("latency", latency, "from a press to the verdict, the lamp and the screen")
    timing.add_argument("--presses", type=_count, default=60, metavar="N", help="while idle (default 60)")
    timing.add_argument("--load-presses", type=_count, default=100, metavar="N", help="under load (100)")
    timing.add_argument("--phones", type=_count, default=300, metavar="N", help="that reconnect (300)")
    timing.add_argument("--no-browser", action="store_true", help="leave the paint out")
    hall = command(
        "load", load_of_a_hall, "a score change told to a hall of phones, beside stock Flask-SocketIO"
    )
    hall.add_argument(
        "--clients", type=_counts, default=[1, 200, 1_000, 3_000], metavar="N,...", help="1,200,1000,3000"
    )
    hall.add_argument("--runs", type=_count, default=3, metavar="N", help="of each hall (3)")
    hall.add_argument("--broadcasts", type=_count, default=20, metavar="N", help="of each run (20)")
    hall.add_argument("--no-stage", action="store_true", help="leave the stage pages under load out")
    hall.add_argument(
        "--redis", action="store_true", help="also two audience processes behind a Redis server"
    )
    hall.add_argument(
        "--redis-phones", type=_count, default=4_000, metavar="N", help="of each audience process (4,000)"
    )
    soak = command("soak", soaking, "a show of twelve hours at speed: memory, descriptors, restarts")
    soak.add_argument(
        "--hours", type=_hours, default=12.0, metavar="H", help="of the show, 120 questions each (12)"
    )
    long = command("fold", folding, "a long log from its rows to the state, and a command on top of it")
    long.add_argument("--events", type=_count, default=5_000, metavar="N", help="rows of the log (5,000)")
    moving = command("frames", frames_of_transitions, "frame times of the projector's transitions, throttled")
    moving.add_argument("--laps", type=_count, default=3, metavar="N", help="times through the show (3)")
    told = command("paint", painting, "from the server's message to the picture")
    told.add_argument("--runs", type=_count, default=3, metavar="N", help="whole shows (3)")
    large = command("bank", question_bank, "a large question bank: import, memory, search, draw")
    large.add_argument("--questions", type=_count, default=100_000, metavar="N", help="(100,000)")
    return parser


def main(argv: list[str]) -> int:
    """Run one benchmark. Returns the exit status."""
    options = _parser().parse_args(argv)
    try:
        result, content = options.run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (AssertionError, OSError, RuntimeError) as error:  # the simulator or the show did not come along
        say(f"it could not be measured: {error}")
        return NO
    print(json.dumps(result, ensure_ascii=False) if options.json else readable(result))
    return DONE if content else NO


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
