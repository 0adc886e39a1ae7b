"""What every terminal command shares: its options, asking a person who is there, and naming things the short way."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer

from tocsin.cli.client import Client, connect
from tocsin.errors import RefusedError, TocsinError

PANEL = "Incidents"


def complete_refs(incomplete: str) -> list[tuple[str, str]]:
    """Return references of open incidents for the shell; nothing when the server cannot be asked quickly."""
    try:
        with connect(timeout_seconds=1.0) as client:
            found = client.get("/incidents", limit=50, status=["suspected", "active", "resolved"])
    except TocsinError:
        return []
    rows = [(row["ref"], row["title"]) for row in found["incidents"]]
    return [row for row in rows if row[0].lower().startswith(incomplete.lower())]


AsJson = Annotated[bool, typer.Option("--json", help="print JSON, for programs")]
Server = Annotated[str, typer.Option("--server", help="another server than the one signed in to last")]
Ref = Annotated[str, typer.Argument(help="the incident: INC-12, or 12", autocompletion=complete_refs)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="ask nothing")]


class UnknownNameError(RefusedError):
    """Nobody goes by this name. Use “me”, a name or an e-mail address of the list of people, or person:3."""


def is_asked(yes: bool = False) -> bool:
    """True when a person is there to be asked."""
    return not yes and sys.stdin.isatty() and sys.stdout.isatty()


def needed(value: str | None, what: str, name: str, yes: bool = False) -> str:
    """Return `value`, or ask for it; where nobody can be asked it is a mistake in the command (exit 2)."""
    if value is not None and value.strip():
        return read_if_dash(value)
    if not is_asked(yes):
        raise typer.BadParameter(f"give {what}", param_hint=name)
    answer: str = typer.prompt(what.capitalize(), err=True)
    return answer


def read_if_dash(value: str) -> str:
    """Return `value`, or what comes on standard input for “-”."""
    return sys.stdin.read().strip() if value == "-" else value


def incident(ref: str) -> str:
    """Return the reference as the API writes it: 12 and inc-12 are INC-12."""
    found = re.fullmatch(r"(?:inc-?)?0*([1-9][0-9]*)", ref.strip(), re.IGNORECASE)
    if found is None:
        raise typer.BadParameter("an incident's reference looks like INC-12", param_hint="REF")
    return f"INC-{found.group(1)}"


def person(client: Client, who: str) -> str:
    """Return the reference of a person by “me”, name or e-mail address. *Raises* UnknownNameError."""
    if who == "me" or re.fullmatch(r"person:[0-9]+", who):
        return who
    people = client.get("/people")["people"]
    wanted = who.casefold()
    found = [each["ref"] for each in people if wanted in (each["name"].casefold(), (each["email"] or "").casefold())]
    if len(found) != 1:
        raise UnknownNameError
    return str(found[0])


def step(room: dict[str, Any], wanted: str) -> str:
    """Return a step's id: “next” is the first thing to do, and the beginning of an id or a text is enough if unique."""
    if wanted == "next":
        if room["next_step"] is None:
            raise UnknownNameError("Nothing is waiting to be done.")
        return str(room["next_step"]["id"])
    steps = [found for phase in room["phases"] for found in phase["steps"]]
    exact = [found["id"] for found in steps if found["id"] == wanted]
    begins = [found["id"] for found in steps if found["text"].casefold().startswith(wanted.casefold())]
    found = exact or begins
    if len(found) != 1:
        raise UnknownNameError(f"“{wanted}” is no step of this incident. `tocsin show` lists them with their ids.")
    return str(found[0])


def in_path(text: str) -> str:
    """Return text as one part of an address."""
    return quote(text, safe="")
