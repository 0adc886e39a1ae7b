"""`tocsin watch`: follow a room live. On a terminal the room stays on the screen; elsewhere each event is a line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli import asking, shown
from tocsin.cli.asking import PANEL, AsJson, Ref, Server
from tocsin.cli.client import Client, connect
from tocsin.errors import UnavailableError

if TYPE_CHECKING:
    from rich.console import Group

_EVENTS_SHOWN = 12
_OVER = {"closed", "dismissed"}


def register(app: typer.Typer) -> None:
    """Add this module's command to the program."""
    app.command(rich_help_panel=PANEL)(watch)


@dataclass
class Followed:
    """What is known of one room. `trouble` is why it may be out of date, "" when it is not."""

    ref: str
    room: dict[str, Any] | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)
    last_seq: int = 0
    trouble: str = ""


def watch(
    ref: Ref,
    every: Annotated[float, typer.Option(min=0.2, max=60, help="seconds between two looks")] = 1.0,
    is_until_closed: Annotated[bool, typer.Option("--until-closed", help="end when the incident is over")] = False,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Follow a room live; end with Ctrl-C. Not on a terminal, each event is a line, with --json a line of JSON."""
    followed = Followed(asking.incident(ref))
    with connect(server) as client:
        news = _looks(client, followed, every, is_until_closed)
        try:
            if sys.stdout.isatty() and not as_json:
                _show_live(followed, news)
            else:
                _print_lines(news, as_json)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


def _looks(client: Client, followed: Followed, every: float, is_until_closed: bool) -> Iterator[list[dict[str, Any]]]:
    """Look at the room again and again; yield what is new each time. An outage is told and sat out, not the first."""
    while True:
        new: list[dict[str, Any]] = []
        try:
            new = _look(client, followed)
            followed.trouble = ""
        except UnavailableError as error:
            if followed.room is None:
                raise
            followed.trouble = error.message
        yield new
        if is_until_closed and followed.room and followed.room["status"] in _OVER and not followed.trouble:
            return
        time.sleep(every)


def _look(client: Client, followed: Followed) -> list[dict[str, Any]]:
    version = followed.room["version"] if followed.room else None
    room = client.changed(f"/incidents/{followed.ref}", version)
    if room is None:
        return []
    found = client.get(f"/incidents/{followed.ref}/timeline", since=followed.last_seq)
    followed.room, followed.last_seq = room, found["last_seq"]
    followed.entries += found["entries"]
    return list(found["entries"])


def _print_lines(news: Iterator[list[dict[str, Any]]], as_json: bool) -> None:
    out = shown.console()
    for entries in news:
        for entry in entries:
            if as_json:
                typer.echo(json.dumps(entry, ensure_ascii=False))
            else:
                out.print(shown.entry(entry))
        sys.stdout.flush()


def _show_live(followed: Followed, news: Iterator[list[dict[str, Any]]]) -> None:
    from rich.live import Live

    with Live(console=shown.console(), screen=True, auto_refresh=False) as live:
        for _ in news:
            live.update(_screen(followed, live.console.height), refresh=True)


def _screen(followed: Followed, height: int) -> Group:
    """Return the room's head, then as many of the newest events as there is place for, then how to end."""
    from rich.console import Group
    from rich.text import Text

    assert followed.room is not None
    head = [Text.from_markup(str(line)) for line in shown.head(followed.room, shown.now())]
    room_left = max(3, min(_EVENTS_SHOWN, height - len(head) - 4))
    events = [Text.from_markup(shown.entry(entry)) for entry in followed.entries[-room_left:]]
    foot = Text(followed.trouble or "Ctrl-C ends watching; the incident goes on.", "red" if followed.trouble else "dim")
    return Group(*head, Text(), *events, Text(), foot)
