"""Forms whose words others read: updates, notices to an audience, announcements, notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.desk.directory import Directory, audiences
from tocsin.incident import commands as cmd
from tocsin.people.models import Person
from tocsin.web import drafts
from tocsin.web.forms.act import ActForm, pairs, text_area


class Places(forms.MultipleChoiceField):
    """Which audiences and channels hear of it."""

    widget = forms.CheckboxSelectMultiple


class Update(ActForm):
    """Tell how it stands. The button "Nothing new" sends no words and keeps the cadence's promise as well."""

    verb = "update"
    title = gettext_lazy("Post an update")
    button = gettext_lazy("Post update")
    icon = "speakerphone"
    place = "update"
    is_public = True
    text = forms.CharField(
        label=gettext_lazy("How does it stand?"), required=False, max_length=20_000, widget=text_area(4)
    )
    audiences = Places(label=gettext_lazy("Who gets it"), required=False)
    is_no_change = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["audiences"].choices = pairs(self.scene.places())
        self.initial.setdefault("audiences", drafts.cadence_places(self.scene.state))

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        if not words.get("text") and not words.get("is_no_change"):
            self.add_error("text", _("Write how it stands, or press “Nothing new”."))
        return words

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.PostUpdate(
            by=person.ref,
            text=words["text"],
            audiences=tuple(words["audiences"]),
            is_no_change=words["is_no_change"],
        )

    @property
    def said(self) -> str:
        return _("The update is posted.")


class Notify(ActForm):
    verb = "notify"
    title = gettext_lazy("Tell them")
    button = gettext_lazy("Send")
    icon = "send"
    is_public = True
    audience = forms.ChoiceField(label=gettext_lazy("Who is told"))
    text = forms.CharField(label=gettext_lazy("Message"), max_length=20_000, widget=text_area(5))

    def prepare(self) -> None:
        places = drafts.step_places(self.scene.step(self.step_id)) or self.scene.places()
        self.fields["audience"].choices = pairs(places)
        if len(places) == 1:
            self.initial.setdefault("audience", places[0])
        self.initial.setdefault("text", drafts.notice(self.scene.ref, self.scene.state))

    def command(self, person: Person) -> cmd.Command:
        """Tell them; where what they are told is approved first, keep it as a draft."""
        words = self.words
        if self._is_draft():
            parts = {"audience": words["audience"], "text": words["text"], "step": self.step_or_none}
            return cmd.DraftMessage(by=person.ref, **parts)
        return cmd.NotifyAudience(by=person.ref, audience=words["audience"], text=words["text"], step=self.step_or_none)

    @property
    def said(self) -> str:
        if self._is_draft():
            return _("The message is a draft: see it under Messages as it arrives, and send it there.")
        return _("%(audience)s will be told.") % {"audience": self.words["audience"]}

    def _is_draft(self) -> bool:
        entry = Directory({}, audiences()).audience(self.words["audience"])
        return entry is not None and entry.is_deliberate


class AnnounceResolution(ActForm):
    verb = "announce-resolution"
    title = gettext_lazy("Announce that it is over")
    button = gettext_lazy("Announce")
    icon = "circle-check"
    is_public = True
    audiences = Places(label=gettext_lazy("Who is told"), required=False)
    text = forms.CharField(label=gettext_lazy("Message"), max_length=20_000, widget=text_area(4))

    def prepare(self) -> None:
        step = self.scene.step(self.step_id)
        self.fields["audiences"].choices = pairs(self.scene.places())
        self.initial.setdefault("audiences", drafts.step_places(step) or drafts.cadence_places(self.scene.state))
        self.initial.setdefault("text", drafts.resolution(self.scene.ref, self.scene.state, self.scene.now))

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.AnnounceResolution(
            by=person.ref, audiences=tuple(words["audiences"]), text=words["text"], step=self.step_or_none
        )


class Note(ActForm):
    verb = "note"
    title = gettext_lazy("Note")
    button = gettext_lazy("Add note")
    icon = "note"
    place = "timeline"
    text = forms.CharField(label=gettext_lazy("Note for the timeline"), max_length=20_000, widget=text_area(2))

    def command(self, person: Person) -> cmd.Command:
        return cmd.AddNote(by=person.ref, text=self.words["text"])


class DeclareInChannel(ActForm):
    verb = "declare-in-channel"
    title = gettext_lazy("Declare it in a channel")
    button = gettext_lazy("Declare there")
    icon = "speakerphone"
    is_public = True
    channel = forms.CharField(label=gettext_lazy("Channel"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Brief details"), max_length=20_000, widget=text_area(4))

    def prepare(self) -> None:
        places = drafts.step_places(self.scene.step(self.step_id)) or list(self.scene.state.playbook.channels)
        if places:
            self.fields["channel"] = forms.ChoiceField(label=_("Channel"), choices=pairs(places))
            self.order_fields(["channel", "text"])
        self.initial.setdefault("text", drafts.notice(self.scene.ref, self.scene.state))

    def command(self, person: Person) -> cmd.Command:
        words = self.words
        return cmd.DeclareInChannel(by=person.ref, channel=words["channel"], text=words["text"], step=self.step_or_none)


FORMS = (Update, Notify, AnnounceResolution, Note, DeclareInChannel)
