# Documents are kept one line a line.
"""A document of the shape most teams use is read line by line, exactly."""

from __future__ import annotations

import pytest

from tocsin.playbook import compile_document
from tocsin.playbook.codec import condition_to_json
from tocsin.playbook.model import Playbook, Step

SOURCE = """---
name: Outage
about: Steps for an outage, even a suspected one.
---

_**Never paste personal data into this issue or Slack.** Keep it in the vault._

**Severity:** _High/Medium/Low_

## Start

1. [x] Open an issue from this template.
1. [ ] Declare an incident in a Slack channel, such as [#harbour-ops][ops].
   - Say what you saw.
1. [ ] Delegate what follows.

## Judge

- [ ] Determine the impact.
- [ ] Assign the severity above:
  - **High:** Ferry bookings or passenger data lost
  - **Medium:** Bookings down for more than 20 minutes
  - **Low:** Slow pages

### Medium/High incidents

- [ ] Notify [#harbour-ops][ops].
- [ ] If the incident is lasting more than 90 minutes or passengers' data has been stolen, notify the affected ferry lines.
- [ ] If it looks like sabotage (such as cut cables), notify the coast guard.

## Repair

- [ ] Check the [runbook](https://example.org/runbook) for hints.
- [ ] Post in the Slack thread when the incident has been resolved.

### Medium/High incidents

- [ ] Provide updates to [#harbour-ops][ops] every 20 minutes.
- [ ] Notify [#harbour-ops][ops] when the incident has been resolved.

## Afterwards

- [ ] For Medium/High incidents, write an incident report.
  1. [ ] Write a draft.
     - Link what was said.
  1. [ ] Get thumbs-up from those involved.
  1. [ ] Share with the harbour board.
- [ ] Create issues for follow-up tasks, such as:
  - Better monitoring
  - Better documents

[ops]: https://harbour.slack.com/archives/C0HARBOUR1
"""


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return compile_document(SOURCE.encode(), "outage.md")


def step(playbook: Playbook, words: str) -> Step:
    (found,) = [s for s in playbook.all_steps() if s.text.startswith(words)]
    return found


LEVELS = {"severity": ["High", "Medium"]}


def test_every_box_is_a_step_in_its_phase(playbook: Playbook) -> None:
    assert [(p.title, len(p.steps)) for p in playbook.phases] == [
        ("Start", 3), ("Judge", 5), ("Repair", 4), ("Afterwards", 2),
    ]  # fmt: skip
    assert sum(1 for _ in playbook.all_steps()) == 17
    assert [s.id for s in playbook.all_steps()][-5:] == [f"afterwards-{n}" for n in range(1, 6)]


def test_name_about_and_policy_are_taken(playbook: Playbook) -> None:
    assert (playbook.name, playbook.about) == ("Outage", "Steps for an outage, even a suspected one.")
    (policy,) = playbook.policies
    assert (policy.line, policy.places) == (6, ("issue", "slack"))


def test_levels_have_their_criteria_and_the_time_in_them(playbook: Playbook) -> None:
    assert [(s.name, s.rank, s.after_seconds) for s in playbook.severities] == [
        ("High", 0, None), ("Medium", 1, 1200), ("Low", 2, None),
    ]  # fmt: skip
    assert playbook.severities[1].criteria == ("Bookings down for more than 20 minutes",)


def test_a_ticked_box_is_done_and_numbered_items_are_in_order(playbook: Playbook) -> None:
    assert [(s.is_done, s.is_ordered) for s in playbook.phases[0].steps] == [(True, True), (False, True), (False, True)]
    assert not step(playbook, "Determine").is_ordered


def test_a_heading_that_names_levels_governs_its_steps_and_keeps_the_phase(playbook: Playbook) -> None:
    assert condition_to_json(step(playbook, "Provide updates").condition) == LEVELS
    assert step(playbook, "Check the").condition is None


def test_time_and_fact_are_alternatives_under_the_severity(playbook: Playbook) -> None:
    told = step(playbook, "If the incident is lasting")
    assert condition_to_json(told.condition) == {
        "all": [LEVELS, {"any": [{"elapsed": 5400}, {"answer": "passengers-data-stolen"}]}]
    }
    assert told.audiences == ("affected ferry lines",)
    assert [(t.kind, t.seconds, t.start) for t in told.timers] == [("elapsed", 5400, "start")]
    assert condition_to_json(step(playbook, "If it looks").condition) == {
        "all": [LEVELS, {"answer": "looks-like-sabotage"}]
    }


def test_the_state_opens_what_waits_for_the_end(playbook: Playbook) -> None:
    assert condition_to_json(step(playbook, "Post in").condition) == {"state": "resolved"}
    assert condition_to_json(step(playbook, "Notify #harbour-ops when").condition) == {
        "all": [LEVELS, {"state": "resolved"}]
    }


def test_a_cadence_counts_from_the_last_update_and_goes_to_the_linked_channel(playbook: Playbook) -> None:
    updates = step(playbook, "Provide updates")
    assert [(t.kind, t.seconds, t.start) for t in updates.timers] == [("recurring", 1200, "last_update")]
    assert [(c.name, c.id) for c in updates.channels] == [("#harbour-ops", "C0HARBOUR1")]


def test_sub_steps_inherit_and_keep_their_order(playbook: Playbook) -> None:
    report = step(playbook, "For Medium/High incidents, write")
    assert [child.text for child in report.steps] == [
        "Write a draft.", "Get thumbs-up from those involved.", "Share with the harbour board.",
    ]  # fmt: skip
    assert all(condition_to_json(s.condition) == LEVELS for s in (report, *report.steps))
    assert report.steps[0].notes == ("Link what was said.",)


def test_plain_sub_items_are_notes(playbook: Playbook) -> None:
    assert step(playbook, "Create issues").notes == ("Better monitoring", "Better documents")


def test_steps_that_tocsin_helps_with_have_an_action(playbook: Playbook) -> None:
    assert [s.action for s in playbook.all_steps()] == [
        "open-issue", "declare", "delegate", "determine-impact", "assign-severity", "notify", "notify", "notify",
        "consult", "announce-resolution", "post-updates", "announce-resolution", "write-report", "draft-report",
        "approve-report", "share-report", "create-follow-ups",
    ]  # fmt: skip
