"""The other end of Socket Mode: opens connections, sends envelopes, and keeps what is acknowledged.

The Slack emulator has no Socket Mode, so this speaks just enough of it over a real WebSocket.
Source: https://docs.slack.dev/apis/events-api/using-socket-mode and RFC 6455.
"""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import socket
import struct
import threading
from contextlib import suppress
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class SocketModeServer:
    """Listens on a free port of loopback while entered. `acknowledged` gets each envelope's answer as it comes."""

    def __init__(self) -> None:
        self.acknowledged: queue.Queue[dict[str, Any]] = queue.Queue()
        self._ready = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._line: socket.socket | None = None
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> SocketModeServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for line in (self._listener, self._line):
            if line is not None:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                line.close()
        self._thread.join(timeout=5)

    def send(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send one envelope and return how it was acknowledged."""
        assert self._ready.wait(20)
        envelope = {
            "type": kind,
            "envelope_id": f"e-{id(payload)}",
            "payload": payload,
            "accepts_response_payload": True,
        }
        self._write(json.dumps(envelope).encode())
        return self.acknowledged.get(timeout=20)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[line], daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += line.recv(4096)
            if asked.startswith(b"POST"):
                body = json.dumps({"ok": True, "url": f"ws://127.0.0.1:{self.port}/link"}).encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                line.sendall(head.encode() + body)
                line.close()
                return
            self._talk(line, asked)

    def _talk(self, line: socket.socket, asked: bytes) -> None:
        headers = dict(row.split(": ", 1) for row in asked.decode().split("\r\n")[1:] if ": " in row)
        key = next(value for name, value in headers.items() if name.lower() == "sec-websocket-key")
        proof = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()
        line.sendall(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {proof}\r\n\r\n".encode()
        )
        self._line = line
        self._write(json.dumps({"type": "hello", "num_connections": 1}).encode())
        self._ready.set()
        while (frame := _read_frame(line)) is not None:
            opcode, payload = frame
            if opcode == 9:
                self._write(payload, opcode=10)
            elif opcode == 1:
                self.acknowledged.put(json.loads(payload))

    def _write(self, payload: bytes, opcode: int = 1) -> None:
        assert self._line is not None
        size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
        self._line.sendall(bytes([0x80 | opcode]) + size + payload)


def _read_frame(line: socket.socket) -> tuple[int, bytes] | None:
    """Return the opcode and payload of the next masked frame, or None at the end."""
    head = _read(line, 2)
    if len(head) < 2:
        return None
    length = head[1] & 0x7F
    if length == 126:
        length = struct.unpack(">H", _read(line, 2))[0]
    mask, payload = _read(line, 4), _read(line, length)
    return head[0] & 0x0F, bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def _read(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count and (part := line.recv(count - len(found))):
        found += part
    return found
