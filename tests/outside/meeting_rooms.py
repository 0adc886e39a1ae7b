"""A real HTTP server that opens rooms as Zoom and Google Meet do, and refuses what a test tells it to refuse."""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt

PUBLIC_NAME = "zoom-client:zoom-secret"


class MeetingRooms:
    """Listens on a free port of loopback while entered. `answers` are the next statuses to refuse with."""

    def __init__(self, google_public_key: str = "") -> None:
        self.google_public_key = google_public_key
        self.answers: deque[int] = deque()
        self.opened: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.rooms = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> MeetingRooms:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    rooms: MeetingRooms


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        rooms = self.server.rooms
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if rooms.answers:
            return self._answer(rooms.answers.popleft(), {"message": "no"})
        if self.path == "/oauth/token":
            return self._zoom_token(parse_qs(body))
        if self.path == "/token":
            return self._google_token(parse_qs(body))
        if self.headers.get("authorization") != "Bearer the-token":
            return self._answer(401, {})
        rooms.opened.append(self.path)
        if self.path == "/v2/users/me/meetings":
            return self._answer(201, {"join_url": f"https://zoom.example/j/{json.loads(body)['topic']}"})
        return self._answer(200, {"meetingUri": "https://meet.example/abc-defg-hij"})

    def _zoom_token(self, form: dict[str, list[str]]) -> None:
        given = base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()
        is_right = form == {"grant_type": ["account_credentials"], "account_id": ["acme"]} and given == PUBLIC_NAME
        self._answer(200 if is_right else 400, {"access_token": "the-token"} if is_right else {})

    def _google_token(self, form: dict[str, list[str]]) -> None:
        key, address = self.server.rooms.google_public_key, f"{self.server.rooms.url}/token"
        try:
            claims = jwt.decode(form["assertion"][0], key, algorithms=["RS256"], audience=address)
        except jwt.PyJWTError:
            return self._answer(400, {})
        is_right = claims["sub"] == "calls@example.org" and "meetings.space.created" in claims["scope"]
        return self._answer(200 if is_right else 403, {"access_token": "the-token"})

    def _answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""
