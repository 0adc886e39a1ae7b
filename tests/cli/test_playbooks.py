"""The terminal shows a playbook as understood and says what to mend; its exit status tells a script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tocsin.cli import playbooks

app = typer.Typer()
playbooks.register(app)
GOOD = "## Levels\n\n- **High:** bad\n- **Low:** dull\n\n## Do\n\n- [ ] Notify the mayor within 5 minutes (High only)\n"
BAD = "- [ ] See [this]()\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.md"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.md"
    path.write_text(BAD, encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    return result.exit_code, result.output


def test_compile_shows_each_reading_beside_its_line(good: Path) -> None:
    status, output = run("compile", str(good))
    assert status == 0
    (line,) = [line for line in output.split("\n") if "Notify the mayor" in line]
    assert line.split()[0] == "8"
    for said in ("guard: High", "timer: within 5 minutes from start at High", "audience: mayor", "do-1"):
        assert said in output


def test_compile_prints_the_compiled_form(good: Path) -> None:
    status, output = run("compile", str(good), "--json")
    compiled = json.loads(output)
    assert status == 0
    assert list(compiled) == [
        "name", "about", "source", "digest", "severities", "policies", "phases", "fields", "questions", "timers",
        "audiences", "channels", "roles", "readings", "unknown",
    ]  # fmt: skip
    assert list(compiled["phases"][0]["steps"][0]) == [
        "id", "line", "text", "ordered", "done", "action", "condition", "timers", "audiences", "channels", "links",
        "notes", "steps",
    ]  # fmt: skip


def test_a_document_that_is_refused_ends_with_1_and_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("body: [\n", encoding="utf-8")
    status, output = run("compile", str(path))
    assert status == 1
    assert "broken.yml, line 2" in output


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    assert run("compile", str(tmp_path / "none.md"))[0] == 2
    assert run("lint", str(tmp_path / "none.md"))[0] == 2


def test_lint_ends_with_1_on_errors_only(good: Path, bad: Path) -> None:
    assert run("lint", str(good)) == (0, "nothing to mend\n")
    status, output = run("lint", str(good), str(bad))
    assert status == 1
    assert f"{bad}:1: error" in output


def test_lint_prints_json(bad: Path) -> None:
    status, output = run("lint", str(bad), "--format", "json")
    (found,) = json.loads(output)["findings"]
    assert status == 1
    assert (found["file"], found["line"], found["level"], found["code"]) == (str(bad), 1, "error", "broken-link")


def test_lint_prints_annotations_for_github(bad: Path) -> None:
    status, output = run("lint", str(bad), "--format", "github")
    assert status == 1
    assert output.startswith(f"::error file={bad},line=1,title=tocsin broken-link::")


def test_lint_reports_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_bytes(b"")
    status, output = run("lint", str(path))
    assert status == 1
    assert "unreadable" in output


def test_the_terminal_program_does_not_load_the_server(good: Path) -> None:
    """`tocsin compile` answers at once: neither Django nor the network is imported for it."""
    script = (
        "import sys; from tocsin.cli import playbooks; import tocsin.playbook.lint; "
        "print([m for m in ('django', 'httpx', 'asyncio', 'rich.console') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(root / "src")},
    )
    assert "django" not in run.stdout
    assert "httpx" not in run.stdout
