"""What every driver of a box offers to the timing core, and what it posts to the core's queue."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from buzzers.press import Press


class BoxesError(ValueError):
    """The value of --boxes cannot be used; the text says why, and what to do."""


class Pace(Enum):
    """How often a box is asked for its watermark and its clock, in seconds between two pings."""

    IDLE = 0.03  # so often that the clock is known well seconds after plugging in
    ARMED = 0.01
    DECIDING = 0.003  # a press counts: the stage waits for the watermarks


class Driver(Protocol):
    """One box. Every method may be called from the core's main thread and returns at once."""

    kind: str
    port: str

    @property
    def box_id(self) -> str | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def set_pace(self, pace: Pace) -> None: ...
    def accepted(self, posted: "Pressed") -> None:
        """The press is in the arbiter's hands: the box may forget it."""

    def show_lamps(self, lit_seats: frozenset[int], at_ns: int | None = None) -> None:
        """Light these seats' lamps and no others: now, or at that instant of the host's clock."""
        ...

    def test_lamps(self) -> None: ...
    def health(self, now_ns: int) -> dict[str, Any]:
        """The box as the screens show it; see `health`."""
        ...


@dataclass(frozen=True, slots=True)
class Live:
    """The box answers: from now on it is waited for. boot: which run of it; None if it has no such thing."""

    driver: Driver
    box: str
    boot: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """The box does not answer any more."""

    driver: Driver
    box: str


@dataclass(frozen=True, slots=True)
class Pressed:
    driver: Driver
    press: Press


@dataclass(frozen=True, slots=True)
class Marked:
    """Everything the box stamped before watermark_ns (host time) has been posted."""

    box: str
    watermark_ns: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """The box has lost presses that it had not sent, by a restart or since its queue ran over."""

    box: str
    boot: int | None  # which run of it answers now


@dataclass(frozen=True, slots=True)
class Changed:
    """The health of a box differs from what was last reported."""

    driver: Driver


Posted = Live | Gone | Pressed | Marked | Restarted | Changed
Post = Callable[[Posted], None]


# What is wrong, and how to mend it: (Chinese, English).
PROBLEMS: dict[str, tuple[str, str]] = {
    "no_port": (
        "找不到端口：请检查 USB 线是否插好",
        "The port is not there: check that the USB cable is plugged in.",
    ),
    "busy": (
        "端口被其他程序占用：请关闭串口监视器等程序",
        "Another program is using the port: close serial monitors and the like.",
    ),
    "denied": (
        "没有打开端口的权限：请把当前用户加入 dialout 组后重新登录",
        "No permission to open the port: add this user to the group dialout and log in again.",
    ),
    "unusable": (
        "无法打开端口：请拔下 USB 线后重新插入",
        "The port cannot be opened: unplug the USB cable and plug it in again.",
    ),
    "no_answer": (
        "没有应答：请确认抢答盒已通电并刷入本系统固件",
        "No answer: check that the box has power and carries our firmware.",
    ),
    "silent": (
        "抢答盒已停止应答：请拔下 USB 线后重新插入",
        "The box has stopped answering: unplug its USB cable and plug it in again.",
    ),
    "version": (
        "固件版本不兼容：请重新刷入本系统自带的固件",
        "The firmware speaks another protocol: flash the firmware that came with this release.",
    ),
    "clock": (
        "时钟正在重新同步：请稍候；若反复出现请更换 USB 线或抢答盒",
        "The clock is being synchronised again: wait; if this keeps coming back, change the cable or the box.",
    ),
    "held": (
        "按钮一直处于按下状态：请检查按钮是否卡住或短路",
        "A button has been down all the time: check whether it is stuck or shorted.",
    ),
    "no_seat": (
        "没有可分配的席位：请减少抢答盒或增加席位数",
        "No seat is left for this box: use fewer boxes or more seats.",
    ),
    "same_id": (
        "两个抢答盒编号相同：请拔下其中一个并重新刷入固件",
        "Two boxes carry the same id: unplug one of them and flash it again.",
    ),
    "latency": (
        "转接芯片延迟过大（多为 FTDI 的 16 ms 延迟定时器），此盒未启用："
        "请把 latency_timer 设为 1（见 docs/wiring.md），或改用原生 USB 的板子",
        "The adapter holds bytes back too long (most often FTDI's latency timer of 16 ms), so this box is not used: "
        "set latency_timer to 1, see docs/wiring.md, or use a board with native USB.",
    ),
    "self_test": (
        "抢答盒自检未通过：请重新刷入固件；若仍出现请更换此盒",
        "The box failed its self-test: flash its firmware again; if it still does, use another box.",
    ),
    "overflow": (
        "抢答盒的按键记录曾经溢出：请检查按钮接线",
        "The box has lost presses because its queue was full: check the wiring of the buttons.",
    ),
    "chatter": (
        "按钮线路上干扰脉冲不断：请检查接线和屏蔽，见 docs/wiring.md",
        "There are spikes on the line of a button again and again: check wiring and shielding, see docs/wiring.md.",
    ),
    "replay_over": (
        "录像已放完：此后没有人按键，可接真盒或重新开始彩排",
        "The recording is over: nobody presses from here on. Attach real boxes, or begin the rehearsal anew.",
    ),
    "gpio": (
        "GPIO 引脚无法读取：请重新启动本机",
        "The GPIO pins cannot be read any more: restart this machine.",
    ),
}


def health(
    *,
    box_id: str,
    port: str,
    kind: str,
    state: str,
    seats: tuple[int, ...] = (),
    inputs: int = 0,
    firmware: str = "",
    uncertainty_us: int | None = None,
    rtt_us: int | None = None,
    last_press: dict[str, int] | None = None,
    resets: int = 0,
    clock_resets: int = 0,
    resent: int = 0,
    crc_errors: int = 0,
    overflows: int = 0,
    spikes: int = 0,
    silent_ms: int | None = None,
    sync_us: float | None = None,
    held: tuple[int, ...] = (),
    problem: str | None = None,
) -> dict[str, Any]:
    """The JSON object that describes a box.

    `resets`: restarts of the box while it was watched; `clock_resets`: how often its clock contradicted itself.
    Counts since it started: events `resent`, `crc_errors` in both directions, `overflows` of its queue, `spikes` too
    short to be a press. silent_ms: since it was last heard; None where it need not say anything, or has not yet.
    sync_us: ± of its sync wire against other boxes; None: there is none.
    problem: a key of `PROBLEMS`.
    """
    chinese, english = PROBLEMS[problem] if problem else (None, None)
    return {
        "id": box_id,
        "port": port,
        "kind": kind,
        "state": state,
        "seats": list(seats),
        "inputs": inputs,
        "firmware": firmware,
        "uncertainty_us": uncertainty_us,
        "rtt_us": rtt_us,
        "last_press": last_press,
        "resets": resets,
        "clock_resets": clock_resets,
        "resent": resent,
        "crc_errors": crc_errors,
        "overflows": overflows,
        "spikes": spikes,
        "silent_ms": silent_ms,
        "sync_us": sync_us,
        "held": list(held),
        "problem": chinese,
        "problem_en": english,
    }
