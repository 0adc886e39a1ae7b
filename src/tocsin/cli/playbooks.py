"""Terminal commands that read playbooks: `compile`, `lint`, `simulate`. They need no server and no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command("compile")(compile_command)


def compile_command(
    file: Annotated[Path, typer.Argument(help="the playbook: Markdown or a GitHub issue form")],
    as_json: Annotated[bool, typer.Option("--json", help="print the compiled form")] = False,
) -> None:
    """Show a playbook as understood, each reading beside its line."""
    from tocsin.playbook import compile_document
    from tocsin.playbook.codec import to_json

    playbook = compile_document(file.read_bytes(), file.name)
    if as_json:
        typer.echo(json.dumps(to_json(playbook), ensure_ascii=False, indent=2))
