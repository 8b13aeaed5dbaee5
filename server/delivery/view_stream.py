"""One view that many pages share: whole at first and after a gap, then as patches to the pages that asked for them.

A page that says {"patches": true} when it connects gets `snapshot` with two parts, the view and {"serial", "contest_ns"}, and
then `patch` {"epoch", "from", "to", "contest_ns", "set", "unset"}: `from` and `to` count what was published, not revisions.
It asks `again` when `from` is not what it has. Every other page gets the whole view after each change, as before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .patches import Parts, diff_of, encoded, is_news

View = dict[str, Any]
Send = Callable[[str, Any, str], None]
"""Called as send(event, content, room or connection); a tuple is several parts of one message."""

MOST_CHANGES = 100  # beyond these their paths are longer than the whole view
PATCHES, WHOLE = "{}+patches", "{}+whole"


class ViewStream:
    """The pages of one view.

    Args:
        send: see `Send`; on one namespace.
        name: of the rooms: unlike any other on this namespace.
        now_ns: contest time.
        enter: puts a connection into a room.
    """

    def __init__(
        self, send: Send, name: str, now_ns: Callable[[], int], enter: Callable[[str, str], None]
    ) -> None:
        self._send = send
        self._now_ns = now_ns
        self._enter = enter
        self._patches, self._whole = PATCHES.format(name), WHOLE.format(name)
        self.last: View | None = None
        self._parts: Parts = {}  # of the view that was published last
        self._serial = 0
        self._asked: set[str] = set()  # the connections that take patches
        self._empty_handed = False  # one of them came before there was any view

    @property
    def serial(self) -> int:
        """How many views were published."""
        return self._serial

    def join(self, connection: str, auth: Any, view: Callable[[], View | None]) -> None:
        """Let a page in: it gets the view, and hears of each change from now on. `view` makes one of now."""
        if isinstance(auth, dict) and auth.get("patches") is True:
            self._asked.add(connection)
            self._enter(connection, self._patches)
        else:
            self._enter(connection, self._whole)
        self.snapshot(connection, view)

    def leave(self, connection: str) -> None:
        self._asked.discard(connection)

    def snapshot(self, connection: str, view: Callable[[], View | None]) -> None:
        """The whole view for one page."""
        if connection in self._asked:
            self.last = view() if self.last is None else self.last
            # Not a view of this very moment: the next patch says what differs from the one that was published last.
            made: Any = None if self.last is None else (self.last, self._about())
            self._empty_handed |= made is None
        else:
            made = view()
        if made is not None:
            self._send("snapshot", made, connection)

    def publish(self, view: View) -> None:
        """Tell every page of this view."""
        last, parts = self.last, self._parts
        self.last, self._parts = view, encoded(view, last or {}, parts) if self._asked else {}
        self._serial += 1
        # Reckoned before anything is sent: sending may let others in, and they may publish.
        told = self._news(last, parts, view)
        self._send("snapshot", view, self._whole)
        if told is not None:
            self._send(*told, self._patches)

    def _news(self, last: View | None, parts: Parts, view: View) -> tuple[str, Any] | None:
        """(event, content) for the pages that take patches, None where there is nothing to say."""
        if not self._asked:
            return None
        if last is None or self._empty_handed or last.get("epoch") != view.get("epoch"):
            self._empty_handed = False
            return "snapshot", (view, self._about())
        patch = diff_of(last, parts, view, self._parts)
        if last.get("revision") == view.get("revision") and not is_news(patch):
            self.last, self._parts, self._serial = last, parts, self._serial - 1
            return None
        if len(patch["set"]) + len(patch["unset"]) > MOST_CHANGES:
            return "snapshot", (view, self._about())
        numbered = {
            "epoch": view.get("epoch"),
            "from": self._serial - 1,
            "to": self._serial,
            "contest_ns": view.get("contest_ns"),
        }
        return "patch", {**numbered, **patch}

    def _about(self) -> dict[str, int]:
        return {"serial": self._serial, "contest_ns": self._now_ns()}
