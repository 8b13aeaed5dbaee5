"""The inner parts of python-engineio, python-socketio and eventlet that delivery/fanout.py relies on are as it takes them."""

from __future__ import annotations

import inspect
import ssl
import warnings
from importlib.metadata import version
from pathlib import Path

import engineio
import engineio.base_socket
import engineio.socket
import pytest
import socketio

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet says that it is deprecated
    import eventlet
    import eventlet.green.socket
    from eventlet.green.ssl import GreenSSLSocket
    from eventlet.greenio import GreenSocket
    from eventlet.queue import Queue
    from eventlet.semaphore import Semaphore
    from eventlet.websocket import RFC6455WebSocket

from server.audience.over_redis import RedisFanOut
from server.delivery.fanout import FanOut, Line

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = ("eventlet", "python-engineio", "python-socketio", "flask-socketio", "redis")


@pytest.mark.parametrize("package", PINNED)
def test_what_runs_is_what_was_tested(package: str) -> None:
    assert f"{package}=={version(package)}" in (ROOT / "requirements.txt").read_text().splitlines()


def test_a_websocket_is_made_by_an_entry_that_can_be_replaced() -> None:
    server = socketio.Server(async_mode="eventlet", client_manager=FanOut())
    made = server.eio._async["websocket"]
    assert made.__qualname__.startswith("FanOut."), "our wrapper"
    plain = engineio.Server(async_mode="eventlet")._async
    assert plain["websocket"].__name__ == "WebSocketWSGI", "and other servers keep theirs"
    assert "_async['websocket'](\n            self._websocket_handler, self.server)" in inspect.getsource(
        engineio.socket.Socket._upgrade_websocket
    )


def test_a_client_has_its_queue_and_says_when_it_is_closed() -> None:
    server = engineio.Server(async_mode="eventlet")
    client = engineio.socket.Socket(server, "x")
    assert isinstance(client.queue, Queue) and client.queue.empty() and not client.queue.queue
    client.queue.put("packet")
    assert len(client.queue.queue) == client.queue.qsize() == 1
    assert (client.closed, client.closing) == (False, False)
    assert client._websocket_handler.__self__ is client


def test_a_packet_in_the_queue_is_taken_and_written_without_a_gap() -> None:
    """An empty queue and a free lock mean that nothing is on its way: the writer has no rest between the two."""
    source = inspect.getsource(engineio.socket.Socket._websocket_handler)
    assert "packets = self.poll()" in source and "ws.send(pkt.encode())" in source
    queue, taken = Queue(), []
    reader = eventlet.spawn(lambda: taken.append((queue.get(), queue.empty())))
    eventlet.sleep(0)
    queue.put("packet")
    assert not queue.empty(), "it counts as waiting until its reader runs"
    reader.wait()
    assert taken == [("packet", True)]


def test_the_lock_of_a_websocket_is_held_while_a_frame_is_written() -> None:
    web_socket = RFC6455WebSocket(None, {"PATH_INFO": "/"})
    assert type(web_socket._sendlock) is Semaphore and web_socket._sendlock.balance == 1
    assert web_socket.extensions == {}
    source = inspect.getsource(RFC6455WebSocket._send)
    assert source.index("self._sendlock.acquire()") < source.index("self.socket.sendall(frame)")


def test_only_a_plain_socket_is_written_to_past_its_queue() -> None:
    one, other = eventlet.green.socket.socketpair()
    client = engineio.socket.Socket(engineio.Server(async_mode="eventlet"), "x")
    assert type(one) is GreenSocket
    assert Line.of(client, RFC6455WebSocket(one, {"PATH_INFO": "/"})).raw is one.fd
    pressed = RFC6455WebSocket(one, {"PATH_INFO": "/"}, extensions={"permessage-deflate": {}})
    assert Line.of(client, pressed).raw is None
    assert Line.of(client, object()).raw is None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    encrypted = GreenSSLSocket(other, do_handshake_on_connect=False, server_side=True, _context=context)
    assert Line.of(client, RFC6455WebSocket(encrypted, {"PATH_INFO": "/"})).raw is None
    for socket in (one, encrypted):
        socket.close()


def test_an_engine_of_another_shape_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    class Other:
        eio = object()
        packet_class = socketio.Server(async_mode="eventlet").packet_class

    FanOut().set_server(Other())
    assert "the slow way" in capsys.readouterr().err


def test_who_is_in_a_room_can_be_asked() -> None:
    manager = FanOut()
    socketio.Server(async_mode="eventlet", client_manager=manager)
    connection = manager.connect("eio", "/audience")
    manager.enter_room(connection, "/audience", "room")
    assert list(manager.get_participants("/audience", "room")) == [(connection, "eio")]
    assert list(manager.get_participants("/audience", None)) == [(connection, "eio")]
    assert list(manager.get_participants("/audience", "none")) == []


def test_what_comes_from_redis_goes_through_the_fan_out() -> None:
    order = [one.__name__ for one in RedisFanOut.__mro__]
    assert order.index("PubSubManager") < order.index("FanOut") < order.index("Manager")
    made = RedisFanOut("redis://127.0.0.1:1", None, None)
    assert made.channel == "flask-socketio", "the default of Flask-SocketIO, and not of python-socketio"
    assert socketio.PubSubManager().channel == "socketio"
