"""Rooms are opened by the first provider that can, on real servers of their kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.desk.cast import ROSA, T0, declare
from tests.outside.meeting_rooms import MeetingRooms
from tocsin.desk import calls
from tocsin.desk.calls import NoCallError
from tocsin.errors import UnavailableError
from tocsin.incident.timeline import describe
from tocsin.integrations.calls.send import Jitsi, Meet, Zoom
from tocsin.store import queries

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = (
    _KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)


@pytest.fixture
def rooms() -> Iterator[MeetingRooms]:
    with MeetingRooms(PUBLIC) as there:
        yield there


@pytest.fixture(autouse=True)
def nobody_after() -> Iterator[None]:
    yield
    calls.hand_in(())


def zoom(rooms: MeetingRooms, secret: str = "zoom-secret") -> Zoom:
    return Zoom("acme", "zoom-client", secret, f"{rooms.url}/oauth/token", f"{rooms.url}/v2")


def meet(rooms: MeetingRooms) -> Meet:
    return Meet("robot@project.example", PRIVATE, "calls@example.org", f"{rooms.url}/token", f"{rooms.url}/meet/v2")


def test_a_jitsi_room_is_on_the_server_of_choice_and_cannot_be_guessed() -> None:
    provider = Jitsi("https://jitsi.example/")
    names = {provider.open("INC-1") for _ in range(50)}
    assert len(names) == 50
    assert all(name.startswith("https://jitsi.example/tocsin-") and len(name) >= 50 for name in names)
    assert not any("INC-1" in name for name in names)


def test_zoom_and_meet_open_rooms(rooms: MeetingRooms) -> None:
    assert zoom(rooms).open("INC-1") == "https://zoom.example/j/INC-1"
    assert meet(rooms).open("INC-1") == "https://meet.example/abc-defg-hij"
    assert rooms.opened == ["/v2/users/me/meetings", "/meet/v2/spaces"]


@pytest.mark.parametrize(("status", "is_permanent"), [(503, False), (429, False), (401, True)])
def test_a_refusal_says_whether_it_will_last(rooms: MeetingRooms, status: int, is_permanent: bool) -> None:
    rooms.answers.append(status)
    with pytest.raises(UnavailableError, match=f"Zoom refused: {status}") as failed:
        zoom(rooms).open("INC-1")
    assert failed.value.is_permanent == is_permanent


def test_a_wrong_secret_and_a_closed_door_are_told_and_never_show_the_secret(rooms: MeetingRooms) -> None:
    wrong = zoom(rooms, "not-it")
    with pytest.raises(UnavailableError):
        wrong.open("INC-1")
    assert "not-it" not in repr(wrong)
    closed = Zoom("acme", "c", "s", "http://127.0.0.1:9/token", rooms.url)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        closed.open("INC-1")
    with pytest.raises(UnavailableError, match="not known"):
        Meet("robot@project.example", "no key", "x@example.org", rooms.url, rooms.url).open("INC-1")


@pytest.mark.django_db(transaction=True)
def test_the_next_provider_is_used_and_the_timeline_says_so(rooms: MeetingRooms) -> None:
    rooms.answers.append(503)
    calls.hand_in([zoom(rooms), Jitsi("https://jitsi.example")])
    ref = declare().ref
    done = calls.start(ref, by=ROSA, key="call", now=T0)
    assert done is not None
    state = queries.load(ref).state
    assert state.call_url.startswith("https://jitsi.example/tocsin-")
    assert describe(done.events[0], state).endswith("Zoom refused: 503, so the next one was used.")


@pytest.mark.django_db(transaction=True)
def test_an_incident_has_one_call(rooms: MeetingRooms) -> None:
    calls.hand_in([zoom(rooms)])
    ref = declare().ref
    assert calls.start(ref, by=ROSA, key="call", now=T0) is not None
    assert calls.start(ref, by=ROSA, key="call again", now=T0) is None
    assert rooms.opened == ["/v2/users/me/meetings"]


@pytest.mark.django_db(transaction=True)
def test_when_nobody_can_open_a_room_it_is_said_with_each_reason(rooms: MeetingRooms) -> None:
    rooms.answers.extend([500, 500])
    calls.hand_in([zoom(rooms), meet(rooms)])
    ref = declare().ref
    with pytest.raises(NoCallError, match=r"Zoom refused: 500.*Google Meet refused: 500.*Open one yourself"):
        calls.start(ref, by=ROSA, key="call", now=T0)
