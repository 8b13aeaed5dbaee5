"""Audience processes on several machines: Flask-SocketIO's message queue on a Redis server, without ever waiting for it.

The show's audience process emits one event, `feed`, with everything that is public, on each change and once a second; the
processes on other machines hear it on the same channel and do the rest by themselves. So nothing has to be kept in Redis: one
that comes late, or a Redis server that was away, has it all again within a second. redis-py blocks: it has threads of eventlet's
pool to itself, and the loop never touches it.
"""

from __future__ import annotations

import contextlib
import json
import random
import ssl
import sys
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in stage_process.py
    import eventlet
    from eventlet import tpool
    from eventlet.queue import Empty, LightQueue
    from eventlet.semaphore import Semaphore

import redis
from socketio import Manager, RedisManager

from ..delivery.fanout import FanOut
from ..door.limits import BadMessage
from ..door.refusals import refused
from ..media_names import kept_file
from .channel import EVENT, NAMESPACE, understood
from .hall import Hall, Message

EVERY_S = 1.0
AGAIN_S = (0.3, 0.9)  # between two tries to reach Redis: not every machine in the same instant
WAIT_S = 1.0  # for a connection, or for an answer
LARGEST_MEDIA = 200 * 1024 * 1024


class RedisFanOut(RedisManager, FanOut):  # type: ignore[misc]
    """The client manager of an audience process that shares its show, or hears of one.

    `emit` stays on this machine; what another process emits on the channel, with Flask-SocketIO itself if it likes, goes to our
    phones the same quick way. Nothing but emits is taken from the channel.

    Args:
        url: redis://[:PASSWORD@]HOST[:PORT]
        channel: None for Flask-SocketIO's own.
        hear: takes what `feed` brings; None in the process that sends it.
    """

    def __init__(self, url: str, channel: str | None, hear: Callable[[Message], None] | None) -> None:
        options = {"socket_connect_timeout": WAIT_S, "socket_timeout": 2 * WAIT_S}
        super().__init__(url, channel=channel or "flask-socketio", redis_options=options)
        self._hear = hear
        self._hurry: Any = LightQueue(1)
        self._client: Any = None
        self.redis_state = "connecting"

    def initialize(self) -> None:
        """Stock refuses to run on an eventlet that is not monkey-patched; ours begins by `begin`."""
        Manager.initialize(self)

    def begin(self, share: Callable[[], Message] | None) -> None:
        """Listen, and send what `share` makes if there is one. Returns at once."""
        eventlet.spawn(self._thread)
        if share is not None:
            eventlet.spawn(self._send_for_ever, share)

    def hurry(self) -> None:
        """There is something new to send."""
        if self._hurry.empty():
            self._hurry.put_nowait(None)

    # What goes out

    def _send_for_ever(self, share: Callable[[], Message]) -> None:
        while True:
            with contextlib.suppress(Empty):  # a second without news: it is said once more
                self._hurry.get(timeout=EVERY_S)
            message = {
                "method": "emit",
                "event": EVENT,
                "data": [share()],
                "binary": False,
                "namespace": NAMESPACE,
                "room": None,
                "skip_sid": None,
                "callback": None,
                "host_id": self.host_id,
            }
            try:
                if self._client is None:
                    self._client = redis.Redis.from_url(self.redis_url, **self.redis_options)
                tpool.execute(self._client.publish, self.channel, json.dumps(message, ensure_ascii=False))
                self._is("ok")
            except (redis.RedisError, OSError) as error:
                self._is("lost", error)
                eventlet.sleep(random.uniform(*AGAIN_S))

    # What comes in

    def _listen(self) -> Iterator[Any]:
        while True:
            try:
                client: Any = redis.Redis.from_url(self.redis_url, **self.redis_options)
                listener = client.pubsub(ignore_subscribe_messages=True)
                tpool.execute(listener.subscribe, self.channel)
                self._is("ok")
                while True:
                    message = tpool.execute(listener.get_message, timeout=WAIT_S)
                    if message is not None and message["type"] == "message":
                        yield from self._understood(message["data"])
            except (redis.RedisError, OSError) as error:
                self._is("lost", error)
            eventlet.sleep(random.uniform(*AGAIN_S))

    def _understood(self, raw: Any) -> list[Message]:
        """The message, if it is one for our phones; what is malformed is one line in the log, and nothing else."""
        try:
            message = understood(raw)
        except BadMessage as error:
            refused("redis", "", error)
            return []
        return [message] if message is not None else []

    def _handle_emit(self, message: Message) -> None:
        if message["event"] == EVENT:
            if self._hear is not None:
                for one in message["data"]:
                    self._hear(one)
            return
        super()._handle_emit({**message, "callback": None})

    def _ignore(self, _: Message) -> None:
        """What else could be asked of us over the channel: nobody has to."""

    _handle_callback = _handle_disconnect = _handle_enter_room = _handle_leave_room = _ignore
    _handle_close_room = _ignore

    # What stays here

    def emit(self, event: str, data: Any, namespace: str, *receivers: Any, **options: Any) -> None:
        """To the pages of this process alone."""
        FanOut.emit(self, event, data, namespace, *receivers, **options)

    def can_disconnect(self, sid: str, namespace: str) -> Any:
        return Manager.can_disconnect(self, sid, namespace)

    def disconnect(self, sid: str, namespace: str, **_: Any) -> Any:
        return Manager.disconnect(self, sid, namespace)

    def enter_room(self, sid: str, namespace: str, room: str, eio_sid: str | None = None) -> Any:
        return Manager.enter_room(self, sid, namespace, room, eio_sid=eio_sid)

    def leave_room(self, sid: str, namespace: str, room: str) -> Any:
        return Manager.leave_room(self, sid, namespace, room)

    def close_room(self, room: str, namespace: str) -> Any:
        return Manager.close_room(self, room, namespace)

    def _is(self, state: str, error: Exception | None = None) -> None:
        """Say once that Redis has gone, and once that it is back."""
        if state != self.redis_state and (error is not None or self.redis_state == "lost"):
            # Not the address: it may hold the password. Nor redis-py's text, which may hold the address.
            what = f"is away ({type(error).__name__})" if error else "is back"
            print(f"firstpress: the Redis server {what}; phones here go on", file=sys.stderr, flush=True)
        self.redis_state = state


class Fetched:
    """Pictures of a show on another machine: fetched once from its audience pages, kept as long as this process runs.

    Args:
        source: address of those pages; None for what the show itself says.
        folder: an empty one of ours.
        authority: the certificate by which an encrypted show is trusted; None: as this system does.
    """

    def __init__(self, hall: Hall, source: str | None, folder: Path, authority: Path | None = None) -> None:
        self._hall = hall
        self._source = source
        self._folder = folder
        self._authority = authority
        self._trust: ssl.SSLContext | None = None
        self._one_by_one = Semaphore(1)

    def find(self, name: str) -> Path | None:
        """The file of that name, None where it cannot be had. `name`: one that may be seen."""
        path = kept_file(self._folder, name)
        source = self._source or self._hall.source
        if path is not None or source is None:
            return path
        with self._one_by_one:  # of a thousand phones that ask for a picture, one fetches it
            if kept_file(self._folder, name) is None:
                tpool.execute(self._fetch, f"{source.rstrip('/')}/media/{name}", name)
        return kept_file(self._folder, name)

    def _fetch(self, address: str, name: str) -> None:
        half = self._folder / f".{name}.part"
        try:
            if self._trust is None:
                self._trust = ssl.create_default_context(cafile=self._authority)
            with urllib.request.urlopen(address, timeout=5, context=self._trust) as answer:
                content = answer.read(LARGEST_MEDIA + 1)
            if len(content) <= LARGEST_MEDIA:
                half.write_bytes(content)
                half.replace(self._folder / name)
        except OSError as error:
            # Without its picture a question is still a question; the next phone that asks tries again.
            refused("picture", "", f"{name} cannot be had from the show: {error}")
