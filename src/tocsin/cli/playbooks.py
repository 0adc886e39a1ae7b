"""Terminal commands that read playbooks: `compile`, `lint`. They need no server and no database."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import RefusedError

if TYPE_CHECKING:
    from tocsin.playbook.lint import Finding
    from tocsin.playbook.model import Playbook


class LintFormat(StrEnum):
    text = "text"
    json = "json"
    github = "github"


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command("compile")(compile_command)
    app.command("lint")(lint_command)


def compile_command(
    file: Annotated[Path, typer.Argument(help="the playbook: Markdown or a GitHub issue form")],
    as_json: Annotated[bool, typer.Option("--json", help="print the compiled form")] = False,
) -> None:
    """Show a playbook as understood, each reading beside its line."""
    source = _source_of(file)
    try:
        playbook = _compiled(source, file)
    except RefusedError as error:
        typer.secho(error.message, fg="red", err=True)
        raise typer.Exit(1) from error
    if as_json:
        from tocsin.playbook.codec import to_json

        typer.echo(json.dumps(to_json(playbook), ensure_ascii=False, indent=2))
    else:
        from tocsin.cli.playbook_view import print_playbook

        print_playbook(playbook, source)


def lint_command(
    files: Annotated[list[Path], typer.Argument(help="the playbooks to check")],
    output: Annotated[LintFormat, typer.Option("--format", help="github: annotations for CI")] = LintFormat.text,
) -> None:
    """Find broken links, undefined severities, rules that can never hold and rules not read. Exit 1 on errors."""
    from tocsin.playbook.lint import has_errors

    found = [(file, finding) for file in files for finding in _findings(file)]
    _print_findings(found, output)
    if has_errors(finding for _, finding in found):
        raise typer.Exit(1)


def _source_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        typer.secho(f"{file}: cannot be read: {error.strerror}", fg="red", err=True)
        raise typer.Exit(2) from error


def _compiled(source: bytes, file: Path) -> Playbook:
    from tocsin.playbook import compile_document

    return compile_document(source, file.name)


def _findings(file: Path) -> list[Finding]:
    from tocsin.playbook.errors import PlaybookError
    from tocsin.playbook.lint import Finding, lint
    from tocsin.playbook.read import decode

    source = _source_of(file)
    try:
        return lint(_compiled(source, file), decode(source))
    except PlaybookError as error:
        return [Finding(error.line, "error", "unreadable", error.reason, "mend this before anything else")]


# --- findings in three forms ----------------------------------------------------------------------------------------


def _print_findings(found: list[tuple[Path, Finding]], output: LintFormat) -> None:
    if output is LintFormat.json:
        rows = [{"file": str(file), **_as_row(finding)} for file, finding in found]
        typer.echo(json.dumps({"findings": rows}, ensure_ascii=False, indent=2))
    elif output is LintFormat.github:
        for file, finding in found:
            typer.echo(_as_annotation(file, finding))
    else:
        _print_text(found)


def _as_row(finding: Finding) -> dict[str, object]:
    return {
        "line": finding.line,
        "level": finding.level,
        "code": finding.code,
        "message": finding.message,
        "mend": finding.mend,
    }


def _as_annotation(file: Path, finding: Finding) -> str:
    """A workflow command. Source: GitHub's "Workflow commands for GitHub Actions"; % and line ends are escaped."""
    level = {"error": "error", "warning": "warning", "note": "notice"}[finding.level]
    message = _escaped(f"{finding.message}. To mend it: {finding.mend}")
    place = _escaped(str(file)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={place},line={max(1, finding.line)},title=tocsin {finding.code}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _print_text(found: list[tuple[Path, Finding]]) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "blue"}
    for file, finding in found:
        level = typer.style(finding.level, fg=colours[finding.level], bold=True)
        typer.echo(f"{file}:{finding.line}: {level}: {finding.message} [{finding.code}]")
        typer.echo(typer.style(f"    {finding.mend}", dim=True))
    counts = {level: sum(1 for _, finding in found if finding.level == level) for level in colours}
    typer.echo(", ".join(f"{count} {level}s" for level, count in counts.items() if count) or "nothing to mend")
