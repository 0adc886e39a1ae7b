"""An incident is declared, confirmed or dismissed, resolved, reopened and closed."""

from __future__ import annotations

import pytest

from tests.incident.documents import PARCELS
from tests.incident.story import COMMANDER, REPORTER, Story, at, names, only
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals


def test_declaring_records_who_when_and_gives_the_reporter_the_lead() -> None:
    story = Story(PARCELS).declared()
    assert names(story.log) == ["IncidentDeclared", "ResponderJoined", "RoleTaken", "StepCompleted"]
    assert story.state.roles == {"incident commander": REPORTER}
    assert story.state.status == "active"
    assert story.state.responders == {REPORTER: "Rae"}


def test_what_the_playbook_has_ticked_is_done_when_declared() -> None:
    story = Story(PARCELS).declared()
    done = only(ev.StepCompleted, story.log)[0]
    assert (done.step, done.line, done.by, done.evidence) == ("begin-1", 11, "system", "Done when declared")


def test_declaring_with_a_severity_assigns_it_and_does_the_step_that_asks_for_it() -> None:
    story = Story(PARCELS).declared(severity="high")
    assert story.state.severity == "High"
    assert story.step("judge-2", 0).status == "done"
    assert story.step("judge-3", 0).status == "open"


def test_an_alert_may_declare_and_then_nobody_leads() -> None:
    story = Story(PARCELS).declared(by="system", by_name="")
    assert story.state.roles == {}
    assert story.state.status == "active"


def test_an_incident_that_began_earlier_counts_from_then() -> None:
    story = Story(PARCELS).declared(began_at=at(-50), severity="High")
    assert [p.due_at for p in story.state.promises.values() if p.kind == "elapsed"] == [at(10)]


def test_a_suspected_incident_is_confirmed() -> None:
    story = Story(PARCELS).declared(is_suspected=True)
    assert story.state.status == "suspected"
    assert names(story.when(3, cmd.ConfirmIncident(by=REPORTER))) == ["IncidentConfirmed"]
    assert story.state.status == "active"


def test_a_false_alarm_withdraws_every_promise_with_its_reason() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(5, cmd.DismissIncident(by=REPORTER, reason="A test alarm"))
    assert [withdrawn.reason for withdrawn in only(ev.PromiseWithdrawn, events)] == ["The incident was dismissed."] * 2
    assert {withdrawn.cause for withdrawn in only(ev.PromiseWithdrawn, events)} == {story.log.index(events[0]) + 1}
    assert story.time_passes_to(10_000) == []


def test_resolving_ends_the_cadence_and_opens_what_waited_for_it() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given((20, cmd.PostUpdate(by=REPORTER, text="Looking")))
    events = story.when(45, cmd.ResolveIncident(by=REPORTER, summary="A disk was full"))
    assert [opened.step for opened in only(ev.StepOpened, events)] == ["mend-3", "mend-6"]
    withdrawn = {story.state.promises[e.promise].step: e.reason for e in only(ev.PromiseWithdrawn, events)}
    assert withdrawn["mend-5"] == "The incident was resolved."
    assert "60 minutes had not passed" in withdrawn["judge-4"]
    assert story.step("mend-5", 45).record.evidence == "Kept up 1 time until the incident was resolved"


def test_a_cadence_that_was_never_kept_is_left_for_a_person_to_skip() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.when(10, cmd.ResolveIncident(by=REPORTER))
    assert story.step("mend-5", 10).status == "open"
    story.when(11, cmd.SkipStep(by=REPORTER, step="mend-5", reason="It was over before the first update"))
    assert story.step("mend-5", 11).status == "skipped"


def test_time_stops_when_resolved_so_that_an_hour_is_never_reached() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.when(59, cmd.ResolveIncident(by=REPORTER))
    assert only(ev.StepOpened, story.time_passes_to(600)) == []
    assert story.step("judge-4", 600).status == "waiting"


def test_reopening_brings_the_cadence_back_counting_from_then() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given((20, cmd.PostUpdate(by=REPORTER, text="Looking")), (45, cmd.ResolveIncident(by=REPORTER)))
    events = story.when(50, cmd.ReopenIncident(by=REPORTER, reason="It is back"))
    assert [e.step for e in only(ev.StepUncompleted, events)] == ["mend-5"]
    assert {e.step for e in only(ev.StepWithdrawn, events)} == {"mend-3", "mend-6"}
    assert {e.step: e.due_at for e in only(ev.PromiseMade, events)} == {"mend-5": at(80), "judge-4": at(60)}


def test_closing_withdraws_what_is_still_promised() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(61)
    story.given((70, cmd.ResolveIncident(by=REPORTER)))
    assert "judge-4" in {story.state.promises[p].step for p in story.state.open_promises.values()}
    events = story.when(80, cmd.CloseIncident(by=REPORTER))
    assert names(events) == ["IncidentClosed", "PromiseWithdrawn"]
    assert story.state.status == "closed"


def test_saying_when_it_began_moves_what_counts_from_the_start() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(5, cmd.SetBeganAt(by=REPORTER, began_at=at(-20)))
    moved = only(ev.PromiseMoved, events)
    assert [(m.due_at, m.cause) for m in moved] == [(at(40), len(story.log) - 1)]
    assert only(ev.StepOpened, story.time_passes_to(40))[0].step == "judge-4"


def test_notes_and_follow_ups_are_taken_after_closing() -> None:
    story = Story(PARCELS).declared()
    story.given((5, cmd.ResolveIncident(by=REPORTER)), (6, cmd.CloseIncident(by=REPORTER)))
    assert names(story.when(7, cmd.AddNote(by=REPORTER, text="For the record"))) == ["NoteAdded"]
    assert names(story.when(8, cmd.CreateFollowUp(by=REPORTER, title="Add an alarm"))) == ["FollowUpCreated"]
    assert names(story.when(9, cmd.CompleteFollowUp(by=REPORTER, follow_up="follow-up-1"))) == ["FollowUpCompleted"]


ACTIVE: tuple[cmd.Command, ...] = ()
RESOLVED = (cmd.ResolveIncident(by=REPORTER),)
CLOSED = (*RESOLVED, cmd.CloseIncident(by=REPORTER))
DISMISSED = (cmd.DismissIncident(by=REPORTER, reason="False alarm"),)


@pytest.mark.parametrize(
    ("before", "command", "says"),
    [
        (ACTIVE, cmd.DeclareIncident(by=REPORTER, title="Again"), "declared already"),
        (ACTIVE, cmd.ConfirmIncident(by=REPORTER), "Only a suspected incident"),
        (ACTIVE, cmd.DismissIncident(by=REPORTER, reason=" "), "Write why this is a false alarm"),
        (ACTIVE, cmd.ReopenIncident(by=REPORTER, reason="x"), "This incident is active"),
        (ACTIVE, cmd.CloseIncident(by=REPORTER), "Resolve it first"),
        (RESOLVED, cmd.ResolveIncident(by=REPORTER), "This incident is resolved"),
        (RESOLVED, cmd.DismissIncident(by=REPORTER, reason="x"), "false alarm"),
        (RESOLVED, cmd.ReopenIncident(by=REPORTER, reason=""), "Write why it is reopened"),
        (CLOSED, cmd.CompleteStep(by=REPORTER, step="begin-2"), "Reopen it first"),
        (CLOSED, cmd.AssignSeverity(by=REPORTER, severity="High"), "Reopen it first"),
        (DISMISSED, cmd.PostUpdate(by=REPORTER, text="x"), "Reopen it first"),
        (DISMISSED, cmd.CreateFollowUp(by=REPORTER, title="x"), "Reopen it first"),
        (ACTIVE, cmd.SetBeganAt(by=REPORTER, began_at=at(60)), "cannot have begun in the future"),
        (ACTIVE, cmd.SetBeganAt(by=REPORTER, began_at=at(0)), "already"),
        (ACTIVE, cmd.DescribeIncident(by=REPORTER), "so already"),
        (ACTIVE, cmd.DescribeIncident(by=REPORTER, title=" "), "Write a title"),
    ],
)
def test_what_the_state_does_not_allow_is_refused(
    before: tuple[cmd.Command, ...], command: cmd.Command, says: str
) -> None:
    story = Story(PARCELS).declared().given(*((1, earlier) for earlier in before))
    with pytest.raises(refusals.CommandRefusedError, match=says):
        story.when(2, command)


def test_a_suspected_incident_is_not_resolved_before_it_is_confirmed() -> None:
    with pytest.raises(refusals.WrongStatusError, match="Confirm it first"):
        Story(PARCELS).declared(is_suspected=True).when(1, cmd.ResolveIncident(by=REPORTER))


@pytest.mark.parametrize(
    "command", [cmd.AddNote(by=COMMANDER, text="x"), cmd.AdvanceClock(), cmd.CloseIncident(by="x")]
)
def test_nothing_can_be_done_before_the_declaration(command: cmd.Command) -> None:
    with pytest.raises(refusals.NotDeclaredError):
        Story(PARCELS).when(0, command)


def test_an_incident_that_cannot_be_declared_as_asked_is_not_declared_at_all() -> None:
    story = Story(PARCELS)
    with pytest.raises(refusals.UnknownSeverityError, match="Choose High, Medium or Low"):
        story.declared(severity="Terrible")
    assert story.log == []
