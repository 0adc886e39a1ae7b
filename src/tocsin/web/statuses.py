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
