"""Forms of the actions that a step may ask for: calls, documents, evidence, releases, the report, follow-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.desk import calls
from tocsin.incident import commands as cmd
from tocsin.people import meeting
from tocsin.people.models import Person
from tocsin.web import drafts
from tocsin.web.forms.act import ActForm, moment_input, pairs, text_area
from tocsin.web.forms.telling import Places


def _address(**options: Any) -> forms.CharField:
    """An address people can open: http or https only."""
    check = URLValidator(schemes=["http", "https"], message=_("Give an address that starts with https:// or http://."))
    widget = forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"})
    return forms.CharField(max_length=2000, validators=[check], widget=widget, **options)


class LinkIssue(ActForm):
    verb = "link-issue"
    title = gettext_lazy("Link the issue")
    button = gettext_lazy("Link it")
    icon = "link"
    url = _address(label=gettext_lazy("Address of the issue"))

    def command(self, person: Person) -> cmd.Command:
        return cmd.LinkIssue(by=person.ref, url=self.words["url"], step=self.step_or_none)


class StartCall(ActForm):
    verb = "start-call"
    title = gettext_lazy("Start the call")
    button = gettext_lazy("This is the call")
    icon = "phone-call"
    url = _address(label=gettext_lazy("Address of the call"), required=False)

    def prepare(self) -> None:
        if calls.are_set_up():
            self.fields["url"].help_text = _("Leave it empty, and Tocsin opens a room.")
        else:
            self.fields["url"].required = True

    def command(self, person: Person) -> cmd.Command:
        """Take the address given, the incident's own call where there is one, or a room opened now."""
        address = self.words["url"] or self.scene.state.call_url
        if address:
            return cmd.StartCall(by=person.ref, url=address, step=self.step_or_none)
        found = calls.opened(self.scene.ref)
        parts = {"url": found.url, "provider": found.provider, "tried": found.tried}
        return cmd.StartCall(by=person.ref, step=self.step_or_none, **parts)


class ShareCall(ActForm):
    verb = "share-call"
    title = gettext_lazy("Share the call")
    button = gettext_lazy("Share it")
    icon = "phone-call"
    audiences = Places(label=gettext_lazy("Who is asked to join"), required=False)

    def prepare(self) -> None:
        self.fields["audiences"].choices = pairs(self.scene.places())
        self.initial.setdefault("audiences", drafts.step_places(self.scene.step(self.step_id)))

    def command(self, person: Person) -> cmd.Command:
        return cmd.ShareCall(by=person.ref, audiences=tuple(self.words["audiences"]), step=self.step_or_none)


class Consult(ActForm):
    verb = "consult"
    title = gettext_lazy("Consult the document")
    button = gettext_lazy("Done reading")
    icon = "file-search"
    url = _address(label=gettext_lazy("Document"))
    finding = forms.CharField(
        label=gettext_lazy("What did you find?"), required=False, max_length=5000, widget=text_area(2)
    )

    def prepare(self) -> None:
        step = self.scene.step(self.step_id)
        if step and step.links:
            self.fields["url"] = forms.ChoiceField(
                label=_("Document"), choices=[(link.url, link.text or link.url) for link in step.links]
            )
            self.order_fields(["url", "finding"])

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.ConsultDocument(by=person.ref, url=words["url"], finding=words["finding"], step=self.step_or_none)


class RetainEvidence(ActForm):
    verb = "retain-evidence"
    title = gettext_lazy("Keep material")
    button = gettext_lazy("Keep it")
    icon = "archive"
    name = forms.CharField(label=gettext_lazy("What is it?"), max_length=500)
    url = _address(label=gettext_lazy("Where is it?"), required=False)

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.RetainEvidence(by=person.ref, title=words["name"], url=words["url"], step=self.step_or_none)


class ReleaseHotfix(ActForm):
    verb = "release-hotfix"
    title = gettext_lazy("Record the hotfix")
    button = gettext_lazy("It is released")
    icon = "rocket"
    text = forms.CharField(label=gettext_lazy("What was released?"), max_length=5000, widget=text_area(2))
    url = _address(label=gettext_lazy("Address of the release"), required=False)

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.ReleaseHotfix(by=person.ref, text=words["text"], url=words["url"], step=self.step_or_none)


class DraftReport(ActForm):
    verb = "draft-report"
    title = gettext_lazy("Write the report")
    button = gettext_lazy("Save this version")
    icon = "file-text"
    place = "report"
    text = forms.CharField(label=gettext_lazy("Report"), max_length=200_000, widget=text_area(12))

    def prepare(self) -> None:
        self.initial.setdefault("text", drafts.report(self.scene.ref, self.scene.state))

    def command(self, person: Person) -> cmd.Command:
        return cmd.DraftReport(by=person.ref, text=self.words["text"], step=self.step_or_none)


class _OfVersion(ActForm):
    place = "report"
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial.setdefault("version", self.scene.state.reports[-1].version if self.scene.state.reports else 1)


class ApproveReport(_OfVersion):
    verb = "approve-report"
    title = gettext_lazy("Approve the report")
    button = gettext_lazy("Approve")
    icon = "check"

    def command(self, person: Person) -> cmd.Command:
        return cmd.ApproveReport(by=person.ref, version=self.words["version"])


class WithdrawApproval(_OfVersion):
    verb = "withdraw-approval"
    button = gettext_lazy("Take approval back")
    icon = "arrow-back-up"

    def command(self, person: Person) -> cmd.Command:
        return cmd.WithdrawApproval(by=person.ref, version=self.words["version"])


class ShareReport(ActForm):
    verb = "share-report"
    title = gettext_lazy("Share the report")
    button = gettext_lazy("Share it")
    icon = "send"
    place = "report"
    audiences = forms.CharField(
        label=gettext_lazy("Who gets it"), max_length=1000, help_text=gettext_lazy("Names, with commas.")
    )

    def prepare(self) -> None:
        self.initial.setdefault("audiences", ", ".join(drafts.step_places(self.scene.step(self.step_id))))

    def command(self, person: Person) -> cmd.Command:
        names = tuple(name.strip() for name in self.words["audiences"].split(",") if name.strip())
        return cmd.ShareReport(by=person.ref, audiences=names, step=self.step_or_none)


class CreateFollowUp(ActForm):
    verb = "create-follow-up"
    title = gettext_lazy("Add a follow-up")
    button = gettext_lazy("Add follow-up")
    icon = "plus"
    place = "follow-ups"
    name = forms.CharField(label=gettext_lazy("What is to be done later?"), max_length=500)
    category = forms.CharField(label=gettext_lazy("Kind"), required=False, max_length=300)
    url = _address(label=gettext_lazy("Address of its issue"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Who sees to it?"), required=False)

    def prepare(self) -> None:
        self.fields["owner"].choices = [("", _("Nobody yet")), *self.scene.people.items()]
        if categories := follow_up_categories(self.scene):
            choices = [("", _("Any kind")), *pairs(categories)]
            self.fields["category"] = forms.ChoiceField(label=_("Kind"), required=False, choices=choices)
            self.order_fields(["name", "category", "url", "owner"])

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.CreateFollowUp(
            by=person.ref,
            title=words["name"],
            category=words["category"],
            url=words["url"],
            owner=words["owner"] or None,
        )


class CompleteFollowUp(ActForm):
    verb = "complete-follow-up"
    button = gettext_lazy("Done")
    place = "follow-ups"
    follow_up = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def command(self, person: Person) -> cmd.Command:
        return cmd.CompleteFollowUp(by=person.ref, follow_up=self.words["follow_up"])


class ScheduleRetrospective(ActForm):
    verb = "schedule-retrospective"
    title = gettext_lazy("Schedule the retrospective")
    button = gettext_lazy("Schedule")
    icon = "calendar-event"
    starts_at = forms.DateTimeField(label=gettext_lazy("When?"), widget=moment_input())

    def prepare(self) -> None:
        """Propose an hour within five working days that is in everybody's working hours."""
        state = self.scene.state
        if "starts_at" not in self.initial:
            self.initial["starts_at"] = meeting.proposed(self.scene.now, meeting.zones_of(state.responders))
        if state.retrospective_at is None:
            self.fields["starts_at"].help_text = _("Everybody in the incident gets an invitation by e-mail.")

    def command(self, person: Person) -> cmd.Command:
        return cmd.ScheduleRetrospective(by=person.ref, starts_at=self.words["starts_at"], step=self.step_or_none)


def follow_up_categories(scene: Any) -> list[str]:
    """The kinds of follow-up that the playbook lists under its step."""
    for step in scene.state.playbook.all_steps():
        if step.action == "create-follow-ups":
            return [note for note in step.notes if note]
    return []


FORMS = (
    LinkIssue,
    StartCall,
    ShareCall,
    Consult,
    RetainEvidence,
    ReleaseHotfix,
    DraftReport,
    ApproveReport,
    WithdrawApproval,
    ShareReport,
    CreateFollowUp,
    CompleteFollowUp,
    ScheduleRetrospective,
)
