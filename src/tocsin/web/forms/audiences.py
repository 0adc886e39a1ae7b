"""Forms of the directory (audiences, contacts, teams, duty) and of messages to outside audiences."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.desk import letters
from tocsin.people import rows
from tocsin.people.models import Audience, Contact, Person, Team
from tocsin.web.forms.act import text_area

_LONGEST_FILE = 2_000_000


class Dressed:
    """Gives every field the look of the other pages, and says which is wrong to a screen reader."""

    fields: dict[str, forms.Field]

    def dress(self) -> None:
        for name, field in self.fields.items():
            widget = field.widget
            kind = (
                "form-check-input"
                if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
                else "form-control"
            )
            widget.attrs["class"] = "form-select" if type(widget) is forms.Select else kind
            if self.errors.get(name):  # type: ignore[attr-defined]
                widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}-error"}


class AudienceForm(Dressed, forms.ModelForm):
    class Meta:
        model = Audience
        fields = [
            "name",
            "aliases",
            "is_outside",
            "is_chosen",
            "approved_by",
            "update_minutes",
            "subject_template",
            "text_template",
        ]
        widgets = {"aliases": text_area(2), "text_template": text_area(6)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_subject_template(self) -> str:
        return _known_placeholders(self.cleaned_data["subject_template"])

    def clean_text_template(self) -> str:
        return _known_placeholders(self.cleaned_data["text_template"])


def _known_placeholders(text: str) -> str:
    if unknown := letters.unknown_placeholders(text):
        known = ", ".join(f"{{{name}}}" for name in (*letters.OF_INCIDENT, *letters.OF_RECIPIENT))
        raise ValidationError(
            _("{%(name)s} stands for nothing. Known: %(known)s.") % {"name": unknown[0], "known": known}
        )
    return text


class ContactForm(Dressed, forms.ModelForm):
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Contact
        fields = [
            "name",
            "organisation",
            "email",
            "phone",
            "slack",
            "pager",
            "language",
            "time_zone",
            "ways",
            "may_unsubscribe",
        ]
        widgets = {"pager": forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "…"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name) for name in sorted(zoneinfo.available_timezones())]
        self.dress()

    def clean_pager(self) -> str:
        """A pager is never shown, so an empty field leaves it as it is."""
        return str(self.cleaned_data["pager"] or self.instance.pager)

    def clean_phone(self) -> str:
        return _checked(rows.telephone, self.cleaned_data["phone"])

    def clean_ways(self) -> str:
        return _checked(rows.ways_in_order, self.cleaned_data["ways"])

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        try:
            rows.check_reachable(self.instance)
        except ValidationError as error:
            self.add_error(None, error.messages[0])


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class TeamForm(Dressed, forms.ModelForm):
    """A team with its members, who are paged in this order."""

    members = forms.CharField(
        label=gettext_lazy("Members, by e-mail address, one a line, first paged first"),
        required=False,
        widget=text_area(4),
    )
    call_url = forms.URLField(label=gettext_lazy("Standing call"), required=False, assume_scheme="https")
    on_duty = forms.ModelChoiceField(
        queryset=Person.objects.filter(is_active=True), label=gettext_lazy("On duty now"), required=False
    )

    class Meta:
        model = Team
        fields = ["name", "aliases", "call_url"]
        widgets = {"aliases": text_area(2)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_members(self) -> list[Person]:
        found = []
        for number, line in enumerate(self.cleaned_data["members"].split("\n"), 1):
            if not line.strip():
                continue
            person = Person.objects.filter(email__iexact=line.strip(), is_active=True).first()
            if person is None:
                raise ValidationError(
                    _("Line %(number)s: nobody here has the address %(address)s. Invite them first.")
                    % {"number": number, "address": line.strip()}
                )
            found.append(person)
        return list(dict.fromkeys(found))


class ImportForm(Dressed, forms.Form):
    file = forms.FileField(label=gettext_lazy("CSV or YAML file"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > _LONGEST_FILE:
            raise ValidationError(_("This file is larger than 2 MB. Split it and import the parts."))
        return self.cleaned_data["file"]


class ChooseForm(forms.Form):
    """Which of an audience this incident concerns."""

    recipients = forms.MultipleChoiceField(
        label=gettext_lazy("Whom does it concern?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].choices = [(name, name) for name in dict.fromkeys(names)]


class DraftForm(Dressed, forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[
            ("notice", gettext_lazy("First notice")),
            ("update", gettext_lazy("Update")),
            ("resolution", gettext_lazy("It is resolved")),
            ("report", gettext_lazy("Report")),
            ("correction", gettext_lazy("Correction")),
        ],
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    text = forms.CharField(label=gettext_lazy("Message"), max_length=20_000, widget=text_area(10))
    corrects = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
    step = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    message = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()
