"""First words for messages, made from what is known of the incident, and who they are for. A person always reads and
changes them before they leave."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from tocsin.incident.state import IncidentState
from tocsin.playbook.model import Step
from tocsin.web.durations import in_words


def step_places(step: Step | None) -> list[str]:
    """The channels and audiences that a step names, each once."""
    if step is None:
        return []
    return list(dict.fromkeys([*(channel.name for channel in step.channels), *step.audiences]))


def cadence_places(state: IncidentState) -> list[str]:
    """Who gets regular updates: the places of the step whose promise recurs, else those told of the last update."""
    for promise in state.promises.values():
        if promise.is_open and promise.kind == "recurring" and promise.step:
            return step_places(state.step_of(promise.step))
    for step in state.playbook.all_steps():
        if step.action == "post-updates":
            return step_places(step)
    return list(state.updates[-1].audiences) if state.updates else []


def notice(ref: str, state: IncidentState) -> str:
    """What an audience hears first."""
    lines = [_("We are working on an incident: %(title)s (%(ref)s).") % {"title": state.title, "ref": ref}]
    if state.is_drill:
        lines.insert(0, _("This is a drill."))
    if state.severity:
        lines.append(_("Severity: %(severity)s.") % {"severity": state.severity})
    lines += [text for text in (state.impact or state.summary,) if text]
    return "\n".join(lines)


def resolution(ref: str, state: IncidentState, now: datetime) -> str:
    """What audiences hear when it is over."""
    text = _("Resolved: %(title)s (%(ref)s).") % {"title": state.title, "ref": ref}
    if state.began_at is None:
        return text
    lasted = in_words(((state.resolved_at or now) - state.began_at).total_seconds())
    return text + " " + _("It lasted %(length)s.") % {"length": lasted}


def report(ref: str, state: IncidentState) -> str:
    """The skeleton of a report, with what is known already filled in."""
    if state.reports:
        return state.reports[-1].text
    known = state.impact or state.summary or "…"
    parts = [
        f"# {ref}: {state.title}",
        "## " + _("What happened"),
        known,
        "## " + _("What it meant for people"),
        "…",
        "## " + _("How it was found and mended"),
        "…",
        "## " + _("What we learned"),
        "…",
    ]
    return "\n\n".join(parts)
