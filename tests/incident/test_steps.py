"""Steps are ticked, unticked, skipped, assigned and added; actions tick the steps they stand for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.incident.documents import PARCELS
from tests.incident.story import COMMANDER, ENGINEER, REPORTER, SPEAKER, Story, at, names, only
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.playbook.model import Phase, Step


def test_a_tick_says_who_when_and_with_what() -> None:
    story = Story(PARCELS).declared()
    story.when(3, cmd.CompleteStep(by=REPORTER, step="begin-2", evidence="Said it aloud"))
    view = story.step("begin-2", 4)
    assert (view.status, view.why) == ("done", "Done by Rae at 14:03 UTC: Said it aloud.")


def test_a_tick_taken_back_opens_the_step_again_and_makes_its_promise_anew() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given((30, cmd.CompleteStep(by=REPORTER, step="judge-4")))
    assert "judge-4.1" not in story.state.open_promises
    made = only(ev.PromiseMade, story.when(40, cmd.UncompleteStep(by=REPORTER, step="judge-4")))
    assert [(e.promise, e.occurrence, e.due_at) for e in made] == [("judge-4.1.2", 2, at(60))]


def test_a_skip_needs_a_reason_withdraws_the_promise_and_can_be_taken_back() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(10, cmd.SkipStep(by=REPORTER, step="mend-5", reason="Nobody listens there"))
    assert [e.reason for e in only(ev.PromiseWithdrawn, events)] == ["The step was skipped: Nobody listens there"]
    made = only(ev.PromiseMade, story.when(90, cmd.UncompleteStep(by=REPORTER, step="mend-5")))
    assert [e.due_at for e in made] == [at(120)], "the cadence counts from when it came back"


def test_a_person_may_do_a_step_that_still_waits() -> None:
    story = Story(PARCELS).declared()
    assert story.step("judge-3", 1).status == "waiting"
    story.when(1, cmd.CompleteStep(by=REPORTER, step="judge-3"))
    assert story.step("judge-3", 1).status == "done"
    assert "judge-3" not in {e.step for e in only(ev.StepOpened, story.when(2, _severity()))}


def _severity() -> cmd.AssignSeverity:
    return cmd.AssignSeverity(by=REPORTER, severity="High")


def test_ticking_a_cadence_keeps_its_promise_and_leaves_the_step_open() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(20, cmd.CompleteStep(by=REPORTER, step="mend-5", evidence="Said it on the phone"))
    assert names(events) == ["StepRepeated", "PromiseKept", "PromiseMade"]
    assert only(ev.PromiseKept, events)[0].evidence == "Said it on the phone"
    assert only(ev.PromiseMade, events)[0].due_at == at(50)
    assert story.step("mend-5", 20).status == "open"


def test_an_assigned_step_has_an_owner_who_joins_the_incident() -> None:
    story = Story(PARCELS).declared()
    events = story.when(1, cmd.AssignStep(by=REPORTER, step="mend-2", person=ENGINEER, person_name="Eli"))
    assert names(events) == ["ResponderJoined", "StepAssigned"]
    assert story.step("mend-2", 1).owner == ENGINEER
    story.when(2, cmd.AssignStep(by=REPORTER, step="mend-2", person=None))
    assert story.step("mend-2", 2).owner == REPORTER, "back to the incident commander"


def test_telling_belongs_to_the_communications_lead_when_there_is_one() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.when(1, cmd.TakeRole(by=REPORTER, role="communications lead", person=SPEAKER, name="Sam"))
    assert story.step("mend-5", 1).owner == SPEAKER
    assert story.step("mend-2", 1).owner == REPORTER


def test_added_steps_stand_where_they_were_put_in_the_order_they_came() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.given(
        (1, cmd.AddStep(by=REPORTER, phase="After", text="First", after="after-1")),
        (2, cmd.AddStep(by=REPORTER, phase="After", text="Second", after="after-1")),
        (3, cmd.AddStep(by=REPORTER, phase="After", text="Last")),
        (4, cmd.AddStep(by=REPORTER, phase="After", text="After the first", after="added-1")),
    )
    after = story.look(5).phases[-1]
    assert [view.text for view in after.steps if view.is_added] == ["First", "After the first", "Second", "Last"]
    assert [view.id for view in after.steps][:4] == ["after-1", "after-1-1", "after-1-2", "after-1-3"]
    assert [view.id for view in after.steps][-2:] == ["after-2", "added-3"]
    story.when(6, cmd.CompleteStep(by=REPORTER, step="added-2"))
    assert story.step("added-2", 6).status == "done"


@pytest.mark.parametrize(
    ("command", "step", "evidence"),
    [
        (cmd.LinkIssue(by=REPORTER, url="https://git.example/1", step="begin-5"), "begin-5", "https://git.example/1"),
        (cmd.DeclareInChannel(by=REPORTER, channel="#a", text="Hear"), "begin-2", "Declared in #a"),
        (cmd.StartCall(by=REPORTER, url="https://call.example/1"), "begin-3", "https://call.example/1"),
        (cmd.DescribeImpact(by=REPORTER, text="Two depots"), "judge-1", "Impact: Two depots"),
        (cmd.AssignSeverity(by=REPORTER, severity="Low"), "judge-2", "Severity Low was assigned"),
        (cmd.TakeRole(by=REPORTER, role="note-taker", person=COMMANDER, name="Kim"), "mend-1", "Kim takes notes"),
        (
            cmd.ConsultDocument(by=REPORTER, url="https://docs.example/runbook", finding="Restart it"),
            "mend-2",
            "Restart it",
        ),
        (cmd.RetainEvidence(by=REPORTER, title="Logs", step="mend-4"), "mend-4", "Logs"),
        (
            cmd.ScheduleRetrospective(by=REPORTER, starts_at=at(3000), step="after-2"),
            "after-2",
            "Planned for 2026-03-04 16:00 UTC",
        ),
    ],
)
def test_an_action_ticks_the_step_it_stands_for(command: cmd.Command, step: str, evidence: str) -> None:
    story = Story(PARCELS).declared()
    events = story.when(1, command)
    done = only(ev.StepCompleted, events)
    assert [(e.step, e.evidence, e.by) for e in done] == [(step, evidence, REPORTER)]
    assert done[0].cause is not None and story.log[done[0].cause - 1] in events


def test_where_two_steps_could_be_meant_none_is_ticked_unless_named() -> None:
    calls = (Step("one", 5, "Start a call", action="start-call"), Step("two", 6, "Call again", action="start-call"))
    playbook = replace(PARCELS, phases=(Phase("Talk", 4, calls),))
    story = Story(playbook).declared()
    assert names(story.when(1, cmd.StartCall(by=REPORTER, url="https://call.example/1"))) == ["CallStarted"]
    events = story.when(2, cmd.StartCall(by=REPORTER, url="https://call.example/2", step="two"))
    assert [e.step for e in only(ev.StepCompleted, events)] == ["two"]


def test_the_call_is_shared_once_it_is_started() -> None:
    story = Story(PARCELS).declared()
    with pytest.raises(refusals.WrongStatusError, match="Start the call first"):
        story.when(1, cmd.ShareCall(by=REPORTER))
    story.when(2, cmd.StartCall(by=REPORTER, url="https://call.example/1"))
    events = story.when(3, cmd.ShareCall(by=REPORTER, audiences=("#parcel-status",)))
    assert only(ev.CallShared, events)[0].url == "https://call.example/1"
    assert only(ev.StepCompleted, events)[0].step == "begin-4"


def test_telling_an_audience_ticks_the_one_step_that_asks_for_it() -> None:
    story = Story(PARCELS).declared(severity="High")
    story.time_passes_to(60)
    events = story.when(63, cmd.NotifyAudience(by=SPEAKER, audience="Shops", text="We are down"))
    assert [e.step for e in only(ev.StepCompleted, events)] == ["judge-4"]
    kept = only(ev.PromiseKept, events)[0]
    assert (kept.by, kept.late_seconds, kept.evidence) == (SPEAKER, 180, "Told Shops")


def test_telling_somebody_no_step_speaks_of_ticks_nothing() -> None:
    story = Story(PARCELS).declared(severity="High")
    events = story.when(1, cmd.NotifyAudience(by=REPORTER, audience="the mayor", text="We are down"))
    assert names(events) == ["AudienceNotified"]


def test_the_resolution_is_announced_after_it_and_ticks_both_steps() -> None:
    story = Story(PARCELS).declared(severity="High")
    announce = cmd.AnnounceResolution(by=REPORTER, audiences=("#parcel-status",), text="It is over")
    with pytest.raises(refusals.WrongStatusError, match="Resolve it first"):
        story.when(1, announce)
    story.when(2, cmd.ResolveIncident(by=REPORTER))
    assert [e.step for e in only(ev.StepCompleted, story.when(3, announce))] == ["mend-6", "mend-3"]


# --- the report ---------------------------------------------------------------------------------------------------


def reported() -> Story:
    story = Story(PARCELS).declared(severity="High")
    return story.given(
        (1, cmd.JoinIncident(by=COMMANDER, person=COMMANDER, name="Kim")),
        (2, cmd.JoinIncident(by=ENGINEER, person=ENGINEER, name="Eli")),
        (3, cmd.DraftReport(by=REPORTER, text="It broke")),
    )


def test_a_report_is_approved_when_everybody_else_involved_has() -> None:
    story = reported()
    assert story.step("after-1-1", 3).status == "done"
    assert names(story.when(4, cmd.ApproveReport(by=COMMANDER, version=1))) == ["ReportApproved"]
    events = story.when(5, cmd.ApproveReport(by=ENGINEER, version=1))
    assert [e.step for e in only(ev.StepCompleted, events)] == ["after-1-2"]
    assert story.state.reports[0].approvals == (COMMANDER, ENGINEER)


def test_approvals_are_of_one_version_and_do_not_carry_over() -> None:
    story = reported()
    story.given((4, cmd.ApproveReport(by=COMMANDER, version=1)), (5, cmd.ApproveReport(by=ENGINEER, version=1)))
    events = story.when(6, cmd.DraftReport(by=REPORTER, text="It broke twice"))
    assert [e.step for e in only(ev.StepUncompleted, events)] == ["after-1-2"]
    assert story.state.reports[1].approvals == ()
    with pytest.raises(refusals.UnknownReportError, match="Version 2 is newer"):
        story.when(7, cmd.ApproveReport(by=ENGINEER, version=1))


def test_an_approval_taken_back_unticks_the_step() -> None:
    story = reported()
    story.given((4, cmd.ApproveReport(by=COMMANDER, version=1)), (5, cmd.ApproveReport(by=ENGINEER, version=1)))
    events = story.when(6, cmd.WithdrawApproval(by=ENGINEER, version=1))
    assert names(events) == ["ApprovalWithdrawn", "StepUncompleted"]
    assert story.state.reports[0].approvals == (COMMANDER,)


def test_a_report_is_shared_by_version() -> None:
    story = reported()
    events = story.when(4, cmd.ShareReport(by=REPORTER, audiences=("the board",)))
    assert only(ev.ReportShared, events)[0].version == 1
    assert story.state.reports[0].shared_with == ("the board",)
    assert story.step("after-1-3", 4).status == "done"


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (cmd.CompleteStep(by=REPORTER, step="nowhere"), refusals.UnknownStepError, "no step “nowhere”"),
        (cmd.CompleteStep(by=COMMANDER, step="begin-1"), refusals.StepDoneError, "Tocsin has done “Open a ticket”"),
        (cmd.SkipStep(by=REPORTER, step="begin-2", reason=" "), refusals.MissingTextError, "why the step is skipped"),
        (cmd.SkipStep(by=REPORTER, step="begin-1", reason="x"), refusals.StepDoneError, "Untick it"),
        (cmd.UncompleteStep(by=REPORTER, step="begin-2"), refusals.StepNotDoneError, "nothing to take back"),
        (cmd.UncompleteStep(by=REPORTER, step="nowhere"), refusals.UnknownStepError, "from the room"),
        (cmd.AssignStep(by=REPORTER, step="begin-2", person=None), refusals.NothingToChangeError, "nobody's already"),
        (cmd.AssignStep(by=REPORTER, step="begin-2", person=" "), refusals.UnknownPersonError, "which person"),
        (cmd.AddStep(by=REPORTER, phase="Lunch", text="x"), refusals.UnknownPhaseError, "no phase “Lunch”"),
        (cmd.AddStep(by=REPORTER, phase="After", text=""), refusals.MissingTextError, "what is to be done"),
        (
            cmd.AddStep(by=REPORTER, phase="After", text="x", after="begin-1"),
            refusals.UnknownStepError,
            "no step of After",
        ),
        (cmd.StartCall(by=REPORTER, url="u", step="nowhere"), refusals.UnknownStepError, "nowhere"),
        (cmd.NotifyAudience(by=REPORTER, audience="", text="x"), refusals.MissingTextError, "who is told"),
        (cmd.PostUpdate(by=REPORTER), refusals.MissingTextError, "say that nothing has changed"),
        (cmd.AddNote(by=REPORTER, text="\n"), refusals.MissingTextError, "Write the note"),
        (cmd.LeaveRole(by=REPORTER, role="cook"), refusals.RoleFreeError, "Nobody holds this role"),
        (
            cmd.TakeRole(by=REPORTER, role="incident commander", person=REPORTER),
            refusals.NothingToChangeError,
            "Rae is incident commander already",
        ),
        (cmd.JoinIncident(by=REPORTER, person=REPORTER), refusals.NothingToChangeError, "in this incident already"),
        (cmd.ApproveReport(by=REPORTER, version=1), refusals.UnknownReportError, "Draft the report first"),
        (cmd.ShareReport(by=REPORTER, audiences=("x",)), refusals.UnknownReportError, "Draft the report first"),
        (cmd.WithdrawApproval(by=REPORTER, version=1), refusals.UnknownReportError, "no such version"),
        (cmd.CompleteFollowUp(by=REPORTER, follow_up="x"), refusals.UnknownFollowUpError, "no such follow-up"),
        (cmd.ScheduleRetrospective(by=REPORTER, starts_at=at(-5)), refusals.WrongTimeError, "later time"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(
    command: cmd.Command, refusal: type[refusals.CommandRefusedError], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        Story(PARCELS).declared().when(1, command)


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (cmd.ApproveReport(by=REPORTER, version=1), refusals.WrongStatusError, "You wrote this version"),
        (cmd.ShareReport(by=REPORTER, audiences=()), refusals.MissingTextError, "whom the report is shared with"),
        (cmd.WithdrawApproval(by=ENGINEER, version=1), refusals.NothingToChangeError, "have not approved"),
    ],
)
def test_what_a_report_does_not_allow_is_refused(
    command: cmd.Command, refusal: type[refusals.CommandRefusedError], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        reported().when(9, command)


def test_roles_are_handed_over_and_left() -> None:
    story = Story(PARCELS).declared()
    taken = only(ev.RoleTaken, story.when(1, cmd.TakeRole(by=COMMANDER, role="incident commander", person=COMMANDER)))
    assert (taken[0].before, taken[0].person) == (REPORTER, COMMANDER)
    assert names(story.when(2, cmd.LeaveRole(by=COMMANDER, role="incident commander"))) == ["RoleLeft"]
    assert story.state.roles == {}
