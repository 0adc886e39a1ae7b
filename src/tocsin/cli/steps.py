"""Terminal commands for steps, roles and follow-ups."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tocsin.cli import asking
from tocsin.cli.asking import PANEL, AsJson, Ref, Server, Yes
from tocsin.cli.client import Client, connect
from tocsin.cli.incidents import Reason, run, send

StepId = Annotated[str, typer.Argument(metavar="STEP", help="its id, “next”, or how its text begins")]
Who = Annotated[str, typer.Argument(metavar="PERSON", help="me, a name, an e-mail address, or person:3")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    step = typer.Typer(no_args_is_help=True, help="Tick, untick, skip, assign or add a step.")
    for name, command in (("done", done), ("undo", undo), ("skip", skip), ("assign", assign), ("add", add)):
        step.command(name)(command)
    role = typer.Typer(no_args_is_help=True, help="Take a role, hand it over, or leave it.")
    role.command("take")(take)
    role.command("leave")(leave)
    followup = typer.Typer(no_args_is_help=True, help="Create a follow-up, or say that one is done.")
    followup.command("add")(add_follow_up)
    followup.command("done")(finish_follow_up)
    app.add_typer(step, name="step", rich_help_panel=PANEL)
    app.add_typer(role, name="role", rich_help_panel=PANEL)
    app.add_typer(followup, name="followup", rich_help_panel=PANEL)


def done(
    ref: Ref,
    step: StepId,
    evidence: Annotated[str, typer.Option("--evidence", "-e", help="how one can see that it is done")] = "",
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Tick a step."""
    _on_step(ref, step, "complete", {"evidence": evidence}, as_json, server)


def undo(ref: Ref, step: StepId, as_json: AsJson = False, server: Server = "") -> None:
    """Untick a step, or take a skip back."""
    _on_step(ref, step, "uncomplete", None, as_json, server)


def skip(
    ref: Ref, step: StepId, reason: Reason = "", yes: Yes = False, as_json: AsJson = False, server: Server = ""
) -> None:
    """Skip a step, with a reason."""
    _on_step(ref, step, "skip", {"reason": asking.needed(reason, "why", "--reason", yes)}, as_json, server)


def assign(
    ref: Ref,
    step: StepId,
    who: Annotated[str, typer.Argument(metavar="PERSON", help="me, a name, person:3, or nobody")],
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Give a step to somebody, or to nobody."""
    with connect(server) as client:
        person = None if who == "nobody" else asking.person(client, who)
        address = _address(client, ref, step)
        send(client, ref, f"{address}/assign", {"person": person}, as_json)


def add(
    ref: Ref,
    phase: Annotated[str, typer.Argument(help="the title of the phase it belongs to")],
    text: Annotated[str, typer.Argument(help="what is to be done; - reads it")],
    after: Annotated[str | None, typer.Option(help="the id of the step it follows")] = None,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Add a step to this incident."""
    body = {"phase": phase, "text": asking.read_if_dash(text), "after": after}
    run(ref, "/steps", body, as_json, server)


def take(
    ref: Ref,
    role: Annotated[str, typer.Argument(help="“incident commander”, or another role")],
    who: Who = "me",
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Take a role, or hand it to somebody."""
    with connect(server) as client:
        send(client, ref, "/roles/take", {"role": role, "person": asking.person(client, who)}, as_json)


def leave(ref: Ref, role: str, as_json: AsJson = False, server: Server = "") -> None:
    """Leave a role free."""
    run(ref, "/roles/leave", {"role": role}, as_json, server)


def add_follow_up(
    ref: Ref,
    title: Annotated[str, typer.Argument(help="what is to be done; - reads it")],
    category: Annotated[str, typer.Option(help="one of the playbook's categories")] = "",
    url: Annotated[str, typer.Option(help="the address of its issue")] = "",
    owner: Annotated[str | None, typer.Option(help="whose it is: me, a name, or person:3")] = None,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Create a follow-up."""
    with connect(server) as client:
        body: dict[str, Any] = {"title": asking.read_if_dash(title), "category": category, "url": url}
        body["owner"] = asking.person(client, owner) if owner else None
        send(client, ref, "/follow-ups", body, as_json)


def finish_follow_up(ref: Ref, follow_up: str, as_json: AsJson = False, server: Server = "") -> None:
    """Say that a follow-up is done, by its id."""
    run(ref, f"/follow-ups/{asking.in_path(follow_up)}/complete", None, as_json, server)


def _on_step(ref: str, step: str, verb: str, body: Any, as_json: bool, server: str) -> None:
    with connect(server) as client:
        send(client, ref, f"{_address(client, ref, step)}/{verb}", body, as_json)


def _address(client: Client, ref: str, step: str) -> str:
    room = client.get(f"/incidents/{asking.incident(ref)}")
    return f"/steps/{asking.in_path(asking.step(room, step))}"
