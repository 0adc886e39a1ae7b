"""The room shows the next thing first, and for every step who, by when and why."""

from __future__ import annotations

from tests.incident.documents import EVERYTHING, PARCELS
from tests.incident.story import REPORTER, Story, at
from tocsin.incident import commands as cmd
from tocsin.incident.evolve import fold
from tocsin.incident.room import room


def tick(step: str) -> cmd.CompleteStep:
    return cmd.CompleteStep(by=REPORTER, step=step)


def next_id(story: Story, minutes: float) -> str | None:
    step = story.look(minutes).next_step
    return step.id if step else None


def test_the_first_open_step_in_order_is_next() -> None:
    story = Story(PARCELS).declared()
    assert next_id(story, 0) == "begin-2"
    story.given((1, tick("begin-3")))
    assert next_id(story, 1) == "begin-2", "another may be done first, the numbered one stays next"
    story.given((2, tick("begin-2")))
    assert next_id(story, 2) == "begin-4"


def test_exactly_the_next_step_is_marked_so() -> None:
    story = Story(PARCELS).declared(severity="High")
    shown = story.look(1)
    assert [v.id for phase in shown.phases for v in phase.steps if v.is_next] == ["begin-2"]
    assert shown.next_step is not None and shown.next_step.is_next


def test_an_overdue_promise_comes_before_everything() -> None:
    story = Story(PARCELS).declared(severity="High")
    assert next_id(story, 29) == "begin-2"
    assert next_id(story, 30) == "mend-5"
    story.when(31, cmd.PostUpdate(by=REPORTER, text="x"))
    assert next_id(story, 31) == "begin-2"


def test_a_cadence_is_next_only_when_its_time_comes_near() -> None:
    story = Story(PARCELS).declared(severity="High")
    for step in [*(f"begin-{n}" for n in range(2, 6)), "judge-1", "judge-3", "mend-1", "mend-2", "mend-4", "after-2"]:
        story.when(1, tick(step))
    for step in ("after-1-1", "after-1-2", "after-1-3"):
        story.when(2, tick(step))
    assert next_id(story, 3) == "after-1", "a parent is for ticking once its sub-steps are done"
    story.when(4, tick("after-1"))
    assert next_id(story, 5) is None
    assert next_id(story, 26) == "mend-5"


def test_a_parent_points_at_its_first_open_sub_step() -> None:
    story = Story(PARCELS).declared(severity="High")
    for view in (v for phase in story.look(0).phases[:3] for v in phase.steps if v.status == "open"):
        if view.id != "mend-5":
            story.when(1, tick(view.id))
    assert next_id(story, 2) == "after-1-1"
    story.when(3, tick("after-1-1"))
    assert next_id(story, 3) == "after-1-2"


def test_each_step_says_why_it_stands_as_it_does() -> None:
    story = Story(PARCELS).declared()
    assert story.step("begin-2", 0).why == "Applies from the start."
    assert story.step("judge-3", 0).why == "Waits: applies when severity is High or Medium (line 27)."
    story.when(5, cmd.AssignSeverity(by=REPORTER, severity="High"))
    assert story.step("judge-3", 5).why == "Applies because severity is High (line 27)."
    assert story.step("judge-4", 5).why == (
        "Waits: applies 60 minutes after the start (at 15:00 UTC) (line 30), "
        "or when “addresses have been breached” is answered yes (line 30)."
    )
    assert story.step("mend-6", 5).why == "Waits: applies when the incident is resolved (line 44)."
    story.when(6, cmd.AssignSeverity(by=REPORTER, severity="Low"))
    assert story.step("judge-3", 6).status == "not-applicable"
    assert story.step("judge-3", 6).why == "Does not apply: severity is Low, not High or Medium (line 27)."
    story.when(7, cmd.SkipStep(by=REPORTER, step="begin-2", reason="Everybody is here"))
    assert story.step("begin-2", 7).why == "Skipped by Rae at 14:07 UTC: Everybody is here."


def test_a_step_that_time_can_still_open_waits_even_after_a_no() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.when(1, cmd.AnswerQuestion(by=REPORTER, question="addresses-breached", answer="no"))
    assert story.step("judge-4", 1).status == "waiting"
    assert "60 minutes after the start" in story.step("judge-4", 1).why


def test_a_negated_condition_says_what_keeps_it_away() -> None:
    story = Story(EVERYTHING).declared()
    assert story.step("e", 5).why == "Applies because 10 minutes had not passed since the start (line 10)."
    story.time_passes_to(11)
    assert story.step("e", 11).status == "not-applicable"
    assert story.step("e", 11).why == "Does not apply: 10 minutes have passed since the start (line 10)."


def test_open_promises_are_listed_by_when_they_are_due() -> None:
    story = Story(PARCELS).declared(severity="High")
    shown = story.look(1)
    assert [(p.step, p.due_at) for p in shown.promises] == [("mend-5", at(30)), ("judge-4", at(60))]
    assert shown.next_update is not None and shown.next_update.step == "mend-5"
    assert story.step("mend-5", 1).due_at == at(30)
    assert story.step("mend-5", 1).promise == "mend-5.1.1"


def test_questions_say_which_steps_a_yes_opens() -> None:
    story = Story(PARCELS).declared().given((1, cmd.AnswerQuestion(by=REPORTER, question="attack", answer="yes")))
    shown = story.look(1).questions
    assert [(q.id, q.answer, q.opens) for q in shown] == [
        ("addresses-breached", "unknown", ("judge-4",)),
        ("attack", "yes", ("judge-5",)),
    ]


def test_phases_count_what_is_done_and_open() -> None:
    story = Story(PARCELS).declared(severity="High").given((1, tick("begin-2")))
    begin = story.look(1).phases[0]
    assert (begin.title, begin.done_count, begin.open_count) == ("Begin", 2, 3)


def test_the_room_can_be_seen_as_it_was() -> None:
    story = (
        Story(PARCELS).declared().given((5, tick("begin-2")), (40, cmd.AssignSeverity(by=REPORTER, severity="High")))
    )
    earlier = fold(PARCELS, [event for event in story.log if event.at <= at(10)])
    shown = room(earlier, at(10))
    assert shown.promises == ()
    assert shown.next_step is not None and shown.next_step.id == "begin-3"
