"""`tocsin serve`: the pages, the API, the clock and the delivery worker in one process.

Starts the threads, hands each its parts, and ends them in order when the process is asked to stop.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType

import uvicorn
from django.core.management import call_command
from django.urls import reverse
from rich.console import Console

from tocsin.desk import playbooks
from tocsin.errors import RefusedError
from tocsin.people.models import Person
from tocsin.people.sign_in import first_administrator, make_secret
from tocsin.playbook import library
from tocsin.project import settings
from tocsin.project.asgi import application
from tocsin.project.wiring import wire
from tocsin.web import pulse


class PortTakenError(RefusedError):
    """The port is taken. End what uses it, or choose another with --port."""


_STOP_WITHIN_SECONDS = 10


class UnreadablePlaybookFileError(RefusedError):
    """The playbook file cannot be read. Give the path of a Markdown checklist or a GitHub issue form."""


class Server(uvicorn.Server):
    """Stops without waiting for pages that stay open: their streams end first, and the pages come back by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        pulse.end_all()
        super().handle_exit(sig, frame)


def serve(host: str, port: int, playbook: Path | None) -> None:
    """Set up what is missing, then serve until interrupted. *Raises* RefusedError when something must be mended first."""
    listener = _listen(host, port)
    call_command("migrate", verbosity=0, interactive=False)
    parts = wire()
    take_in_playbooks(playbook, parts.clock.now())
    stop = threading.Event()
    threads = [
        _start("clock", parts.clock_loop.run_forever, stop),
        _start("worker", parts.worker.run_forever, stop),
        *(_start(type(part).__name__, part.run_forever, stop) for part in parts.beside),
    ]
    greet(parts.clock.now())
    config = uvicorn.Config(
        application, log_level="warning", lifespan="off", server_header=False, timeout_graceful_shutdown=5
    )
    try:
        Server(config).run(sockets=[listener])
    finally:
        stop.set()
        parts.wake()
        for thread in threads:
            thread.join(_STOP_WITHIN_SECONDS)


def take_in_playbooks(path: Path | None, now: datetime) -> None:
    """Make `path` the playbook to declare with, or Tocsin's own where none is given and none is kept yet.

    *Raises* UnreadablePlaybookFileError, PlaybookError.
    """
    if path is not None:
        playbooks.add(_read(path), path.name, now=now)
    elif not playbooks.current():
        for name in library.names():
            playbooks.add(library.load(name), f"{name}.md", now=now)


def greet(now: datetime) -> None:
    """Say where to go; to the first person also how to sign in."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold]Tocsin[/bold] is at {settings.BASE_URL}")
    if not Person.objects.filter(last_login__isnull=False).exists():
        console.print("Sign in as administrator with this link, which works once, for a day:")
        console.print(f"  [bold]{sign_in_url(first_administrator(), now)}[/bold]", soft_wrap=True)
    else:
        console.print("To sign in on another browser: tocsin sign-in-link")


def sign_in_url(person: Person, now: datetime) -> str:
    """Return a new one-time link for `person`."""
    return settings.BASE_URL + reverse("web:sign-in-link", args=[make_secret(person, now)])


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else, so that a second server on it changes nothing. *Raises* PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Tocsin cannot listen on {host} port {port}: {error.strerror}. End what uses it, or choose another with --port."
        ) from error
    listener.set_inheritable(True)
    return listener


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadablePlaybookFileError(
            f"{path} cannot be read: {error.strerror}. Give the path of a Markdown checklist or a GitHub issue form."
        ) from error


def _start(name: str, run_forever: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=run_forever, args=[stop], name=name, daemon=True)
    thread.start()
    return thread
