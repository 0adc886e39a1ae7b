"""Stands before the GitHub emulator as GitHub Enterprise Server does: its API below a path, and nothing beside it.

It also puts onto comments what the emulator lacks: the sum of reactions, in the shape of GitHub's own examples.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx

from tests.outside.github_payloads import examples

_COMMENTS = re.compile(r"^/repos/[^/]+/[^/]+/issues/\d+/comments$")


def no_reactions() -> dict[str, Any]:
    """Return the sum of reactions of a comment that has none, as GitHub's example shows it."""
    found = (payload["comment"].get("reactions") for payload in examples("issue_comment"))
    return dict(next(reactions for reactions in found if reactions))


class GitHubFront:
    """Listens on a free port of loopback while entered. `asked` holds every path that came, `reacted` the counts of
    reactions by a comment's words."""

    def __init__(self, upstream: str, base: str = "/api/v3") -> None:
        self.upstream, self.base = upstream, base
        self.asked: list[str] = []
        self.reacted: dict[str, dict[str, int]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.front = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the API, as an administrator would set it."""
        return f"http://localhost:{self._server.server_address[1]}{self.base}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def pass_on(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Return status and body of the emulator's answer; what is not below the base is not there."""
        self.asked.append(f"{verb} {target}")
        if not target.startswith(f"{self.base}/"):
            return 404, b'{"message": "Not Found"}'
        path = target.removeprefix(self.base)
        kept = {name: value for name, value in headers.items() if name in {"authorization", "content-type", "accept"}}
        answer = httpx.request(verb, self.upstream + path, headers=kept, content=body, timeout=10, trust_env=False)
        if _COMMENTS.match(path.partition("?")[0]) and verb == "GET" and answer.is_success:
            return answer.status_code, json.dumps([self._with_reactions(one) for one in answer.json()]).encode()
        return answer.status_code, answer.content

    def _with_reactions(self, comment: dict[str, Any]) -> dict[str, Any]:
        counts = self.reacted.get(comment["body"], {})
        return {**comment, "reactions": {**no_reactions(), **counts, "total_count": sum(counts.values())}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    front: GitHubFront


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, said = self.server.front.pass_on(self.command, self.path, headers, body)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""
