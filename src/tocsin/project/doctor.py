"""`tocsin doctor`: is every setting readable, is every part well, and what is to be mended. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from rich.console import Console
from rich.table import Table

from tocsin.desk import steady_clock
from tocsin.errors import RefusedError
from tocsin.project.options import OPTIONS, Settings, read_settings
from tocsin.project.wiring import connectors_from
from tocsin.store.verify import verify


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do when it is not well."""

    name: str
    is_well: bool
    summary: str
    mend: str = ""


def examine(settings: Settings | None = None) -> list[Finding]:
    """Look at the database, the event log, the clock and every connector; what fails is a finding, not an error."""
    settings = settings or read_settings()
    return [_database(), _log(), _clock(), *_connectors(settings)]


def show(findings: list[Finding], console: Console) -> None:
    """Print every setting and every finding."""
    console.print(_settings_table(read_settings()))
    for finding in findings:
        mark = "[green]✓[/green]" if finding.is_well else "[red]✗[/red]"
        console.print(f"{mark} [bold]{finding.name}[/bold]  {finding.summary}")
        if finding.mend:
            console.print(f"    {finding.mend}")


def _settings_table(settings: Settings) -> Table:
    table = Table("Setting", "Value", "From", "What it is", title="Settings", title_justify="left")
    for option in OPTIONS:
        found = settings.find(option.name)
        shown = "(set)" if option.is_secret and found.text else found.text
        table.add_row(option.variable, shown, found.origin, option.help)
    return table


def _guarded(name: str, mend: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except Exception as error:
        return Finding(name, False, str(error), mend)


def _database() -> Finding:
    def look() -> str:
        call_command("migrate", check_unapplied=True, verbosity=0)
        return f"{connection.vendor}, all migrations applied"

    try:
        return _guarded("Database", "Start `tocsin serve` once: it brings the database up to date.", look)
    except SystemExit:
        return Finding("Database", False, "Migrations are missing.", "Start `tocsin serve` once: it applies them.")


def _log() -> Finding:
    def look() -> str:
        if faults := verify():
            raise RefusedError(f"{len(faults)} faults, the first: {faults[0]}")
        return "every event is as it was written"

    return _guarded("Event log", "Keep the data as it is and restore from a backup.", look)


def _clock() -> Finding:
    jump = steady_clock.start().jump()
    return Finding("Clock", jump is None, jump.summary if jump else "steady")


def _connectors(settings: Settings) -> Iterator[Finding]:
    try:
        connectors = connectors_from(settings)
    except RefusedError as error:
        yield Finding("Connectors", False, error.message)
        return
    for name, connector in connectors.items():
        probe = connector.probe()
        yield Finding(f"Connector {name}", probe.is_well, probe.summary, probe.mend)
