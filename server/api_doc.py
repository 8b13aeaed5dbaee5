"""Writes docs/api.md from the code: `python -m server.api_doc`. A test holds the file to what this prints."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

from . import codec, feed
from .game.events import is_step

TARGET = Path(__file__).resolve().parent.parent / "docs" / "api.md"

HEAD = """# The interface for scripts and pages

Made from the code by `python -m server.api_doc`; do not edit by hand.

## HTTP

`Authorization: Bearer TOKEN` where a role is needed; make one with `python3 run.py token --role host`
(`--role judge --judge 2` for a judge, `--role desk --seat 3` for a contestant's page). A token counts at once and outlives restarts.

| path | role | answer |
|---|---|---|
| `GET /healthz` | anybody | `{"status": "ok"\\|"degraded"\\|"blocked", "version", "revision", "boxes": [...], "log": {...}, "timing": {...}}` |
| `POST /api/v1/commands` | host, judge, desk | body `{"id": "...", "type": "...", ...}` → 200 `{"accepted": true, "revision", "events": [...]}`; 409 `{"accepted": false, "reason": {"zh", "en"}}` when the rules refuse; 400 malformed; 401; 403. A repeated id gets the first answer again (`"repeated": true`) and is never applied twice |
| `GET /api/v1/views/projector` | anybody | what the hall may see |
| `GET /api/v1/views/host` · `/judge` · `/desk` | that role | what that role may see |
| `GET /host/result.pdf` · `.xlsx` · `.csv` · `.json` | host, signed in by the page | the result, as `run.py export` writes it |
| `GET /media/NAME` | anybody | a contestant's picture, by the `photo` of a view |
| `GET /api/v1/events?after=SEQ` | anybody | public events since SEQ, at most 1,000 |

`GET /healthz`, in `boxes`, one object a box: `id`, `port`, `kind` (`serial`, `gpio`, `simulated`, `web`, `replay`), `state` (`up`;
`syncing`: its clock is not trusted yet; `down`), `seats`, `inputs`, `firmware`, `uncertainty_us` (of a stamp of it now; null
while unknown), `rtt_us`, `last_press` (`{"seat", "ago_ms"}` or null), `resets` (restarts while watched), `clock_resets` (its clock
contradicted itself), `resent` (events sent again), `crc_errors`, `overflows`, `spikes` (too short to be a press), `silent_ms`
(since it was last heard), `sync_us` (± of its sync wire against other boxes; null: none), `held` (seats whose button is down), `problem` and `problem_en` (what is wrong and how to mend it, or null).

`timing`: `state`, `simulated`, and `scheduling`, what the system allowed the timing core: `priority` (`fifo 10`,
`nice -10`, `normal`), `memory_locked`, `gc`, `timer_slack_ns`, `why_not` (how to allow what is missing).

A view for `audience` is not there yet.

## Socket.IO

WebSocket transport only. Namespaces `/projector` (open), `/host`, `/judge` and `/desk` (signed in by their page; `/desk` lets
anybody look in where the rulebook has no web buzzers).

| event | direction | content |
|---|---|---|
| `snapshot` | to the page | the role's whole view, at connection and after every change; `revision` grows within one `epoch` (contest) |
| `command` | from the page | as the body above; acknowledged with `{"accepted", "revision", "reason"}` |
| `clock` | from the page | acknowledged with `{"contest_ns"}`: contest time now, for clock synchronisation |

`patch` is not sent yet: every change is a whole snapshot.

A page on `/desk` that gives `{"page": 16 to 64 hex digits}` as its `auth` is the buzzer of its seat. The digits name the clock
of the page: they stay the same when it connects again.

| event | direction | content |
|---|---|---|
| `probe` | to the page | a token, to be answered at once |
| `answer` | from the page | `{"token", "ticks", "presses": [[sequence, ticks], ...]}`: the page's clock now, and every press not yet taken, oldest first, at most 32. `ticks` are whole microseconds of `performance.now()`; `sequence` counts the page's presses from 1 |
| `pressed` | from the page | asks for a probe at once |
| `taken` | to the page | `{"seq", "uncertainty_us"}`: presses up to that sequence are with the arbiter; null: the clock is not known well enough yet |
| `replaced` | to the page | another page holds the seat now |

Points are numbers with at most two decimals in views, and integer hundredths (`*_cp`) in events.
Times are integer nanoseconds of contest time (`*_ns`).
"""


def _type(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return text.replace("|", "\\|")


def _table(kinds: dict[str, type], steps: bool) -> list[str]:
    lines = []
    for name, kind in sorted(kinds.items()):
        fields = (
            ", ".join(f"`{field.name}`: {_type(field.type)}" for field in dataclasses.fields(kind)) or "—"
        )
        text = inspect.getdoc(kind) or ""
        if text.startswith(f"{kind.__name__}("):
            text = ""  # the signature that dataclasses put where nobody wrote a docstring
        mark = "step" if steps and is_step(kind) else ""  # type: ignore[arg-type]
        first = text.split("\n\n")[0].replace("\n", " ")
        lines.append(f"| `{name}` | {fields} | {first} |" + (f" {mark} |" if steps else ""))
    return lines


def render() -> str:
    """The whole of docs/api.md."""
    lines = [HEAD, "## Commands of the host", "", "| type | fields | |", "|---|---|---|"]
    lines += _table(codec.HOST_COMMANDS, steps=False)
    lines += [
        "| `simulate_press` | `seat`: int | A press on a simulated box; refused when real boxes are attached. |",
        "",
        "## Commands of a judge",
        "",
        "| type | fields | |",
        "|---|---|---|",
        "| `submit_marks` | `marks`: list of numbers | The sheet, one mark an item in points; "
        "replaces an earlier one until the marking is closed. |",
        "",
        "## Events of the log",
        "",
        "Table `events` of `DATA/contest.db`: `seq`, `contest_ns`, `wall_time`, `type`, `body` (JSON), "
        "`prev_hash`, `hash`. `hash` is SHA-256 over the JSON list "
        "`[prev_hash, seq, contest_ns, wall_time, type, body]`, UTF-8, without blanks; "
        "the first `prev_hash` is 64 zeros. An undo goes back to before the last *step*.",
        "",
        "| type | fields | | |",
        "|---|---|---|---|",
        *_table(codec.EVENTS, steps=True),
        "",
        "## Public events",
        "",
        "`GET /api/v1/events` gives these types with these fields, and nothing else:",
        "",
        *(f"- `{name}`: {', '.join(fields) or 'no fields'}" for name, fields in sorted(feed.PUBLIC.items())),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
