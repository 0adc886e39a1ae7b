"""Look up the pager of a person or contact. Never shows it."""

from __future__ import annotations

from tocsin.people.models import Contact, Person


def pager_of(ref: str) -> str:
    """Return what is kept as the pager of "person:3" or "contact:5", "" where there is none."""
    kind, _colon, number = ref.partition(":")
    model = {"person": Person, "contact": Contact}.get(kind)
    if model is None or not number.isdigit():
        return ""
    return model.objects.filter(pk=number).values_list("pager", flat=True).first() or ""
