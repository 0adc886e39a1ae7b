"""A severity given as check boxes in the body: one ticked box is the severity, on both sides."""

from __future__ import annotations

import pytest

from tests.integrations.github.asking import told
from tests.integrations.github.harbour import Town
from tests.integrations.github.test_two_ways import REPORTER, act
from tocsin.desk import playbooks
from tocsin.incident import commands as cmd
from tocsin.store import queries

SHORT = """\
---
name: Crane incident
title: "Crane: "
---

## Severity

- [ ] High
- [ ] Medium
- [ ] Low

## Assess

- [ ] Find out which cranes are affected
- [ ] Photograph the hook

## Mend

- [ ] Call the maker
"""
LONG = (
    SHORT.replace("## Severity\n\n", "## Severity\n\nTick one:\n\n")
    .replace("[ ] High", "[ ] **High**: nothing can be unloaded")
    .replace("[ ] Medium", "[ ] **Medium**: one crane stands still")
    .replace("[ ] Low", "[ ] **Low**: a crane is slow")
)


def opened(town: Town, playbook: str) -> tuple[str, int]:
    """Let Grace open an issue and return its incident and number."""
    playbooks.add(playbook.encode(), "crane.md", now=town.clock.now())
    number = town.open_issue("grace", "Crane 2 is stuck", playbook.split("---\n", 2)[2].lstrip("\n"))
    town.hear()
    town.work()
    [row] = queries.incidents()
    return row.ref, number


def click(town: Town, number: int, level: str, is_ticked: bool) -> None:
    """Click one box, as GitHub's page does: one edit."""
    was, now = (" ", "x") if is_ticked else ("x", " ")

    def change(body: str) -> str:
        line = next(line for line in body.splitlines() if line.startswith("- [") and level in line)
        return body.replace(line, line.replace(f"[{was}]", f"[{now}]"))

    town.edit("grace", number, change)
    town.clock.pass_(seconds=5)
    town.hear()
    town.work()


def ticked(town: Town, number: int) -> list[str]:
    levels = ("High", "Medium", "Low")
    return [name for line in town.body(number).splitlines() if "[x]" in line for name in levels if name in line]


@pytest.mark.parametrize("playbook", [SHORT, LONG], ids=["words alone", "with a meaning each"])
def test_a_ticked_box_is_the_severity_and_the_room_ticks_the_other_one(town: Town, playbook: str) -> None:
    ref, number = opened(town, playbook)
    click(town, number, "Low", True)
    assert queries.load(ref).state.severity == "Low"
    before = town.body(number)
    act(town, ref, cmd.AssignSeverity(by=REPORTER, severity="Medium"))
    town.work()
    lines = before.splitlines()
    expected = [
        line.replace("[ ]", "[x]") if "Medium" in line and "[ ]" in line else line.replace("[x]", "[ ]")
        for line in lines
    ]
    assert town.body(number).splitlines() == expected
    assert queries.load(ref).state.added_steps == ()


@pytest.mark.parametrize("untick_first", [True, False], ids=["through none", "through two"])
def test_two_clicks_from_one_level_to_another_end_at_the_other(town: Town, untick_first: bool) -> None:
    ref, number = opened(town, SHORT)
    click(town, number, "High", True)
    clicks = [("High", False), ("Low", True)]
    first, second = clicks if untick_first else reversed(clicks)
    click(town, number, *first)
    # In between nothing is guessed: the incident keeps what it has, and a note says why.
    assert queries.load(ref).state.severity == "High"
    assert ("names no severity" if untick_first else "High, Low") in told(ref)
    click(town, number, *second)
    town.meet()
    assert queries.load(ref).state.severity == "Low"
    assert ticked(town, number) == ["Low"]
    assert "both since they last agreed" not in told(ref)


def test_the_same_holds_for_a_field_in_words(town: Town) -> None:
    words = SHORT.replace("- [ ] High\n- [ ] Medium\n- [ ] Low\n", "").replace(
        "## Severity\n", "Severity: High/Medium/Low"
    )
    ref, number = opened(town, words)
    for before, after in [("High/Medium/Low", "High"), ("High", "bad"), ("bad", "Low")]:
        town.edit("grace", number, lambda body, a=before, b=after: body.replace(f"Severity: {a}", f"Severity: {b}"))  # type: ignore[misc]
        town.clock.pass_(seconds=5)
        town.hear()
        town.work()
    assert queries.load(ref).state.severity == "Low"
    assert "Severity: Low" in town.body(number)


def test_a_level_changed_on_both_sides_is_the_more_severe_one_with_a_note(town: Town) -> None:
    ref, number = opened(town, SHORT)
    click(town, number, "Low", True)
    act(town, ref, cmd.AssignSeverity(by=REPORTER, severity="High"))
    town.edit("grace", number, lambda body: body.replace("[x] Low", "[ ] Low").replace("[ ] Medium", "[x] Medium"))
    town.hear()
    town.work()
    town.meet()
    assert queries.load(ref).state.severity == "High"
    assert ticked(town, number) == ["High"]
    assert "both since they last agreed" in told(ref)
