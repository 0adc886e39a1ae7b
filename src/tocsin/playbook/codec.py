"""A Playbook as JSON and back, in exactly the compiled form of the design.

Beside that form it writes what a round trip needs: `after_seconds` of a severity, the line, text and business days of a
timer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from tocsin.playbook.errors import PlaybookError
from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Channel,
    Condition,
    Elapsed,
    Field,
    Link,
    Not,
    Phase,
    Playbook,
    Policy,
    Question,
    Reading,
    Severity,
    SeverityIn,
    StateIs,
    Step,
    Timer,
    Unread,
)

Json = dict[str, Any]
_T = TypeVar("_T")


def to_json(playbook: Playbook) -> Json:
    """Turn a playbook into plain JSON values. Shape: the compiled form of design section 3; nothing is left out."""
    return {
        "name": playbook.name,
        "about": playbook.about,
        "source": playbook.source,
        "digest": playbook.digest,
        "severities": [_severity(severity) for severity in playbook.severities],
        "policies": [
            {"kind": p.kind, "line": p.line, "text": p.text, "places": list(p.places)} for p in playbook.policies
        ],
        "phases": [
            {"title": phase.title, "line": phase.line, "steps": [_step(step) for step in phase.steps]}
            for phase in playbook.phases
        ],
        "fields": [{"label": f.label, "line": f.line, "options": list(f.options)} for f in playbook.fields],
        "questions": [{"id": q.id, "text": q.text, "line": q.line} for q in playbook.questions],
        "timers": [_timer(timer) for timer in playbook.timers],
        "audiences": list(playbook.audiences),
        "channels": list(playbook.channels),
        "roles": list(playbook.roles),
        "readings": [{"line": r.line, "kind": r.kind, "text": r.text, "value": r.value} for r in playbook.readings],
        "unknown": [{"line": u.line, "text": u.text, "why": u.why} for u in playbook.unknown],
    }


def from_json(data: Mapping[str, Any]) -> Playbook:
    """Turn the compiled form back into the equal playbook.

    Raises: PlaybookError when the data is not a compiled playbook; compile the document again.
    """
    try:
        return _playbook(data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"this is not a compiled playbook ({error!r}); compile the document again"
        raise PlaybookError(reason) from error


# --- to JSON ------------------------------------------------------------------------------------------------------


def _severity(severity: Severity) -> Json:
    return {
        "name": severity.name,
        "rank": severity.rank,
        "line": severity.line,
        "criteria": list(severity.criteria),
        "after_seconds": severity.after_seconds,
    }


def _timer(timer: Timer) -> Json:
    return {
        "kind": timer.kind,
        "seconds": timer.seconds,
        "from": timer.start,
        "severity": list(timer.severity),
        "line": timer.line,
        "text": timer.text,
        "business_days": timer.is_business_days,
    }


def _step(step: Step) -> Json:
    return {
        "id": step.id,
        "line": step.line,
        "text": step.text,
        "ordered": step.is_ordered,
        "done": step.is_done,
        "action": step.action,
        "condition": condition_to_json(step.condition),
        "timers": [_timer(timer) for timer in step.timers],
        "audiences": list(step.audiences),
        "channels": [{"name": c.name, "id": c.id, "url": c.url} for c in step.channels],
        "links": [{"text": link.text, "url": link.url} for link in step.links],
        "notes": list(step.notes),
        "steps": [_step(child) for child in step.steps],
    }


def condition_to_json(condition: Condition | None) -> Json | None:
    """Turn a condition into JSON: `{"all": [{"severity": ["High"]}, {"elapsed": 3600}]}`; None stays None."""
    match condition:
        case None:
            return None
        case SeverityIn(names):
            return {"severity": list(names)}
        case Answered(question):
            return {"answer": question}
        case Elapsed(seconds):
            return {"elapsed": seconds}
        case StateIs(state):
            return {"state": state}
        case AnyOf(parts):
            return {"any": [condition_to_json(part) for part in parts]}
        case AllOf(parts):
            return {"all": [condition_to_json(part) for part in parts]}
        case Not(inner):
            return {"not": condition_to_json(inner)}


# --- from JSON ----------------------------------------------------------------------------------------------------


def _each(make: Callable[[Any], _T], values: Iterable[Any]) -> tuple[_T, ...]:
    return tuple(make(value) for value in values)


def _playbook(data: Mapping[str, Any]) -> Playbook:
    return Playbook(
        name=data["name"],
        source=data["source"],
        digest=data["digest"],
        about=data.get("about", ""),
        severities=_each(_to_severity, data["severities"]),
        policies=_each(lambda p: Policy(p["kind"], p["line"], p["text"], tuple(p["places"])), data["policies"]),
        phases=_each(lambda p: Phase(p["title"], p["line"], _each(_to_step, p["steps"])), data["phases"]),
        fields=_each(lambda f: Field(f["label"], f["line"], tuple(f["options"])), data["fields"]),
        questions=_each(lambda q: Question(q["id"], q["text"], q["line"]), data["questions"]),
        timers=_each(_to_timer, data["timers"]),
        audiences=tuple(data["audiences"]),
        channels=tuple(data["channels"]),
        roles=tuple(data["roles"]),
        readings=_each(lambda r: Reading(r["line"], r["kind"], r["text"], r["value"]), data["readings"]),
        unknown=_each(lambda u: Unread(u["line"], u["text"], u["why"]), data["unknown"]),
    )


def _to_severity(data: Mapping[str, Any]) -> Severity:
    return Severity(data["name"], data["rank"], data["line"], tuple(data["criteria"]), data.get("after_seconds"))


def _to_timer(data: Mapping[str, Any]) -> Timer:
    return Timer(
        kind=data["kind"],
        seconds=data["seconds"],
        start=data["from"],
        severity=tuple(data["severity"]),
        line=data.get("line", 0),
        text=data.get("text", ""),
        is_business_days=data.get("business_days", False),
    )


def _to_step(data: Mapping[str, Any]) -> Step:
    return Step(
        id=data["id"],
        line=data["line"],
        text=data["text"],
        is_ordered=data["ordered"],
        is_done=data["done"],
        action=data["action"],
        condition=condition_from_json(data["condition"]),
        timers=_each(_to_timer, data["timers"]),
        audiences=tuple(data["audiences"]),
        channels=_each(lambda c: Channel(c["name"], c.get("id"), c.get("url")), data["channels"]),
        links=_each(lambda link: Link(link["text"], link["url"]), data["links"]),
        notes=tuple(data["notes"]),
        steps=_each(_to_step, data["steps"]),
    )


def condition_from_json(data: Mapping[str, Any] | None) -> Condition | None:
    """Turn JSON back into a condition. Raises: ValueError when it is none."""
    return None if data is None else _to_condition(data)


def _to_condition(data: Mapping[str, Any]) -> Condition:
    ((key, value),) = data.items()
    match key:
        case "severity":
            return SeverityIn(tuple(value))
        case "answer":
            return Answered(value)
        case "elapsed":
            return Elapsed(value)
        case "state":
            return StateIs(value)
        case "any":
            return AnyOf(_each(_to_condition, value))
        case "all":
            return AllOf(_each(_to_condition, value))
        case "not":
            return Not(_to_condition(value))
        case _:
            raise ValueError(f"no condition is called {key!r}")
