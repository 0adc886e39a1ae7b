"""Stands in front of the Slack emulator: passes every call on, keeps what was asked, and receives answers to commands.

What it keeps is what the app asked Slack over the wire, for checks against Slack's published description. `/answers/…`
is where the app answers slash commands and presses, as hooks.slack.com is in the real thing.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Call:
    """One call: Slack's method, its arguments with their JSON read, and Slack's answer."""

    method: str
    arguments: dict[str, Any]
    answer: dict[str, Any]


class SlackDoor:
    """Listens on a free port of loopback while entered."""

    def __init__(self, emulator_port: int) -> None:
        self.calls: list[Call] = []
        self.answers: list[dict[str, Any]] = []
        self.emulator_port = emulator_port
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.door = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> SlackDoor:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def keep_call(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def keep_answer(self, answer: dict[str, Any]) -> None:
        with self._lock:
            self.answers.append(answer)

    def methods(self) -> list[str]:
        return [call.method for call in self.calls]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    door: SlackDoor


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/answers/"):
            self.server.door.keep_answer(json.loads(body))
            self._answer(200, b"ok", "text/plain")
            return
        upstream = HTTPConnection("127.0.0.1", self.server.door.emulator_port, timeout=10)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            upstream.request("POST", self.path, body, kept)
            response = upstream.getresponse()
            answer = response.read()
        finally:
            upstream.close()
        method = self.path.removeprefix("/api/").partition("?")[0]
        self.server.door.keep_call(Call(method, _arguments(body), json.loads(answer)))
        self._answer(response.status, answer, "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: tests read what was kept."""


def _arguments(body: bytes) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}


def _value(name: str, value: str) -> Any:
    return json.loads(value) if name in {"blocks", "metadata", "view", "attachments"} else value
