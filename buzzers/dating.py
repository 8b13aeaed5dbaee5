"""When was a press: the box's stamp on the host's clock, and on the sync wire if the box shares one. No IO."""

from dataclasses import dataclass
from math import ceil

from buzzers.clocksync import FLUTTER_PPM, ClockSync
from buzzers.frames import FLAG_LATE, Event, Hello
from buzzers.press import Press
from buzzers.sync_wire import SyncWire

LATE_NS = 32_000_000  # a stamp marked late: no button stays undecided for longer (PROTOCOL.md, safe_tick)


@dataclass(frozen=True, slots=True)
class BrokenClock:
    """A clock that did not hold any more, and up to where the presses may still have been stamped by it."""

    clock: ClockSync
    until_ticks: int
    until_seq: int

    def may_have_dated(self, event: Event) -> bool:
        return event.tick < self.until_ticks or event.seq <= self.until_seq


def clock_name(hello: Hello, epoch: int) -> str:
    """Stamps with one name can be compared as they are; a clock that broke has a new name afterwards."""
    return f"{hello.box_id}/{hello.boot:04x}" + (f"+{epoch}" if epoch else "")


def date(
    event: Event,
    seat: int,
    hello: Hello,
    epoch: int,
    clock: ClockSync,
    broken: list[BrokenClock],
    mark: tuple[int, int] | None,
    wire: SyncWire,
) -> Press:
    """The press that an event stands for.

    epoch: how often the clock has broken since the box started; broken: the clocks before it. mark: the last
    watermark given out, (tick, host ns): nothing stamped after that tick was earlier.
    """
    time_ns, uncertainty_ns = clock.host_time(event.tick)
    late_ns = LATE_NS if event.flags & FLAG_LATE else 0
    resolution_ns = hello.resolution_ns + late_ns
    earliest_ns, latest_ns = (
        time_ns - uncertainty_ns - resolution_ns,
        time_ns + uncertainty_ns + resolution_ns,
    )
    name = clock_name(hello, epoch)
    doubts = [one.clock.host_time(event.tick) for one in broken if one.may_have_dated(event)]
    if doubts:
        # Stamped before the clock broke or after: it may have been at either time, and on neither clock.
        earliest_ns = min(earliest_ns, *(doubt[0] - doubt[1] - resolution_ns for doubt in doubts))
        latest_ns = max(latest_ns, *(doubt[0] + doubt[1] + resolution_ns for doubt in doubts))
        name += f"/{event.seq}"
    elif mark is not None and not late_ns:
        # We have promised that nothing earlier than the watermark would come: say so here as well. A stamp from before
        # it breaks the box's own word; whoever sent that gains nothing by it.
        before = event.tick < mark[0]
        latest_ns = max(latest_ns, mark[1]) if before else latest_ns
        earliest_ns = min(max(earliest_ns, mark[1]), latest_ns)
    time_ns = (earliest_ns + latest_ns) // 2
    clock_ns = clock.nominal_ns(event.tick)
    on_wire = None if doubts else wire.time_of(name, clock_ns)
    return Press(
        seat=seat,
        box=hello.box_id,
        clock=name,
        clock_ns=clock_ns,
        resolution_ns=resolution_ns,
        time_ns=time_ns,
        uncertainty_ns=latest_ns - time_ns,
        sequence=event.seq,
        source="hardware",
        clock_ppm=ceil(max(abs(ppm) for ppm in clock.rate_ppm()) + FLUTTER_PPM),
        order_ns=clock.nominal_ns(hello.order_ticks) if hello.order_ticks and not late_ns else -1,
        wire=on_wire.wire if on_wire else "",
        wire_ns=on_wire.wire_ns if on_wire else 0,
        wire_uncertainty_ns=on_wire.uncertainty_ns if on_wire else 0,
    )
