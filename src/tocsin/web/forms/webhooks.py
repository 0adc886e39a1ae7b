"""Forms about webhooks: one to add, and from when on to send again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from tocsin.incident import events
from tocsin.web.forms.act import moment_input

EVENT_TYPES = sorted(
    name
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
)


class NewWebhook(forms.Form):
    """Where to send to, and which events; none chosen means all."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "form-control", "placeholder": "https://"}),
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("Which events? None chosen means all."),
        required=False,
        choices=[(name, name) for name in EVENT_TYPES],
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
    )


class Replay(forms.Form):
    """From when on everything is sent again."""

    since = forms.DateTimeField(label=gettext_lazy("Everything since"), widget=moment_input())
