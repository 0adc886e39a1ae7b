"""Issue forms are read like checklists: their check boxes are steps or choices, every part with its line."""

from __future__ import annotations

from tocsin.playbook import compile_document

FORM = """name: Flood
description: For water where it should not be.
body:
  - type: markdown
    attributes:
      value: |
        ## Before you start

        **Do not put personal data in this issue.**
        Notify the dike reeve within 1 hour.
  - type: dropdown
    id: severity
    attributes:
      label: How bad is it?
      options:
        - Grave - houses in danger
        - Slight - wet feet
  - type: checkboxes
    id: places
    attributes:
      label: Affected places
      options:
        - label: North bank
        - label: South bank
  - type: textarea
    id: plan
    attributes:
      label: Plan
      placeholder: |
        - [ ] this is only a hint
      value: |
        - [ ] Fill the sandbags
  - type: checkboxes
    id: response
    attributes:
      label: Response checklist
      options:
        - label: Post in [#water](https://dike.slack.com/archives/C0WATER001)
        - label: "If houses are wet, notify the mayor"
          required: true
"""


def test_a_form_is_read_with_its_lines() -> None:
    playbook = compile_document(FORM.encode(), "flood.yml")
    assert (playbook.name, playbook.about) == ("Flood", "For water where it should not be.")
    assert [(s.name, s.line, s.criteria) for s in playbook.severities] == [
        ("Grave", 16, ("houses in danger",)), ("Slight", 17, ("wet feet",)),
    ]  # fmt: skip
    assert [(step.line, step.text) for step in playbook.all_steps()] == [
        (32, "Fill the sandbags"), (38, "Post in #water"), (39, "If houses are wet, notify the mayor"),
    ]  # fmt: skip
    assert [phase.title for phase in playbook.phases] == ["Plan", "Response checklist"]
    assert [(f.label, f.line) for f in playbook.fields] == [
        ("How bad is it?", 14), ("Affected places", 21), ("Plan", 28),
    ]  # fmt: skip
    assert [policy.line for policy in playbook.policies] == [9]
    assert [(t.seconds, t.line) for t in playbook.timers] == [(3600, 10)]
    assert playbook.channels == ("#water",)


def test_the_conditions_and_links_of_options_are_read() -> None:
    playbook = compile_document(FORM.encode(), "flood.yml")
    post, tell = list(playbook.all_steps())[1:]
    assert [(c.name, c.id) for c in post.channels] == [("#water", "C0WATER001")]
    assert tell.audiences == ("mayor",)
    assert [question.text for question in playbook.questions] == ["houses are wet"]


def test_a_form_is_known_by_its_body_when_its_name_says_nothing() -> None:
    assert compile_document(FORM.encode(), "flood").name == "Flood"
