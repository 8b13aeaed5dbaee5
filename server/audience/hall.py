"""What an audience process knows: the view that everybody may have, how old it is, which of its pages have a name. No IO.

It is told in messages of one form, a JSON object each, by the stage over a Unix stream or by another audience process over
Redis; `Hall.take` is their one way in. Nothing in them is secret, and nothing here could ask for more.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

Message = dict[str, Any]

SECOND_NS = 1_000_000_000
STALE_NS = 1_500_000_000  # without a word from the stage, which speaks twice a second
STALE_AFAR_NS = 2_500_000_000  # without a word over Redis, which has one every second
CLOCK_SAMPLES = 30
JUMP_NS = SECOND_NS // 2  # further apart than this the two clocks have not drifted: one is another's
MOST_NAMED = 200  # pages that the stage is told of one by one
PAGE_ID = re.compile("[0-9a-f]{32}")
LONGEST_NAME = 96


class Hall:
    """The audience's side of the show.

    `on_view`, `on_stale(stale)`, `on_tell(message)`, `on_muted(muted)`: called when that changes. `to_stage(message)`: takes
    what the stage is told. `now_ns`: this machine's clock.
    """

    def __init__(self, now_ns: Callable[[], int] = monotonic_ns, stale_ns: int = STALE_NS) -> None:
        self._now_ns = now_ns
        self._stale_ns = stale_ns
        self.view: Message | None = None
        self.stale = True
        self.muted = False
        self.media: frozenset[str] = frozenset()
        self.known: frozenset[str] = frozenset()  # pages that the register of displays has a row for
        self.stage_port: int | None = None
        self.source: str | None = None  # address of the pages that pictures can be fetched from
        self.standby: Message | None = None  # what the stage told last of where the other machine is
        self.on_view: Callable[[], None] = lambda: None
        self.on_stale: Callable[[bool], None] = lambda _: None
        self.on_tell: Callable[[Message], None] = lambda _: None
        self.on_muted: Callable[[bool], None] = lambda _: None
        self.to_stage: Callable[[Message], None] = lambda _: None
        self._offset_ns: int | None = None
        self._samples: deque[int] = deque(maxlen=CLOCK_SAMPLES)
        self._heard_ns: int | None = None
        self._from: str | None = None  # which process speaks to us, of several on one Redis server
        self._named: dict[str, Message] = {}  # connection → what the stage was told of it
        self._phones: set[str] = set()
        self._told_phones = -1

    # What is told

    def take(self, message: Message) -> None:
        """One message of the stage, or of another audience process. What is of no known form is left alone."""
        take = _TAKEN.get(str(message.get("type")))
        if take is not None:
            take(self, message)

    def _hello(self, message: Message) -> None:
        self.stage_port = message["stage_port"]
        self._told_phones = -1
        for told in self._named.values():
            self.to_stage(told)

    def _clock(self, message: Message) -> None:
        self._offset_ns = int(message["offset_ns"])
        self._heard()

    def _view(self, message: Message) -> None:
        self._heard()
        self.view = message["view"]
        self.on_view()

    def _media(self, message: Message) -> None:
        self.media = frozenset(message["names"])

    def _known(self, message: Message) -> None:
        self.known = frozenset(message["pages"])

    def _muted(self, message: Message) -> None:
        if self.muted != message["on"]:
            self.muted = bool(message["on"])
            self.on_muted(self.muted)

    def _tell(self, message: Message) -> None:
        if message.get("event") == "standby":
            self.standby = message["content"]
        self.on_tell(message)

    def _share(self, message: Message) -> None:
        """Everything at once: what one audience process says to those on other machines, every second."""
        now_ns = self._now_ns()
        if self._from != message["from"]:
            if (
                self._from is not None
                and self._heard_ns is not None
                and now_ns - self._heard_ns < self._stale_ns
            ):
                return  # two shows on one channel: the one we have goes on, until it is silent
            self._from = message["from"]
            self._samples.clear()
        if message["stale"] is False:
            self._heard()
        else:
            self._silent()
        # The message that was the least long on its way shows the clock best.
        sample = int(message["contest_ns"]) - now_ns
        if self._samples and abs(sample - max(self._samples)) > JUMP_NS:
            self._samples.clear()
        self._samples.append(sample)
        self._offset_ns = max(self._samples)
        self.media = frozenset(message["media"])
        self.source = message["source"]
        self._muted({"on": message["muted"]})
        if message["standby"] is not None and message["standby"] != self.standby:
            self._tell({"event": "standby", "content": message["standby"]})
        if message["view"] is not None and message["view"] != self.view:
            self.view = message["view"]
            self.on_view()

    def share(self, name: str, source: str | None) -> Message:
        """Everything that is public, for processes on other machines: see `_share`."""
        return {
            "type": "share",
            "from": name,
            "view": self.view,
            "contest_ns": self.contest_ns(),
            "stale": self.stale,
            "muted": self.muted,
            "media": sorted(self.media),
            "source": source,
            "standby": self.standby,
        }

    def _heard(self) -> None:
        self._heard_ns = self._now_ns()
        if self.stale:
            self.stale = False
            self.on_stale(False)

    def _silent(self) -> None:
        self._heard_ns = None
        if not self.stale:
            self.stale = True
            self.on_stale(True)

    def tick(self) -> None:
        """To be called a few times a second: notices a silence, tells the stage how many phones there are."""
        silent = self._heard_ns is None or self._now_ns() - self._heard_ns > self._stale_ns
        if silent:
            self._silent()
        if self.phones != self._told_phones and not silent:
            self._told_phones = self.phones
            self.to_stage({"type": "phones", "count": self.phones})

    # What is asked

    def contest_ns(self) -> int:
        """Contest time now, as well as it is known here; 0 before anything is."""
        return 0 if self._offset_ns is None else self._now_ns() + self._offset_ns

    def clock(self) -> Message:
        """The answer to a page that asks for the time; "stale": its picture is old, though we are here."""
        return {"contest_ns": self.contest_ns() if self._offset_ns is not None else None, "stale": self.stale}

    # Pages

    @property
    def phones(self) -> int:
        """Pages that have no row in the register."""
        return len(self._phones)

    @property
    def named(self) -> int:
        """Pages that the stage knows one by one."""
        return len(self._named)

    def join(self, connection: str, auth: Any, address: str) -> bool:
        """A page has connected. True for one that the stage knows by name, False for a phone among many."""
        said = _said(auth)
        page = said.get("page")
        if page is None or not (said.get("name") or page in self.known) or len(self._named) >= MOST_NAMED:
            if not said.get("preview"):
                self._phones.add(connection)
            return False
        self._named[connection] = {
            "type": "join",
            "connection": connection,
            "auth": said,
            "address": address,
        }
        self.to_stage(self._named[connection])
        return True

    def leave(self, connection: str) -> None:
        """A page has gone."""
        self._phones.discard(connection)
        if self._named.pop(connection, None) is not None:
            self.to_stage({"type": "leave", "connection": connection})

    def says(self, connection: str, message: Any) -> None:
        """A named page says whether it sounds, and how large it is: the stage looks at it closely."""
        if connection in self._named and isinstance(message, dict):
            known = {key: message[key] for key in ("sound", "size") if key in message}
            self.to_stage({"type": "says", "connection": connection, "message": known})


def _said(auth: Any) -> Message:
    """What counts of what a page sent along; the stage looks at it again."""
    if not isinstance(auth, dict):
        return {}
    page, name, size = auth.get("page"), auth.get("name"), auth.get("size")
    found: Message = {"view": "audience"}
    if isinstance(page, str) and PAGE_ID.fullmatch(page):
        found["page"] = page
    if isinstance(name, str) and name.strip():
        found["name"] = name[:LONGEST_NAME]
    if isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size):
        found["size"] = size
    if auth.get("preview") is True:
        return {"preview": True}
    return found


_TAKEN: dict[str, Callable[[Hall, Message], None]] = {
    "hello": Hall._hello,
    "clock": Hall._clock,
    "view": Hall._view,
    "media": Hall._media,
    "known": Hall._known,
    "muted": Hall._muted,
    "tell": Hall._tell,
    "share": Hall._share,
}
