"""Who may do what. One table, used by every entry: pages, API, Slack, GitHub.

Under stress nobody should be stopped from helping: a responder may do all that moves an incident on. Ending one for
good or calling it a false alarm is for commanders; people and settings are for administrators. Whoever holds the role
of incident commander counts as commander in that incident.
"""

from __future__ import annotations

from tocsin.errors import ForbiddenError
from tocsin.incident.commands import CloseIncident, Command, DismissIncident, JoinIncident
from tocsin.incident.state import IncidentState
from tocsin.people.models import Person

_ORDER = [access.value for access in Person.Access]
_FOR_COMMANDERS: tuple[type[Command], ...] = (CloseIncident, DismissIncident)
_FOR_OBSERVERS: tuple[type[Command], ...] = (JoinIncident,)


class NotAllowedError(ForbiddenError):
    """Your access does not allow this. Ask an administrator for more, or somebody in the incident to do it."""


def has_access(person: Person, least: Person.Access) -> bool:
    """True when `person` has at least this access."""
    return person.is_active and _ORDER.index(person.access) >= _ORDER.index(least)


def require(person: Person, command: Command, *, leads: bool = False) -> None:
    """Let the command pass or refuse it. `leads`: the person is incident commander of this incident.

    *Raises* NotAllowedError.
    """
    least = Person.Access.RESPONDER
    if isinstance(command, _FOR_OBSERVERS):
        least = Person.Access.OBSERVER
    elif isinstance(command, _FOR_COMMANDERS) and not leads:
        least = Person.Access.COMMANDER
    if not has_access(person, least):
        raise NotAllowedError(
            f"This needs {least.label.lower()} access; yours is {Person.Access(person.access).label.lower()}. Ask an"
            " administrator, or somebody in the incident to do it."
        )


def may_see(person: Person, state: IncidentState) -> bool:
    """True when `person` may see the incident: a private one shows only to those in it and to administrators."""
    if not person.is_active:
        return False
    if not state.is_private or has_access(person, Person.Access.ADMINISTRATOR):
        return True
    return person.ref in state.responders or person.ref in state.roles.values() or person.ref == state.declared_by
