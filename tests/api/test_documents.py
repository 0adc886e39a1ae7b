"""The pages of the documentation say what is so."""

from __future__ import annotations

import re

import pytest
import typer
from typer.main import get_command

from tests.conftest import ROOT
from tocsin.api import problems
from tocsin.api.models import Token
from tocsin.cli.exits import EXIT_CODES
from tocsin.project.program import app

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
TERMINAL = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")


def test_every_status_an_error_can_have_is_explained() -> None:
    explained = {int(found) for found in re.findall(r"^\| (\d{3}) \|", API, re.MULTILINE)}
    assert explained == {problems.status_of(kind) for kind in problems.kinds()}


def test_every_scope_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", API, re.MULTILINE) == [scope.value for scope in Token.Scope]


def test_the_exit_codes_are_those_of_the_program() -> None:
    explained = dict(re.findall(r"^\| (\d) \| (.*) \|$", TERMINAL, re.MULTILINE))
    assert explained == {str(code): meaning for code, meaning in EXIT_CODES.items()}


@pytest.mark.parametrize("panel", ["Incidents", "Your account"])
def test_every_command_is_listed(panel: str) -> None:
    program = get_command(app)
    assert isinstance(program, typer.core.TyperGroup)
    ours = {name for name, command in program.commands.items() if getattr(command, "rich_help_panel", "") == panel}
    listed = set(re.findall(r"`(\w+)", TERMINAL))
    assert ours and ours <= listed
