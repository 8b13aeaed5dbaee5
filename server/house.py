"""The house around the contest: the displays, the consoles, the quick mute; and the host's commands about them.

None of it is in the log. Displays' names and settings, the mute, and who holds the control lie in DATA/displays.json.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import displays as d
from .codec import BadCommand
from .game.refusal import refuse
from .game.rulebook import Text
from .operators import Operators
from .stage import RunBlocking, Stage

FILE = "displays.json"
AGAIN_NS = 10_000_000_000  # a disk that took nothing is tried again after so long
PLAIN = "plain"  # the room of the connections that have no row: they hear the mute and nothing else
RELOADED_TOGETHER = tuple(d.ADDRESSES)  # a judge's or a contestant's page is reloaded by itself alone
CONTROLS = ("ask", "withdraw", "give", "take", "name")


class House:
    """Who is connected, and what the host may do with them.

    Args:
        stage: its rim shows all of this to the host.
        run_blocking: as the stage's, for the file.
        monotonic_ns: any clock that only goes forward.
    """

    def __init__(
        self, stage: Stage, run_blocking: RunBlocking, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._stage = stage
        self._run = run_blocking
        self._now_ns = monotonic_ns
        self._path = stage.log_path.parent / FILE
        kept = _read(self._path)
        self.displays = d.Displays(kept.get("displays", ()))
        self.muted = kept.get("muted") is True
        self.operators = Operators(d.page_id(kept.get("holder")), monotonic_ns())
        self._namespaces: dict[str, str] = {}  # connection of a display → its namespace
        self._stored = self._content()
        self._news = False
        self._store_ns: int | None = None  # when what is new goes to disk, None for nothing new
        self._unwritable = False
        self.tell: Callable[[str, str, str, Any], None] = lambda *_: None
        """Called as tell(namespace, connection or PLAIN, event, content)."""
        self._show()

    # Pages that come and go

    def page_joined(
        self, connection: str, namespace: str, auth: Any, address: str, who: Text | None = None
    ) -> bool:
        """A page of the house has connected. True when it has a row in the register."""
        listed = self.displays.join(connection, d.hello(namespace, auth), address, who)
        if listed:
            self._namespaces[connection] = f"/{namespace}"
        self._news = True
        return listed

    def console_joined(self, connection: str, auth: Any, address: str) -> None:
        """A console has connected. One that does not say which page it is, is another one each time."""
        said = d.hello("host", auth)
        page = said.page or secrets.token_hex(16)
        self.operators.join(connection, page, address, said.name, self._now_ns())
        self._show()

    def left(self, connection: str) -> None:
        """Any of these connections has closed."""
        self._namespaces.pop(connection, None)
        self._news |= self.displays.leave(connection)
        if connection in self.operators.connections():
            self.operators.leave(connection, self._now_ns())
            self._news = True

    def phones_elsewhere(self, counted_by: str, phones: int) -> None:
        """The audience's process says how many phones it has."""
        self.displays.count_elsewhere(counted_by, phones)
        self._news = True

    def page_says(self, connection: str, message: Any) -> None:
        """A display says whether it sounds, and how large it is."""
        self._news |= self.displays.describe(connection, message)

    def content_for(self, connection: str) -> dict[str, Any]:
        """What a page is told of itself: the event "display"."""
        consoles = self.operators.connections()
        told: dict[str, Any] = {"name": "", "settings": {}}
        if connection in consoles:
            told["name"] = self.operators.called(consoles[connection])
        page = self.displays.page_of(connection)
        if page is not None:
            told = self.displays.told(page)
        return {**told, "muted": self.muted}

    def tick(self) -> None:
        """Let the control fall free, and tell the host what has changed; to be called a few times a second."""
        self._news |= self.operators.tick(self._now_ns())
        if self._news:
            self._show()
        if self._store_ns is not None and self._now_ns() >= self._store_ns:
            self._store()

    def _show(self) -> None:
        self._news = False
        if self._store_ns is None:
            self._store_ns = self._now_ns()
        self._stage.set_rim(
            control=self.operators.view(),
            displays=tuple(self.displays.rows()),
            phones=self.displays.phones,
            muted=self.muted,
        )

    # The host's commands

    def may_command(self, connection: str) -> None:
        """Raises Refused unless this is the console that holds the control."""
        self.operators.must_hold(self.operators.connections().get(connection, ""))

    def run(self, message: dict[str, Any], connection: str | None) -> None:
        """Do one of `COMMANDS`; `connection`: of the console that asks, None for a script with a token.

        Raises BadCommand, Refused.
        """
        needed, optional, action = COMMANDS[message["type"]]
        kind, given = message["type"], set(message) - {"id", "type"}
        if missing := set(needed) - given:
            raise BadCommand(f"'{kind}' needs {', '.join(sorted(missing))}")
        if unknown := given - set(needed) - set(optional):
            raise BadCommand(f"'{kind}' takes no field {', '.join(sorted(unknown))[:200]}")
        if kind != "control" and connection is not None:
            self.may_command(connection)
        try:
            action(self, message, connection)
        except d.BadSetting as error:
            raise BadCommand(str(error)) from None
        self._show()

    def _set(self, message: dict[str, Any], _: str | None) -> None:
        """Call a display `name` ("" for its own again) and merge `settings` into its own; null takes one away."""
        page = self._page(message)
        name = d.proper_name(message["name"]) if message.get("name") is not None else None
        settings = d.proper_settings(message.get("settings") or {})
        self.displays.set(page, name, settings)
        for connection in self.displays.connections(page):
            self._tell(connection, "display", self.content_for(connection))

    def _do(self, message: dict[str, Any], _: str | None) -> None:
        """`do`: `identify` (it flashes its name) or `reload`. `page`: "*" for all; judges and desks are not reloaded together."""
        what = message["do"]
        if what not in ("identify", "reload"):
            raise BadCommand("'display_do' takes do: identify or reload")
        pages = [self._present(message)] if message["page"] != "*" else self.displays.online()
        if message["page"] == "*" and what == "reload":
            pages = [page for page in pages if self.displays.view_of(page) in RELOADED_TOGETHER]
        for page in pages:
            self._tell_page(page, {"do": what})

    def _send(self, message: dict[str, Any], _: str | None) -> None:
        """Send a display to another `view`: `projector`, `stage`, `audience`, `overlay`, `test`."""
        view = message["view"]
        if not isinstance(view, str) or view not in d.ADDRESSES:
            raise BadCommand(f"'display_show' takes view: {', '.join(d.ADDRESSES)}")
        page = self._present(message)
        if self.displays.view_of(page) not in d.ADDRESSES:
            refuse("评委和选手的页面不能换画面", "A judge's or a contestant's page keeps its view")
        self._tell_page(page, {"do": "view", "to": d.ADDRESSES[view]})

    def _forget(self, message: dict[str, Any], _: str | None) -> None:
        """Take a display that is away out of the register."""
        page = self._page(message)
        if self.displays.connections(page):
            refuse("这块屏幕还连着，不能移除", "That display is connected: it cannot be forgotten")
        self.displays.forget(page)

    def _mute(self, message: dict[str, Any], _: str | None) -> None:
        """Silence every page, or end that."""
        if not isinstance(message["on"], bool):
            raise BadCommand("'mute' takes on: true or false")
        self.muted = message["on"]
        for connection in (*self._namespaces, *self.operators.connections()):
            self._tell(connection, "display", self.content_for(connection))
        for namespace in ("/projector", "/stage", "/audience", "/desk", "/judge", "/operator"):
            self.tell(namespace, PLAIN, "display", self.content_for(""))

    def _log_seen(self, _: dict[str, Any], __: str | None) -> None:
        """The host has read that a damaged log was mended: the console says it no more."""
        self._stage.log_seen()

    def _control(self, message: dict[str, Any], connection: str | None) -> None:
        """`do`: `ask` for the control, `withdraw` that, `give` it to `page`, `take` it at once, or `name` this console.

        A script says for which `page` it asks.
        """
        what, own = message["do"], self.operators.connections().get(connection or "")
        if not isinstance(what, str) or what not in CONTROLS:
            raise BadCommand(f"'control' takes do: {', '.join(CONTROLS)}")
        page = d.page_id(message.get("page", own))
        if page is None:
            raise BadCommand("'control' needs page: the id of a console")
        if what == "give":
            if connection is not None and self.operators.holder != page:
                self.operators.must_hold(own or "")
            self.operators.give(page)
            return
        if own is not None and page != own:
            raise BadCommand(f"a console can '{what}' for itself alone")
        if what == "name":
            self.operators.rename(page, d.proper_name(message.get("name")))
            for one, of in self.operators.connections().items():
                if of == page:
                    self._tell(one, "display", self.content_for(one))
        elif what == "ask":
            self.operators.ask(page, self._now_ns())
        elif what == "withdraw":
            self.operators.withdraw(page)
        else:
            self.operators.take(page)

    def _page(self, message: dict[str, Any]) -> str:
        page = d.page_id(message["page"])
        if page is None:
            raise BadCommand("'page' is the id of a display: 32 hex digits")
        if not self.displays.known(page):
            refuse("没有这块屏幕", "There is no such display")
        return page

    def _present(self, message: dict[str, Any]) -> str:
        page = self._page(message)
        if not self.displays.connections(page):
            refuse("这块屏幕不在线", "That display is not connected")
        return page

    def _tell_page(self, page: str, content: dict[str, Any]) -> None:
        for connection in self.displays.connections(page):
            self._tell(connection, "do", content)

    def _tell(self, connection: str, event: str, content: dict[str, Any]) -> None:
        self.tell(self._namespaces.get(connection, "/host"), connection, event, content)

    # What outlives the process

    def _content(self) -> dict[str, Any]:
        return {"muted": self.muted, "holder": self.operators.holder, "displays": self.displays.kept()}

    def _store(self) -> None:
        self._store_ns = None
        content = self._content()
        if content == self._stored:
            return
        try:
            self._run(_write, self._path, content)
        except OSError as error:
            # The names still hold in memory, and the console says by itself that the disk is full.
            if not self._unwritable:
                print(f"{self._path} cannot be written: {error}; it is tried again", file=sys.stderr)
            self._unwritable = True
            self._store_ns = self._now_ns() + AGAIN_NS
            return
        self._stored, self._unwritable = content, False


Action = Callable[[House, dict[str, Any], str | None], None]
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Action]] = {
    "display_set": (("page",), ("name", "settings"), House._set),
    "display_do": (("page", "do"), (), House._do),
    "display_show": (("page", "view"), (), House._send),
    "display_forget": (("page",), (), House._forget),
    "mute": (("on",), (), House._mute),
    "control": (("do",), ("page", "name"), House._control),
    "log_seen": ((), (), House._log_seen),
}
"""Type of a command → fields it needs, fields it may have, what does it."""


def _read(path: Path) -> dict[str, Any]:
    """What was kept, {} for nothing or for what cannot be read: a display can be named again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        print(f"{path} cannot be read, the displays begin without names: {error}", file=sys.stderr)
        return {}
    if not isinstance(content, dict) or not isinstance(content.get("displays"), list):
        print(f"{path} is not of its form, the displays begin without names", file=sys.stderr)
        return {}
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with half.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
