"""Who is sent a room that was drawn once for several, and that it is the room each would have fetched."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.test import Client

from tests.web.conftest import NOW
from tests.web.rooms import declare, done
from tocsin.people.models import Person
from tocsin.web.clock import page_clock
from tocsin.web.views.shared_room import Watcher, draw, find_onlookers


def _person(name: str, access: str = "responder") -> tuple[Person, str]:
    """Somebody who is signed in, with their session's key."""
    person = Person.objects.create_user(f"{name.lower()}@example.org", name=name, access=access)
    client = Client()
    client.force_login(person)
    return person, str(client.session.session_key)


def _drawn(ref: str, person: Person, language: str = "en") -> str:
    found = draw(ref, Watcher(person, "", language, ZoneInfo("UTC")))
    assert found is not None
    return re.sub(r'(name=\\"(?:key|csrfmiddlewaretoken)\\" value=\\")[^"]*', r"\1", found.data)


def test_two_who_look_on_see_the_same_room(rosa: Client, digest: str) -> None:
    ref = declare(rosa, severity="High")
    (ada, _ada), (ben, _ben) = _person("Ada"), _person("Ben")
    assert _drawn(ref, ada) == _drawn(ref, ben)
    assert "Do this next" in _drawn(ref, ada)
    assert "Haz esto ahora" in _drawn(ref, ben, "es")


def test_whoever_acts_or_leads_fetches_a_room_of_their_own(rosa: Client, sam: Client, digest: str) -> None:
    """Rosa leads; Sam wrote a note just now and looks on again some minutes later."""
    ref = declare(rosa)
    done(sam, ref, "note", text="Here")
    people = {person.name: person.ref for person in Person.objects.all()}
    assert find_onlookers(ref, frozenset()).busy >= {people["Rosa"], people["Sam"]}
    page_clock.hand_in(lambda: NOW + timedelta(minutes=3))
    assert people["Sam"] not in find_onlookers(ref, frozenset()).busy
    assert people["Rosa"] in find_onlookers(ref, frozenset()).busy


def test_nobody_is_sent_what_they_may_not_see(rosa: Client, digest: str) -> None:
    """A private room, an account that was closed, a session that has ended."""
    ref, private = declare(rosa), declare(rosa, is_private="on")
    (ada, session), (ben, ended) = _person("Ada"), _person("Ben")
    assert ada.pk in find_onlookers(ref, frozenset()).people
    assert ada.pk not in find_onlookers(private, frozenset()).people
    Person.objects.filter(pk=ben.pk).update(is_active=False)
    assert ben.pk not in find_onlookers(ref, frozenset()).people
    Client(headers={"cookie": f"sessionid={ended}"}).post("/sign-out/")
    assert find_onlookers(ref, frozenset({session, ended})).sessions == {session}
