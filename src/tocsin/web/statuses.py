"""States of incidents and of deliveries in people's words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def incident_status(status: str) -> str:
    """An incident's state."""
    return {
        "suspected": _("Suspected"),
        "active": _("Active"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
        "dismissed": _("False alarm"),
    }.get(status, status)


def mark_kind(kind: str) -> str:
    """What a mark of a picture stands for."""
    return {
        "opens": _("opens"),
        "reminds": _("reminder"),
        "due": _("due"),
        "overdue": _("overdue"),
        "escalates": _("second person asked"),
        "tells": _("told"),
        "suggests": _("severity suggested"),
        "withdrawn": _("withdrawn"),
        "closes": _("ends"),
    }.get(kind, kind)
