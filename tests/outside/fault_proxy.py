"""A TCP proxy that misbehaves on purpose: drops, delays, answers errors itself, and cuts the line after acceptance.

It stands in front of a real counterpart, which keeps what it accepted, so that a test can compare what was asked for
with what arrived. One fault holds for one connection; a client that keeps a connection open gets it for all it sends.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a connection. The default passes everything on.

    `drops`: closed before a byte is passed on. `delay_seconds`: held before anything is passed on. `answer`: these
    bytes are answered at once and the counterpart hears nothing. `cuts_after`: when the client has said these bytes,
    the counterpart hears them and answers, and the line is cut before the client hears of it; b"" means any bytes.
    """

    drops: bool = False
    delay_seconds: float = 0.0
    answer: bytes = b""
    cuts_after: bytes | None = None


PASS = Fault()
DROP = Fault(drops=True)
CUT_HTTP = Fault(cuts_after=b"")
CUT_SMTP = Fault(cuts_after=b"\r\n.\r\n")


def http_answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Fault:
    """Return the fault of a server that answers this to every request."""
    lines = [f"HTTP/1.1 {status} Fault", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return Fault(answer="\r\n".join([*lines, "", ""]).encode() + body)


def smtp_answer(reply: str) -> Fault:
    """Return the fault of a mail server that greets with this ("421 4.3.2 too busy")."""
    return Fault(answer=f"{reply}\r\n".encode())


class FaultProxy:
    """Listens on a free port of loopback while entered. `choose` gives the fault of the connection with this number."""

    def __init__(self, port: int, choose: Callable[[int], Fault] = lambda number: PASS) -> None:
        self.choose = choose
        self.connections = 0
        self._upstream_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        _close(self._listener)
        self._thread.join(timeout=5)
        with self._lock:
            for line in list(self._open):
                _close(line)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                number, self.connections = self.connections, self.connections + 1
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client, self.choose(number)), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        try:
            if fault.delay_seconds:
                threading.Event().wait(fault.delay_seconds)
            if fault.answer:
                _answer(client, fault.answer)
            elif not fault.drops:
                self._relay(client, fault)
        finally:
            with self._lock:
                self._open.discard(client)
            _close(client)

    def _relay(self, client: socket.socket, fault: Fault) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._upstream_port), timeout=10)
        except OSError:
            return
        server.settimeout(None)
        with self._lock:
            self._open.add(server)
        cut = threading.Event()
        back = threading.Thread(target=_pass_back, args=(server, client, cut), daemon=True)
        back.start()
        _pass_on(client, server, fault.cuts_after, cut)
        back.join()
        with self._lock:
            self._open.discard(server)
        _close(server)


def _pass_on(client: socket.socket, server: socket.socket, cuts_after: bytes | None, cut: threading.Event) -> None:
    """Pass the client's bytes on; set `cut` just before those that are the last it will have an answer to."""
    heard = b""
    with suppress(OSError):
        while data := client.recv(65536):
            heard = heard[-64:] + data
            if cuts_after is not None and cuts_after in heard:
                cut.set()
            server.sendall(data)
    with suppress(OSError):
        server.shutdown(socket.SHUT_WR)


def _pass_back(server: socket.socket, client: socket.socket, cut: threading.Event) -> None:
    """Pass the counterpart's bytes back, until it answers what must stay unheard: then end the line."""
    with suppress(OSError):
        while data := server.recv(65536):
            if cut.is_set():
                break
            client.sendall(data)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _answer(client: socket.socket, answer: bytes) -> None:
    """Answer, then read until the client goes, so that the answer is not lost to a reset."""
    with suppress(OSError):
        client.sendall(answer)
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        while client.recv(65536):
            pass


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
