"""The program `tocsin`: puts the terminal commands and the server commands under one name.

Heavy parts are imported by the command that needs them, so that `tocsin compile` answers at once.
"""

from __future__ import annotations

import typer

from tocsin.cli import playbooks

app = typer.Typer(no_args_is_help=True, help="Run the incident checklist your team has already written.")
playbooks.register(app)


def main() -> None:
    app()
