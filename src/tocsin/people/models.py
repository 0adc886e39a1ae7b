"""Accounts, one-time sign-in links, audiences and their contacts. Holds personal data; the event log holds only ids and
the names that people go by."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Audience(models.Model):
    """Who is told: a name that playbooks use. Aliases are other spellings, one a line."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    aliases = models.TextField(_("aliases"), blank=True, help_text=_("Other names playbooks use, one a line."))
    is_outside = models.BooleanField(
        _("outside the team"), default=True, help_text=_("A drill never reaches an outside audience.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def all_names(self) -> list[str]:
        return [self.name, *(line.strip() for line in self.aliases.splitlines() if line.strip())]


class Contact(models.Model):
    """One member of an audience and how to reach them."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"))

    class Meta:
        ordering = ["organisation", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["audience", "email"], name="one_row_per_contact")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
