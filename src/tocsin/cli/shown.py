"""Print what the API says: JSON for programs, and for people a room that reads from the top."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_MARKS = {
    "done": "[green]✓[/]",
    "skipped": "[dim]–[/]",
    "open": "○",
    "waiting": "[dim]…[/]",
    "not-applicable": "[dim]·[/]",
}
_TONES = {"suspected": "yellow", "active": "red", "resolved": "green", "closed": "dim", "dismissed": "dim"}


def as_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def listing(rows: list[dict[str, Any]], now: datetime) -> None:
    """Print incidents as a table."""
    from rich.table import Table

    if not rows:
        typer.echo("No incidents. Declare one with `tocsin declare`.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("ref", "state", "severity", "title", "age", "next due"):
        table.add_column(name, overflow="fold" if name == "title" else "ellipsis")
    for row in rows:
        tone = _TONES[row["status"]]
        state = f"[{tone}]{row['status']}[/]" + (" drill" if row["is_drill"] else "")
        title = plain(row["title"])
        table.add_row(row["ref"], state, row["severity"] or "", title, _age(row, now), due(row["next_due_at"], now))
    console().print(table)


def room(shown: dict[str, Any], now: datetime) -> None:
    """Print the whole room."""
    out = console()
    for line in room_lines(shown, now):
        out.print(line)


def room_lines(shown: dict[str, Any], now: datetime) -> Iterable[RenderableType]:
    """Return the room from the top: what it is, what to do next, the checklist, questions, promises."""
    yield from head(shown, now)
    for phase in shown["phases"]:
        yield f"\n[bold]{plain(phase['title'])}[/]"
        for step in phase["steps"]:
            yield _step_line(step, shown["people"], now)
    open_questions = [question for question in shown["questions"] if question["answer"] == "unknown"]
    if open_questions:
        yield "\n[bold]Not known yet[/]"
        yield from (f"  ? {plain(question['text'])}  [dim]{question['id']}[/]" for question in open_questions)


def head(shown: dict[str, Any], now: datetime) -> Iterable[RenderableType]:
    """Return the first lines: title, state, who leads, the next thing to do and what is promised by when."""
    drill = " [reverse] DRILL [/]" if shown["is_drill"] else ""
    yield f"[bold]{shown['ref']} {plain(shown['title'])}[/]{drill}"
    leader = name(shown["roles"].get("incident commander"), shown["people"])
    severity = shown["severity"] or "no severity yet"
    state = f"[{_TONES[shown['status']]}]{shown['status']}[/]"
    yield f"{state} · {severity} · began {ago(shown['began_at'], now)} · led by {leader}"
    if shown["suggestion"]:
        yield f"[yellow]Suggested severity: {plain(shown['suggestion'])}[/] {plain(shown['suggestion_why'])}"
    if shown["next_step"]:
        step = shown["next_step"]
        yield f"[bold]Next:[/] {plain(step['text'])}  [dim]{step['id']}[/]"
        yield f"      [dim]{plain(step['why'])}[/]"
    for promise in shown["promises"][:5]:
        yield f"  {due(promise['due_at'], now)}  {plain(promise['text'])}"


def entry(found: dict[str, Any]) -> str:
    """Return one line of the timeline."""
    at = moment(found["at"])
    return f"[dim]{at:%H:%M:%S}[/] {plain(found['text'])}"


def plain(text: str) -> str:
    """Return text so that nothing in it is taken for a style, and no control character reaches the terminal."""
    from rich.markup import escape

    return escape("".join(letter if letter.isprintable() else " " for letter in text))


def name(ref: str | None, people: dict[str, str]) -> str:
    return plain(people.get(ref or "", ref or "nobody"))


def moment(text: str) -> datetime:
    """Return a moment of the API in the reader's own zone."""
    return datetime.fromisoformat(text).astimezone()


def ago(text: str, now: datetime) -> str:
    return f"{span((now - moment(text)).total_seconds())} ago"


def due(text: str | None, now: datetime) -> str:
    """Return how long is left, or how late it is."""
    if text is None:
        return ""
    seconds = (moment(text) - now).total_seconds()
    return f"in {span(seconds)}" if seconds >= 0 else f"[bold red]{span(-seconds)} late[/]"


def span(seconds: float) -> str:
    """Return a length of time in two parts at most: "1 h 5 min"."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def now() -> datetime:
    return datetime.now(UTC)


def _age(row: dict[str, Any], at: datetime) -> str:
    return span((at - moment(row["began_at"])).total_seconds())


def _step_line(step: dict[str, Any], people: dict[str, str], at: datetime) -> str:
    mark = "[bold cyan]→[/]" if step["is_next"] else _MARKS[step["status"]]
    text = plain(step["text"])
    text = f"[dim]{text}[/]" if step["status"] in {"waiting", "not-applicable"} else text
    parts = [f"  {'  ' * step['depth']}{mark} {text}", f"[dim]{step['id']}[/]"]
    if step["status"] == "done":
        parts.append(f"[dim]{name(step['done_by'], people)}, {moment(step['done_at']):%H:%M}[/]")
    elif step["due_at"]:
        parts.append(due(step["due_at"], at))
    if step["status"] == "waiting":
        parts.append(f"[dim]{plain(step['why'])}[/]")
    return "  ".join(parts)
