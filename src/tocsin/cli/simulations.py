"""The terminal command `simulate`: a playbook's hours on a virtual clock. It needs no server and no database."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from tocsin.errors import RefusedError

if TYPE_CHECKING:
    from tocsin.incident.commands import Answer
    from tocsin.incident.simulate import Simulation
    from tocsin.playbook.model import Playbook

_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)")
_LONGEST = 400 * 86400


class UnreadableOptionError(RefusedError):
    """An option could not be read. Write times like 30m, 4h or 1h30m, and answers like ID=yes@20m."""


def register(app: typer.Typer) -> None:
    """Add this module's command to the program."""
    app.command("simulate")(simulate_command)


def simulate_command(
    file: Annotated[Path, typer.Argument(help="the playbook: Markdown or a GitHub issue form")],
    severity: Annotated[str | None, typer.Option(help="the severity assigned at the start; none when left out")] = None,
    lasting: Annotated[str, typer.Option("--for", help="how long to simulate, such as 45m, 4h or 3d")] = "4h",
    answer: Annotated[list[str] | None, typer.Option(help="an answer and when, such as data-lost=yes@20m")] = None,
    resolve: Annotated[str | None, typer.Option(help="when the incident is resolved, such as 3h")] = None,
    absent: Annotated[bool, typer.Option("--absent", help="nobody does anything, so every reminder shows")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the entries as JSON")] = False,
    svg: Annotated[Path | None, typer.Option(help="draw a picture into this file")] = None,
) -> None:
    """Show everything that would happen and when, on a virtual clock. People act when a thing is due."""
    from tocsin.incident.simulate import simulate

    playbook = _compiled(file)
    simulation = simulate(
        playbook,
        severity=severity,
        duration_seconds=seconds_of(lasting),
        answers=[answer_of(text, playbook) for text in answer or ()],
        resolve_at=None if resolve is None else seconds_of(resolve),
        absent=absent,
    )
    if svg is not None:
        _draw(simulation, svg, severity, absent)
    if as_json:
        typer.echo(json.dumps({"entries": [entry.as_json() for entry in simulation.entries]}, ensure_ascii=False))
        return
    _print_table(simulation)
    if svg is not None:
        typer.echo(f"The picture is in {svg}.")


def seconds_of(text: str) -> int:
    """Read a length of time: "90s", "30m", "4h", "1h30m", "3d".

    Raises: UnreadableOptionError for anything else, and for nothing or more than 400 days.
    """
    found = _SPAN.findall(text.strip().lower())
    is_whole = bool(found) and _SPAN.sub("", text.strip().lower()).strip() == ""
    seconds = round(sum(float(number) * _UNITS[unit] for number, unit in found))
    if not is_whole or not 0 <= seconds <= _LONGEST:
        raise UnreadableOptionError(
            f"“{text}” is no length of time. Write it like 45m, 4h, 1h30m or 3d (at most 400d)."
        )
    return seconds


def answer_of(text: str, playbook: Playbook) -> tuple[str, Answer, int]:
    """Read an answer and its time: "data-lost=yes@20m"; without a time it is given at the start.

    Raises: UnreadableOptionError where it has another form or names no question of the playbook.
    """
    from tocsin.incident.commands import Answer as Answers

    said, _, when = text.partition("@")
    question, _, answer = (part.strip() for part in said.partition("="))
    known = [asked.id for asked in playbook.questions]
    if answer.lower() not in get_args(Answers):
        raise UnreadableOptionError(f"“{text}” is no answer. Write it like {known[0] if known else 'ID'}=yes@20m.")
    if question not in known:
        choice = f"It asks {', '.join(known)}." if known else "It asks none."
        raise UnreadableOptionError(f"The playbook asks no question “{question}”. {choice}")
    return question, cast("Answer", answer.lower()), seconds_of(when) if when else 0


def _compiled(file: Path) -> Playbook:
    from tocsin.playbook import compile_document

    try:
        source = file.read_bytes()
    except OSError as error:
        raise UnreadableOptionError(f"{file} cannot be read: {error.strerror}.") from error
    return compile_document(source, file.name)


def _draw(simulation: Simulation, file: Path, severity: str | None, is_absent: bool) -> None:
    from tocsin.incident.lanes import lanes_of
    from tocsin.incident.svg import clock, draw

    lanes = lanes_of(simulation.events, simulation.state, simulation.duration_seconds)
    who = "Nobody acts, so every reminder shows." if is_absent else "People act when a thing is due."
    level = f"at severity {severity} " if severity else ""
    title = simulation.playbook.name or simulation.playbook.source
    told = f"Simulated {level}for {clock(simulation.duration_seconds)} hours. {who} Numbers are lines of the playbook."
    picture = draw(lanes, title=title, description=told, duration_seconds=simulation.duration_seconds)
    try:
        file.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise UnreadableOptionError(f"The picture cannot be written to {file}: {error.strerror}.") from error


_COLOURS = {
    "opens": "blue",
    "reminds": "cyan",
    "due": "yellow",
    "overdue": "red",
    "escalates": "bold red",
    "tells": "green",
    "suggests": "magenta",
    "withdrawn": "dim",
    "closes": "dim green",
}


def _print_table(simulation: Simulation) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tocsin.incident.svg import clock

    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, padding=(0, 1))
    for heading, width in (("at", 9), ("what", 10), ("line", 4)):
        table.add_column(heading, width=width, justify="right" if heading != "what" else "left", no_wrap=True)
    table.add_column("text, and why", ratio=3)
    table.add_column("to", ratio=1)
    for entry in simulation.entries:
        line = str(entry.line) if entry.line else ""
        said = Text(entry.text)
        if entry.why:
            said.append(f"\n{entry.why}", style="dim")
        kind = Text(entry.kind, style=_COLOURS[entry.kind])
        table.add_row(clock(entry.at), kind, line, said, ", ".join(entry.to))
    console = Console()
    console.print(table)
    console.print(f"{len(simulation.entries)} entries in {clock(simulation.duration_seconds)}.", style="dim")
