"""The actions a playbook asks for: issue, declaration, call, documents, evidence, fixes, report, follow-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.demands import words
from tocsin.incident.handling.finishing import check_step, finish, finish_announced, open_steps, tick
from tocsin.incident.state import FollowUp
from tocsin.incident.turn import Turn
from tocsin.incident.wording import listed, moment, plain


def link_issue(turn: Turn, command: cmd.LinkIssue) -> None:
    _begin(turn, command.step)
    url = words(command.url, "the issue's address")
    number = turn.emit(ev.IssueLinked, url=url)
    finish(turn, "open-issue", number, url, command.step)


def declare_in_channel(turn: Turn, command: cmd.DeclareInChannel) -> None:
    _begin(turn, command.step)
    channel = words(command.channel, "which channel")
    number = turn.emit(ev.DeclaredInChannel, channel=channel, text=words(command.text, "the declaration"))
    finish(turn, "declare", number, f"Declared in {channel}", command.step)


def start_call(turn: Turn, command: cmd.StartCall) -> None:
    _begin(turn, command.step)
    url = words(command.url, "the call's address")
    number = turn.emit(ev.CallStarted, url=url, provider=command.provider, tried=command.tried)
    finish(turn, "start-call", number, url, command.step)


def share_call(turn: Turn, command: cmd.ShareCall) -> None:
    _begin(turn, command.step)
    if not turn.state.call_url:
        raise refusals.WrongStatusError("There is no call to share yet. Start the call first.")
    number = turn.emit(ev.CallShared, url=turn.state.call_url, audiences=command.audiences)
    told = listed(command.audiences)
    finish(turn, "share-call", number, f"Shared with {told}" if told else "Shared the call", command.step)


def consult(turn: Turn, command: cmd.ConsultDocument) -> None:
    _begin(turn, command.step)
    url = words(command.url, "the document's address")
    number = turn.emit(ev.DocumentConsulted, url=url, finding=command.finding.strip())
    named = [e for e in open_steps(turn, "consult") if any(link.url == url for link in e.step.links)]
    step = command.step or (named[0].step.id if len(named) == 1 else None)
    finish(turn, "consult", number, plain(command.finding) or url, step)


def announce(turn: Turn, command: cmd.AnnounceResolution) -> None:
    _begin(turn, command.step)
    if turn.state.status != "resolved":
        raise refusals.WrongStatusError("The incident is not resolved yet. Resolve it first, then announce it.")
    text = words(command.text, "the announcement")
    number = turn.emit(ev.ResolutionAnnounced, audiences=command.audiences, text=text)
    told = listed(command.audiences)
    evidence = f"Announced to {told}" if told else "Announced"
    finish_announced(turn, number, evidence, command.audiences, command.step)


def retain(turn: Turn, command: cmd.RetainEvidence) -> None:
    _begin(turn, command.step)
    title = words(command.title, "what is kept")
    number = turn.emit(ev.EvidenceRetained, title=title, url=command.url, sha256=command.sha256)
    if command.step is not None:
        tick(turn, command.step, number, title)


def release_hotfix(turn: Turn, command: cmd.ReleaseHotfix) -> None:
    _begin(turn, command.step)
    text = words(command.text, "what was released")
    number = turn.emit(ev.HotfixReleased, text=text, url=command.url)
    finish(turn, "release-hotfix", number, plain(text), command.step)


# --- the report ---------------------------------------------------------------------------------------------------


def draft(turn: Turn, command: cmd.DraftReport) -> None:
    _begin(turn, command.step)
    text = words(command.text, "the report")
    version = len(turn.state.reports) + 1
    number = turn.emit(ev.ReportDrafted, version=version, text=text)
    finish(turn, "draft-report", number, f"Version {version}", command.step)
    if version > 1:
        _ask_for_approval_again(turn, number, f"Version {version} needs approval of its own.")


def approve(turn: Turn, command: cmd.ApproveReport) -> None:
    demands.still_open(turn.state)
    _demand_latest(turn, command.version)
    report = turn.state.reports[-1]
    if report.by == command.by:
        raise refusals.WrongStatusError("You wrote this version, so somebody else has to approve it.")
    if command.by in report.approvals:
        raise refusals.NothingToChangeError(f"You have approved version {command.version} already.")
    number = turn.emit(ev.ReportApproved, version=command.version)
    others = set(turn.state.responders) - {report.by}
    approvals = turn.state.reports[-1].approvals
    if others <= set(approvals):
        evidence = f"Version {command.version} approved by all {len(approvals)} who were asked"
        finish(turn, "approve-report", number, evidence)


def withdraw_approval(turn: Turn, command: cmd.WithdrawApproval) -> None:
    demands.still_open(turn.state)
    report = next((r for r in turn.state.reports if r.version == command.version), None)
    if report is None:
        raise refusals.UnknownReportError
    if command.by not in report.approvals:
        raise refusals.NothingToChangeError(f"You have not approved version {command.version}.")
    number = turn.emit(ev.ApprovalWithdrawn, version=command.version)
    if command.version == len(turn.state.reports):
        _ask_for_approval_again(turn, number, "An approval was withdrawn.")


def share_report(turn: Turn, command: cmd.ShareReport) -> None:
    _begin(turn, command.step)
    if not turn.state.reports:
        raise refusals.UnknownReportError
    if not command.audiences:
        raise refusals.MissingTextError("Say whom the report is shared with and send again.")
    version = turn.state.reports[-1].version
    number = turn.emit(ev.ReportShared, version=version, audiences=command.audiences)
    evidence = f"Version {version} shared with {listed(command.audiences)}"
    finish(turn, "share-report", number, evidence, command.step)


def _demand_latest(turn: Turn, version: int) -> None:
    latest = len(turn.state.reports)
    if not 1 <= version <= latest:
        raise refusals.UnknownReportError
    if version != latest:
        raise refusals.UnknownReportError(f"Version {latest} is newer. Read that one and approve it.")


def _ask_for_approval_again(turn: Turn, cause: int, why: str) -> None:
    for step in turn.state.playbook.all_steps():
        if step.action == "approve-report" and demands.record_of(turn.state, step.id).done_at is not None:
            turn.emit(ev.StepUncompleted, by=turn.tocsin, step=step.id, why=why, cause=cause, line=step.line)


# --- follow-up ----------------------------------------------------------------------------------------------------


def create_follow_up(turn: Turn, command: cmd.CreateFollowUp) -> None:
    demands.declared(turn.state)
    if turn.state.status == "dismissed":
        demands.still_open(turn.state)
    turn.emit(
        ev.FollowUpCreated,
        follow_up=f"follow-up-{len(turn.state.follow_ups) + 1}",
        title=words(command.title, "what is to be done"),
        category=command.category.strip(),
        url=command.url.strip(),
        owner=command.owner,
    )


def complete_follow_up(turn: Turn, command: cmd.CompleteFollowUp) -> None:
    found = _demand_follow_up(turn, command.follow_up)
    if found.done_at is not None:
        raise refusals.NothingToChangeError(f"“{plain(found.title, 60)}” is done already.")
    turn.emit(ev.FollowUpCompleted, follow_up=found.id)


def reopen_follow_up(turn: Turn, command: cmd.ReopenFollowUp) -> None:
    found = _demand_follow_up(turn, command.follow_up)
    if found.done_at is None:
        raise refusals.NothingToChangeError(f"“{plain(found.title, 60)}” is open.")
    turn.emit(ev.FollowUpReopened, follow_up=found.id)


def link_follow_up(turn: Turn, command: cmd.LinkFollowUp) -> None:
    found = _demand_follow_up(turn, command.follow_up)
    url = words(command.url, "the issue's address")
    if found.url == url:
        raise refusals.NothingToChangeError(f"“{plain(found.title, 60)}” is filed there already.")
    turn.emit(ev.FollowUpLinked, follow_up=found.id, url=url)


def _demand_follow_up(turn: Turn, follow_up: str) -> FollowUp:
    demands.declared(turn.state)
    found = next((f for f in turn.state.follow_ups if f.id == follow_up), None)
    if found is None:
        raise refusals.UnknownFollowUpError
    return found


def schedule_retrospective(turn: Turn, command: cmd.ScheduleRetrospective) -> None:
    _begin(turn, command.step)
    if command.starts_at <= turn.now:
        raise refusals.WrongTimeError("A retrospective is planned for a time to come. Give a later time.")
    number = turn.emit(ev.RetrospectiveScheduled, starts_at=command.starts_at)
    evidence = f"Planned for {command.starts_at:%Y-%m-%d} {moment(command.starts_at)}"
    finish(turn, "schedule-retrospective", number, evidence, command.step)


def cancel_retrospective(turn: Turn, command: cmd.CancelRetrospective) -> None:
    demands.still_open(turn.state)
    if turn.state.retrospective_at is None:
        raise refusals.WrongStatusError("No retrospective is planned. Plan one first.")
    turn.emit(ev.RetrospectiveCancelled, starts_at=turn.state.retrospective_at, reason=command.reason.strip())


def _begin(turn: Turn, step: str | None) -> None:
    demands.still_open(turn.state)
    check_step(turn, step)


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.LinkIssue: link_issue,
    cmd.DeclareInChannel: declare_in_channel,
    cmd.StartCall: start_call,
    cmd.ShareCall: share_call,
    cmd.ConsultDocument: consult,
    cmd.AnnounceResolution: announce,
    cmd.RetainEvidence: retain,
    cmd.ReleaseHotfix: release_hotfix,
    cmd.DraftReport: draft,
    cmd.ApproveReport: approve,
    cmd.WithdrawApproval: withdraw_approval,
    cmd.ShareReport: share_report,
    cmd.CreateFollowUp: create_follow_up,
    cmd.CompleteFollowUp: complete_follow_up,
    cmd.ReopenFollowUp: reopen_follow_up,
    cmd.LinkFollowUp: link_follow_up,
    cmd.ScheduleRetrospective: schedule_retrospective,
    cmd.CancelRetrospective: cancel_retrospective,
}
