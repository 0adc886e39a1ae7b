"""Who may do what."""

from __future__ import annotations

import pytest

from tocsin.incident.commands import AddNote, CloseIncident, Command, JoinIncident
from tocsin.people.access import NotAllowedError, require
from tocsin.people.models import Person

NOTE = AddNote(by="person:1", text="…")
CLOSE = CloseIncident(by="person:1")
JOIN = JoinIncident(by="person:1", person="person:1")


@pytest.mark.parametrize(
    ("access", "command"),
    [("observer", JOIN), ("responder", NOTE), ("commander", CLOSE), ("administrator", CLOSE)],
)
def test_enough_access_passes(access: str, command: Command) -> None:
    require(Person(access=access), command)


@pytest.mark.parametrize(("access", "command"), [("observer", NOTE), ("responder", CLOSE)])
def test_too_little_access_is_refused_with_what_it_needs(access: str, command: Command) -> None:
    with pytest.raises(NotAllowedError, match="Ask an administrator"):
        require(Person(access=access), command)


def test_who_leads_the_incident_may_close_it() -> None:
    require(Person(access="responder"), CLOSE, leads=True)


def test_a_person_who_left_may_do_nothing() -> None:
    with pytest.raises(NotAllowedError):
        require(Person(access="administrator", is_active=False), NOTE)
