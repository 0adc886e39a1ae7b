"""People are called through a real Apprise, which posts to a real HTTP receiver."""

from __future__ import annotations

import json

import pytest

from tests.delivery.cast import message
from tests.outside.http_receiver import HttpReceiver
from tocsin.delivery.ports import Destination, NotDeliveredError
from tocsin.integrations.paging.send import PagingConnector
from tocsin.people.models import Person
from tocsin.people.pagers import pager_of

ANA = Destination("paging", "person:1")


def connector(address: str, **secrets: str) -> PagingConnector:
    return PagingConnector({"person:1": address}.get, secrets)  # type: ignore[arg-type]


def test_a_call_reaches_the_pager_with_its_words() -> None:
    with HttpReceiver() as there:
        connector(f"json://127.0.0.1:{there.port}/page").send(message(1, ANA, text="Come, please"))
    (posted,) = there.accepted
    assert "Come, please" in json.loads(posted.body)["message"]


def test_a_pager_may_be_kept_among_the_secrets() -> None:
    with HttpReceiver() as there:
        connector("secret:ana", ana=f"json://key:word@127.0.0.1:{there.port}/page").send(message(1, ANA))
    assert len(there.accepted) == 1


def test_a_service_that_refuses_is_tried_again() -> None:
    with HttpReceiver() as there:
        there.answers.append((500, {}))
        with pytest.raises(NotDeliveredError, match="did not take the call") as failed:
            connector(f"json://127.0.0.1:{there.port}/page").send(message(1, ANA))
    assert not failed.value.is_permanent


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "no pager"),
        ("secret:ben", "No pager is kept as 'ben'"),
        ("nonsense://key", "no address that Apprise knows"),
    ],
)
def test_a_pager_that_cannot_be_read_is_given_up_without_showing_its_key(address: str, reason: str) -> None:
    with pytest.raises(NotDeliveredError, match=reason) as failed:
        connector(address).send(message(1, ANA))
    assert failed.value.is_permanent and failed.value.mend
    assert "key" not in failed.value.message


def test_the_probe_names_the_secrets_that_cannot_be_read() -> None:
    assert connector("", ana="json://127.0.0.1/").probe().is_well
    probe = connector("", ana="nonsense://topsecret").probe()
    assert not probe.is_well and "ana" in probe.summary and "topsecret" not in probe.summary


@pytest.mark.django_db
def test_the_directory_gives_the_pager_of_a_person() -> None:
    ana = Person.objects.create_user("ana@team.example", name="Ana", pager="secret:ana")
    assert pager_of(ana.ref) == "secret:ana"
    assert [pager_of(ref) for ref in ("person:999", "clock", "person:x", "contact:1")] == [""] * 4
