"""What every connector to an outside system promises, on its real counterpart behind a proxy that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.delivery.cast import message
from tests.integrations.counterparts import OUTSIDE, Counterpart, closed_port
from tests.outside.fault_proxy import DROP, PASS, Fault
from tocsin.delivery.ports import Connector, Outgoing
from tocsin.delivery.sending import Failed, Sent, try_once
from tocsin.errors import UnavailableError
from tocsin.integrations.room.send import RoomConnector


@pytest.fixture(params=OUTSIDE)
def there(request: pytest.FixtureRequest, db: None) -> Iterator[Counterpart]:
    with OUTSIDE[request.param]() as counterpart:
        yield counterpart


def _message(there: Counterpart, **more: str) -> Outgoing:
    return message(1, there.destination, kind=there.kind, **more)


def _failure(connector: Connector, outgoing: Outgoing) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught:
        connector.send(outgoing)
    assert caught.value.message
    return caught.value


def test_a_message_arrives_once_and_carries_its_identity(there: Counterpart) -> None:
    outgoing = _message(there, text="Grüße — 停机\n.\n..two dots\n")
    receipt = there.connector().send(outgoing)
    assert there.arrived() == [there.mark(outgoing)]
    assert there.mark_of(receipt.external_id) == there.mark(outgoing)


def test_different_messages_have_different_marks(there: Counterpart) -> None:
    marks = {
        there.mark(message(number, there.destination, thread)) for number in range(3) for thread in ("INC-1", "INC-2")
    }
    assert len(marks) == 6


def test_the_same_message_again_has_the_same_mark(there: Counterpart) -> None:
    outgoing = _message(there)
    for _ in range(2):
        there.connector().send(outgoing)
    assert there.arrived() == [there.mark(outgoing)] * 2


def test_nobody_listening_passes_and_is_clear(there: Counterpart) -> None:
    port = closed_port()
    destination = type(there.destination)(
        there.destination.connector, there.destination.address.replace(str(there.proxy.port), str(port))
    )
    error = _failure(there.connector(port), replace(_message(there), destination=destination))
    assert (error.is_permanent, error.is_unclear) == (False, False)


def test_a_dropped_line_passes(there: Counterpart) -> None:
    there.proxy.choose = lambda number: DROP
    assert not _failure(there.connector(), _message(there)).is_permanent
    assert there.arrived() == []


def test_a_busy_service_passes_and_is_clear(there: Counterpart) -> None:
    there.proxy.choose = lambda number: there.busy
    error = _failure(there.connector(), _message(there))
    assert (error.is_permanent, error.is_unclear) == (False, False)


def test_a_silent_service_is_given_up_on_and_passes(there: Counterpart) -> None:
    there.proxy.choose = lambda number: Fault(delay_seconds=8)
    assert not _failure(there.connector(), _message(there)).is_permanent


def test_a_slow_service_is_waited_for(there: Counterpart) -> None:
    there.proxy.choose = lambda number: Fault(delay_seconds=0.2)
    there.connector().send(_message(there))
    assert len(there.arrived()) == 1


def test_a_refusal_for_good_is_permanent_and_says_what_to_do(there: Counterpart) -> None:
    there.refuse_for_good()
    outcome = try_once(there.connector(), _message(there), is_unclear=False)
    assert isinstance(outcome, Failed)
    assert (outcome.error.is_permanent, outcome.is_unclear) == (True, False)
    assert outcome.mend


def test_a_line_cut_after_acceptance_is_unclear(there: Counterpart) -> None:
    there.proxy.choose = lambda number: there.cut
    error = _failure(there.connector(), _message(there))
    assert (error.is_permanent, error.is_unclear) == (False, True)
    assert len(there.arrived()) == 1


def test_after_an_unclear_outcome_a_service_is_asked_or_can_tell_the_repeat(there: Counterpart) -> None:
    outgoing = _message(there)
    there.proxy.choose = lambda number: there.cut if number == 0 else PASS
    first = try_once(there.connector(), outgoing, is_unclear=False)
    assert isinstance(first, Failed) and first.is_unclear
    second = try_once(there.connector(), outgoing, is_unclear=True)
    assert isinstance(second, Sent) and second.was_found == there.can_be_asked
    assert there.arrived() == [there.mark(outgoing)] * (1 if there.can_be_asked else 2)


def test_what_is_not_there_is_not_found(there: Counterpart) -> None:
    connector, outgoing = there.connector(), _message(there)
    if there.can_be_asked:
        assert connector.find(outgoing) is None
    else:
        with pytest.raises(UnavailableError) as caught:
            connector.find(outgoing)
        assert caught.value.is_permanent


def test_a_probe_reaches_the_service_and_sends_nothing(there: Counterpart) -> None:
    probe = there.connector().probe()
    assert probe.is_well and probe.summary
    assert there.arrived() == []


@pytest.mark.parametrize("fault", [DROP, None], ids=["dropped", "nobody"])
def test_a_probe_of_what_cannot_be_reached_says_what_to_do(there: Counterpart, fault: Fault | None) -> None:
    there.proxy.choose = lambda number: fault or PASS
    probe = there.connector(None if fault else closed_port()).probe()
    assert not probe.is_well and probe.summary and probe.mend


def test_the_room_takes_everything_at_once_and_is_always_well() -> None:
    room, outgoing = RoomConnector(), message(1)
    assert room.send(outgoing) == room.find(outgoing)
    assert room.probe().is_well
