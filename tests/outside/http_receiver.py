"""A real HTTP server that keeps what is posted to it, for webhooks and whatever else posts over HTTP.

`GET /messages/ID` answers 200 when a post with that `webhook-id` was accepted, else 404: a service that can be asked.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Posted:
    """One post that arrived. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")


class HttpReceiver:
    """Listens on a free port of loopback while entered.

    `answers` are the next answers, (status, headers) each; when they run out, posts are accepted with 204.
    """

    def __init__(self) -> None:
        self.accepted: list[Posted] = []
        self.refused: list[Posted] = []
        self.answers: deque[tuple[int, dict[str, str]]] = deque()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> HttpReceiver:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def take(self, posted: Posted) -> tuple[int, dict[str, str]]:
        """Keep a post and return the answer to it."""
        with self._lock:
            status, headers = self.answers.popleft() if self.answers else (204, {})
            (self.accepted if 200 <= status < 300 else self.refused).append(posted)
            return status, headers

    def has(self, identity: str) -> bool:
        with self._lock:
            return any(posted.id == identity for posted in self.accepted)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    receiver: HttpReceiver

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._answer(*self.server.receiver.take(Posted(self.path, headers, body)))

    def do_GET(self) -> None:
        known = self.server.receiver.has(self.path.removeprefix("/messages/"))
        self._answer(200 if known else 404, {})

    do_HEAD = do_GET

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""
