"""Writes docs/api.md from the code: `python -m server.api_doc`. A test holds the file to what this prints."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

from . import codec, feed, house, reach
from .game.events import is_step
from .sign_in import desk as sign_in_desk

BESIDE: dict[str, tuple[Any, ...]] = {**house.COMMANDS, **sign_in_desk.COMMANDS, **reach.COMMANDS}
TARGET = Path(__file__).resolve().parent.parent / "docs" / "api.md"

HEAD = """# The interface for scripts and pages

Made from the code by `python -m server.api_doc`; do not edit by hand.

## HTTP

`Authorization: Bearer TOKEN` where a role is needed; make one with `python3 run.py token --role host`
(`--role judge --judge 2` for a judge, `--role desk --seat 3` for a contestant's page, `operator`, `display`, `standby`, `audience`).
A token counts at once and outlives restarts; `token --list`, `token --revoke ID`. Who may give which command, and what is refused to
whom: [roles.md](roles.md). A request from a page of another origin, or under a name that is none of this machine's, is refused with 403.

| path | role | answer |
|---|---|---|
| `GET /healthz` | anybody | `{"status": "ok"\\|"degraded"\\|"blocked", "version", "revision", "boxes": [...], "log": {...}, "timing": {...}, "disk": {"free_mb", "state": "ok"\\|"low"}}`; low, under 500 MB, is degraded |
| `POST /api/v1/commands` | host, operator, judge, desk | body `{"id": "...", "type": "...", ...}` → 200 `{"accepted": true, "revision", "events": [...]}`; 409 `{"accepted": false, "reason": {"zh", "en"}}` when the rules refuse; 400 malformed; 401; 403. A repeated id gets the first answer again (`"repeated": true`) and is never applied twice |
| `GET /api/v1/views/projector` · `/stage` · `/audience` | anybody | what the hall may see; with what comes next and the time; on phones |
| `GET /api/v1/views/host` · `/operator` · `/judge` · `/desk` | that role | what that role may see |
| `GET /host/result.pdf` · `.xlsx` · `.csv` · `.json` | host, signed in by the page | the result, as `run.py export` writes it |
| `POST /login/ticket` | who has a code | body `{"ticket"}` → 200 `{"role", "number", "to"}` and a cookie; 403 `{"reason": "used"\\|"expired"\\|"unknown"\\|"number", "error": {"zh", "en"}}`; 429 with `Retry-After` |
| `GET /media/NAME` | anybody | a picture, sound or video by the name in a view, also in parts (`Range`); a question's file only once it has been presented, to the host at any time |
| `GET /api/v1/events?after=SEQ` | anybody | public events since SEQ, at most 1,000 |
| `GET /api/v1/epoch` | anybody, also a page of the other laptop | `{"contest", "epoch", "rules", "claim": {"epoch", "address", "proof"}\\|null, "seal"}`: which of two laptops rules, see [standby.md](standby.md). `claim`: of the machine that has taken over, as far as this one knows; `seal`, null unless asked with `?question=` (32 hex digits): that the contest's other laptop answers |
| `POST /api/v1/replication/hello` · `poll` · `file` · `drain` | standby | how a standby follows: rows after the last it has, files, the last row before a take-over |
| `POST /api/v1/replication/fence` | whoever has the proof | a `claim` as above, and a `question` → 200 `{"fenced", "kept", "epoch", "revision", "seal"}`, `kept`: also after a restart; 403 without a proof |

`GET /healthz`, in `boxes`, one object a box: `id`, `port`, `kind` (`serial`, `gpio`, `simulated`, `web`, `replay`), `state` (`up`;
`syncing`: its clock is not trusted yet; `down`), `seats`, `inputs`, `firmware`, `uncertainty_us` (of a stamp of it now; null
while unknown), `rtt_us`, `last_press` (`{"seat", "ago_ms"}` or null), `resets` (restarts while watched), `clock_resets` (its clock
contradicted itself), `resent` (events sent again), `crc_errors`, `overflows`, `spikes` (too short to be a press), `silent_ms`
(since it was last heard), `sync_us` (± of its sync wire against other boxes; null: none), `held` (seats whose button is down), `problem` and `problem_en` (what is wrong and how to mend it, or null).

`timing`: `state`, `simulated`, and `scheduling`, what the system allowed the timing core: `priority` (`fifo 10`,
`nice -10`, `normal`), `memory_locked`, `gc`, `timer_slack_ns`, `why_not` (how to allow what is missing).

A view of `stage` has besides the hall's: `next` (`{"part": l10n|null, "seat", "question": {"position", "of"}|null}`) and `plan`
(`{"planned_s", "used_s", "over_s"}` from the line-up on; `over_s` below 0: ahead). Contestants can read that screen: nothing in it is secret.

A view of `host` has besides: `sessions` (who is signed in: `{"session", "role", "number", "created_s", "seen_s", "address", "label",
"how"}`), `tickets` (ids of the codes that still sign a tablet in), `control`, `displays`, `phones`, `sound` (below), `disk`, `plan`, `below` (the scene under a cover slide, else
null), and `next_view`: the projector's view after the next action, null where it cannot be known (an action that asks, a press, a lot).
In the host's: `standby`, `{"address", "state": "live"|"lost"|"unasked", "behind"}` or null, and `fence`, `{"epoch", "state": "rules"|"draining"|"fenced", "address"}`.
A view of `operator` has the same form, with null or nothing in the place of whatever is the host's alone, and only the actions that are an operator's.

## Socket.IO

WebSocket transport only. Namespaces `/projector`, `/stage` and `/audience` (open), `/host`, `/operator`, `/judge` and `/desk` (signed in by their
page; `/desk` lets anybody look in where the rulebook has no web buzzers).

| event | direction | content |
|---|---|---|
| `snapshot` | to the page | the role's whole view, at connection and after every change; `revision` grows within one `epoch` (contest) |
| `command` | from the page | as the body above; acknowledged with `{"accepted", "revision", "reason"}` |
| `clock` | from the page | acknowledged with `{"contest_ns"}`: contest time now, for clock synchronisation |
| `display` | to the page | `{"name", "settings", "muted"}`: after the snapshot at connection, and on each change; at connection a page that is signed in gets `session`, its id in the host's list, besides |
| `do` | to the page | `{"do": "identify"}`, `{"do": "reload"}`, or `{"do": "view", "to": ADDRESS}` |
| `standby` | to the page | `{"address", "epoch", "contest", "fenced", "ticket"}`: where the standby is, and the page's ticket for it; once there is one, and on each change |
| `fence` | from the page | a `claim` of `GET /api/v1/epoch` that it has seen at the other laptop; also as `fence` in its `auth` |
| `state` | from the page | `{"sound": "on"\\|"off"\\|"blocked"\\|"none", "size": [width, height]}`; nothing else of it counts |

`patch` is not sent yet: every change is a whole snapshot.

### Displays and consoles

A page says who it is in its `auth`: `{"page": 32 hex digits, "view", "name", "size"}`. The digits stay the same when it connects again
or reloads; `view` is the namespace, or `overlay` or `test` on `/projector`; `name` is that of its address (`?name=`) or null. It has a
row in the register then: `displays` in the host's view, `{"page", "number", "name", "view", "who": l10n|null, "address", "size",
"online", "connections", "sound", "settings"}`. A display without a name has a number for one. 200 are listed online and 64 that are
away; what an operator named or set is kept in `DATA/displays.json`. Without a `page`, or with `{"preview": true}`, there is no row. A
page on `/audience` has one only with a name, or when it was a listed display before; the others are counted in `phones`.

`settings` (each may be missing: then the address counts, then the contest): `lang` (`zh-CN`, `en`), `theme` (`stage`, `hall`, `customer`),
`sound` (true, false), `volume` (0 to 100), `mirror` (true, false), `ratio` (`16:9`, `4:3`, `32:9`, `full`).

Of several consoles one holds the control: `control` in the host's view, `{"holder": page|null, "operators": [{"page", "name", "asking",
"address", "online"}]}`. Commands of the others are refused, but for `control`; a token is not bound by it. The first console has it and
keeps it through 10 s without a connection; then it goes to who asked first, or is free for the next that connects, asks or takes it.

### Buzzers

A page on `/desk` that gives `"clock"`, 16 to 64 hex digits, in its `auth` is the buzzer of its seat. The digits name the clock of the
page: they stay the same when it connects again, and are others after a reload.

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


def _first(thing: object) -> str:
    """The first paragraph of what its docstring says."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def _table(kinds: dict[str, type], steps: bool) -> list[str]:
    lines = []
    for name, kind in sorted(kinds.items()):
        fields = (
            ", ".join(f"`{field.name}`: {_type(field.type)}" for field in dataclasses.fields(kind)) or "—"
        )
        first = _first(kind)
        if first.startswith(f"{kind.__name__}("):
            first = ""  # the signature that dataclasses put where nobody wrote a docstring
        mark = "step" if steps and is_step(kind) else ""  # type: ignore[arg-type]
        lines.append(f"| `{name}` | {fields} | {first} |" + (f" {mark} |" if steps else ""))
    return lines


def _fields(command: str) -> list[str]:
    needed, optional, _ = BESIDE[command]
    return [f"`{field}`" for field in needed] + [f"`{field}`?" for field in optional]


def render() -> str:
    """The whole of docs/api.md."""
    lines = [HEAD, "## Commands of the host", "", "| type | fields | |", "|---|---|---|"]
    lines += _table(codec.HOST_COMMANDS, steps=False)
    lines += [
        "| `simulate_press` | `seat`: int | A press on a simulated box; refused when real boxes are attached. |",
        "",
        "Beside the contest; nothing of these is in the log:",
        "",
        "| type | fields | |",
        "|---|---|---|",
        *(f"| `{name}` | {', '.join(_fields(name)) or '—'} | {_first(BESIDE[name][2])} |" for name in BESIDE),
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
