"""Terminal commands that read playbooks: `compile`, `lint`, `simulate`. They need no server and no database."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
