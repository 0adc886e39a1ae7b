"""`tocsin simulate` prints a playbook's hours as a table, as JSON and as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from tocsin.cli.simulations import UnreadableOptionError, seconds_of
from tocsin.errors import RefusedError
from tocsin.project.program import app

PLAYBOOK = """\
# When the greenhouse gets too warm

## Judge

- [ ] Choose the severity:
  - **High:** plants are dying
  - **Low:** it is only warm

### High incidents

- [ ] If it lasts more than 60 minutes or the sprinklers have failed, notify the growers.

## Cool down

### High incidents

- [ ] Provide updates to #greenhouse every 30 minutes.
- [ ] Notify #greenhouse when the incident has been resolved.
"""


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    file = tmp_path / "greenhouse.md"
    file.write_text(PLAYBOOK, encoding="utf-8")
    return file


def entries(*arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["simulate", *arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    printed: list[dict[str, object]] = json.loads(result.stdout)["entries"]
    return printed


def test_json_has_every_entry_in_order(playbook: Path) -> None:
    found = entries(str(playbook), "--severity", "High", "--for", "2h", "--resolve", "100m")
    assert [e["at"] for e in found if e["kind"] == "due" and e["line"] == 17] == [1800, 3600, 5400]
    assert [e["at"] for e in found if e["kind"] == "opens" and e["line"] == 11] == [3600]
    assert set(found[0]) == {"at", "kind", "line", "text", "to", "why"}


def test_an_answer_opens_what_waited_for_it(playbook: Path) -> None:
    question = "sprinklers-failed"
    found = entries(str(playbook), "--severity", "High", "--answer", f"{question}=yes@20m")
    assert [e["at"] for e in found if e["kind"] == "opens" and e["line"] == 11] == [1200]


def test_absent_people_let_everything_become_overdue(playbook: Path) -> None:
    kinds = {e["kind"] for e in entries(str(playbook), "--severity", "High", "--absent")}
    assert {"reminds", "due", "overdue", "escalates"} <= kinds
    assert "tells" not in kinds


def test_the_table_tells_time_line_and_why(playbook: Path) -> None:
    result = CliRunner(env={"COLUMNS": "140"}).invoke(app, ["simulate", str(playbook), "--severity", "High"])
    assert result.exit_code == 0
    assert "Due now. Every 30 minutes, counted from the severity" in result.stdout
    assert "entries in 4:00" in result.stdout


def test_the_picture_is_written_where_asked(playbook: Path, tmp_path: Path) -> None:
    picture = tmp_path / "hours.svg"
    result = CliRunner().invoke(app, ["simulate", str(playbook), "--severity", "High", "--svg", str(picture)])
    assert result.exit_code == 0
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    assert "The picture is in" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--severity", "Mauve"], "Choose High or Low"),
        (["--for", "a while"], "is no length of time"),
        (["--for", "500d"], "is no length of time"),
        (["--resolve", "-3h"], "is no length of time"),
        (["--answer", "sprinklers-failed=perhaps"], "is no answer"),
        (["--answer", "rain=yes"], "asks no question “rain”"),
        (["--svg", "/nowhere/at/all.svg"], "cannot be written"),
    ],
)
def test_what_cannot_be_simulated_says_what_to_write_instead(playbook: Path, arguments: list[str], says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        CliRunner().invoke(app, ["simulate", str(playbook), *arguments], catch_exceptions=False)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UnreadableOptionError, match="cannot be read"):
        CliRunner().invoke(app, ["simulate", "no-such-file.md"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("4h", 14400), ("1h30m", 5400), ("1.5h", 5400), ("3d", 259200)]
)
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


def test_the_reference_document_runs_as_it_stands(shared: Path) -> None:
    document = shared / "playbooks" / "benefits" / "incident-response.md"
    found = entries(str(document), "--severity", "High", "--for", "4h", "--resolve", "3h")
    updates = [e for e in found if e["kind"] == "due" and e["line"] == 42]
    assert [e["at"] for e in updates] == [1800, 3600, 5400, 7200, 9000, 10800]
    assert {tuple(e["to"]) for e in updates if isinstance(e["to"], list)} == {("#benefits-general",)}
    agencies = [(e["at"], e["kind"]) for e in found if e["line"] == 30]
    assert agencies == [(3000, "reminds"), (3600, "opens"), (3600, "due"), (3600, "tells"), (3600, "closes")]
    assert [e["at"] for e in found if e["line"] == 44 and e["kind"] == "opens"] == [10800]
    assert not [e for e in found if e["kind"] in ("overdue", "escalates")]
