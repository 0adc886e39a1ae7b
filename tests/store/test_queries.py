"""Incidents can be listed and found; memory is bounded and shared safely."""

from __future__ import annotations

import pytest

from tests.desk import cast
from tests.desk.cast import ROSA, T0
from tocsin.errors import CorruptError
from tocsin.incident.commands import AddNote, PostUpdate, ResolveIncident
from tocsin.store import queries
from tocsin.store.kept import Kept
from tocsin.store.models import Incident
from tocsin.store.queries import IncidentNotFoundError


def test_memory_keeps_what_was_used_last() -> None:
    kept: Kept[str, int] = Kept(size=2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]


@pytest.mark.django_db
def test_incidents_are_listed_newest_first_and_by_what_is_asked() -> None:
    shop = cast.declare("a", title="The shop is down").ref
    mail = cast.declare("b", title="Mail is late").ref
    secret = cast.declare("c", title="A secret", is_private=True).ref
    cast.run(mail, ResolveIncident(by=ROSA), "r")
    assert [row.ref for row in queries.incidents()] == [secret, mail, shop]
    assert [row.ref for row in queries.incidents(statuses=["resolved"])] == [mail]
    assert [row.ref for row in queries.incidents(words="SHOP")] == [shop]
    assert [row.ref for row in queries.incidents(words=mail.lower())] == [mail]
    assert [row.ref for row in queries.incidents(words="sh\0op")] == [shop]
    assert [row.ref for row in queries.incidents(with_private=False)] == [mail, shop]
    assert [row.ref for row in queries.incidents(limit=1, offset=1)] == [mail]


@pytest.mark.django_db
def test_the_timeline_can_be_read_from_any_event_on() -> None:
    ref = cast.declare().ref
    cast.run(ref, AddNote(by=ROSA, text="One"), "one")
    whole = queries.timeline(ref)
    assert [entry.seq for entry in whole] == list(range(1, len(whole) + 1))
    assert queries.timeline(ref, after=1) == whole[1:]
    assert (whole[-1].by, whole[-1].key) == (ROSA, "one")
    with pytest.raises(IncidentNotFoundError):
        queries.timeline("INC-404")
    with pytest.raises(IncidentNotFoundError):
        queries.load("INC-\0")


@pytest.mark.django_db
def test_kept_promises_stay_in_the_list() -> None:
    ref = cast.declare().ref
    cast.run(ref, PostUpdate(by=ROSA, text="Still down"), "update")
    first, second = queries.promises(ref)
    assert first.kept_at is not None and first.made_at == T0
    assert second.is_open and second.occurrence == 2


@pytest.mark.django_db
def test_a_log_that_does_not_end_as_it_should_is_not_read() -> None:
    ref = cast.declare().ref
    Incident.objects.update(last_hash="0" * 64)
    with pytest.raises(CorruptError, match="tocsin verify"):
        queries.load(ref)
