"""The doctor's checks, each on a machine made of files. On a running show it is tried in test_health.py."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from server import cli, doctor
from server import doctor_machine as machine
from server.doctor_machine import Check, Rights
from tests.live import free_port


def put(root: Path, path: str, text: str = "") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def process(root: Path, number: int, command: str, *opened: str, comm: str = "python3") -> None:
    put(root, f"proc/{number}/comm", comm + "\n")
    put(root, f"proc/{number}/cmdline", command.replace(" ", "\0"))
    folder = root / f"proc/{number}/fd"
    folder.mkdir()
    for descriptor, target in enumerate(opened):
        (folder / str(descriptor)).symlink_to(target)


def states(found: list[Check]) -> list[str]:
    return [one.state for one in found]


# -- software and data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 9), "fault"), ((3, 11, 0), "ok"), ((3, 14, 1), "ok")]
)
def test_an_old_python_is_a_fault(version: tuple[int, int, int], state: str) -> None:
    assert doctor.check_python(version).state == state


def test_packages_are_held_against_their_pins() -> None:
    pins = "# why\nflask==3.1.3\npyserial==3.5\n"
    assert doctor.check_packages(pins, {"flask": "3.1.3", "pyserial": "3.5"}.get).state == "ok"
    found = doctor.check_packages(pins, {"flask": "3.0.0"}.get)
    assert found.state == "fault" and "flask 3.0.0 ≠ 3.1.3" in found.found and "pyserial" in found.found
    assert doctor.installed("no-such-package-of-anybody") is None


@pytest.mark.parametrize(("free", "state"), [(10**9, "ok"), (10**8, "warning"), (10**6, "fault")])
def test_a_full_disk_is_noticed_in_time(tmp_path: Path, free: int, state: str) -> None:
    data = tmp_path / "not" / "there yet"
    folder, disk = doctor.check_data(data, lambda _: free)
    assert folder.state == state and bool(folder.remedy) == (state != "ok")
    assert disk.name == "disk" and "ms" in disk.found
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    file = put(tmp_path, "data", "a file where the folder should be")
    (found,) = doctor.check_data(file)
    assert found.state == "fault" and "--data" in found.remedy


def test_a_slow_disk_is_a_warning() -> None:
    assert (doctor.check_commit(0.5).state, doctor.check_commit(80.0).state) == ("ok", "warning")


# -- ports and pins -------------------------------------------------------------------------------------------


def test_no_port_is_no_fault(tmp_path: Path) -> None:
    assert states(machine.serial_ports(tmp_path)) == ["ok"]


def test_each_port_is_looked_at(tmp_path: Path) -> None:
    for name in ("ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyACM0", "ttyACM1", "ttyS0"):
        put(tmp_path, f"dev/{name}")
    for name, latency in (("ttyUSB0", "16"), ("ttyUSB1", "1")):
        put(tmp_path, f"sys/bus/usb-serial/devices/{name}/latency_timer", latency + "\n")
    process(tmp_path, 71, "screen /dev/ttyACM0", "/dev/null", "/dev/ttyACM0")
    process(tmp_path, 72, "python -m buzzers.service --socket x", "/dev/ttyACM1")
    put(tmp_path, "proc/73/comm", "gone")
    found = {one.name: one for one in machine.serial_ports(tmp_path, lambda port: port.name != "ttyUSB2")}
    assert {name.rpartition("/")[2]: one.state for name, one in found.items()} == {
        "ttyUSB0": "warning",
        "ttyUSB1": "ok",
        "ttyUSB2": "fault",
        "ttyACM0": "fault",
        "ttyACM1": "ok",
    }
    assert "16 ms" in found["port /dev/ttyUSB0"].found and "udev" in found["port /dev/ttyUSB0"].remedy
    assert "dialout" in found["port /dev/ttyUSB2"].remedy
    assert "screen /dev/ttyACM0" in found["port /dev/ttyACM0"].found
    assert "in use by the show" in found["port /dev/ttyACM1"].found


def test_modem_manager_is_a_warning(tmp_path: Path) -> None:
    process(tmp_path, 5, "sshd", comm="sshd")
    assert machine.modem_manager(tmp_path).state == "ok"
    process(tmp_path, 6, "/usr/sbin/ModemManager", comm="ModemManager")
    found = machine.modem_manager(tmp_path)
    assert found.state == "warning" and "systemctl disable --now ModemManager" in found.remedy


def test_pins_without_permission_are_a_warning(tmp_path: Path) -> None:
    assert machine.gpio_chips(tmp_path).state == "ok"
    put(tmp_path, "dev/gpiochip0")
    assert machine.gpio_chips(tmp_path, lambda _: True) == Check("GPIO", "ok", "gpiochip0")
    found = machine.gpio_chips(tmp_path, lambda _: False)
    assert found.state == "warning" and "gpio $USER" in found.remedy


# -- clock, processor, rights ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "available", "state", "remedy"),
    [
        ("tsc", "tsc hpet", "ok", ""),
        ("arch_sys_counter", "arch_sys_counter", "ok", ""),
        ("hpet", "tsc hpet acpi_pm", "warning", "echo tsc | sudo tee /sys/devices/system/clocksource"),
        ("acpi_pm", "acpi_pm", "warning", "BIOS"),
        (None, None, "warning", "BIOS"),
    ],
)
def test_the_clock_source(
    tmp_path: Path, current: str | None, available: str | None, state: str, remedy: str
) -> None:
    for name, text in (("current", current), ("available", available)):
        if text:
            put(tmp_path, f"{machine.CLOCKS}/{name}_clocksource", text + "\n")
    found = machine.clocksource(tmp_path)
    assert found.state == state and remedy in found.remedy and bool(found.remedy) == (state != "ok")


def cpus(root: Path, *governors: str | None) -> Path:
    for number, governor in enumerate(governors):
        folder = f"sys/devices/system/cpu/cpu{number}"
        put(root, f"{folder}/online", "1")
        if governor:
            put(root, f"{folder}/cpufreq/scaling_governor", governor + "\n")
    put(root, "sys/devices/system/cpu/cpuidle/driver", "none")
    return root


@pytest.mark.parametrize(
    ("governors", "expected"),
    [
        ((None, None), ["ok", "ok"]),
        ((None,), ["warning", "ok"]),
        (("performance", "performance"), ["ok", "ok"]),
        (("performance", "powersave"), ["ok", "warning"]),
    ],
)
def test_cores_and_governors(tmp_path: Path, governors: tuple[str | None, ...], expected: list[str]) -> None:
    found = machine.processor(cpus(tmp_path, *governors))
    assert states(found) == expected and found[0].found.startswith(str(len(governors)))


def test_a_core_that_is_offline_does_not_count(tmp_path: Path) -> None:
    cpus(tmp_path, None, None)
    put(tmp_path, "sys/devices/system/cpu/cpu1/online", "0\n")
    assert machine.processor(tmp_path)[0].state == "warning"


def test_a_machine_that_may_fall_asleep(tmp_path: Path) -> None:
    assert machine.suspend(tmp_path).state == "ok"
    put(tmp_path, "sys/power/state", "freeze mem disk\n")
    found = machine.suspend(tmp_path)
    assert found.state == "warning" and "systemctl mask" in found.remedy
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "etc/systemd/system/sleep.target").symlink_to("/dev/null")
    assert machine.suspend(tmp_path).state == "ok"


@pytest.mark.parametrize(
    ("known", "lacking"),
    [
        (Rights(0, 8 << 20, 0), 2),
        (Rights(10, 8 << 20, 0), 1),
        (Rights(-1, -1, 0), 0),
        (Rights(0, 0, 1 << machine.CAP_SYS_NICE | 1 << machine.CAP_IPC_LOCK), 0),
        (Rights(9, machine.MEMLOCK_BYTES, 0), 1),
    ],
)
def test_real_time_rights(known: Rights, lacking: int) -> None:
    found = machine.real_time(known)
    assert found.state == ("warning" if lacking else "ok")
    assert found.found.count(" · ") == max(1, lacking) and ("rtprio" in found.remedy) == bool(lacking)


def test_rights_are_read_from_the_kernel(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/status", "Name:\tx\nCapEff:\t0000000000804000\n")
    found = machine.rights(tmp_path)
    assert found.capabilities == 1 << 23 | 1 << 14
    assert machine.rights(tmp_path / "nothing").capabilities == 0


def test_the_time_of_day_is_information_only() -> None:
    synchronised, not_synchronised = machine.wall_clock(0), machine.wall_clock(machine.TIME_ERROR)
    assert synchronised.state == not_synchronised.state == machine.wall_clock().state == "ok"
    assert "not synchronised" in not_synchronised.found and "not" not in synchronised.found


# -- the show -------------------------------------------------------------------------------------------------


def box(**more: Any) -> dict[str, Any]:
    plain = {"id": "a1", "port": "/dev/x", "seats": [1, 2], "state": "up", "uncertainty_us": 120}
    return {**plain, "problem": None, "problem_en": None, **more}


def said(**more: Any) -> dict[str, Any]:
    scheduling = {"priority": "fifo 10", "memory_locked": True, "gc": "frozen", "why_not": []}
    timing = {"state": "ok", "simulated": False, "scheduling": scheduling}
    return {"version": "1", "log": {"state": "ok"}, "timing": timing, "boxes": [box()], **more}


def test_a_healthy_show() -> None:
    found = doctor.check_port(8000, lambda _: False, lambda _: said())
    assert states(found) == ["ok", "ok", "ok"]
    assert "fifo 10" in found[1].found and "±120 µs" in found[2].found


def test_what_is_wrong_with_a_show() -> None:
    scheduling = {"priority": "normal", "memory_locked": False, "gc": "frozen", "why_not": ["rtprio"]}
    boxes = [
        box(state="down", problem="坏", problem_en="broken"),
        box(state="up", problem="毛刺", problem_en="spikes"),
        box(state="syncing", uncertainty_us=None),
    ]
    timing = {"state": "down", "scheduling": scheduling}
    found = doctor.check_show(said(log={"state": "failed"}, timing=timing, boxes=boxes))
    assert states(found) == ["fault", "fault", "warning", "fault", "warning", "warning"]
    assert found[2].remedy == "rtprio" and "broken" in found[3].remedy and "not trusted" in found[5].found


def test_a_port_that_another_program_has(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not doctor.is_free(port)
        (found,) = doctor.check_port(port, health=lambda _: None)
    assert found.state == "fault" and "--port" in found.remedy
    assert doctor.check_port(port)[0].state == "ok", "free again"
    assert doctor.fetch_health(port) is None


def test_the_report_has_a_line_a_check_and_the_remedy_below() -> None:
    found = [Check("a", "ok", "fine"), Check("b", "fault", "bad", "mend it")]
    lines = doctor.report(found).splitlines()
    assert [line.split()[1] for line in lines[:2]] == ["ok", "fault"] and lines[2].strip() == "→ mend it"
    assert doctor.as_json(found) == {
        "ok": False,
        "checks": [
            {"name": "a", "state": "ok", "found": "fine", "remedy": ""},
            {"name": "b", "state": "fault", "found": "bad", "remedy": "mend it"},
        ],
    }


def test_the_command_says_no_where_there_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(tmp_path, "data", "no folder")
    assert cli.main(["doctor", "--data", str(file), "--port", str(free_port())]) == 1
    assert "故障 fault" in capsys.readouterr().out
