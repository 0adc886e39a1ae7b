"""Who a GitHub user is: the person an administrator or an earlier visit named, else a guest with GitHub's name.

Says also whom GitHub itself lets work on the repository; bots and strangers are nobody here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from tocsin.errors import RefusedError
from tocsin.integrations.github.models import GitHubAccount
from tocsin.people.models import Person

GUEST_DOMAIN = "guests.tocsin.invalid"
TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class UnknownAccountError(RefusedError):
    """No GitHub user of this login has acted here yet, or nobody has this e-mail address. Check both and try again."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something on GitHub. `person` None: GitHub does not say, or it was no person; then Tocsin acts."""

    person: Person | None = None
    name: str = ""

    @property
    def ref(self) -> str:
        return self.person.ref if self.person else "system"


NOBODY = Actor()


def actor_of(user: Mapping[str, Any] | None) -> Actor:
    """Return the person of a GitHub user, made known now if they are new."""
    if not user or user.get("type") == "Bot" or "id" not in user:
        return Actor(name=str((user or {}).get("login", "")))
    known = GitHubAccount.objects.filter(number=user["id"]).select_related("person").first()
    person = known.person if known else _meet(int(user["id"]), str(user["login"]))
    return Actor(person if person.is_active else None, person.name)


def may_edit(issue: Mapping[str, Any], sender: Mapping[str, Any] | None) -> bool:
    """Return whether an edit of this issue's text counts. GitHub lets nobody edit another's issue without the right to;
    the author of an issue in a public repository may be anybody."""
    author = issue.get("user") or {}
    return (sender or {}).get("id") != author.get("id") or is_trusted(issue)


def is_trusted(written: Mapping[str, Any]) -> bool:
    """Return whether the author of an issue or comment belongs to the repository."""
    return written.get("author_association") in TRUSTED


def link(login: str, email: str) -> Person:
    """Say that a GitHub user is this person. *Raises* UnknownAccountError."""
    person = Person.objects.filter(email__iexact=email).first()
    if person is None or not GitHubAccount.objects.filter(login__iexact=login).update(person=person):
        raise UnknownAccountError
    return person


def _meet(number: int, login: str) -> Person:
    try:
        with transaction.atomic():
            email = f"github.{number}@{GUEST_DOMAIN}"
            person = Person.objects.filter(email=email).first()
            person = person or Person.objects.create_user(email, name=login, access=Person.Access.RESPONDER)
            GitHubAccount.objects.create(number=number, login=login, person=person)
            return person
    except IntegrityError:
        return GitHubAccount.objects.select_related("person").get(number=number).person
