"""Accounts, one-time sign-in links, teams and who is on duty, audiences and their contacts. Holds personal data; the
event log holds only ids and the names that people go by."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

PAGER_HELP = _("An Apprise address, or the name of one that is kept among the secrets, as in secret:ana.")


class PersonManager(BaseUserManager["Person"]):
    """Makes accounts the way Django's own commands expect."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> Person:
        return self.create_user(
            email, password, access=Person.Access.ADMINISTRATOR, is_staff=True, is_superuser=True, **fields
        )


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. `ref` is how commands and events name them."""

    class Access(models.TextChoices):
        """What a person may do, least first."""

        OBSERVER = "observer", _("Observer")
        RESPONDER = "responder", _("Responder")
        COMMANDER = "commander", _("Commander")
        ADMINISTRATOR = "administrator", _("Administrator")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    access = models.CharField(_("access"), max_length=20, choices=Access.choices, default=Access.RESPONDER)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    # Empty: what the browser asks for.
    language = models.CharField(_("language"), max_length=10, default="", blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    pager = models.CharField(_("pager"), max_length=500, blank=True, help_text=PAGER_HELP)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = PersonManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def ref(self) -> str:
        return f"person:{self.pk}"

    @property
    def may_respond(self) -> bool:
        return self.access != self.Access.OBSERVER

    @property
    def is_administrator(self) -> bool:
        return self.access == self.Access.ADMINISTRATOR


class SignInLink(models.Model):
    """A link that signs one person in once. Only the hash of its secret is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)


def _spelled(name: str, aliases: str) -> list[str]:
    return [name, *(line.strip() for line in aliases.splitlines() if line.strip())]


class Team(models.Model):
    """People who work together. A playbook that names a team reaches its members."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    aliases = models.TextField(_("aliases"), blank=True, help_text=_("Other names playbooks use, one a line."))
    call_url = models.URLField(_("standing call"), blank=True, help_text=_("A room of the team's own, for its calls."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def all_names(self) -> list[str]:
        return _spelled(self.name, self.aliases)


class Membership(models.Model):
    """One person's place in a team. `position` is the order in which members are paged, first is 1."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="one_place_per_team")]


class Duty(models.Model):
    """Who holds a role of a team, from when until when (None: until further notice)."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(_("role"), max_length=100, default="on duty")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="duties")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_at", "-pk"]


class Audience(models.Model):
    """Who is told: a name that playbooks use. Aliases are other spellings, one a line.

    What goes to an outside audience is drafted, seen and approved first; `approved_by` says who may, "" that whoever
    tells them needs no approval. `is_chosen` ones are told only once somebody has chosen whom the incident concerns.
    """

    class Approval(models.TextChoices):
        """Least access of who may approve a message."""

        RESPONDER = "responder", _("any responder")
        COMMANDER = "commander", _("a commander or who leads the incident")
        ADMINISTRATOR = "administrator", _("an administrator")

    name = models.CharField(_("name"), max_length=200, unique=True)
    aliases = models.TextField(_("aliases"), blank=True, help_text=_("Other names playbooks use, one a line."))
    is_outside = models.BooleanField(
        _("outside the team"), default=True, help_text=_("A drill never reaches an outside audience.")
    )
    is_chosen = models.BooleanField(
        _("chosen in each incident"), default=False, help_text=_("Nobody is told until the impacted ones are chosen.")
    )
    approved_by = models.CharField(
        _("who may approve"), max_length=20, choices=Approval.choices, default=Approval.RESPONDER, blank=True
    )
    update_minutes = models.PositiveIntegerField(
        _("minutes between updates"), null=True, blank=True, help_text=_("Empty: when there is something to say.")
    )
    subject_template = models.CharField(_("subject of the first notice"), max_length=200, blank=True)
    text_template = models.TextField(_("text of the first notice"), blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def all_names(self) -> list[str]:
        return _spelled(self.name, self.aliases)


class Contact(models.Model):
    """One member of an audience and how to reach them. `ways` is the order in which ways are tried, with commas."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    slack = models.CharField(_("Slack"), max_length=120, blank=True)
    pager = models.CharField(_("pager"), max_length=500, blank=True, help_text=PAGER_HELP)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    ways = models.CharField(_("ways, in order"), max_length=60, default="email,pager")
    may_unsubscribe = models.BooleanField(_("may unsubscribe"), default=False)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "email"], condition=~models.Q(email=""), name="one_row_per_contact"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else self.name

    @property
    def ref(self) -> str:
        return f"contact:{self.pk}"
