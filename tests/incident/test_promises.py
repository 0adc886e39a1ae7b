"""Every timer that starts makes a promise: kept in time or late, moved, snoozed or withdrawn, and never silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.incident.documents import EVERYTHING, PARCELS
from tests.incident.story import COMMANDER, ENGINEER, REPORTER, SPEAKER, START, Story, at, names, only
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.decide import decide
from tocsin.incident.due import due, next_due_at
from tocsin.incident.evolve import fold
from tocsin.incident.state import Promise
from tocsin.playbook.model import Phase, Step, Timer

CLOCK = cmd.AdvanceClock()


def promise_of(story: Story, step: str) -> Promise:
    """The latest promise of a step."""
    return [promise for promise in story.state.promises.values() if promise.step == step][-1]


def update(text: str = "Still looking") -> cmd.PostUpdate:
    return cmd.PostUpdate(by=SPEAKER, text=text)


# --- a cadence ----------------------------------------------------------------------------------------------------


def test_a_cadence_is_kept_by_an_update_and_made_again_from_it() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(25, update())
    assert names(events) == ["UpdatePosted", "PromiseKept", "PromiseMade"]
    kept, made = only(ev.PromiseKept, events)[0], only(ev.PromiseMade, events)[0]
    assert (kept.by, kept.late_seconds, kept.evidence, kept.line) == (SPEAKER, 0, "Update 1", 42)
    assert (made.due_at, made.occurrence, made.why) == (
        at(55),
        2,
        "Every 30 minutes, counted from update 1 at 14:25 UTC (line 42).",
    )


def test_a_late_update_says_by_how_long() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(37)
    assert only(ev.PromiseKept, story.when(37.5, update()))[0].late_seconds == 450


def test_saying_that_nothing_has_changed_keeps_the_promise_too() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(25, cmd.PostUpdate(by=SPEAKER, is_no_change=True))
    assert only(ev.PromiseKept, events)[0].evidence == "No change, said in update 1"


def test_an_update_goes_to_the_places_of_the_cadence_when_none_is_named() -> None:
    story = Story(PARCELS).declared(severity="High")
    assert only(ev.UpdatePosted, story.when(5, update()))[0].audiences == ("#parcel-status",)


def test_an_update_to_somebody_else_keeps_no_promise() -> None:
    story = Story(PARCELS).declared(severity="High")
    assert names(story.when(20, cmd.PostUpdate(by=SPEAKER, text="Hm", audiences=("shops",)))) == ["UpdatePosted"]


def test_an_update_does_not_keep_a_recurring_step_that_is_no_update() -> None:
    story = Story(EVERYTHING).declared(severity="SEV1")
    kept = only(ev.PromiseKept, story.when(5, update()))
    assert {story.state.promises[e.promise].timer for e in kept} == {"g.1", "playbook.1"}
    assert "h.1" in story.state.open_promises


# --- reminders ----------------------------------------------------------------------------------------------------


def test_a_missed_promise_is_never_silent() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given(
        (1, cmd.TakeRole(by=REPORTER, role="incident commander", person=COMMANDER)),
        (2, cmd.AssignStep(by=REPORTER, step="mend-5", person=ENGINEER)),
    )
    happened = only(ev.PromiseReminded, story.time_passes_to(130))
    told = [((e.at - START).seconds // 60, e.stage, e.to) for e in happened if e.promise == "mend-5.1.1"]
    assert told == [
        (25, "ahead", (ENGINEER,)),
        (30, "due", (ENGINEER,)),
        (35, "overdue", (ENGINEER,)),
        (40, "escalated", (ENGINEER, COMMANDER)),
        (45, "other-way", (ENGINEER, COMMANDER)),
        (55, "other-way", (ENGINEER, COMMANDER)),
        (75, "other-way", (ENGINEER, COMMANDER)),
        (115, "other-way", (ENGINEER, COMMANDER)),
    ]
    assert [e.count for e in happened if e.promise == "mend-5.1.1"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {e.late_seconds for e in happened} == {0}


def test_it_goes_on_at_least_every_four_hours() -> None:
    story = Story(PARCELS).declared(severity="High")
    times = [e.at for e in only(ev.PromiseReminded, story.time_passes_to(6000)) if e.promise == "mend-5.1.1"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) == timedelta(hours=4)
    assert gaps == sorted(gaps)


def test_the_second_person_is_the_communications_lead_before_the_commander_before_the_reporter() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given(
        (1, cmd.TakeRole(by=REPORTER, role="communications lead", person=SPEAKER)),
        (2, cmd.AssignStep(by=REPORTER, step="mend-5", person=ENGINEER)),
    )
    story.time_passes_to(39)
    assert only(ev.PromiseReminded, story.when(40, CLOCK))[0].to == (ENGINEER, SPEAKER)


def test_with_one_person_alone_that_person_is_reminded_by_every_way() -> None:
    story = Story(PARCELS).declared(severity="High")
    reminded = only(ev.PromiseReminded, story.time_passes_to(50))
    assert {e.to for e in reminded} == {(REPORTER,)}


def test_killed_before_and_started_after_it_reminds_once_and_says_how_late() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(29 + 50 / 60)
    restarted = fold(PARCELS, story.log)
    assert restarted == story.state
    events = only(ev.PromiseReminded, story.when(30 + 20 / 60, CLOCK))
    assert [(e.stage, e.late_seconds) for e in events] == [("due", 20)]
    assert story.when(30 + 21 / 60, CLOCK) == []


def test_after_a_long_outage_only_the_latest_reminder_fires() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = [e for e in story.when(58, CLOCK) if isinstance(e, ev.PromiseReminded) and e.promise == "mend-5.1.1"]
    assert [(e.stage, e.late_seconds, e.count) for e in events] == [("other-way", 180, 1)]
    assert next_due_at(story.state) == at(60)


def test_a_promise_made_when_it_is_already_late_reminds_at_once() -> None:
    story = Story(PARCELS).declared()
    events = story.when(90, cmd.AssignSeverity(by=REPORTER, severity="High"))
    made = {e.step: e for e in only(ev.PromiseMade, events)}
    assert made["judge-4"].due_at == at(60)
    assert [(e.stage, e.late_seconds) for e in only(ev.PromiseReminded, events)] == [("due", 0)]
    assert story.state.promises[made["judge-4"].promise].due_at == at(60)


# --- the clock ----------------------------------------------------------------------------------------------------


def test_a_clock_set_back_brings_nothing_early_and_loses_nothing() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(30)
    assert story.when(-30, CLOCK) == []
    events = story.when(-29, cmd.AddNote(by=REPORTER, text="The clock is wrong"))
    assert events[0].at == at(30), "the log never runs back"
    assert next_due_at(story.state) == at(35)
    assert [e.stage for e in only(ev.PromiseReminded, story.time_passes_to(36))] == ["overdue"]


def test_a_clock_set_forward_an_hour_brings_each_due_thing_once() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(62, CLOCK)
    assert [e.step for e in only(ev.StepOpened, events)] == ["judge-4"]
    assert sorted(e.promise for e in only(ev.PromiseReminded, events)) == ["judge-4.1.1", "mend-5.1.1"]
    assert story.when(2, CLOCK) == [], "set back again"
    assert story.when(62, CLOCK) == []


def test_summer_time_changes_nothing_since_every_time_is_utc() -> None:
    before = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)  # clocks in Europe go forward at 01:00 UTC
    story = Story(PARCELS)
    story.log = decide(story.state, cmd.DeclareIncident(by=REPORTER, title="x", severity="High"), before)
    state = fold(PARCELS, story.log)
    assert {p.step: p.due_at for p in state.promises.values()}["mend-5"] == before + timedelta(minutes=30)


def test_what_is_due_is_listed_with_when_it_was_due() -> None:
    story = Story(PARCELS).declared(severity="High")
    found = [(item.at, type(item.event).__name__) for item in due(story.state, at(61))]
    assert found == [
        (at(55), "PromiseReminded"),
        (at(60), "StepOpened"),
        (at(60), "PromiseReminded"),
    ]
    assert due(Story(PARCELS).state, at(0)) == []


def test_time_alone_changes_nothing_when_nothing_is_promised() -> None:
    assert next_due_at(Story(PARCELS).declared().state) is None
    assert next_due_at(Story(PARCELS).state) is None


# --- snooze and keep ----------------------------------------------------------------------------------------------


def test_a_snooze_moves_one_occurrence_and_the_next_counts_as_ever() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(31)
    story.when(31, cmd.SnoozePromise(by=REPORTER, promise="mend-5.1.1", until=at(45), reason="On the phone"))
    stages = [(e.stage, e.at) for e in only(ev.PromiseReminded, story.time_passes_to(46)) if e.promise == "mend-5.1.1"]
    assert stages == [("ahead", at(40)), ("due", at(45))]
    events = story.when(46, update())
    assert only(ev.PromiseKept, events)[0].late_seconds == 60
    assert only(ev.PromiseMade, events)[0].due_at == at(76)


def test_a_promise_without_a_step_is_kept_by_saying_so_and_not_asked_again() -> None:
    story = Story(EVERYTHING).declared(severity="SEV1")
    keep = cmd.KeepPromise(by=REPORTER, promise="playbook.2.1", evidence="Acknowledged by phone")
    assert names(story.when(2, keep)) == ["PromiseKept"]
    assert story.state.promises["playbook.2.1"].kept_by == REPORTER
    assert "playbook.2" not in story.state.open_promises


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (cmd.SnoozePromise(by=REPORTER, promise="x", until=at(60)), refusals.UnknownPromiseError, "no such promise"),
        (cmd.SnoozePromise(by=REPORTER, promise="mend-5.1.1", until=at(0)), refusals.WrongTimeError, "is past"),
        (cmd.SnoozePromise(by=REPORTER, promise="mend-5.1.1", until=at(30)), refusals.NothingToChangeError, "already"),
        (cmd.KeepPromise(by=REPORTER, promise="mend-5.1.1", evidence="x"), refusals.WrongStatusError, "Tick that step"),
        (cmd.KeepPromise(by=REPORTER, promise="x", evidence="x"), refusals.UnknownPromiseError, "no such promise"),
    ],
)
def test_a_promise_that_cannot_be_moved_or_kept_so_is_refused(
    command: cmd.Command, refusal: type[refusals.CommandRefusedError], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        Story(PARCELS).declared(severity="High").when(1, command)


def test_a_kept_promise_is_over() -> None:
    story = Story(PARCELS).declared(severity="High").given((5, update()))
    with pytest.raises(refusals.PromiseOverError, match="Choose one that is open"):
        story.when(6, cmd.SnoozePromise(by=REPORTER, promise="mend-5.1.1", until=at(90)))


# --- deadlines ----------------------------------------------------------------------------------------------------


def test_a_deadline_counts_from_the_step_before() -> None:
    story = Story(EVERYTHING).declared()
    assert "b.1" not in story.state.open_promises
    events = story.when(7, cmd.CompleteStep(by=REPORTER, step="a"))
    assert {e.timer: e.due_at for e in only(ev.PromiseMade, events)}["b.1"] == at(67)
    again = story.when(8, cmd.UncompleteStep(by=REPORTER, step="a"))
    assert ("b.1.1", "What it counts from was taken back.") in [
        (e.promise, e.reason) for e in only(ev.PromiseWithdrawn, again)
    ]


def test_working_days_after_the_resolution_leave_the_weekend_out() -> None:
    story = Story(EVERYTHING).declared()
    events = story.when(60, cmd.ResolveIncident(by=REPORTER))  # Monday
    made = {e.timer: e for e in only(ev.PromiseMade, events)}["i.1"]
    assert made.due_at == at(60) + timedelta(days=7)
    assert made.why == "Within 5 working days, counted from the resolution at 15:00 UTC (line 23)."


def test_a_deadline_met_in_time_is_kept_by_the_tick() -> None:
    story = Story(EVERYTHING).declared()
    events = story.when(10, cmd.CompleteStep(by=ENGINEER, step="a", evidence="Here"))
    kept = only(ev.PromiseKept, events)[0]
    assert (kept.promise, kept.by, kept.late_seconds, kept.evidence) == ("a.1.1", ENGINEER, 0, "Here")
    assert promise_of(story, "a").kept_at == at(10)


def test_silence_is_measured_from_the_last_update() -> None:
    story = Story(EVERYTHING).declared()
    assert promise_of(story, "j").due_at == at(45)
    events = story.when(10, update())
    assert {e.promise: e.due_at for e in only(ev.PromiseMoved, events)}["j.1.1"] == at(55)


# --- a recurring step with other timers ---------------------------------------------------------------------------


def sitreps(*timers: Timer) -> Story:
    step = Step("s", 5, "Send situation reports", action="post-updates", timers=timers)
    playbook = replace(PARCELS, phases=(Phase("Tell", 4, (step,)),), severities=(), questions=())
    return Story(playbook).declared()


HOURLY = Timer("recurring", 3600, "last_update", line=5)


def test_a_first_update_keeps_the_deadline_for_the_first_and_begins_the_cadence() -> None:
    story = sitreps(Timer("deadline", 900, "start", line=5), HOURLY)
    events = story.when(10, update())
    assert {e.promise for e in only(ev.PromiseKept, events)} == {"s.1.1", "s.2.1"}
    assert {e.promise: e.due_at for e in only(ev.PromiseMade, events)} == {"s.2.2": at(70)}
    assert only(ev.PromiseMade, story.when(60, update())) == [story.log[-1]], "the deadline is not asked for again"


def test_what_is_asked_after_three_hours_is_not_met_by_an_update_before() -> None:
    story = sitreps(Timer("elapsed", 10800, "start", line=5), HOURLY)
    assert "s.1.1" not in {e.promise for e in only(ev.PromiseKept, story.when(50, update()))}
    assert "s.1.1" in {e.promise for e in only(ev.PromiseKept, story.when(181, update()))}
