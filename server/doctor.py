"""`run.py doctor`: what an operator should know before the show, a line each, with how to mend it."""

from __future__ import annotations

import argparse
import errno
import http.client
import json
import shutil
import socket
import sqlite3
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from .addresses import EVERYWHERE, reachable_hosts
from .doctor_machine import Check, State, examine
from .tls import authority as tls

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
FREE_BYTES, SCARCE_BYTES = 500_000_000, 50_000_000
COMMITS = 15
SLOW_COMMIT_MS = 50.0
ANSWER_WITHIN_S = 2.0
WORDS = {"ok": "正常 ok     ", "warning": "注意 warning", "fault": "故障 fault  "}


def check_python(version: tuple[int, int, int]) -> Check:
    found = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return Check("Python", "fault", found, "需要 3.11 或更新 · install 3.11 or newer")
    return Check("Python", "ok", found)


def installed(name: str) -> str | None:
    """The version of a package; None: it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_packages(requirements: str, version_of: Callable[[str], str | None] = installed) -> Check:
    """What is installed against the pins of requirements.txt."""
    pins = [line.strip().split("==") for line in requirements.splitlines() if "==" in line]
    wrong = [
        f"{name} {version_of(name) or '没有安装 missing'} ≠ {pin}"
        for name, pin in pins
        if version_of(name) != pin
    ]
    if wrong:
        remedy = "删除 .venv 后重新运行 run.py · delete .venv and run run.py again"
        return Check("packages", "fault", ", ".join(wrong), remedy)
    return Check("packages", "ok", f"{len(pins)} 个与 requirements.txt 一致 · as pinned")


def check_data(data: Path, free_bytes: Callable[[Path], int] | None = None) -> list[Check]:
    """Whether the log can be written, how much room there is, and how long a commit takes to be on disk."""
    folder = data
    while not folder.exists():
        folder = folder.parent  # made at the first start
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as scratch:
            commit_ms = _commit_ms(Path(scratch) / "probe.db")
    except (OSError, sqlite3.Error) as error:
        remedy = "改正权限，或用 --data 换一个文件夹 · mend its permissions, or choose another with --data"
        return [Check("data folder", "fault", f"{data}: 不能写入 · cannot be written ({error})", remedy)]
    free = free_bytes(folder) if free_bytes else shutil.disk_usage(folder).free
    state: State = "ok" if free >= FREE_BYTES else "warning" if free >= SCARCE_BYTES else "fault"
    room = f"{data}: 剩余 {free / 1e6:.0f} MB free"
    remedy = "" if state == "ok" else "请清出磁盘空间 · make room on the disk"
    return [Check("data folder", state, room, remedy), check_commit(commit_ms)]


def check_commit(commit_ms: float) -> Check:
    found = f"每次存盘 {commit_ms:.1f} ms a commit"
    if commit_ms > SLOW_COMMIT_MS:
        remedy = "请把数据放在本机固态盘上，不要用 U 盘或网络盘 · keep the data on a local SSD"
        return Check("disk", "warning", found, remedy)
    return Check("disk", "ok", found)


def _commit_ms(path: Path) -> float:
    """The median of some commits, durable as the log's are."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE probe (text)")
        times = []
        for _ in range(COMMITS):
            began = time.perf_counter()
            connection.execute("INSERT INTO probe VALUES ('x')")
            times.append(time.perf_counter() - began)
    finally:
        connection.close()
    return statistics.median(times) * 1e3


# -- a show that runs -----------------------------------------------------------------------------------------


def is_free(port: int) -> bool:
    """Whether a show could listen there. Raises OSError if it may not for another reason."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def fetch_health(port: int) -> dict[str, Any] | None:
    """What the show on this port says of itself, encrypted or not; None if it is no show of ours."""
    # Nothing secret is asked or told, and who answers on our own loopback is who listens there.
    encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    encryption.check_hostname, encryption.verify_mode = False, ssl.CERT_NONE
    found = None
    for connection in (
        http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN_S),
        http.client.HTTPSConnection("127.0.0.1", port, timeout=ANSWER_WITHIN_S, context=encryption),
    ):
        try:
            connection.request("GET", "/healthz")
            found = json.loads(connection.getresponse().read(1_000_000))
            break
        except (OSError, http.client.HTTPException, ValueError):
            continue  # the other way, or none
        finally:
            connection.close()
    ours = isinstance(found, dict) and {"version", "boxes", "timing", "log"} <= set(found)
    return found if ours else None


def check_port(
    port: int,
    free: Callable[[int], bool] = is_free,
    health: Callable[[int], dict[str, Any] | None] = fetch_health,
) -> list[Check]:
    """The port of the show; if a show runs there, what it says of its log, its timing and its boxes."""
    name = f"port {port}"
    try:
        if free(port):
            return [Check(name, "ok", "空闲 · free")]
    except OSError as error:
        return [Check(name, "fault", str(error), "用 --port 换一个 · choose another with --port")]
    said = health(port)
    if said is None:
        remedy = "关闭该程序，或用 --port 换一个 · end it, or choose another with --port"
        return [Check(name, "fault", "被其他程序占用 · taken by another program", remedy)]
    running = Check(name, "ok", f"演出正在运行 · the show is running, version {said['version']}")
    return [running, *check_show(said)]


def check_show(said: dict[str, Any]) -> list[Check]:
    """The answer of /healthz, check by check."""
    found = []
    if said["log"].get("state") != "ok":
        found.append(
            Check("log", "fault", "写不进磁盘 · cannot be written", "请清出磁盘空间 · make room on the disk")
        )
    timing = said["timing"]
    if timing.get("state") != "ok":
        found.append(
            Check("timing core", "fault", "没有响应 · does not answer", "请重新启动 · restart the show")
        )
    scheduling = timing.get("scheduling")
    if scheduling:
        locked = "已锁定 · locked" if scheduling["memory_locked"] else "未锁定 · not locked"
        text = f"优先级 priority: {scheduling['priority']}; 内存 memory {locked}; gc {scheduling['gc']}"
        why_not = scheduling["why_not"]
        found.append(Check("timing core", "warning" if why_not else "ok", text, "; ".join(why_not)))
    return found + [check_box(box) for box in said["boxes"]]


def check_box(box: dict[str, Any]) -> Check:
    """One box of a running show."""
    name = f"box {box['id'] or box['port']}"
    seats = "、".join(str(seat) for seat in box["seats"]) or "—"
    text = f"{seats} 号 seats"
    if box["uncertainty_us"] is not None:
        text += f", ±{box['uncertainty_us']} µs"
    if box["problem"]:
        broken: State = "fault" if box["state"] == "down" else "warning"
        text += f", {box['state']}"
        return Check(name, broken, text, f"{box['problem']} · {box['problem_en']}")
    if box["state"] == "syncing":
        return Check(name, "warning", f"{text}, 时钟尚未可信 · its clock is not trusted yet", "请稍候 · wait")
    return Check(name, "ok", text)


def check_certificate(data: Path) -> list[Check]:
    """The certificate of `serve --tls`, where one was made: whether browsers will take it at today's addresses."""
    folder = data / tls.FOLDER
    if not folder.exists():
        return []
    remedy = f"重新生成，平板不用再装 · make it anew: run.py tls --data {data}"
    try:
        found = tls.read(folder)
        wrong = tls.warnings_of(found, reachable_hosts(EVERYWHERE[0]))
    except (tls.BadTls, OSError) as error:
        return [Check("certificate", "fault", str(error), remedy)]
    if wrong:
        return [Check("certificate", "warning", "; ".join(wrong), remedy)]
    return [Check("certificate", "ok", f"有效至 until {found.server_until:%Y-%m-%d}")]


# -- the whole ------------------------------------------------------------------------------------------------


def checks(data: Path, port: int) -> list[Check]:
    """Everything, in the order in which it is read."""
    return [
        check_python(sys.version_info[:3]),
        check_packages((ROOT / "requirements.txt").read_text(encoding="utf-8")),
        *check_data(data),
        *check_certificate(data),
        *check_port(port),
        *examine(),
    ]


def report(found: list[Check]) -> str:
    """For people: a line a check, and the remedy below it."""
    lines = []
    for one in found:
        lines.append(f"{WORDS[one.state]}  {one.name}: {one.found}")
        if one.remedy:
            lines.append(f"              → {one.remedy}")
    return "\n".join(lines)


def as_json(found: list[Check]) -> dict[str, Any]:
    """{"ok": bool, "checks": [{"name", "state", "found", "remedy"}]}."""
    rows = [{"name": one.name, "state": one.state, "found": one.found, "remedy": one.remedy} for one in found]
    return {"ok": is_well(found), "checks": rows}


def is_well(found: list[Check]) -> bool:
    return all(one.state != "fault" for one in found)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found. Returns the exit status: 1 for a fault."""
    found = checks(arguments.data, arguments.port)
    print(json.dumps(as_json(found), ensure_ascii=False) if arguments.json else report(found))
    return 0 if is_well(found) else 1


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    examining = command("doctor", run, "what to mend on this machine before the show")
    examining.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")
    examining.add_argument("--port", type=int, default=8000, help="port of the show (default: 8000)")
    examining.add_argument("--json", action="store_true", help="one JSON object on standard output")
