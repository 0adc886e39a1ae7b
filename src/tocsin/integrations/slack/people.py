"""Who a Slack user is: matched by the e-mail address that Slack has verified, else a guest with Slack's name.

Bots and users of other workspaces are nobody here. Looks up one user at a time, never a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tocsin.errors import RefusedError
from tocsin.integrations.slack.client import Slack, SlackError
from tocsin.integrations.slack.models import SlackAccount
from tocsin.people.models import Person

GUEST_DOMAIN = "guests.tocsin.invalid"


class NotAPersonError(RefusedError):
    """Bots and people of other workspaces cannot act in Tocsin. Ask somebody of this workspace to do it."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that the token belongs to, and the app's own user in it."""

    team: str
    bot_user: str
    bot: str


@dataclass(slots=True)
class People:
    """Slack's users as people. What Slack said is kept: a name or picture is asked for once."""

    slack: Slack
    _workspace: Workspace | None = field(default=None)

    def workspace(self) -> Workspace:
        """Return the workspace, asked for once. *Raises* SlackError."""
        if self._workspace is None:
            said = self.slack.call("auth.test")
            self._workspace = Workspace(str(said["team_id"]), str(said["user_id"]), str(said.get("bot_id") or ""))
        return self._workspace

    def person(self, team: str, user: str, now: datetime) -> Person:
        """Return who this user is, made known now if they are new.

        *Raises* NotAPersonError; SlackError when Slack is needed and away.
        """
        known = SlackAccount.objects.filter(team=team, user=user).select_related("person").first()
        if known is not None:
            return _active(known.person)
        here = self.workspace()
        if team != here.team or user == here.bot_user:
            raise NotAPersonError
        said: Mapping[str, Any] = self.slack.call("users.info", user=user)["user"]
        if said.get("is_bot") or said.get("deleted") or str(said.get("team_id") or team) != here.team:
            raise NotAPersonError
        return _active(self._meet(team, user, said, now))

    def user_of(self, ref: str) -> str:
        """Return the Slack ID of a person ("person:3"), looked up by e-mail if they have not been seen in Slack.

        *Raises* SlackError; permanent where Slack does not know them.
        """
        known = SlackAccount.objects.filter(person_id=_number(ref)).order_by("-seen_at").first()
        if known is not None:
            return str(known.user)
        person = Person.objects.filter(pk=_number(ref)).first()
        if person is None:
            raise SlackError(f"There is no {ref} here.", code="users_not_found", is_permanent=True)
        return str(self.slack.call("users.lookupByEmail", email=person.email)["user"]["id"])

    def _meet(self, team: str, user: str, said: Mapping[str, Any], now: datetime) -> Person:
        profile = said.get("profile") or {}
        email = str(profile.get("email") or "").strip()
        is_verified = bool(email) and said.get("is_email_confirmed", True)
        person = Person.objects.filter(email__iexact=email).first() if is_verified else None
        name = str(profile.get("real_name") or said.get("real_name") or profile.get("display_name") or user)[:120]
        try:
            with transaction.atomic():
                found = person or _guest(team, user, name)
                SlackAccount.objects.create(
                    team=team,
                    user=user,
                    person=found,
                    picture=str(profile.get("image_192") or "")[:500],
                    is_guest=person is None,
                    seen_at=now,
                )
                return found
        except IntegrityError:
            # Somebody pressed two buttons at once, and the other press came first.
            return SlackAccount.objects.select_related("person").get(team=team, user=user).person


def mention(ref: str) -> str:
    """Return Slack's mention of a person, or "" where they have not been seen in Slack."""
    number = _number(ref)
    known = SlackAccount.objects.filter(person_id=number).order_by("-seen_at").first() if number else None
    return f"<@{known.user}>" if known else ""


def email_of(ref: str) -> str:
    """Return the address a person reads mail at, "" for guests and people who left."""
    person = Person.objects.filter(pk=_number(ref), is_active=True).first()
    return person.email if person and not person.email.endswith(".invalid") else ""


def _guest(team: str, user: str, name: str) -> Person:
    email = f"{team}.{user}@{GUEST_DOMAIN}".lower()
    found = Person.objects.filter(email=email).first()
    return found or Person.objects.create_user(email, name=name, access=Person.Access.RESPONDER)


def _active(person: Person) -> Person:
    if not person.is_active:
        raise NotAPersonError("Your account in Tocsin is off. Ask an administrator.")
    return person


def _number(ref: str) -> int:
    number = ref.removeprefix("person:")
    return int(number) if number.isdigit() else 0
