"""The program `tocsin`: puts the terminal commands and the server commands under one name.

Heavy parts are imported by the command that needs them, so that `tocsin compile` answers at once.
"""

from __future__ import annotations

import typer

from tocsin.cli import playbooks, simulations
from tocsin.errors import TocsinError
from tocsin.project import administration

app = typer.Typer(no_args_is_help=True, help="Run the incident checklist your team has already written.")
playbooks.register(app)
simulations.register(app)
administration.register(app)


def main() -> None:
    """Run the program; what was refused is one line that says what to do, and exit status 1."""
    try:
        app()
    except TocsinError as error:
        typer.secho(error.message, err=True, fg="red")
        raise SystemExit(1) from error
