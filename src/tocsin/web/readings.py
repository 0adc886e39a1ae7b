"""What was understood from a playbook's words, said shortly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tocsin.playbook.model import Reading
from tocsin.web.durations import in_words


def say_reading(reading: Reading) -> str:
    """Return the value of a reading in words; its own words where it has no value."""
    value = reading.value
    if isinstance(value, Mapping) and "seconds" in value:
        return _timer(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Mapping):
        named = [value.get("name"), value.get("id")] if "name" in value else value.values()
        return ", ".join(_flat(each) for each in named if each)
    return str(value) if value not in (None, "") else reading.text


def _flat(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _timer(value: Mapping[str, Any]) -> str:
    patterns = {
        "recurring": _("every %(length)s"),
        "elapsed": _("after %(length)s"),
        "deadline": _("within %(length)s"),
    }
    starts = {
        "start": _("from the start"),
        "severity": _("from the severity"),
        "last_update": _("from the last update"),
        "resolved": _("from the resolution"),
        "step": _("from the step before"),
    }
    length = patterns.get(str(value.get("kind")), "%(length)s") % {"length": in_words(int(value["seconds"]))}
    levels = ", ".join(value.get("severity") or [])
    words = f"{length} {starts.get(str(value.get('from')), '')}".strip()
    return f"{words} ({levels})" if levels else words
