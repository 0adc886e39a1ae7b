"""An issue form of the repository is a playbook: what GitHub makes of its answers starts the incident, and is its record."""

from __future__ import annotations

import pytest

from tests.integrations.github.asking import done, skipped, told
from tests.integrations.github.harbour import Town
from tests.integrations.github.test_two_ways import REPORTER, act
from tocsin.desk import playbooks, writer
from tocsin.incident import commands as cmd
from tocsin.store import queries

PATH = ".github/ISSUE_TEMPLATE/kiosk.yml"
FORM = """\
name: Kiosk incident
description: A kiosk sells nothing, or sells what it must not.
title: "Kiosk: "
labels: [kiosk, incident]
assignees: [grace]
body:
  - type: markdown
    attributes:
      value: |
        Thank you for telling us. Do not write passengers' names here.
  - type: input
    id: kiosk
    attributes:
      label: Which kiosk
      placeholder: K-12
    validations:
      required: true
  - type: dropdown
    id: severity
    attributes:
      label: Severity
      options:
        - High
        - Medium
        - Low
  - type: textarea
    id: seen
    attributes:
      label: What did you see?
      description: In your own words.
  - type: textarea
    id: screen
    attributes:
      label: What the screen said
      render: text
  - type: checkboxes
    id: first
    attributes:
      label: First of all
      options:
        - label: Photograph the screen
        - label: Put up the "out of order" sign
          required: true
  - type: checkboxes
    id: repair
    attributes:
      label: Repair
      options:
        - label: Order the part
        - label: Tell the [ticket desk](https://harbour.example/desk) by telephone
  - type: checkboxes
    id: after
    attributes:
      label: Afterwards
      options:
        - label: Count the vouchers
"""
ANSWERED = """\
### Which kiosk

K-7, by the ferry stairs

### Severity

Medium

### What did you see?

The screen is blue, and it asks:

- [ ] Send a report to the maker

Nobody pressed anything.

### What the screen said

```text
## PANIC
- [ ] retry
```

### First of all

- [ ] Photograph the screen
- [X] Put up the "out of order" sign

### Repair

- [ ] Order the part
- [ ] Tell the [ticket desk](https://harbour.example/desk) by telephone

### Afterwards

- [ ] Count the vouchers"""
"""What GitHub writes for the answers: headings of the third level, a capital X, and the last line without an end."""
OTHER = FORM.replace("Kiosk incident", "Lamp incident").replace("Kiosk: ", "Lamp: ")
for _old, _new in [
    ("Which kiosk", "Which lamp"),
    ("First of all", "At once"),
    ("Photograph the screen", "Close the stairs"),
    ('Put up the "out of order" sign', "Hang a lantern"),
    ("Order the part", "Change the bulb"),
    ("Tell the [ticket desk](https://harbour.example/desk) by telephone", "Measure the current"),
    ("Count the vouchers", "Write to the insurer"),
]:
    OTHER = OTHER.replace(_old, _new)


@pytest.fixture
def ours(town: Town) -> Town:
    """The town with both forms in its repository."""
    town.put_file("ada", PATH, FORM)
    town.put_file("ada", ".github/ISSUE_TEMPLATE/lamp.yml", OTHER)
    town.hear()
    return town


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_an_issue_opened_from_a_form_starts_its_incident(ours: Town, end: str) -> None:
    answered = ANSWERED.replace("\n", end)
    number = ours.open_issue("grace", "Kiosk: 7 is blue", answered)
    ours.hear()
    ours.work()
    [row] = queries.incidents()
    state = queries.load(row.ref).state
    assert state.playbook.name == "Kiosk incident"
    assert (state.title, state.severity) == ("Kiosk: 7 is blue", "Medium")
    assert state.responders[state.declared_by or ""] == "grace"
    assert done(row.ref) == {'Put up the "out of order" sign'}
    # A box that the reporter wrote into an answer is a step of this incident; one in code is none.
    assert [entry.text for entry in state.added_steps] == ["Send a report to the maker"]
    assert skipped(row.ref) == {}
    assert ours.body(number) == answered


def test_its_boxes_and_severity_go_both_ways_and_nothing_else_changes(ours: Town) -> None:
    number = ours.open_issue("grace", "Kiosk: 7 is blue", ANSWERED)
    ours.hear()
    ours.work()
    [row] = queries.incidents()
    ours.edit("ada", number, lambda body: body.replace("[ ] Order", "[x] Order"))
    ours.hear()
    assert "Order the part" in done(row.ref)
    [photograph] = [step for step in queries.load(row.ref).state.playbook.all_steps() if "Photograph" in step.text]
    act(ours, row.ref, cmd.CompleteStep(by=REPORTER, step=photograph.id))
    act(ours, row.ref, cmd.AssignSeverity(by=REPORTER, severity="High"))
    ours.work()
    expected = ANSWERED.replace("[ ] Order", "[x] Order").replace("[ ] Photograph", "[x] Photograph")
    assert ours.body(number) == expected.replace("\n\nMedium\n", "\n\nHigh\n")
    ours.edit("ada", number, lambda body: body.replace("\n\nHigh\n", "\n\nLow\n"))
    ours.hear()
    assert queries.load(row.ref).state.severity == "Low"


def test_no_answers_and_reworded_labels_are_still_the_form(ours: Town) -> None:
    blank = ANSWERED.replace("Medium\n", "_No response_\n").replace("K-7, by the ferry stairs", "_No response_")
    edited = blank.replace("Order the part", "Order the part from the maker").replace("### Repair", "### Repairs")
    ours.open_issue("grace", "Kiosk: ?", edited)
    ours.hear()
    [row] = queries.incidents()
    state = queries.load(row.ref).state
    assert (state.playbook.name, state.severity) == ("Kiosk incident", None)
    assert "now reads “Order the part from the maker”" in told(row.ref)


def test_answers_alone_and_other_forms_start_nothing(ours: Town) -> None:
    ours.open_issue("grace", "Kiosk: 7", "### Which kiosk\n\nK-7\n\n### Severity\n\nHigh\n")
    ours.open_issue("grace", "Wish", "### What do you wish for?\n\nA kiosk\n\n### Why\n\n- [X] I like it\n- [ ] Both\n")
    ours.hear()
    assert queries.incidents() == []


def test_declaring_from_a_form_makes_the_issue_that_github_would_make(ours: Town) -> None:
    digest = next(version.digest for version in playbooks.current() if version.name == "Kiosk incident")
    declare = cmd.DeclareIncident(by=REPORTER, title="7 is blue", by_name="Ada", severity="Low")
    ref = writer.declare(declare, digest, key="declare", now=ours.clock.now()).ref
    ours.work()
    [issue] = ours.issues()
    assert issue["title"] == "Kiosk: 7 is blue"
    assert sorted(label["name"] for label in issue["labels"]) == ["incident", "kiosk"]
    assert issue["body"].startswith(
        "### Which kiosk\n\n_No response_\n\n### Severity\n\nLow\n\n### What did you see?\n\n"
    )
    assert "- [ ] Photograph the screen\n- [ ] Put up the" in issue["body"] and "Thank you" not in issue["body"]
    ours.edit("grace", issue["number"], lambda body: body.replace("[ ] Count", "[X] Count"))
    ours.hear()
    assert "Count the vouchers" in done(ref)
    assert queries.load(ref).state.added_steps == ()
