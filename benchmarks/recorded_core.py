"""The timing core, with a record of when each press came in: `python -m benchmarks.recorded_core ... --record FILE`.

It is the core itself in its own process. All that is added is a line of JSON for each press right after it was read
from its port: what is known to a system that looks at nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from buzzers import serial_box, service
from buzzers.frames import KIND_PRESS, Decoder, Event, Message


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.recorded_core", description=__doc__)
    parser.add_argument("--record", required=True, type=Path, metavar="FILE")
    options, rest = parser.parse_known_args(arguments)
    with options.record.open("w", buffering=1) as record:

        class RecordingDecoder(Decoder):
            def feed(self, data: bytes) -> list[Message]:
                received_ns = time.monotonic_ns()
                messages = super().feed(data)
                for event in messages:
                    if isinstance(event, Event) and event.kind == KIND_PRESS:
                        sure = {"tick": event.tick, "confirm_ticks": event.confirm_ticks}
                        line = {"received_ns": received_ns, "sequence": event.seq, **sure}
                        record.write(json.dumps(line) + "\n")
                return messages

        serial_box.Decoder = RecordingDecoder  # type: ignore[attr-defined]
        return service.main(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
