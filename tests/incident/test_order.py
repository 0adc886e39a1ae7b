"""The order in which independent things are done does not matter to what stands in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.incident.documents import PARCELS
from tests.incident.story import COMMANDER, ENGINEER, REPORTER, Story
from tocsin.incident import commands as cmd
from tocsin.incident.due import next_due_at
from tocsin.incident.state import IncidentState, Promise, StepRecord

INDEPENDENT: tuple[cmd.Command, ...] = (
    cmd.AssignSeverity(by=REPORTER, severity="High"),
    cmd.AnswerQuestion(by=COMMANDER, question="attack", answer="yes"),
    cmd.AnswerQuestion(by=COMMANDER, question="addresses-breached", answer="yes"),
    cmd.CompleteStep(by=ENGINEER, step="begin-3"),
    cmd.SkipStep(by=REPORTER, step="mend-4", reason="Nothing to keep"),
    cmd.AssignStep(by=REPORTER, step="mend-2", person=ENGINEER),
    cmd.TakeRole(by=COMMANDER, role="note-taker", person=COMMANDER),
    cmd.LinkIssue(by=REPORTER, url="https://git.example/1"),
    cmd.DescribeIncident(by=REPORTER, summary="It is slow"),
)
_NUMBERS = {"changed_event", "repeated_event", "made_event", "event"}


def essence(state: IncidentState) -> dict[str, Any]:
    """The state without the numbers of its events and the words that tell of their order."""
    left = {"version", "causes", "playbook", "suggestion", "suggestion_why", "steps", "promises"}
    parts = {f.name: getattr(state, f.name) for f in fields(state) if f.name not in left}
    return parts | {"steps": _bare(state.steps), "promises": _bare(state.promises)}


def _bare(records: Any) -> dict[str, dict[str, Any]]:
    return {key: _parts(record) for key, record in records.items()}


def _parts(record: StepRecord | Promise) -> dict[str, Any]:
    words = {"why", "opened_why"}
    moved = {"reminder_count", "last_stage", "last_reminded_at"}
    return {f.name: getattr(record, f.name) for f in fields(record) if f.name not in _NUMBERS | words | moved}


@given(st.permutations(INDEPENDENT))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_independent_commands_at_one_moment_lead_to_the_same_whatever_their_order(order: Sequence[cmd.Command]) -> None:
    first = Story(PARCELS).declared().given(*((5, command) for command in INDEPENDENT))
    other = Story(PARCELS).declared().given(*((5, command) for command in order))
    assert essence(other.state) == essence(first.state)


@given(st.lists(st.integers(1, 90), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pauses_of_the_worker_change_no_step_and_no_due_time(pauses: Sequence[int]) -> None:
    """A worker that sleeps through some moments ends where one that never slept does, but for reminders it overtook."""
    awake, sleepy = Story(PARCELS).declared(severity="High"), Story(PARCELS).declared(severity="High")
    minutes = 0
    for pause in pauses:
        minutes += pause
        awake.time_passes_to(minutes)
        sleepy.when(minutes, cmd.AdvanceClock())
    due_now = {p.id: p.due_at for p in awake.state.promises.values()}
    assert {p.id: p.due_at for p in sleepy.state.promises.values()} == due_now
    assert {k: v.opened_at is None for k, v in sleepy.state.steps.items()} == {
        k: v.opened_at is None for k, v in awake.state.steps.items()
    }
    assert next_due_at(sleepy.state) == next_due_at(awake.state)
    stages = {p.id: p.last_stage for p in awake.state.promises.values()}
    assert {p.id: p.last_stage for p in sleepy.state.promises.values()} == stages
