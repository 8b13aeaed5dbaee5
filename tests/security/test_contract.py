"""What we rely on in eventlet, python-engineio and python-socketio beyond their documentation: a new version must still be so."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from eventlet import websocket, wsgi

import engineio.packet
import engineio.socket
import socketio
from engineio.async_drivers import eventlet as driver

from server.door.front_door import joined, unmasked
from server.door.limits import StrictJson
from server.door.refusals import logger


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_web_sockets_of_eventlet() -> None:
    socket = websocket.RFC6455WebSocket
    assert parameters(socket._recv_frame) == ["self", "message"] and parameters(socket.wait) == ["self"]
    assert parameters(socket._get_bytes) == ["self", "numbytes"]
    assert parameters(socket.close) == ["self", "close_data"]
    assert parameters(socket.Message.__init__)[:3] == ["self", "opcode", "max_frame_length"]
    assert parameters(socket.Message.push) == ["self", "data", "final"]
    message = socket.Message(1, 100, decoder=socket.UTF8Decoder())
    message.push("甲".encode()[:2], final=False)
    message.push("甲".encode()[2:], final=True)
    assert message.finished and message.getvalue() == "甲" and message.opcode == 1
    assert "self._recv_frame(message=fragmented_message)" in inspect.getsource(socket._iter_frames)
    assert issubclass(websocket.FailedConnectionError, Exception)
    assert websocket.FailedConnectionError(1009, "why").status == 1009


def test_unmasking_is_what_eventlets_own_does() -> None:
    for size in (0, 1, 3, 4, 5, 125, 1000):
        data, mask = bytes(n * 7 % 256 for n in range(size)), b"\x01\xff\x00\x80"
        assert unmasked(data, mask) == websocket.RFC6455WebSocket._apply_mask(data, mask)


def test_the_http_server_of_eventlet() -> None:
    protocol = wsgi.HttpProtocol
    for name in ("_read_request_line", "handle_one_request", "parse_request", "handle_one_response"):
        assert parameters(getattr(protocol, name)) == ["self"], name
    assert {"custom_pool", "protocol", "socket_timeout"} <= set(parameters(wsgi.server))
    source = inspect.getsource(wsgi.server)
    assert (
        "pool.spawn(serv.process_request, connection)" in source
        and ".link(_clean_connection, connection)" in source
    )
    assert "[client_addr, client_socket, STATE_IDLE]" in source


def test_messages_are_read_through_wait_and_parsed_by_our_json() -> None:
    assert issubclass(driver.WebSocketWSGI, websocket.WebSocketWSGI)
    assert "ws.wait()" in inspect.getsource(engineio.socket.Socket._websocket_handler)
    before = socketio.packet.Packet.json, engineio.packet.Packet.json
    try:
        server = socketio.Server(
            async_mode="threading", json=StrictJson, logger=logger("x"), engineio_logger=logger("y")
        )
        assert server.packet_class.json is StrictJson and engineio.packet.Packet.json is StrictJson
        assert server.logger is logger("x") and server.eio.logger is logger("y")
    finally:
        socketio.packet.Packet.json, engineio.packet.Packet.json = before


def test_who_has_joined_is_in_the_rooms_of_the_manager() -> None:
    server = socketio.Server(async_mode="threading")
    server.manager.connect("engine-1", "/projector")
    assert joined(server) == {"engine-1"} and isinstance(server.eio.sockets, dict)
    assert parameters(server.eio.disconnect) == ["sid"]
