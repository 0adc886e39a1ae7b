"""Questions that tests ask of an incident."""

from __future__ import annotations

from tocsin.incident.timeline import describe
from tocsin.store import queries


def done(ref: str) -> set[str]:
    """The words of the steps that are done."""
    state = queries.load(ref).state
    texts = {step.id: step.text for step in state.playbook.all_steps()} | {s.id: s.text for s in state.added_steps}
    return {text for step, text in texts.items() if step in state.steps and state.steps[step].done_at is not None}


def skipped(ref: str) -> dict[str, str]:
    """The words of the steps that are skipped, with the reasons."""
    state = queries.load(ref).state
    texts = {step.id: step.text for step in state.playbook.all_steps()} | {s.id: s.text for s in state.added_steps}
    records = {text: state.steps[step] for step, text in texts.items() if step in state.steps}
    return {text: record.skip_reason for text, record in records.items() if record.skipped_at is not None}


def told(ref: str) -> str:
    """The timeline in words."""
    state = queries.load(ref).state
    return "\n".join(describe(entry.event, state) for entry in queries.timeline(ref))


def step(ref: str, words: str) -> str:
    """The id of the step with these words in it."""
    state = queries.load(ref).state
    return next(entry.id for entry in state.playbook.all_steps() if words in entry.text)
