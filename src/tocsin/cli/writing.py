"""Terminal commands for words: note, update with a draft in the editor, and the report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.cli import asking, shown
from tocsin.cli.asking import PANEL, AsJson, Ref, Server, Yes
from tocsin.cli.client import Client, connect
from tocsin.cli.incidents import run, send

SCISSORS = "--- >8 --- What stands below this line is not sent. Leave nothing above it to send nothing."
To = Annotated[list[str] | None, typer.Option("--to", help="who is told; may be given several times")]
# Events that people care to hear of; what Tocsin keeps in order by itself is left out of a draft.
_TOLD = frozenset(
    {
        "SeverityAssigned",
        "ImpactDescribed",
        "StepCompleted",
        "QuestionAnswered",
        "NoteAdded",
        "HotfixReleased",
        "IncidentConfirmed",
        "IncidentResolved",
        "IncidentReopened",
        "RoleTaken",
        "CallStarted",
    }
)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command(rich_help_panel=PANEL)(note)
    app.command(rich_help_panel=PANEL)(update)
    report = typer.Typer(no_args_is_help=True, help="Write, approve and share the incident report.")
    for name, command in (("show", show), ("draft", draft), ("approve", approve), ("share", share)):
        report.command(name)(command)
    app.add_typer(report, name="report", rich_help_panel=PANEL)


def note(
    ref: Ref,
    text: Annotated[str | None, typer.Argument(help="what to write down; - reads it")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Write a note into the timeline."""
    run(ref, "/notes", {"text": asking.needed(text, "the note", "TEXT", yes)}, as_json, server)


def update(
    ref: Ref,
    text: Annotated[str | None, typer.Argument(help="how it stands; - reads it; left out opens your editor")] = None,
    to: To = None,
    is_no_change: Annotated[bool, typer.Option("--no-change", help="say that there is nothing new")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Say how it stands. Without a text your editor opens with a draft of what happened since the last update."""
    with connect(server) as client:
        if text is None and not is_no_change and asking.is_asked(yes):
            text = _written(_draft(client, asking.incident(ref)))
        words = "" if is_no_change and text is None else asking.needed(text, "how it stands", "TEXT", yes)
        body = {"text": words, "audiences": to or [], "is_no_change": is_no_change}
        send(client, ref, "/updates", body, as_json)


def show(ref: Ref, as_json: AsJson = False, server: Server = "") -> None:
    """Show the latest version of the report."""
    with connect(server) as client:
        reports = client.get(f"/incidents/{asking.incident(ref)}")["reports"]
    if as_json:
        shown.as_json(reports)
    elif reports:
        typer.echo(reports[-1]["text"])
    else:
        typer.echo("There is no report yet. Write one with `tocsin report draft`.", err=True)


def draft(
    ref: Ref,
    file: Annotated[str | None, typer.Argument(help="a Markdown file; - reads it; left out opens your editor")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Write a version of the report; approvals are given to one version."""
    with connect(server) as client:
        if file is None and asking.is_asked(yes):
            reports = client.get(f"/incidents/{asking.incident(ref)}")["reports"]
            text = _written((reports[-1]["text"] if reports else "") + "\n")
        else:
            text = _read(asking.needed(file, "a file", "FILE", yes), file)
        send(client, ref, "/reports", {"text": text}, as_json)


def approve(ref: Ref, version: int, as_json: AsJson = False, server: Server = "") -> None:
    """Approve one version of the report."""
    run(ref, f"/reports/{version}/approve", None, as_json, server)


def share(ref: Ref, to: To = None, as_json: AsJson = False, server: Server = "") -> None:
    """Share the latest report."""
    run(ref, "/reports/share", {"audiences": to or []}, as_json, server)


def _draft(client: Client, ref: str) -> str:
    """Return what happened since the last update as the start of the next, and below the line what helps to write it."""
    room = client.get(f"/incidents/{ref}")
    entries = client.get(f"/incidents/{ref}/timeline")["entries"]
    last = max((entry["seq"] for entry in entries if entry["type"] == "UpdatePosted"), default=0)
    news = [entry for entry in entries if entry["seq"] > last and entry["type"] in _TOLD]
    lines = [f"- {entry['text']}" for entry in news] or [f"{room['title']}: nothing new since the last update."]
    return "\n".join([*lines, "", SCISSORS, *_reminders(room)])


def _reminders(room: dict[str, Any]) -> list[str]:
    severity = room["severity"] or "no severity yet"
    lines = [f"{room['ref']} {room['title']}: {room['status']}, {severity}"]
    if room["updates"]:
        lines += ["The last update said:", *room["updates"][-1]["text"].splitlines()]
    return lines


def _written(start: str) -> str:
    """Return what a person wrote in their editor over `start`; nothing is sent when they left nothing."""
    import click

    text = click.edit(start, extension=".md")
    kept = (text or "").split(SCISSORS)[0].strip()
    if not kept:
        typer.echo("Nothing was written, so nothing was sent.", err=True)
        raise typer.Exit(0 if text is None else 1)
    return kept


def _read(content: str, given: str | None) -> str:
    if given == "-":
        return content
    try:
        return Path(content).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{content} cannot be read: {error}", param_hint="FILE") from error
