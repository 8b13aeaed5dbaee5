"""Holds the arrows of docs/architecture.md: who may import whom, what stays pure, what the pages load."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("server", "buzzers", "question_bank", "printing", "firmware", "benchmarks", "tests")
KNOW_EVENTLET = {
    "server/audience/feed.py",
    "server/audience/process.py",
    "server/audience/over_redis.py",
    "server/buzzer_link.py",
    "server/delivery/fanout.py",
    "server/door/front_door.py",
    "server/serving.py",
    "server/stage_process.py",
    "server/tls/listener.py",
}
PURE_IMPORTS = {
    "__future__",
    "collections",
    "dataclasses",
    "typing",
    "enum",
    "functools",
    "itertools",
    "operator",
}
LINES = 400


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """Absolute names of the modules that a file imports, wherever in it."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def offenders(paths: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imports(path)
        if any(name == one or name.startswith(f"{one}.") for one in forbidden)
    ]


def test_the_rules_import_nothing_but_each_other_and_plain_types() -> None:
    paths = sources("server/game")
    assert len(paths) > 10
    for path in paths:
        for name in imports(path):
            assert name.startswith("server.game") or name.split(".")[0] in PURE_IMPORTS, f"{path}: {name}"


def test_buzzers_and_question_bank_never_import_the_server() -> None:
    assert offenders(sources("buzzers", "question_bank"), ("server", "tests")) == []
    assert offenders(sources("buzzers"), ("question_bank",)) == []
    assert offenders(sources("question_bank"), ("buzzers",)) == []


def test_the_server_never_imports_the_timing_core() -> None:
    assert offenders(sources("server"), ("buzzers", "firmware", "tests")) == []


@pytest.mark.parametrize(
    "name", ["arbiter", "arming", "clocksync", "frames", "link", "press", "rejudge", "verdict"]
)
def test_the_heart_of_the_timing_core_has_no_io_and_no_clock(name: str) -> None:
    path = ROOT / "buzzers" / f"{name}.py"
    outside = ("time", "os", "socket", "serial", "threading", "queue", "select", "subprocess", "random")
    assert offenders([path], outside) == []


def test_only_the_rim_knows_eventlet() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in sources("server", "buzzers", "question_bank")
        if any(name.split(".")[0] == "eventlet" for name in imports(path))
    }
    assert found == KNOW_EVENTLET


def reachable(start: str) -> set[str]:
    """Every module of ours that a module brings along, however far."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        path = path if path.is_file() else path.with_suffix("") / "__init__.py"
        if name in found or name.split(".")[0] not in OURS or not path.is_file():
            continue
        found.add(name)
        waiting += imports(path)
    return found


def test_the_audience_process_cannot_import_what_knows_answers() -> None:
    brought = reachable("server.audience.process")
    assert {"server.audience.over_redis", "server.delivery.fanout", "server.audience.pages"} <= brought
    assert [name for name in brought if name.startswith(("server.game", "buzzers", "question_bank"))] == []
    knowing = {
        "event_log",
        "referee",
        "stage",
        "house",
        "views.by_role",
        "views.host_view",
        "media",
        "paper.vault",
        "web",
    }
    assert brought & {f"server.{name}" for name in knowing} == set()


def test_nothing_is_monkey_patched() -> None:
    callers = [
        path for path in sources(*OURS) if re.search(r"\.monkey_patch\(", path.read_text(encoding="utf-8"))
    ]
    assert callers == []


def test_the_referee_alone_writes_the_log() -> None:
    writers = [
        str(path.relative_to(ROOT / "server"))
        for path in sources("server")
        if re.search(r"log\.append\(", path.read_text(encoding="utf-8"))
    ]
    assert writers == ["referee.py", "standby/copy.py"]  # the latter copies what a referee wrote elsewhere


def page_files() -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "display").rglob("*"))
        if path.suffix in (".html", ".js", ".css", ".mjs") and "vendor" not in path.parts
    ]


def test_no_page_loads_anything_from_outside_or_inline() -> None:
    assert len(page_files()) > 20
    for path in page_files():
        text = path.read_text(encoding="utf-8")
        outside = re.findall(r"""(?:src|href|url|from|import)\s*[=(]?\s*["']?(https?:)?//[\w.]""", text)
        assert outside == [], f"{path} reaches outside"
        assert not re.search(r"\beval\(|new Function\(", text), f"{path} evaluates text"
        if path.suffix == ".html":
            assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", text), (
                f"{path} has inline code"
            )


def test_files_open_with_their_purpose_and_stay_short() -> None:
    for path in [*sources(*OURS), *page_files()]:
        text = path.read_text(encoding="utf-8")
        count = text.count("\n")
        assert count <= LINES or "fonts" in path.parts, f"{path.relative_to(ROOT)} has {count} lines"
        if path.suffix == ".py" and text.strip():
            assert ast.get_docstring(ast.parse(text)), f"{path.relative_to(ROOT)} does not say what it is for"
        elif path.suffix == ".js":
            assert text.startswith(("//", "/*")), f"{path.relative_to(ROOT)} does not say what it is for"
