"""The timing core between its queue and its stream: owns the arbiter, keeps what the server must not miss."""

from collections.abc import Callable
from typing import Any

from buzzers.arbiter import Arbiter, OrderError
from buzzers.driver import Changed, Driver, Gone, Live, Marked, Pace, Posted, Pressed, Restarted
from buzzers.orders import PROTOCOL, BadLine, read_order
from buzzers.recording import Recording
from buzzers.replayed_box import ReplayedBox
from buzzers.simulated_box import SimulatedBox
from buzzers.stream import Client, Closed, Line, Outbox
from buzzers.verdict import Finding, Foul, StrayPress, Verdict
from buzzers.web_box import WebBox

STATUS_NS = 1_000_000_000
LOOK_NS = 20_000_000  # while an arming runs `tick` is due this often, ...
STALL_NS = 50_000_000  # ... and if it comes this late, the process has stood still
CHANGE_NS = 50_000_000  # a flickering box must not flood the stream


class Core:
    """Everything that happens is handed to `take`, on one thread; call `tick` by `deadline_ns`.

    drivers: gives the boxes there are now, apart from the simulated one. scheduling: what the system allowed
    this process (`scheduling.Scheduling.to_json`), for whoever connects.
    """

    def __init__(
        self,
        core: str,
        seats: int,
        drivers: Callable[[], list[Driver]],
        clock: Callable[[], int],
        scheduling: dict[str, Any] | None = None,
    ) -> None:
        self.arbiter = Arbiter()
        self.outbox = Outbox()
        self.simulated: SimulatedBox | None = None
        self.replayed: ReplayedBox | None = None
        self._core = core
        self._seats = seats
        self._drivers = drivers
        self._clock = clock
        self._scheduling = scheduling
        self._client: Client | None = None
        self._live: dict[str, Driver] = {}
        self._web: dict[int, WebBox] = {}  # by seat
        self._boots: dict[str, int | None] = {}  # box -> the run of it that last answered
        self._lit: frozenset[int] = frozenset()
        self._lit_at_ns: int | None = None
        self._may_press: set[int] = set()  # seats of the running arming that no foul has locked out
        self._fouls_lock = True
        self._status_ns = 0
        self._ticked_ns = clock()
        self._changed = False

    def simulate_boxes(self) -> None:
        """Adds the simulated box. Its presses are taken at once: its watermark is always now."""
        self.simulated = SimulatedBox(self._seats, self._core, self.take)
        self.simulated.start()

    def replay(self, recording: Recording, say: Callable[[str], None]) -> None:
        """Adds the box that gives the recorded presses again; `say` is told once when they are over."""
        self.replayed = ReplayedBox(recording, self.take, say)
        self.replayed.start()

    def take(self, message: Posted | Line | Closed) -> None:
        """Something has happened: a box has posted it, or it came over the stream."""
        now_ns = self._clock()
        if isinstance(message, Pressed):
            self._publish(self.arbiter.press(message.press, now_ns))
            message.driver.accepted(message)
            self._changed = True
        elif isinstance(message, Marked):
            self._publish(self.arbiter.watermark(message.box, message.watermark_ns, now_ns))
        elif isinstance(message, Restarted):
            self._boots[message.box] = message.boot
            self.arbiter.box_lost(message.box, now_ns)
        elif isinstance(message, Live):
            if self._boots.setdefault(message.box, message.boot) != message.boot:
                # It restarted while nobody looked: it was plugged into another port, say.
                self._boots[message.box] = message.boot
                self.arbiter.box_lost(message.box, now_ns)
            self._live[message.box] = message.driver
            self.arbiter.box_live(message.box)
            message.driver.show_lamps(self._lit, self._lit_at_ns)
            self._changed = True
        elif isinstance(message, Gone):
            if self._live.get(message.box) is message.driver:
                del self._live[message.box]
                self.arbiter.box_gone(message.box)
            self._changed = True
        elif isinstance(message, Changed):
            self._changed = True
        elif isinstance(message, Line):
            self._read(message, now_ns)
        elif message.client is self._client:
            self._client = None

    def tick(self) -> None:
        """Lets time pass."""
        now_ns = self._clock()
        if self.simulated is not None:
            self._publish(self.arbiter.watermark("simulated", now_ns, now_ns))
            self._retire_simulated()
        if self.replayed is not None:
            self.replayed.advance(now_ns)
        if now_ns - self._ticked_ns > STALL_NS:
            self.arbiter.stalled(now_ns)
        self._ticked_ns = now_ns
        self._publish(self.arbiter.tick(now_ns))
        running = self.arbiter.running is not None
        pace = Pace.DECIDING if self.arbiter.deciding(now_ns) else Pace.ARMED if running else Pace.IDLE
        for driver in self._drivers():
            driver.set_pace(pace)
        if now_ns >= self._next_status_ns():
            self._status_ns = now_ns
            self._changed = False
            self._send(self._boxes(now_ns))

    def deadline_ns(self) -> int:
        """When `tick` must be called at the latest."""
        times = [self._next_status_ns()]
        if self.arbiter.running is not None:
            times.append(self._ticked_ns + LOOK_NS)
        arbiter_ns = self.arbiter.deadline_ns()
        if arbiter_ns is not None:
            times.append(arbiter_ns)
        horizon_ns = self.arbiter.horizon_ns()
        if self.simulated is not None and horizon_ns is not None:
            # Its watermark passes the horizon by time alone. Once it has, others are waited for.
            times.append(max(horizon_ns + 1, self._clock() + 1_000_000))
        replay_ns = None if self.replayed is None else self.replayed.due_ns(horizon_ns)
        if replay_ns is not None:
            times.append(replay_ns)
        return min(times)

    def _next_status_ns(self) -> int:
        return self._status_ns + (CHANGE_NS if self._changed else STATUS_NS)

    def _retire_simulated(self) -> None:
        """Once real boxes answer, clicks must not count beside them; not in the middle of an arming, though."""
        if self.simulated is None or self.arbiter.running is not None:
            return
        if any(driver.kind not in ("simulated", "web") for driver in self._live.values()):
            self.take(Gone(self.simulated, self.simulated.box_id))
            self.simulated = None

    # -- the stream ---------------------------------------------------------------------------------------

    def _read(self, line: Line, now_ns: int) -> None:
        try:
            order = read_order(line.text, self._seats, now_ns)
            if order["type"] == "hello":
                self._greet(line.client, order, now_ns)
            elif line.client is not self._client:
                raise BadLine("say hello first")
            else:
                self._obey(order, now_ns)
        except (BadLine, OrderError) as error:
            shown = line.text[:200].decode(errors="replace")
            line.client.send({"type": "error", "text": str(error), "line": shown})

    def _greet(self, client: Client, order: dict[str, Any], now_ns: int) -> None:
        if order["protocol"] != PROTOCOL:
            raise BadLine(f"this core speaks protocol {PROTOCOL}")
        if self._client is not None and self._client is not client:
            self._client.close()
        self._client = client
        for web in self._web.values():  # the server says anew which pages there are
            web.gone(now_ns)
        boxes = self._boxes(now_ns)
        welcome = {"type": "welcome", "protocol": PROTOCOL, "core": self._core, "seq": self.outbox.last_seq}
        about = {"now_ns": now_ns, "simulated": boxes["simulated"], "scheduling": self._scheduling}
        client.send({**welcome, **about, "boxes": boxes["boxes"]})
        after = order["after"]
        for message in self.outbox.after(after["seq"] if after and after["core"] == self._core else 0):
            client.send(message)

    def _obey(self, order: dict[str, Any], now_ns: int) -> None:
        kind = order["type"]
        if kind == "ack":
            self.outbox.acknowledge(order["seq"])
        elif kind == "arm":
            known = self.arbiter.knows(order["arming"])
            named, seats, fouls_lock = order["arming"], order["seats"], order["fouls_lock"]
            self._publish(self.arbiter.arm(named, seats, order["arm_ns"], now_ns, fouls_lock))
            if not known:
                self._may_press, self._fouls_lock = set(seats), fouls_lock
                if self.replayed is not None:
                    self.replayed.armed(named, order["arm_ns"])
                self._light(frozenset())
        elif kind == "open":
            named, open_ns, close_ns = order["arming"], order["open_ns"], order["close_ns"]
            self._publish(self.arbiter.open(named, open_ns, close_ns, now_ns))
            if self.replayed is not None:
                self.replayed.opened(named, open_ns, close_ns, now_ns)
            if self.arbiter.running == named:
                # "Go" is seen on every box at the very instant from which on a press counts.
                self._light(frozenset(self._may_press), open_ns)
        elif kind == "cancel":
            self._publish(self.arbiter.cancel(order["arming"], now_ns))
            if self.replayed is not None:
                self.replayed.ended(order["arming"])
            self._light(frozenset())
        elif kind == "simulate":
            if self.simulated is None:
                raise BadLine("there is no simulated box")
            self.simulated.press(order["seat"], now_ns)
        elif kind == "lamps":
            self._light(frozenset(order["lit"]))
        elif kind == "web":
            self._hear_page(order)
        elif kind == "web_gone":
            if order["seat"] in self._web:
                self._web[order["seat"]].gone(now_ns, order["page"])
        else:
            for driver in self._drivers():
                driver.test_lamps()

    def _hear_page(self, order: dict[str, Any]) -> None:
        seat, page = order["seat"], order["page"]
        if seat not in self._web:
            self._web[seat] = WebBox(seat, self.take)
        web = self._web[seat]
        taken = web.heard(page, order["sent_ns"], order["ticks"], order["received_ns"], order["presses"])
        ack = {"type": "web_ack", "seat": seat, "page": page, "seq": taken}
        self._send({**ack, "uncertainty_us": web.uncertainty_us})

    def _publish(self, findings: list[Finding]) -> None:
        for finding in findings:
            if isinstance(finding, StrayPress):
                self._send(finding.to_json())
                continue
            self._send(self.outbox.put(finding.to_json()))
            if isinstance(finding, Verdict):
                self._light(frozenset(finding.seats if finding.outcome == "winner" else ()))
            elif isinstance(finding, Foul) and self._fouls_lock and finding.arming == self.arbiter.running:
                self._may_press.discard(finding.press.seat)
                if self._lit_at_ns is not None:
                    self._light(frozenset(self._may_press), self._lit_at_ns)

    def _light(self, lit: frozenset[int], at_ns: int | None = None) -> None:
        self._lit, self._lit_at_ns = lit, at_ns
        for driver in self._drivers():
            driver.show_lamps(lit, at_ns)

    def _boxes(self, now_ns: int) -> dict[str, Any]:
        self._web = {seat: web for seat, web in self._web.items() if not web.forgotten(now_ns)}
        drivers: list[Driver] = [*self._drivers(), *self._web.values()]
        boxes = [driver.health(now_ns) for driver in drivers]
        boxes += [box.health(now_ns) for box in (self.simulated, self.replayed) if box is not None]
        return {
            "type": "boxes",
            "simulated": self.simulated is not None,
            "boxes": boxes,
            "outbox": {"kept": len(self.outbox), "lost": self.outbox.lost},
        }

    def _send(self, message: dict[str, Any]) -> None:
        if self._client is not None:
            self._client.send(message)
