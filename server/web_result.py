"""The host's download of the result: made by `run.py export` in a process of its own, so that the stage goes on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from flask import Flask, Response, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from .stage import RunBlocking, Stage
from .web import signed_in

# Not taken from server/export: it takes long to load, and the stage makes no file itself.
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
PATIENCE_S = 60
NICE = ["nice", "-n", "10"]  # behind everything that the show itself does


def add_result(app: Flask, stage: Stage, run_slowly: RunBlocking) -> None:
    """Serve /host/result.FORMAT to the signed-in host."""

    @app.get("/host/result.<kind>")
    def result(kind: str) -> AnyResponse:
        if signed_in("host") is None:
            return redirect("/login/host")
        if kind not in TYPES:
            abort(404)
        if stage.state.buzz.live:
            abort(409, "抢答进行中，请稍后再导出 · the boxes are armed: export in a moment")
        made, problem = run_slowly(_exported, stage.log_path, kind)
        if problem:
            abort(500, problem)
        response = Response(made, mimetype=TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="result.{kind}"'
        return response


def _exported(log: Path, kind: str) -> tuple[bytes, str]:
    """(the file, what went wrong or "")."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"result.{kind}"
        call = [sys.executable, "-m", "server.cli", "export", str(log), "--format", kind, "-o", str(target)]
        try:
            ended = subprocess.run([*NICE, *call], capture_output=True, text=True, timeout=PATIENCE_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            return b"", f"the export did not end: {error}"
        if ended.returncode:
            return b"", ended.stderr.strip()[-500:]
        return target.read_bytes(), ""
