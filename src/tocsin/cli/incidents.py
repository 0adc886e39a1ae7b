"""Terminal commands for an incident as a whole: declare, list, show, severity, answer, resolve and the other turns."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tocsin.cli import asking, shown
from tocsin.cli.asking import PANEL, AsJson, Ref, Server, Yes
from tocsin.cli.client import Client, connect

Reason = Annotated[str, typer.Option("--reason", "-r", help="why; it stands in the timeline")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    for command in (declare, show, severity, answer, impact, resolve, reopen, confirm, dismiss, close):
        app.command(rich_help_panel=PANEL)(command)
    app.command("list", rich_help_panel=PANEL)(list_command)


def declare(
    title: Annotated[str | None, typer.Argument(help="what is wrong, in a few words; - reads it")] = None,
    summary: Annotated[str, typer.Option(help="more, if there is time")] = "",
    severity: Annotated[str | None, typer.Option(help="the severity, if it is clear")] = None,
    playbook: Annotated[str | None, typer.Option(help="a playbook's name, file name or digest")] = None,
    began: Annotated[str | None, typer.Option(help="when it began: 2026-03-02T09:00:00Z")] = None,
    is_suspected: Annotated[bool, typer.Option("--suspected", help="it may be nothing")] = False,
    is_drill: Annotated[bool, typer.Option("--drill", help="nobody outside the team hears of it")] = False,
    is_private: Annotated[bool, typer.Option("--private", help="only those in it can see it")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Declare an incident. On a terminal it asks for what is missing; a title is enough."""
    with connect(server) as client:
        wanted = asking.needed(title, "what is wrong", "TITLE", yes)
        if playbook is None and title is None and asking.is_asked(yes):
            playbook = _chosen_playbook(client)
        flags = {"is_suspected": is_suspected, "is_drill": is_drill, "is_private": is_private}
        given = {"title": wanted, "summary": summary, "severity": severity, "playbook": playbook, "began_at": began}
        done = client.post("/incidents", {**given, **flags})
        if as_json:
            shown.as_json(done)
            return
        room = client.get(f"/incidents/{done['ref']}")
        out = shown.console()
        out.print(f"[bold]{done['ref']}[/] declared: {client.server}/incidents/{done['ref']}/")
        for line in list(shown.head(room, shown.now()))[1:]:
            out.print(line)


def list_command(
    everything: Annotated[bool, typer.Option("--all", "-a", help="closed and dismissed ones too")] = False,
    words: Annotated[str | None, typer.Option("--words", "-w", help="those with this in the title")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="how many at most")] = 50,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """List incidents, newest first."""
    status = None if everything else ["suspected", "active", "resolved"]
    with connect(server) as client:
        found = client.get("/incidents", limit=limit, q=words, status=status)
    if as_json:
        shown.as_json(found)
    else:
        shown.listing(found["incidents"], shown.now())


def show(
    ref: Ref,
    at: Annotated[str | None, typer.Option(help="as it was at a moment: 2026-03-02T09:30:00Z")] = None,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Show the room: what to do next, the checklist, and why each step applies or waits."""
    with connect(server) as client:
        room = client.get(f"/incidents/{asking.incident(ref)}", at=at)
    if as_json:
        shown.as_json(room)
    else:
        shown.room(room, shown.moment(room["now"]))


def severity(ref: Ref, level: str, reason: Reason = "", as_json: AsJson = False, server: Server = "") -> None:
    """Assign the severity, by its name in the playbook."""
    run(ref, "/severity", {"severity": level, "reason": reason}, as_json, server)


def answer(ref: Ref, question: str, reply: str, as_json: AsJson = False, server: Server = "") -> None:
    """Answer a question of the playbook: yes, no or unknown. `tocsin show` lists the questions' ids."""
    if reply not in {"yes", "no", "unknown"}:
        raise typer.BadParameter("answer yes, no or unknown", param_hint="REPLY")
    run(ref, f"/questions/{asking.in_path(question)}/answer", {"answer": reply}, as_json, server)


def impact(
    ref: Ref,
    text: str,
    is_full_downtime: Annotated[bool | None, typer.Option("--full-downtime/--no-full-downtime")] = None,
    since: Annotated[str | None, typer.Option(help="since when: 2026-03-02T09:00:00Z")] = None,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Say what is affected."""
    body = {"text": asking.read_if_dash(text), "is_full_downtime": is_full_downtime, "since": since}
    run(ref, "/impact", body, as_json, server)


def resolve(
    ref: Ref,
    summary: Annotated[str, typer.Option("--summary", "-s", help="what mended it")] = "",
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Say that the incident is resolved."""
    run(ref, "/resolve", {"summary": summary}, as_json, server)


def reopen(ref: Ref, reason: Reason = "", yes: Yes = False, as_json: AsJson = False, server: Server = "") -> None:
    """Reopen an incident, with a reason."""
    run(ref, "/reopen", {"reason": asking.needed(reason, "why", "--reason", yes)}, as_json, server)


def confirm(ref: Ref, as_json: AsJson = False, server: Server = "") -> None:
    """Confirm that a suspected incident is real."""
    run(ref, "/confirm", None, as_json, server)


def dismiss(ref: Ref, reason: Reason = "", yes: Yes = False, as_json: AsJson = False, server: Server = "") -> None:
    """Call an incident a false alarm, with a reason."""
    run(ref, "/dismiss", {"reason": asking.needed(reason, "why", "--reason", yes)}, as_json, server)


def close(ref: Ref, as_json: AsJson = False, server: Server = "") -> None:
    """Close a resolved incident once its follow-up is done."""
    run(ref, "/close", None, as_json, server)


def run(ref: str, path: str, body: Any, as_json: bool, server: str) -> None:
    """Send one command of an incident and print what came of it."""
    with connect(server) as client:
        send(client, ref, path, body, as_json)


def send(client: Client, ref: str, path: str, body: Any, as_json: bool) -> None:
    """Send a command on an open connection, and print what came of it: JSON, or the timeline's new sentences."""
    address = f"/incidents/{asking.incident(ref)}"
    done = client.post(address + path, body)
    if as_json:
        shown.as_json(done)
        return
    since = max(0, done["version"] - len(done["events"]))
    out = shown.console()
    for entry in client.get(f"{address}/timeline", since=since)["entries"]:
        if entry["seq"] <= done["version"]:
            out.print(shown.entry(entry))


def _chosen_playbook(client: Client) -> str | None:
    """Ask which playbook is meant, where there are several; the first is the one to take."""
    found = client.get("/playbooks")["playbooks"]
    if len(found) < 2:
        return None
    for number, playbook in enumerate(found, start=1):
        typer.echo(f"  {number}. {playbook['name']}", err=True)
    while not 1 <= (chosen := int(typer.prompt("Playbook", default=1, type=int, err=True))) <= len(found):
        typer.echo(f"  1 to {len(found)}", err=True)
    return str(found[chosen - 1]["digest"])
