"""Terminal commands of the server itself: `serve`, `sign-in-link`, `verify`, `doctor`, `backup`, `restore`, `trust-clock`.

They need the database, so Django is set up inside each command and not before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tocsin.errors import RefusedError

console = Console(highlight=False)


class NoSuchPersonError(RefusedError):
    """Nobody has this e-mail address. Add the person on the page People first."""


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    for command in (serve, sign_in_link, verify, doctor, backup, restore, trust_clock, github_account):
        app.command(rich_help_panel="The server")(command)


def serve(
    data: Annotated[Path | None, typer.Option(help="Folder for the database and the secret key.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    playbook: Annotated[Path | None, typer.Option(help="Playbook to declare with.")] = None,
) -> None:
    """Run the pages, the API, the clock and the delivery worker in this process."""
    _set("data", data)
    _set("host", host)
    _set("port", port)
    _set_up_django()
    from tocsin.project import server
    from tocsin.project.options import read_settings

    settings = read_settings()
    server.serve(settings.text("host"), settings.number("port"), playbook or settings.path("playbook"))


def sign_in_link(
    email: Annotated[str, typer.Argument(help="Whose link; without it, an administrator's.")] = "",
) -> None:
    """Print a new one-time sign-in link."""
    _set_up_django()
    from datetime import UTC, datetime

    from tocsin.people.models import Person
    from tocsin.people.sign_in import first_administrator
    from tocsin.project.server import sign_in_url

    person = Person.objects.filter(email__iexact=email).first() if email else first_administrator()
    if person is None:
        raise NoSuchPersonError
    typer.echo(sign_in_url(person, datetime.now(UTC)))


def github_account(
    login: Annotated[str, typer.Argument(help="Login on GitHub; they must have acted on an issue once.")],
    email: Annotated[str, typer.Argument(help="E-mail address of the person here.")],
) -> None:
    """Say which person a GitHub user is, so that what they do on GitHub counts as theirs."""
    _set_up_django()
    from tocsin.integrations.github.people import link

    typer.echo(f"{login} is {link(login, email).name} from now on.")


def verify() -> None:
    """Check that no event of any incident was changed, lost or moved."""
    _set_up_django()
    from tocsin.store.verify import verify as find_faults

    faults = find_faults()
    for fault in faults:
        console.print(f"[red]✗[/red] {fault}")
    if faults:
        raise typer.Exit(1)
    console.print("[green]✓[/green] Every event is as it was written.")


def doctor() -> None:
    """List every setting with where it came from, probe every connector, and say what to mend."""
    _set_up_django()
    from tocsin.project.doctor import examine, show

    findings = examine()
    show(findings, console)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def backup(file: Annotated[Path, typer.Argument(help="The archive to write.")]) -> None:
    """Write the whole installation into one archive, while it runs."""
    _set_up_django()
    from tocsin.project.archive import write_backup

    console.print(f"Wrote {write_backup(file)} bytes to {file}.")


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `tocsin backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there.")] = False,
) -> None:
    """Bring an installation back from an archive. Stop the server first."""
    _set_up_django()
    from tocsin.project.archive import restore_backup

    restore_backup(file, is_replacing=replace)
    console.print("Restored. Start the server with `tocsin serve`.")


def trust_clock() -> None:
    """Take the machine's clock as right after it was mended; the next start of the server begins from it."""
    _set_up_django()
    from tocsin.desk.steady_clock import trust_wall

    trust_wall()
    console.print("The next start takes the machine's clock as it is.")


def _set(name: str, value: object) -> None:
    """Let a command's option win over the environment, for everything that reads settings after it."""
    if value is not None:
        os.environ[f"TOCSIN_{name.upper()}"] = str(value)


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()
