"""Forms about the incident as a whole: declare, state, severity, questions, impact, promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.incident import commands as cmd
from tocsin.people.models import Person
from tocsin.playbook.model import Playbook
from tocsin.web.forms.act import ActForm, moment_input, pairs, text_area


class Declare(forms.Form):
    """A title is all it must have."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = forms.CharField(
        label=gettext_lazy("What is going on?"),
        max_length=300,
        widget=forms.TextInput(
            attrs={"class": "form-control form-control-lg", "autofocus": True, "autocomplete": "off"}
        ),
        error_messages={"required": gettext_lazy("Say in a few words what is going on. It can be changed later.")},
    )
    summary = forms.CharField(
        label=gettext_lazy("What is known"),
        required=False,
        max_length=20_000,
        widget=text_area(3, **{"class": "form-control"}),
    )
    certainty = forms.ChoiceField(
        label=gettext_lazy("How sure is it?"),
        choices=[("certain", gettext_lazy("It is happening")), ("suspected", gettext_lazy("It is a suspicion"))],
        initial="certain",
        required=False,
        widget=forms.RadioSelect,
    )
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), required=False, widget=forms.RadioSelect)
    playbook = forms.ChoiceField(label=gettext_lazy("Playbook"), required=False, widget=forms.RadioSelect)
    is_drill = forms.BooleanField(label=gettext_lazy("This is a drill"), required=False)
    is_private = forms.BooleanField(label=gettext_lazy("Only those in it may see it"), required=False)

    def __init__(self, data: Any = None, *, playbooks: list[tuple[str, str, Playbook]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.playbooks = playbooks
        chosen = str((data or initial or {}).get("playbook") or "")
        self.digest, _name, self.chosen = next((each for each in playbooks if each[0] == chosen), playbooks[0])
        self.fields["playbook"].choices = [(digest, name) for digest, name, _playbook in playbooks]
        self.initial.setdefault("playbook", self.digest)
        levels = [(level.name, level.name) for level in self.chosen.severities]
        self.fields["severity"].choices = [("", _("Not yet known")), *levels]
        for name in ("certainty", "is_drill", "is_private"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def clean_severity(self) -> str | None:
        return self.cleaned_data["severity"] or None

    def command(self, person: Person) -> cmd.DeclareIncident:
        words = self.cleaned_data
        return cmd.DeclareIncident(
            by=person.ref,
            by_name=person.name,
            title=words["title"],
            summary=words["summary"],
            is_suspected=words["certainty"] == "suspected",
            is_drill=words["is_drill"],
            is_private=words["is_private"],
            severity=words["severity"],
        )


class Confirm(ActForm):
    verb = "confirm"
    button = gettext_lazy("Confirm: it is real")
    icon = "urgent"

    def command(self, person: Person) -> cmd.Command:
        return cmd.ConfirmIncident(by=person.ref)


class Dismiss(ActForm):
    verb = "dismiss"
    title = gettext_lazy("Dismiss as a false alarm")
    button = gettext_lazy("Dismiss")
    icon = "x"
    place = "state"
    reason = forms.CharField(label=gettext_lazy("Why is it a false alarm?"), max_length=5000, widget=text_area(2))

    def command(self, person: Person) -> cmd.Command:
        return cmd.DismissIncident(by=person.ref, reason=self.words["reason"])


class Resolve(ActForm):
    verb = "resolve"
    title = gettext_lazy("Resolve the incident")
    button = gettext_lazy("Resolve")
    icon = "circle-check"
    place = "state"
    summary = forms.CharField(
        label=gettext_lazy("How did it end?"), required=False, max_length=20_000, widget=text_area(3)
    )

    def command(self, person: Person) -> cmd.Command:
        return cmd.ResolveIncident(by=person.ref, summary=self.words["summary"])


class Reopen(ActForm):
    verb = "reopen"
    title = gettext_lazy("Reopen the incident")
    button = gettext_lazy("Reopen")
    icon = "arrow-back-up"
    place = "state"
    reason = forms.CharField(label=gettext_lazy("Why is it reopened?"), max_length=5000, widget=text_area(2))

    def command(self, person: Person) -> cmd.Command:
        return cmd.ReopenIncident(by=person.ref, reason=self.words["reason"])


class Close(ActForm):
    verb = "close"
    title = gettext_lazy("Close the incident")
    button = gettext_lazy("Close: the follow-up is done")
    icon = "archive"
    place = "state"

    def command(self, person: Person) -> cmd.Command:
        return cmd.CloseIncident(by=person.ref)


class Describe(ActForm):
    verb = "describe"
    title = gettext_lazy("Change title or summary")
    button = gettext_lazy("Save")
    icon = "pencil"
    place = "state"
    name = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    summary = forms.CharField(
        label=gettext_lazy("What is known"), required=False, max_length=20_000, widget=text_area(3)
    )

    def prepare(self) -> None:
        self.initial.setdefault("name", self.scene.state.title)
        self.initial.setdefault("summary", self.scene.state.summary)

    def command(self, person: Person) -> cmd.Command:
        return cmd.DescribeIncident(by=person.ref, title=self.words["name"], summary=self.words["summary"])


class SetBeganAt(ActForm):
    verb = "set-began-at"
    title = gettext_lazy("Say when it really began")
    button = gettext_lazy("Save")
    icon = "clock"
    place = "state"
    began_at = forms.DateTimeField(label=gettext_lazy("It began at"), widget=moment_input())

    def prepare(self) -> None:
        self.initial.setdefault("began_at", self.scene.state.began_at)

    def command(self, person: Person) -> cmd.Command:
        return cmd.SetBeganAt(by=person.ref, began_at=self.words["began_at"])


class AssignSeverity(ActForm):
    verb = "assign-severity"
    title = gettext_lazy("Assign the severity")
    button = gettext_lazy("Assign")
    icon = "flag"
    place = "severity"
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Why? (may be left empty)"), required=False, max_length=2000)

    def prepare(self) -> None:
        self.levels = self.scene.state.playbook.severities
        self.fields["severity"].choices = pairs([level.name for level in self.levels])
        self.initial.setdefault("severity", self.scene.state.severity)

    def command(self, person: Person) -> cmd.Command:
        return cmd.AssignSeverity(by=person.ref, severity=self.words["severity"], reason=self.words["reason"])


class RejectSuggestion(ActForm):
    verb = "reject-suggestion"
    button = gettext_lazy("Not so")
    icon = "x"
    place = "severity"
    severity = forms.CharField(max_length=200, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=2000)

    def prepare(self) -> None:
        self.initial.setdefault("severity", self.scene.state.suggestion)

    def command(self, person: Person) -> cmd.Command:
        return cmd.RejectSuggestion(by=person.ref, severity=self.words["severity"], reason=self.words["reason"])


class AnswerQuestion(ActForm):
    """Its three buttons send the answer."""

    verb = "answer"
    place = "questions"
    question = forms.CharField(max_length=300, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=pairs(["yes", "no", "unknown"]))

    def command(self, person: Person) -> cmd.Command:
        return cmd.AnswerQuestion(by=person.ref, question=self.words["question"], answer=self.words["answer"])


class DescribeImpact(ActForm):
    verb = "describe-impact"
    title = gettext_lazy("Describe the impact")
    button = gettext_lazy("Save impact")
    icon = "target"
    place = "impact"
    text = forms.CharField(
        label=gettext_lazy("Who and what is affected?"), required=False, max_length=20_000, widget=text_area(3)
    )
    downtime = forms.ChoiceField(
        label=gettext_lazy("Is everything down?"),
        required=False,
        choices=[("", gettext_lazy("Not known")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )
    since = forms.DateTimeField(label=gettext_lazy("Since when?"), required=False, widget=moment_input())

    def prepare(self) -> None:
        state = self.scene.state
        self.initial.setdefault("text", state.impact)
        self.initial.setdefault("downtime", {True: "yes", False: "no"}.get(state.is_full_downtime, ""))
        self.initial.setdefault("since", state.downtime_since)

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        is_down = {"yes": True, "no": False}.get(words["downtime"])
        return cmd.DescribeImpact(by=person.ref, text=words["text"], is_full_downtime=is_down, since=words["since"])


class Snooze(ActForm):
    verb = "snooze"
    button = gettext_lazy("Snooze")
    icon = "clock-pause"
    place = "promises"
    promise = forms.CharField(max_length=300, widget=forms.HiddenInput)
    minutes = forms.ChoiceField(
        label=gettext_lazy("By how long?"),
        choices=[
            ("5", gettext_lazy("5 minutes")),
            ("15", gettext_lazy("15 minutes")),
            ("30", gettext_lazy("30 minutes")),
            ("60", gettext_lazy("1 hour")),
            ("240", gettext_lazy("4 hours")),
            ("1440", gettext_lazy("1 day")),
        ],
    )
    reason = forms.CharField(label=gettext_lazy("Why? (may be left empty)"), required=False, max_length=2000)

    def command(self, person: Person) -> cmd.Command:
        promise = self.scene.state.promises.get(self.words["promise"])
        start = max(promise.due_at, self.scene.now) if promise else self.scene.now
        until = start + timedelta(minutes=int(self.words["minutes"]))
        return cmd.SnoozePromise(by=person.ref, promise=self.words["promise"], until=until, reason=self.words["reason"])


FORMS = (
    Confirm,
    Dismiss,
    Resolve,
    Reopen,
    Close,
    Describe,
    SetBeganAt,
    AssignSeverity,
    RejectSuggestion,
    AnswerQuestion,
    DescribeImpact,
    Snooze,
)
