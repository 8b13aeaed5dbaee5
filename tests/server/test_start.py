"""A show starts quickly: each of its processes loads what it needs and no more. After a fault the screens are dark so long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server import cli, export, web_result
from server.addresses import WITHOUT_RESOLVER
from server.event_log import EventLog

ROOT = Path(__file__).resolve().parent.parent.parent
# What reads and writes files of other programs, makes certificates, prints: none of it is needed to be on screen again.
NEVER = {
    "openpyxl",
    "fpdf",
    "fontTools",
    "PIL",
    "cryptography.x509",
    "dns",
    "question_bank.importers",
    "server.export",
}
PROCESSES = {
    "server.serve_cli": {
        *NEVER,
        *(
            "flask",
            "eventlet",
            "socketio",
            "redis",
            "segno",
            "server.views.host_view",
            "server.doctor",
            "server.standby.command",
        ),
    },
    "server.stage_process": {
        *NEVER,
        "sqlite_utils",
        "question_bank.question",
        "server.cli",
        "server.contest.file",
    },
    "server.audience.process": {*NEVER, "sqlite_utils", "server.stage", "server.tls.authority"},
    "buzzers.service": {*NEVER, "flask", "eventlet", "gpiozero", "ssl"},
}


def loaded(module: str) -> set[str]:
    """The modules that are there when this one is, in a process with the environment that the supervisor gives."""
    return loaded_by(f"import {module}")


def loaded_by(script: str) -> set[str]:
    call = [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)"]
    environment = {**os.environ, **WITHOUT_RESOLVER, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return set(said.stdout.split())


@pytest.mark.parametrize("module", PROCESSES)
def test_a_process_of_a_show_loads_nothing_that_it_does_not_need(module: str) -> None:
    found = loaded(module)
    assert module in found
    assert found & PROCESSES[module] == set()


def test_a_log_whose_tables_are_made_needs_nothing_that_makes_tables(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    EventLog(path).close()
    script = "from pathlib import Path\nfrom server.event_log import EventLog\n"
    script += f"EventLog(Path({str(path)!r})).close()"
    assert "sqlite_utils" not in loaded_by(script)


def test_of_the_commands_only_the_one_that_is_called_is_loaded() -> None:
    others = {f"server.{module}" for module in cli.WHERE.values()} - {"server.audience.command"}
    assert loaded("server.cli") & others == set()
    script = "from server import cli\ntry: cli.main(['check', '--help'])\nexcept SystemExit: pass"
    assert loaded_by(script) & others == {"server.contest.check_cli"}


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in ((["--help"], 0), (["no-such-command"], 2)):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = "".join(capsys.readouterr())
        assert ended.value.code == status
        assert [name for name in (*cli.WHERE, "bank", "test", "bench") if name not in said] == []


def test_the_host_is_offered_every_form_of_the_result() -> None:
    assert set(web_result.TYPES) == set(export.FORMATS)
