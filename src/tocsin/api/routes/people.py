"""People: who there is, and for administrators inviting them and setting what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Path, Router, Schema
from pydantic import StringConstraints

from tocsin.api import answers, clock, once, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of, require_administrator
from tocsin.api.routes.commands import PersonNotFoundError
from tocsin.errors import RefusedError
from tocsin.people import sign_in
from tocsin.people.models import Person

router = Router(tags=["People"])
router.add_decorator(once.answer_once)
Access = Literal["observer", "responder", "commander", "administrator"]
FullName = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=words.CLEAN)]
_LABEL = r"[A-Za-z0-9-]{1,63}"
_MAILBOX = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
Email = Annotated[str, StringConstraints(max_length=254, pattern=rf"^{_MAILBOX}@{_LABEL}(\.{_LABEL}){{0,4}}$")]
Known = Annotated[str, StringConstraints(pattern=r"^person:[1-9][0-9]{0,17}$")]


class AlreadyHereError(RefusedError):
    """Somebody has this e-mail address already. Look for them in the list of people."""


class LastAdministratorError(RefusedError):
    """Somebody has to be administrator. Make another person administrator first."""


class PersonOut(Schema):
    """Somebody who can sign in. E-mail addresses show to administrators only."""

    ref: str
    name: str
    access: Access
    is_active: bool
    email: str | None = None
    joined_at: datetime


class PeopleOut(Schema):
    """Everybody, by name, those who left included."""

    people: list[PersonOut]


class PersonNewIn(Asked):
    """Somebody to add."""

    name: FullName
    email: Email
    access: Access = "responder"


class LinkOut(Schema):
    """A link that signs a person in once. Give it to nobody else."""

    sign_in_link: str
    expires_at: datetime


class PersonIn(Asked):
    """What to change; what is left out stays."""

    name: FullName | None = None
    access: Access | None = None
    is_active: bool | None = None


@router.get("/people", response=PeopleOut, operation_id="list_people", summary="List people")
def list_people(request: HttpRequest) -> PeopleOut:
    """By name. Their `ref` is how commands name them."""
    caller = caller_of(request).person
    return PeopleOut(people=[_shown(person, caller) for person in Person.objects.all()])


@router.post("/people", response={201: PersonOut}, operation_id="add_person", summary="Add somebody")
def add_person(request: HttpRequest, body: PersonNewIn) -> HttpResponse:
    """For administrators. Then make them a link to sign in with."""
    caller = caller_of(request)
    require_administrator(caller)
    if Person.objects.filter(email__iexact=body.email).exists():
        raise AlreadyHereError
    try:
        with transaction.atomic():
            person = Person.objects.create_user(body.email, name=body.name, access=body.access)
    except IntegrityError as error:
        raise AlreadyHereError from error
    return answers.made(_shown(person, caller.person), status=201)


@router.post(
    "/people/{ref}/sign-in-link",
    response={201: LinkOut},
    operation_id="make_sign_in_link",
    summary="Make somebody a link to sign in with",
)
@once.gives_a_secret
def make_sign_in_link(request: HttpRequest, ref: Known = Path(...)) -> HttpResponse:
    """For administrators. It works once, within a day. Asking again gives a new one, since links are not kept."""
    require_administrator(caller_of(request))
    person, now = _find(ref), clock.now()
    link = settings.BASE_URL + reverse("web:sign-in-link", args=[sign_in.make_secret(person, now)])
    response = answers.made(LinkOut(sign_in_link=link, expires_at=now + sign_in.LINK_LIFETIME), status=201)
    response["Cache-Control"] = "no-store"
    return response


@router.patch("/people/{ref}", response=PersonOut, operation_id="change_person", summary="Change what somebody may do")
def change_person(request: HttpRequest, body: PersonIn, ref: Known = Path(...)) -> HttpResponse:
    """For administrators. Somebody who leaves is made inactive; their name stays in what they did."""
    caller = caller_of(request)
    require_administrator(caller)
    with transaction.atomic():
        # Held, so that two administrators cannot take it from each other at once.
        list(Person.objects.select_for_update().filter(access=Person.Access.ADMINISTRATOR))
        person = _find(ref)
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(person, name, value)
        person.save()
        if not Person.objects.filter(access=Person.Access.ADMINISTRATOR, is_active=True).exists():
            raise LastAdministratorError
    return answers.made(_shown(person, caller.person))


def _find(ref: str) -> Person:
    person = Person.objects.filter(pk=int(ref.removeprefix("person:"))).first()
    if person is None:
        raise PersonNotFoundError
    return person


def _shown(person: Person, reader: Person) -> PersonOut:
    shown = PersonOut.model_validate(person)
    if not reader.is_administrator and person.pk != reader.pk:
        shown.email = None
    return shown
