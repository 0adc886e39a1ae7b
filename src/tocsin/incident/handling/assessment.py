"""Assign a severity, turn a suggestion down, answer a question, describe the impact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.finishing import finish
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, plain


def assign_severity(turn: Turn, command: cmd.AssignSeverity) -> None:
    demands.still_open(turn.state)
    severity = demands.level_of(turn, command.severity)
    before = turn.state.severity
    if severity == before:
        raise refusals.NothingToChangeError(f"The severity is {severity} already. Choose another to change it.")
    number = turn.emit(ev.SeverityAssigned, severity=severity, before=before, reason=command.reason.strip())
    finish(turn, "assign-severity", number, f"Severity {severity} was assigned")


def reject_suggestion(turn: Turn, command: cmd.RejectSuggestion) -> None:
    demands.still_open(turn.state)
    severity = demands.level_of(turn, command.severity)
    if turn.state.suggestion != severity:
        raise refusals.NotSuggestedError
    turn.emit(ev.SuggestionRejected, severity=severity, reason=command.reason.strip())


def answer(turn: Turn, command: cmd.AnswerQuestion) -> None:
    demands.still_open(turn.state)
    question = next((q for q in turn.state.playbook.questions if q.id == command.question), None)
    if question is None:
        raise refusals.UnknownQuestionError
    if turn.state.answers.get(question.id, "unknown") == command.answer:
        raise refusals.NothingToChangeError(f"“{plain(question.text)}” is answered {command.answer} already.")
    turn.emit(ev.QuestionAnswered, question=question.id, answer=command.answer)


def describe_impact(turn: Turn, command: cmd.DescribeImpact) -> None:
    demands.still_open(turn.state)
    text = command.text.strip()
    if not text and command.is_full_downtime is None:
        raise refusals.MissingTextError("Describe the impact, or say whether everything is down.")
    if command.since is not None and command.since > turn.now:
        advice = f"The downtime cannot begin in the future ({moment(command.since, turn.now)}). Give an earlier time."
        raise refusals.WrongTimeError(advice)
    number = turn.emit(ev.ImpactDescribed, text=text, is_full_downtime=command.is_full_downtime, since=command.since)
    if text:
        finish(turn, "determine-impact", number, f"Impact: {plain(text)}")


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.AssignSeverity: assign_severity,
    cmd.RejectSuggestion: reject_suggestion,
    cmd.AnswerQuestion: answer,
    cmd.DescribeImpact: describe_impact,
}
