"""Forms about people: roles in an incident, accounts of the installation, one's own settings."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from tocsin.incident import commands as cmd
from tocsin.people.models import Person
from tocsin.web.forms.act import ActForm

# Whoever sends the form. Rooms are drawn once for several people, so a button cannot name who will press it.
ME = "me"


class TakeRole(ActForm):
    """Take a role oneself, or hand it to somebody."""

    verb = "take-role"
    button = gettext_lazy("Hand over")
    icon = "user-check"
    place = "people"
    role = forms.CharField(max_length=200, widget=forms.HiddenInput)
    person = forms.ChoiceField(label=gettext_lazy("Who takes it?"))

    def prepare(self) -> None:
        self.fields["person"].choices = list(self.scene.people.items())
        if (self.data or {}).get("person") == ME:
            self.fields["person"].choices = [(ME, "")]

    def command(self, person: Person) -> cmd.Command:
        who = person.ref if self.words["person"] == ME else self.words["person"]
        return cmd.TakeRole(by=person.ref, role=self.words["role"], person=who, name=self.scene.people.get(who, ""))


class LeaveRole(ActForm):
    verb = "leave-role"
    button = gettext_lazy("Leave")
    place = "people"
    role = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def command(self, person: Person) -> cmd.Command:
        return cmd.LeaveRole(by=person.ref, role=self.words["role"])


class Join(ActForm):
    verb = "join"
    title = gettext_lazy("Bring somebody in")
    button = gettext_lazy("Add")
    icon = "user-plus"
    place = "people"
    person = forms.ChoiceField(label=gettext_lazy("Who?"))

    def prepare(self) -> None:
        inside = self.scene.state.responders
        self.fields["person"].choices = [(ref, name) for ref, name in self.scene.people.items() if ref not in inside]

    def command(self, person: Person) -> cmd.Command:
        who = self.words["person"]
        return cmd.JoinIncident(by=person.ref, person=who, name=self.scene.people.get(who, ""))


class TakeNotes(ActForm):
    """The step that asks for a note-taker: choosing one does it."""

    verb = "take-notes"
    title = gettext_lazy("Choose who takes notes")
    button = gettext_lazy("They take notes")
    icon = "note"
    person = forms.ChoiceField(label=gettext_lazy("Who takes notes?"))

    def prepare(self) -> None:
        self.fields["person"].choices = list(self.scene.people.items())

    def command(self, person: Person) -> cmd.Command:
        who = self.words["person"]
        return cmd.TakeRole(by=person.ref, role="note-taker", person=who, name=self.scene.people.get(who, ""))


FORMS = (TakeRole, LeaveRole, Join, TakeNotes)


class Invite(forms.ModelForm):
    """A new account; the page then shows the link that signs it in."""

    class Meta:
        model = Person
        fields = ["name", "email", "access"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
            "access": forms.Select(attrs={"class": "form-select"}),
        }


class Access(forms.ModelForm):
    """What somebody may do, and whether they may sign in at all."""

    class Meta:
        model = Person
        fields = ["access", "is_active"]
        widgets = {
            "access": forms.Select(attrs={"class": "form-select"}),
            "is_active": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        }


class Account(forms.ModelForm):
    """One's own name, time zone and language."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), widget=forms.Select(attrs={"class": "form-select"}))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("As the browser asks")), *settings.LANGUAGES],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    class Meta:
        model = Person
        fields = ["name", "time_zone", "language"]
        widgets = {"name": forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["time_zone"].choices = [(name, name) for name in sorted(zoneinfo.available_timezones())]
