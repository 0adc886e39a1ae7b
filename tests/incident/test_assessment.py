"""Severity, questions and impact decide which steps and promises there are."""

from __future__ import annotations

import pytest

from tests.incident.documents import EVERYTHING, PARCELS
from tests.incident.story import REPORTER, Story, at, names, only
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals


def severity(level: str) -> cmd.AssignSeverity:
    return cmd.AssignSeverity(by=REPORTER, severity=level)


def answer(question: str, said: cmd.Answer) -> cmd.AnswerQuestion:
    return cmd.AnswerQuestion(by=REPORTER, question=question, answer=said)


# --- raised and lowered -------------------------------------------------------------------------------------------


def test_raised_to_high_at_40_minutes_each_promise_counts_from_its_own_event() -> None:
    story = Story(PARCELS).declared()
    events = story.when(40, severity("High"))
    number = story.log.index(events[0]) + 1
    assert {e.step for e in only(ev.StepOpened, events)} >= {"judge-3", "mend-5", "after-1", "after-1-1"}
    assert {e.cause for e in only(ev.StepOpened, events)} == {number}
    made = {e.step: e for e in only(ev.PromiseMade, events)}
    assert made["mend-5"].due_at == at(70), "the cadence counts from the severity"
    assert made["judge-4"].due_at == at(60), "an hour since the start is 20 minutes from now"
    assert {promise.cause for promise in made.values()} == {number}


def test_lowered_again_steps_and_promises_are_withdrawn_with_a_note() -> None:
    story = Story(PARCELS).declared().given((40, severity("High")))
    events = story.when(50, severity("Low"))
    assert {e.step for e in only(ev.StepWithdrawn, events)} >= {"judge-3", "mend-5", "after-1"}
    reasons = {e.reason for e in only(ev.PromiseWithdrawn, events)}
    assert "No longer applies: severity is Low, not High or Medium (line 40)." in reasons
    assert story.state.open_promises == {}
    assert only(ev.PromiseReminded, story.time_passes_to(600)) == []


def test_what_was_done_stays_done_when_severity_falls_and_is_not_asked_again_when_it_rises() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given((5, cmd.CompleteStep(by=REPORTER, step="judge-3")), (10, severity("Low")))
    assert story.step("judge-3", 10).status == "done"
    events = story.when(20, severity("Medium"))
    assert "judge-3" not in {e.step for e in only(ev.StepOpened, events)}
    assert story.step("judge-3", 20).status == "done"


def test_an_update_made_before_the_severity_does_not_shorten_the_first_cadence() -> None:
    story = Story(PARCELS).declared().given((5, cmd.PostUpdate(by=REPORTER, text="Hm")))
    made = only(ev.PromiseMade, story.when(40, severity("Medium")))
    assert {e.step: e.due_at for e in made}["mend-5"] == at(70)


def test_between_levels_of_one_guard_the_promise_goes_on_as_it_was() -> None:
    story = Story(PARCELS).declared(severity="High")
    assert names(story.when(10, severity("Medium"))) == ["SeverityAssigned"]


def test_a_step_with_a_timer_for_each_level_changes_its_pace_with_the_level() -> None:
    story = Story(EVERYTHING).declared(severity="SEV1")
    events = story.when(10, severity("SEV2"))
    withdrawn = [e for e in only(ev.PromiseWithdrawn, events) if e.promise == "g.1.1"]
    assert [e.reason for e in withdrawn] == ["Severity is SEV2; this holds for SEV1."]
    assert [e.due_at for e in only(ev.PromiseMade, events) if e.timer == "g.2"] == [at(250)]


# --- an hour, or yes ----------------------------------------------------------------------------------------------


def test_an_hour_opens_the_step_when_it_comes_before_a_yes() -> None:
    story = Story(PARCELS).declared(severity="High")
    opened = [e for e in only(ev.StepOpened, story.time_passes_to(60)) if e.step == "judge-4"]
    assert [e.at for e in opened] == [at(60)]
    assert "60 minutes have passed since the start (line 30)" in opened[0].why
    assert opened[0].cause == 1, "it counts from the declaration"
    assert only(ev.StepOpened, story.when(61, answer("addresses-breached", "yes"))) == []


def test_a_yes_opens_the_step_when_it_comes_before_the_hour() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(20)
    events = story.when(20, answer("addresses-breached", "yes"))
    opened = only(ev.StepOpened, events)
    assert [e.step for e in opened] == ["judge-4"]
    assert "“addresses have been breached” was answered yes (line 30)" in opened[0].why
    assert opened[0].cause == story.log.index(events[0]) + 1
    assert [e.due_at for e in only(ev.PromiseMoved, events)] == [at(20)], "it is due from then"
    assert [e.stage for e in only(ev.PromiseReminded, events)] == ["due"]
    assert "judge-4" not in {e.step for e in only(ev.StepOpened, story.time_passes_to(120))}, "and opens once"


def test_a_yes_without_a_severity_opens_nothing_and_the_step_says_what_it_waits_for() -> None:
    story = Story(PARCELS).declared()
    assert only(ev.StepOpened, story.when(5, answer("addresses-breached", "yes"))) == []
    view = story.step("judge-4", 5)
    assert view.status == "waiting"
    assert view.why == "Waits: applies when severity is High or Medium (line 27)."


def test_an_answer_taken_back_withdraws_the_step() -> None:
    story = Story(PARCELS).declared(severity="High").given((5, answer("attack", "yes")))
    assert story.step("judge-5", 5).status == "open"
    events = story.when(6, answer("attack", "unknown"))
    assert [e.step for e in only(ev.StepWithdrawn, events)] == ["judge-5"]
    assert story.step("judge-5", 6).status == "waiting"
    story.when(7, answer("attack", "no"))
    assert story.step("judge-5", 7).status == "not-applicable"
    assert "was answered no" in story.step("judge-5", 7).why


def test_an_answer_corrected_before_the_hour_moves_the_promise_back_to_it() -> None:
    story = Story(PARCELS).declared(severity="High").given((20, answer("addresses-breached", "yes")))
    events = story.when(25, answer("addresses-breached", "no"))
    assert [e.due_at for e in only(ev.PromiseMoved, events)] == [at(60)]
    assert story.step("judge-4", 25).status == "waiting"


# --- suggestions --------------------------------------------------------------------------------------------------


def test_full_downtime_past_30_minutes_suggests_medium_at_that_moment_with_its_reason() -> None:
    story = Story(PARCELS).declared()
    story.when(5, cmd.DescribeImpact(by=REPORTER, text="Nobody can track", is_full_downtime=True, since=at(-5)))
    suggested = only(ev.SeveritySuggested, story.time_passes_to(120))
    assert [(e.severity, e.at, e.line) for e in suggested] == [("Medium", at(25), 22)]
    assert "Full downtime since 13:55 UTC, which is 30 minutes or more" in suggested[0].why
    assert story.state.suggestion == "Medium"


def test_downtime_that_ended_suggests_nothing() -> None:
    story = Story(PARCELS).declared()
    story.when(5, cmd.DescribeImpact(by=REPORTER, text="All down", is_full_downtime=True))
    story.when(30, cmd.DescribeImpact(by=REPORTER, text="Back", is_full_downtime=False))
    assert only(ev.SeveritySuggested, story.time_passes_to(600)) == []


def test_a_yes_that_shares_the_deciding_word_of_a_criterion_suggests_its_level() -> None:
    story = Story(PARCELS).declared()
    events = story.when(5, answer("addresses-breached", "yes"))
    assert [(e.severity, e.cause) for e in only(ev.SeveritySuggested, events)] == [
        ("High", story.log.index(events[0]) + 1)
    ]
    assert names(story.when(6, answer("addresses-breached", "no")))[-1] == "SuggestionWithdrawn"


def test_only_a_more_severe_level_is_suggested_and_a_person_confirms_it() -> None:
    story = Story(PARCELS).declared(severity="High")
    assert only(ev.SeveritySuggested, story.when(5, answer("addresses-breached", "yes"))) == []
    story.when(6, severity("Low"))
    assert story.state.suggestion == "High"
    story.when(7, severity("High"))
    assert story.state.suggestion is None


def test_a_level_that_was_turned_down_is_not_suggested_again() -> None:
    story = Story(PARCELS).declared().given((5, answer("addresses-breached", "yes")))
    events = story.when(6, cmd.RejectSuggestion(by=REPORTER, severity="High", reason="Test data only"))
    assert names(events) == ["SuggestionRejected"]
    story.given((7, answer("addresses-breached", "no")), (8, answer("addresses-breached", "yes")))
    assert story.state.suggestion is None


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (severity("Worst"), refusals.UnknownSeverityError, "Choose High, Medium or Low"),
        (severity("low"), refusals.NothingToChangeError, "is Low already"),
        (answer("weather", "yes"), refusals.UnknownQuestionError, "no such question"),
        (answer("attack", "unknown"), refusals.NothingToChangeError, "answered unknown already"),
        (cmd.RejectSuggestion(by=REPORTER, severity="High"), refusals.NotSuggestedError, "not being suggested"),
        (cmd.DescribeImpact(by=REPORTER, text=" "), refusals.MissingTextError, "Describe the impact"),
        (
            cmd.DescribeImpact(by=REPORTER, text="x", is_full_downtime=True, since=at(90)),
            refusals.WrongTimeError,
            "in the future",
        ),
    ],
)
def test_an_assessment_that_makes_no_sense_is_refused(
    command: cmd.Command, refusal: type[refusals.CommandRefusedError], says: str
) -> None:
    story = Story(PARCELS).declared(severity="Low")
    with pytest.raises(refusal, match=says):
        story.when(1, command)
