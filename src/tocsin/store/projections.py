"""Keep the row that lists and the clock read in step with an incident's state. Never saves; `log.append` does."""

from __future__ import annotations

from datetime import datetime

from tocsin.errors import CorruptError
from tocsin.incident.state import COMMANDER, IncidentState
from tocsin.store.models import Incident


def project(row: Incident, state: IncidentState, next_due_at: datetime | None) -> None:
    """Put what the row shows of `state` into it, without saving."""
    if state.declared_at is None or state.began_at is None:
        raise CorruptError(f"{row.ref} has events but was never declared. Restore it from a backup.")
    row.title, row.status, row.severity = state.title, state.status, state.severity
    row.is_drill, row.is_private = state.is_drill, state.is_private
    row.commander = state.roles.get(COMMANDER)
    row.declared_by = state.declared_by or ""
    row.declared_at, row.began_at, row.resolved_at = state.declared_at, state.began_at, state.resolved_at
    row.next_due_at = next_due_at
