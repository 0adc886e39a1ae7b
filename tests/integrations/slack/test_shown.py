"""What Slack shows stays within its limits however long the playbook, and holds what a responder needs first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integrations.slack.described import check_blocks
from tests.integrations.slack.workspace import PLAYBOOK, T0
from tocsin.incident import commands as cmd
from tocsin.incident.decide import decide
from tocsin.incident.evolve import evolve
from tocsin.incident.state import IncidentState
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import cards, modals
from tocsin.integrations.slack.checklist import checklist
from tocsin.integrations.slack.home import home
from tocsin.integrations.slack.view import Seen, open_steps, steps_of
from tocsin.playbook.read import compile_document

ANA = "person:1"


def lived(source: bytes, *commands: cmd.Command, title: str = "The lock is stuck") -> Seen:
    """Return an incident of this playbook after these commands, a minute apart."""
    state = IncidentState(playbook=compile_document(source, "harbour.md"))
    declare = cmd.DeclareIncident(by=ANA, by_name="Ana Ruiz", title=title)
    at = T0
    for command in (declare, *commands):
        for event in decide(state, command, at):
            state = evolve(state, event)
        at += timedelta(minutes=1)
    return Seen("INC-1", state, at, "https://tocsin.example")


def long_playbook(steps: int, words: str = "Look at the gauge and write down what it says") -> bytes:
    lines = ["# A long night", "", "## Watch", ""]
    lines += [f"- [ ] {words}, number {number}" for number in range(steps)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("count", [1, 50, 200, 1000])
def test_a_playbook_of_any_length_is_one_message_with_the_next_step_first(count: int) -> None:
    seen = lived(long_playbook(count))
    card = checklist(seen)
    check_blocks(list(card.blocks), most=50)
    assert "number 0" in card.blocks[0]["text"]["text"]
    assert f"{count} open" in card.text
    assert sum(len(str(block)) for block in card.blocks) < 16_000 * 3


def test_every_step_of_a_long_playbook_can_be_reached() -> None:
    """The pages of "All steps" hold each step once."""
    seen = lived(long_playbook(200))
    found: list[str] = []
    for page in range(200 // modals.STEPS_A_PAGE + 1):
        view = modals.all_steps(seen, page, {})
        check_blocks(view["blocks"], most=100)
        found += [block["accessory"]["value"] for block in view["blocks"] if "accessory" in block]
    assert len(found) == len(set(found)) == 200


def test_words_as_long_as_they_come_fit() -> None:
    seen = lived(long_playbook(60, "x" * 5000), title="y" * 2000)
    for blocks in (checklist(seen).blocks, cards.declared(seen).blocks):
        check_blocks(list(blocks), most=50)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_any_words_are_shown_within_the_limits(words: str) -> None:
    """Nobody is mentioned, and no mark-up begins, by what people write."""
    seen = lived(PLAYBOOK, title=words)
    card = cards.declared(seen)
    check_blocks(list(card.blocks), most=50)
    assert kit.escape(words).count("<") == 0


@given(st.text(alphabet="ab<>&|#@! ", max_size=80), st.integers(2, 60))
def test_a_cut_never_leaves_half_a_mark(words: str, limit: int) -> None:
    text = f"{kit.escape(words)}{kit.link('https://a.example/?b=1&c=2', words)}{kit.escape(words)}"
    cut = kit.clip_marked(text, limit)
    assert len(cut) <= limit
    assert cut.count("<") == cut.count(">")


def test_the_next_step_can_be_ticked_assigned_and_skipped() -> None:
    actions = next(block for block in checklist(lived(PLAYBOOK)).blocks if block["type"] == "actions")
    kinds = [element["action_id"].partition("|")[0] for element in actions["elements"]]
    assert kinds[-3:] == ["step:done", "step:assign", "step:skip"]


def test_questions_are_asked_in_the_checklist_until_they_are_answered() -> None:
    before = lived(PLAYBOOK)
    asked = before.state.playbook.questions[0]
    after = lived(PLAYBOOK, cmd.AnswerQuestion(by=ANA, question=asked.id, answer="no"))
    assert f"Is it so that {asked.text}?" in str(checklist(before).blocks)
    assert f"Is it so that {asked.text}?" not in str(checklist(after).blocks)


def test_a_severity_is_chosen_with_every_level_s_criteria_in_view() -> None:
    seen = lived(PLAYBOOK)
    shown = str(modals.severity(seen, {})["blocks"])
    for level in seen.state.playbook.severities:
        assert all(kit.escape(text) in shown for text in level.criteria)


def test_a_suggestion_comes_with_its_reason_and_one_button_that_takes_it() -> None:
    card = cards.suggestion(lived(PLAYBOOK), "Medium", "It has been closed for 30 minutes.")
    check_blocks(list(card.blocks), most=50)
    assert "30 minutes" in card.text
    primary = [e for b in card.blocks for e in b.get("elements", []) if e.get("style") == "primary"]
    assert [element["text"]["text"] for element in primary] == ["Set Medium"]


def test_a_draft_begins_from_what_has_changed_since_the_last_update() -> None:
    first = open_steps(lived(PLAYBOOK).room)[0]
    done = cmd.CompleteStep(by=ANA, step=first.id)
    told = cmd.PostUpdate(by=ANA, text="We look.")
    high = cmd.AssignSeverity(by=ANA, severity="High")
    assert first.text in modals.draft(lived(PLAYBOOK, high, done))
    assert first.text not in modals.draft(lived(PLAYBOOK, high, done, told)).replace(f"Next: {first.text}", "")


def test_app_home_shows_my_open_steps_by_due_time_and_what_goes_on() -> None:
    step = steps_of(lived(PLAYBOOK).room.phases)[3]
    give = cmd.AssignStep(by=ANA, step=step.id, person=ANA, person_name="Ana Ruiz")
    view = home([lived(PLAYBOOK, give)], ANA)
    check_blocks(view["blocks"], most=100)
    shown = str(view["blocks"])
    assert step.text in shown
    assert "The lock is stuck" in shown
    assert "home:declare" in shown


def test_many_incidents_fit_app_home() -> None:
    check_blocks(home([lived(PLAYBOOK)] * 120, ANA)["blocks"], most=100)
    check_blocks(home([], ANA)["blocks"], most=100)


def test_an_update_longer_than_a_section_is_shown_whole() -> None:
    text = " ".join(f"word{number}" for number in range(2000))
    card = cards.update(lived(PLAYBOOK), 1, text, ANA, T0)
    check_blocks(list(card.blocks), most=50)
    shown = " ".join(block["text"]["text"] for block in card.blocks if block["type"] == "section")
    assert [word for word in text.split() if word not in shown.split()] == []
    assert len(card.text) <= 3000
    endless = cards.told(lived(PLAYBOOK), "x " * 100_000)
    check_blocks(list(endless.blocks), most=50)
    assert "in the room" in str(endless.blocks[-2:])


def test_a_form_keeps_what_it_is_about_however_long_the_message_it_began_with() -> None:
    about = {"channel": "C1", "link": "https://a.example/1", "words": "“ü” " * 1500}
    view = modals.declare([("d", "One", ["High"])], about, {"title": "T" * 500, "summary": "S" * 9000})
    check_blocks(view["blocks"], most=100)
    assert len(view["private_metadata"]) <= 3000
    assert modals.about(view)["link"] == "https://a.example/1"
