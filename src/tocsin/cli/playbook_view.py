"""A playbook on the terminal: the document with its line numbers, and beside each line what was read there."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.playbook.conditions import duration
from tocsin.playbook.model import Playbook, Reading, Severity
from tocsin.playbook.read import decode

_STYLES = {
    "severity": "bold magenta",
    "guard": "magenta",
    "timer": "bold yellow",
    "question": "cyan",
    "audience": "green",
    "channel": "green",
    "role": "blue",
    "field": "dim",
    "policy": "bold red",
    "action": "bold",
    "approval": "blue",
    "state": "cyan",
}


def print_playbook(playbook: Playbook, source: bytes) -> None:
    """Print a playbook as understood, in colour where the terminal has it."""
    console = Console(highlight=False)
    console.print(Text.assemble((playbook.name, "bold"), f"  {playbook.source}"))
    console.print(_summary(playbook), style="dim")
    console.print(_document(playbook, decode(source).split("\n")))
    for unread in playbook.unknown:
        console.print(Text.assemble((f"line {unread.line} not read: ", "yellow"), unread.text, f" ({unread.why})"))


def _summary(playbook: Playbook) -> str:
    steps = sum(1 for _ in playbook.all_steps())
    parts = [
        _counted(steps, "step"),
        _counted(len(playbook.phases), "phase"),
        "severities " + (", ".join(_severity(s) for s in playbook.severities) or "none"),
        _counted(len(playbook.questions), "question"),
    ]
    return " · ".join(parts)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _severity(severity: Severity) -> str:
    after = f" (after {duration(severity.after_seconds)})" if severity.after_seconds else ""
    return severity.name + after


def _document(playbook: Playbook, lines: list[str]) -> Table:
    by_line: dict[int, list[Reading]] = {}
    for reading in playbook.readings:
        by_line.setdefault(reading.line, []).append(reading)
    done = {step.line for step in playbook.all_steps() if step.is_done}
    steps = {step.line: step.id for step in playbook.all_steps()}
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2, overflow="fold")
    for number, line in enumerate(lines, 1):
        said = Text(line, style="strike dim" if number in done else "bold" if number in steps else "")
        table.add_row(str(number), said, _readings(by_line.get(number, ()), steps.get(number)))
    return table


def _readings(readings: Iterable[Reading], step_id: str | None) -> Text:
    parts = [Text(step_id, style="dim")] if step_id else []
    parts += [Text(said, style=_STYLES[reading.kind]) for reading in readings if (said := _said(reading))]
    return Text("\n").join(parts)


def _said(reading: Reading) -> str:
    value = reading.value
    if reading.kind == "timer" and isinstance(value, dict):
        return f"timer: {_timer(value)}"
    if reading.kind == "channel" and isinstance(value, dict):
        return f"channel: {value['name']}" + (f" ({value['id']})" if value.get("id") else "")
    if reading.kind in ("question", "approval"):
        return f"{reading.kind}: {reading.text}"
    if reading.kind == "policy":
        return "policy: no sensitive information here"
    if isinstance(value, list):
        return f"{reading.kind}: {', '.join(map(str, value)) or reading.text}"
    return f"{reading.kind}: {value}"


def _timer(value: dict[str, object]) -> str:
    seconds = duration(int(str(value["seconds"])))
    levels = value["severity"]
    at = f" at {'/'.join(map(str, levels))}" if isinstance(levels, list) and levels else ""
    word = {"recurring": "every", "elapsed": "after", "deadline": "within"}[str(value["kind"])]
    return f"{word} {seconds} from {str(value['from']).replace('_', ' ')}{at}"
