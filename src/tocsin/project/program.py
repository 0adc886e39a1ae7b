"""The program `tocsin`: puts the terminal commands and the server commands under one name.

Heavy parts are imported by the command that needs them, so that `tocsin compile` answers at once.
"""

from __future__ import annotations

import sys

import typer

from tocsin.cli import account, exits, following, incidents, playbooks, simulations, steps, writing
from tocsin.errors import TocsinError
from tocsin.project import administration

app = typer.Typer(no_args_is_help=True, help="Run the incident checklist your team has already written.")
playbooks.register(app)
simulations.register(app)
for part in (incidents, steps, writing, following, account):
    part.register(app)
administration.register(app)


def main() -> None:
    """Run the program; an error is one line that says what to do, and an exit code of `exits.EXIT_CODES`."""
    try:
        app()
    except TocsinError as error:
        raise SystemExit(exits.tell(error, sys.argv)) from error
