"""What the doctor looks at in the machine: ports, pins, clock, processor, rights. `root` is / but in tests.

Every function returns what it found and changes nothing.
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CLOCKS = "sys/devices/system/clocksource/clocksource0"
GOOD_CLOCKS = ("tsc", "arch_sys_counter")
LATENCY_MS = 2
RTPRIO = 10
MEMLOCK_BYTES = 4 << 30
CAP_IPC_LOCK, CAP_SYS_NICE = 14, 23
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
SLEEP_TARGETS = ("sleep.target", "suspend.target")
OURS = "buzzers.service"

GROUP = "sudo usermod -aG {group} $USER，重新登录 · then log in again"
LATENCY = (
    "演出程序打开端口时会自动设为 1；若仍不行 · the show sets 1 when it opens the port; if it may not: "
    'echo \'ACTION=="add", SUBSYSTEM=="usb-serial", ATTR{latency_timer}="1"\' | '
    "sudo tee /etc/udev/rules.d/99-latency.rules"
)
MODEM = "sudo systemctl disable --now ModemManager"
GOVERNOR = "sudo cpupower frequency-set -g performance"
MASK = "sudo systemctl mask sleep.target suspend.target hibernate.target hybrid-sleep.target"
LIMITS = (
    "/etc/security/limits.conf: USER - rtprio 10 与 and USER - memlock unlimited，重新登录 · then log in again; "
    "systemd: LimitRTPRIO=10, LimitMEMLOCK=infinity"
)


State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing an operator should know before the show; texts are Chinese · English."""

    name: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """What the system lets this user ask for."""

    rtprio: int  # RLIMIT_RTPRIO, -1 unlimited
    memlock_bytes: int  # RLIMIT_MEMLOCK, -1 unlimited
    capabilities: int  # effective, a bit each

    def real_time(self) -> bool:
        return self.rtprio == -1 or self.rtprio >= RTPRIO or bool(self.capabilities >> CAP_SYS_NICE & 1)

    def lock_memory(self) -> bool:
        enough = self.memlock_bytes == -1 or self.memlock_bytes >= MEMLOCK_BYTES
        return enough or bool(self.capabilities >> CAP_IPC_LOCK & 1)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


# -- ports and pins -------------------------------------------------------------------------------------------


def serial_ports(root: Path, usable: Callable[[Path], bool] | None = None) -> list[Check]:
    """One check a port: may we open it, who has it open, how long does its adapter hold bytes back."""
    usable = usable or (lambda path: os.access(path, os.R_OK | os.W_OK))
    ports = sorted([*(root / "dev").glob("ttyUSB*"), *(root / "dev").glob("ttyACM*")])
    if not ports:
        return [Check("serial ports", "ok", "没有 USB 串口 · no serial port over USB")]
    holders = _holders(root, ports)
    return [_serial_port(root, port, usable(port), holders.get(port, [])) for port in ports]


def _serial_port(root: Path, port: Path, usable: bool, holders: list[str]) -> Check:
    name = f"port /dev/{port.name}"
    if not usable:
        remedy = GROUP.format(group="dialout")
        return Check(name, "fault", "没有打开端口的权限 · no permission to open it", remedy)
    others = [one for one in holders if OURS not in one]
    if others:
        held = f"被其他程序占用 · held by another program: {', '.join(others)}"
        return Check(name, "fault", held, "请关闭该程序 · close that program")
    latency_ms = _text(root / "sys/bus/usb-serial/devices" / port.name / "latency_timer")
    if latency_ms is not None and latency_ms.isdigit() and int(latency_ms) > LATENCY_MS:
        return Check(name, "warning", f"latency_timer {latency_ms} ms", LATENCY)
    held = "演出正在使用 · in use by the show" if holders else "可以打开 · can be opened"
    return Check(name, "ok", held + (f", latency_timer {latency_ms} ms" if latency_ms else ""))


def _holders(root: Path, ports: list[Path]) -> dict[Path, list[str]]:
    """Port → command lines of the processes that have it open, as far as we may see them."""
    found: dict[Path, list[str]] = {}
    for process in (root / "proc").glob("[0-9]*"):
        try:
            targets = {os.readlink(one) for one in (process / "fd").iterdir()}
        except OSError:
            # It has ended meanwhile, or is another user's.
            continue
        for port in ports:
            if targets & {str(port), f"/dev/{port.name}"}:
                words = (_text(process / "cmdline") or process.name).replace("\0", " ").strip()
                found.setdefault(port, []).append(words)
    return found


def modem_manager(root: Path) -> Check:
    """It opens every new serial port and talks to it."""
    running = any(_text(path) == "ModemManager" for path in (root / "proc").glob("[0-9]*/comm"))
    if running:
        found = "正在运行，会抢占新插入的串口 · running: it grabs serial ports as they are plugged in"
        return Check("ModemManager", "warning", found, MODEM)
    return Check("ModemManager", "ok", "没有运行 · not running")


def gpio_chips(root: Path, usable: Callable[[Path], bool] | None = None) -> Check:
    usable = usable or (lambda path: os.access(path, os.R_OK | os.W_OK))
    chips = sorted((root / "dev").glob("gpiochip*"))
    if not chips:
        return Check("GPIO", "ok", "没有 GPIO，不是树莓派 · no GPIO chips: not a Raspberry Pi")
    names = ", ".join(chip.name for chip in chips)
    if not any(usable(chip) for chip in chips):
        return Check("GPIO", "warning", f"{names}: 没有权限 · no permission", GROUP.format(group="gpio"))
    return Check("GPIO", "ok", names)


# -- clock and processor --------------------------------------------------------------------------------------


def clocksource(root: Path) -> Check:
    folder = root / CLOCKS
    current = _text(folder / "current_clocksource")
    if current in GOOD_CLOCKS:
        return Check("clock source", "ok", current)
    others = [one for one in (_text(folder / "available_clocksource") or "").split() if one in GOOD_CLOCKS]
    remedy = "请换一台机器，或检查 BIOS 与虚拟机设置 · another machine, or look into BIOS and hypervisor"
    if others:
        remedy = f"echo {others[0]} | sudo tee /{CLOCKS}/current_clocksource"
    found = f"{current or '?'}: 读取时钟较慢或较粗 · slow or coarse to read"
    return Check("clock source", "warning", found, remedy)


def processor(root: Path) -> list[Check]:
    folder = root / "sys/devices/system/cpu"
    cores = len([one for one in folder.glob("cpu[0-9]*") if _text(one / "online") != "0"])
    found = [Check("cores", "ok", str(cores))]
    if cores < 2:
        few = f"{cores}: 计时与演出共用一个核 · timing and stage share one core"
        found = [Check("cores", "warning", few, "请使用双核以上的机器 · use a machine with two or more")]
    governors = {_text(path) or "?" for path in folder.glob("cpu[0-9]*/cpufreq/scaling_governor")}
    if not governors:
        found.append(Check("cpu frequency", "ok", "系统不调频 · not scaled by the system"))
    elif governors == {"performance"}:
        found.append(Check("cpu frequency", "ok", "performance"))
    else:
        slow = f"{', '.join(sorted(governors))}: 空闲时降频，反应变慢 · slows down when idle, and wakes late"
        found.append(Check("cpu frequency", "warning", slow, GOVERNOR))
    return found


def suspend(root: Path) -> Check:
    """Whether closing a lid or idling may put the machine to sleep in the middle of a show."""
    if not _text(root / "sys/power/state"):
        return Check("suspend", "ok", "本机不会休眠 · this machine cannot sleep")
    targets = [root / "etc/systemd/system" / name for name in SLEEP_TARGETS]
    if any(one.is_symlink() and os.readlink(one) == "/dev/null" for one in targets):
        return Check("suspend", "ok", "休眠已屏蔽 · sleep is masked")
    found = "合盖或闲置时可能休眠 · may sleep when its lid is closed or it idles"
    return Check("suspend", "warning", found, f"{MASK}; 演出后 · after the show: unmask")


# -- rights and wall clock ------------------------------------------------------------------------------------


def rights(root: Path) -> Rights:
    """Those of this process."""
    status = _text(root / "proc/self/status") or ""
    effective = [line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")]
    # RLIMIT_RTPRIO is Linux's alone; elsewhere nothing of the kind can be asked for.
    rtprio = resource.getrlimit(resource.RLIMIT_RTPRIO)[0] if hasattr(resource, "RLIMIT_RTPRIO") else 0
    memlock_bytes = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    return Rights(rtprio, memlock_bytes, int(effective[0], 16) if effective else 0)


def real_time(known: Rights) -> Check:
    lacking = []
    if not known.real_time():
        lacking.append("不能提高读取线程的优先级 · no real-time priority for the threads that read boxes")
    if not known.lock_memory():
        lacking.append("不能锁定内存 · memory cannot be locked")
    if lacking:
        return Check("real-time rights", "warning", "; ".join(lacking), LIMITS)
    return Check("real-time rights", "ok", "优先级与内存锁定均允许 · priority and locked memory are allowed")


def wall_clock(state: int | None = None) -> Check:
    """For information only: nothing is computed from wall-clock time. state: what adjtimex(2) says."""
    if state is None:
        state = _adjtimex()
    if state == TIME_ERROR or state < 0:
        found = "系统时间未对时（只影响记录里的钟点） · not synchronised (only the times of day in the log)"
        return Check("time of day", "ok", found)
    return Check("time of day", "ok", "系统时间已对时 · synchronised")


def _adjtimex() -> int:
    try:
        # A zeroed struct timex asks and sets nothing; it is smaller than this on every architecture.
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))
    except (OSError, AttributeError):
        # No Linux: nobody to ask.
        return -1


def examine(root: Path = Path("/")) -> list[Check]:
    """Everything above, in the order in which it is read."""
    return [
        *serial_ports(root),
        modem_manager(root),
        gpio_chips(root),
        clocksource(root),
        *processor(root),
        suspend(root),
        real_time(rights(root)),
        wall_clock(),
    ]
