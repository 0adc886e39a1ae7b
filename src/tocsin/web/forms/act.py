"""What all forms of a room have in common: a verb that names them, a key that makes one sending count once, a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from tocsin.incident.commands import Command
from tocsin.incident.state import IncidentState
from tocsin.people.models import Person
from tocsin.playbook.model import Step

_CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a form may ask about: the incident, the moment, and the people who can be named."""

    ref: str
    state: IncidentState
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)

    def step(self, step_id: str) -> Step | None:
        return self.state.step_of(step_id)

    def places(self) -> list[str]:
        """Every audience and channel of the playbook, each once."""
        playbook = self.state.playbook
        return list(dict.fromkeys([*playbook.channels, *playbook.audiences]))


class ActForm(forms.Form):
    """One thing a person does to an incident. `step` is the step it is done for, "" when it belongs to the room."""

    verb: ClassVar[str]
    title: ClassVar[Any] = ""
    button: ClassVar[Any] = ""
    icon: ClassVar[str] = "check"
    place: ClassVar[str] = "room-top"
    # Whether others read what is written here, so that the playbook's word on sensitive information is shown beside it.
    is_public: ClassVar[bool] = False

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    step = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, scene: Scene, step: str = "", initial: Any = None) -> None:
        self.scene = scene
        self.step_id = step or (data.get("step", "") if data else "")
        name = f"{self.verb}-{self.step_id or 'room'}"
        super().__init__(data, initial={"step": self.step_id, **(initial or {})}, auto_id=f"{name}-%s")
        self.identity = name
        self.prepare()
        for bound in self.shown():
            _dress(bound)

    def prepare(self) -> None:
        """Fill choices and first values from the scene."""

    def command(self, person: Person) -> Command:
        """Return what this form asks for. Call it only when the form is valid."""
        raise NotImplementedError

    def shown(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in {"key", "step"}]

    @property
    def words(self) -> dict[str, Any]:
        return self.cleaned_data

    @property
    def step_or_none(self) -> str | None:
        return self.cleaned_data["step"] or None

    @property
    def said(self) -> str:
        """What to tell the person once it is done; "" where the page shows it by itself."""
        return ""


def _dress(bound: forms.BoundField) -> None:
    widget = bound.field.widget
    known = next((name for kind, name in _CLASSES.items() if type(widget) is kind), "form-control")
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} {known}".strip()
    if bound.errors:
        widget.attrs["aria-invalid"] = "true"
        widget.attrs["aria-describedby"] = f"{bound.auto_id}-error"


def text_area(rows: int = 3, **attributes: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attributes})


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]
