"""One operation for each command of `asked.ASKS`: who asks, may they, at which version, done once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Router, Schema
from ninja.utils import contribute_operation_args

from tocsin.api import answers, clock, once, reach, words
from tocsin.api.asked import ASKS, Ask
from tocsin.api.callers import Caller, caller_of
from tocsin.api.rooms import DoneOut
from tocsin.desk import writer
from tocsin.desk.writer import Outcome
from tocsin.errors import NotFoundError
from tocsin.people.models import Person

router = Router(tags=["Commands"])
_PEOPLE = ("person", "owner")


class PersonNotFoundError(NotFoundError):
    """There is nobody by this reference. Take it from the list of people."""


def done(outcome: Outcome, *, status: int = 200, location: str = "") -> HttpResponse:
    """Return the answer to a command, the same for the first time and for a repeat."""
    happened = [type(event).__name__ for event in outcome.events]
    value = DoneOut(ref=outcome.ref, version=outcome.version, events=happened)
    return answers.made(value, status=status, version=outcome.version, location=location)


def key_for(request: HttpRequest) -> str:
    """Return the caller's idempotency key, or a new one where they gave none."""
    return once.key_of(request) or str(uuid.uuid4())


def fill_people(caller: Caller, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `given` with "me" made plain and the names put beside the references. *Raises* PersonNotFoundError."""
    filled = dict(given)
    for part in _PEOPLE:
        if filled.get(part) is not None:
            filled[part] = _person(caller, filled[part]).ref
    return filled


def _person(caller: Caller, ref: str) -> Person:
    if ref == "me":
        return caller.person
    person = Person.objects.filter(pk=int(ref.removeprefix("person:")), is_active=True).first()
    if person is None:
        raise PersonNotFoundError
    return person


def _perform(request: HttpRequest, ask: Ask, ref: str, given: dict[str, Any]) -> HttpResponse:
    caller = caller_of(request)
    loaded = reach.load(caller, ref)
    parts = fill_people(caller, given)
    for name in ("name", "person_name"):
        if name in ask.command.__dataclass_fields__ and parts.get("person"):
            parts[name] = str(_person(caller, parts["person"]))
    command = ask.command(**{"by": caller.person.ref, **parts})
    reach.require(caller, command, loaded.state)
    expected = answers.expected_version(request, loaded.version)
    outcome = writer.run(ref, command, key=key_for(request), now=clock.now(), expected_version=expected)
    return done(outcome)


def _operation(ask: Ask) -> Callable[..., HttpResponse]:
    """Return the view of one command, with the arguments that its address and its form ask for."""
    form, in_path = ask.form(), ask.in_path

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        ref, body = parts.pop("ref"), parts.pop("body", None)
        given = {name: _plain(value) for name, value in body} if isinstance(body, Schema) else _defaults(form)
        return _perform(request, ask, ref, {**given, **parts})

    view.__name__ = ask.name
    view.__doc__ = (
        (ask.command.__doc__ or "") if not (ask.command.__doc__ or "").startswith(ask.command.__name__) else ""
    )
    contribute_operation_args(view, "ref", words.Ref, Path(...))
    if in_path:
        contribute_operation_args(view, in_path, words.Number if in_path == "version" else words.Name, Path(...))
    if form is not None:
        is_needed = any(part.is_required() for part in form.model_fields.values())
        body_type: Any = form if is_needed else form | None
        contribute_operation_args(view, "body", body_type, Body(... if is_needed else None))
    return view


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _defaults(form: type[Schema] | None) -> dict[str, Any]:
    return {name: _plain(value) for name, value in form()} if form is not None else {}


for _ask in ASKS:
    router.post("/incidents/{ref}" + _ask.path, response=DoneOut, summary=_ask.summary, operation_id=_ask.name)(
        _operation(_ask)
    )
