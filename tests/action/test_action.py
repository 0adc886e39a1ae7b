"""The composite action checks what its globs name, and fails where a playbook is broken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GOOD = "# Dark pier\n\n## First\n\n- [ ] Ring the harbour office.\n- [ ] Write down the time.\n"
BAD = "# Dark pier\n\n## First\n\n- [ ] Tell [#harbour][nowhere] every 30 minutes.\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the program on the path, as the action installs it."""
    program = tmp_path / "bin" / "tocsin"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tocsin "$@"\n')
    program.chmod(0o755)
    templates = tmp_path / "repository" / ".github" / "ISSUE_TEMPLATE"
    templates.mkdir(parents=True)
    (templates / "config.yml").write_text("blank_issues_enabled: false\n")
    (templates / "dark pier.md").write_text(GOOD)
    return tmp_path / "repository"


def run(checkout: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    environment = {
        **os.environ,
        "PATH": f"{checkout.parent / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "PLAYBOOKS": settings.get("files", action["inputs"]["files"]["default"]),
    }
    return subprocess.run(
        ["bash", "-c", step["run"]], cwd=checkout, env=environment, capture_output=True, text=True, timeout=60
    )


def test_good_playbooks_pass_and_the_choosers_settings_are_left_out(checkout: Path) -> None:
    done = run(checkout)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_broken_playbook_fails_and_is_shown_beside_its_line(checkout: Path) -> None:
    (checkout / ".github" / "ISSUE_TEMPLATE" / "bad.md").write_text(BAD)
    done = run(checkout)
    assert done.returncode == 1
    assert "::error file=.github/ISSUE_TEMPLATE/bad.md,line=5" in done.stdout


def test_other_paths_can_be_named_and_none_is_no_fault(checkout: Path) -> None:
    (checkout / "docs" / "deep").mkdir(parents=True)
    (checkout / "docs" / "deep" / "bad.md").write_text(BAD)
    assert run(checkout, files="docs/**/*.md").returncode == 1
    nothing = run(checkout, files="nowhere/*.md")
    assert (nothing.returncode, nothing.stdout.startswith("::notice::")) == (0, True)


def test_the_action_installs_from_the_hashed_lock_file() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    install = action["runs"]["steps"][1]["run"]
    assert "--require-hashes" in install and (ROOT / "requirements" / "run.txt").is_file()
