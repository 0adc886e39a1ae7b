"""Forms about steps as such: tick, untick, skip, assign, add."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.incident import commands as cmd
from tocsin.people.models import Person
from tocsin.web.forms.act import ActForm


class Tick(ActForm):
    verb = "tick"
    evidence = forms.CharField(required=False, max_length=2000)

    def command(self, person: Person) -> cmd.Command:
        return cmd.CompleteStep(by=person.ref, step=self.words["step"], evidence=self.words["evidence"])


class Untick(ActForm):
    verb = "untick"

    def command(self, person: Person) -> cmd.Command:
        return cmd.UncompleteStep(by=person.ref, step=self.words["step"])


class Skip(ActForm):
    verb = "skip"
    title = gettext_lazy("Skip this step")
    button = gettext_lazy("Skip")
    icon = "player-skip-forward"
    reason = forms.CharField(label=gettext_lazy("Why is it skipped?"), max_length=2000)

    def command(self, person: Person) -> cmd.Command:
        return cmd.SkipStep(by=person.ref, step=self.words["step"], reason=self.words["reason"])


class Assign(ActForm):
    verb = "assign"
    title = gettext_lazy("Give it to somebody")
    button = gettext_lazy("Assign")
    icon = "user-check"
    person = forms.ChoiceField(label=gettext_lazy("Who does it?"), required=False)

    def prepare(self) -> None:
        self.fields["person"].choices = [("", _("Nobody")), *self.scene.people.items()]
        record = self.scene.state.steps.get(self.step_id)
        self.initial.setdefault("person", record.assignee if record else "")

    def command(self, person: Person) -> cmd.Command:
        chosen = self.words["person"] or None
        name = self.scene.people.get(chosen or "", "")
        return cmd.AssignStep(by=person.ref, step=self.words["step"], person=chosen, person_name=name)


class AddStep(ActForm):
    """Its `step` is the step to put the new one after."""

    verb = "add-step"
    title = gettext_lazy("Add a step")
    button = gettext_lazy("Add step")
    icon = "plus"
    phase = forms.CharField(max_length=500, widget=forms.HiddenInput)
    text = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=2000)

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.AddStep(by=person.ref, phase=words["phase"], text=words["text"], after=self.step_or_none)


FORMS = (Tick, Untick, Skip, Assign, AddStep)
