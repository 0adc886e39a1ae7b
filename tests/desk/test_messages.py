"""Who hears of what, and who never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.cast import ROSA, SAM, T0, playbook
from tocsin.delivery.ports import Outgoing
from tocsin.desk import messages
from tocsin.desk.directory import AudienceEntry, Directory, Reachable, look_up
from tocsin.desk.messages import Context
from tocsin.desk.routes import Routes
from tocsin.incident import events as happened
from tocsin.incident.events import Event
from tocsin.incident.state import IncidentState, Promise, Report
from tocsin.people.models import Audience, Contact, Person
from tocsin.store.log import Recorded

AGENCIES = AudienceEntry(
    "Transit agencies",
    ("Transit agencies", "impacted transit agencies"),
    True,
    (Reachable("Ann", "ann@agency.example"), Reachable("Bo", "bo@agency.example")),
)
TEAM = AudienceEntry("DevSecOps", ("DevSecOps",), False, (Reachable("Cy", "cy@team.example"),))
NOBODY = AudienceEntry("Press", ("Press",), True, ())
DIRECTORY = Directory({SAM: Reachable("Sam", "sam@team.example")}, (AGENCIES, TEAM, NOBODY))
ROUTES = Routes(frozenset({"room", "email", "webhook"}), base_url="https://tocsin.example")
PROMISE = Promise("p1", "recurring", "Update #status", T0, T0 + timedelta(minutes=30), 1800)
STATE = IncidentState(
    playbook(),
    title="Card data leaked",
    status="active",
    promises={"p1": PROMISE},
    reports=(Report(1, "What happened", T0, ROSA),),
)
UPDATE = happened.UpdatePosted(at=T0, by=ROSA, number=2, text="Still down", audiences=("#status",))


def told(event: Event, state: IncidentState = STATE, routes: Routes = ROUTES) -> list[Outgoing]:
    entry = Recorded(7, event.at, event.by, event, "ab" * 32)
    return messages.outgoing([entry], Context("INC-3", state, DIRECTORY, routes))


def places(sent: list[Outgoing]) -> list[tuple[str, str]]:
    return [(message.destination.connector, message.destination.address) for message in sent]


def reminder(stage: happened.Stage, late_seconds: int = 0) -> Event:
    return happened.PromiseReminded(
        at=T0, by="clock", promise="p1", stage=stage, to=(SAM, ROSA), late_seconds=late_seconds
    )


def update_to(*audiences: str) -> Event:
    return replace(UPDATE, audiences=audiences)


def test_a_reminder_reaches_each_person_in_the_room() -> None:
    sent = told(reminder("due", late_seconds=30))
    assert places(sent) == [("room", SAM), ("room", ROSA)]
    assert sent[0].subject == "INC-3 Card data leaked: due now"
    assert sent[0].text == "Update #status. It was due at 09:30 UTC. This reminder is 30 s late."


def test_the_other_way_is_e_mail_to_those_who_have_an_address() -> None:
    assert places(told(reminder("other-way"))) == [("room", SAM), ("email", "sam@team.example"), ("room", ROSA)]


def test_stages_that_mail_are_a_choice() -> None:
    early = replace(ROUTES, mail_stages=frozenset({"due"}))
    assert ("email", "sam@team.example") in places(told(reminder("due"), routes=early))
    assert ("email", "sam@team.example") not in places(told(reminder("other-way"), routes=early))


def test_a_reminder_that_nobody_owes_is_for_everyone() -> None:
    nobody = happened.PromiseReminded(at=T0, by="clock", promise="p1", stage="due", to=())
    assert places(told(nobody)) == [("room", messages.EVERYONE)]


@pytest.mark.parametrize("name", ["Transit agencies", "  impacted  TRANSIT agencies", "the impacted transit agencies"])
def test_an_audience_is_found_by_any_of_its_names(name: str) -> None:
    assert places(told(update_to(name))) == [("email", "ann@agency.example"), ("email", "bo@agency.example")]


@pytest.mark.parametrize(
    "event",
    [
        happened.AudienceNotified(at=T0, by=ROSA, audience="DevSecOps", text="An attack"),
        happened.ResolutionAnnounced(at=T0, by=ROSA, audiences=("DevSecOps",), text="All is well"),
        happened.ReportShared(at=T0, by=ROSA, version=1, audiences=("DevSecOps",)),
        happened.CallShared(at=T0, by=ROSA, url="https://call.example/1", audiences=("DevSecOps",)),
        update_to("DevSecOps"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_told_to_an_audience_is_mailed_to_its_contacts(event: Event) -> None:
    sent = told(event)
    assert places(sent) == [("email", "cy@team.example")]
    assert sent[0].text
    assert sent[0].url == "https://tocsin.example/incidents/INC-3"


def test_a_channel_without_a_connector_is_told_in_the_room() -> None:
    sent = told(update_to("#status"))
    assert places(sent) == [("room", "#status")]
    assert "no chat is connected" in sent[0].text and "Still down" in sent[0].text


def test_a_channel_goes_to_the_connector_that_reaches_channels() -> None:
    sent = told(update_to("#status"), routes=replace(ROUTES, channel_connector="slack"))
    assert [(*places(sent), sent[0].text)] == [(("slack", "#status"), "Still down")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Press", "nobody is in this audience"), ("Board", "no audience has this name")],
)
def test_an_audience_that_cannot_be_told_is_said_in_the_room(name: str, reason: str) -> None:
    sent = told(update_to(name))
    assert places(sent) == [("room", name)]
    assert reason in sent[0].text


def test_without_a_mail_server_the_room_says_so() -> None:
    sent = told(update_to("DevSecOps"), routes=Routes())
    assert places(sent) == [("room", "DevSecOps")]
    assert "no e-mail is set up" in sent[0].text


def test_a_drill_never_reaches_an_outside_audience() -> None:
    drill = replace(STATE, is_drill=True)
    sent = told(update_to("Transit agencies", "DevSecOps"), drill)
    assert places(sent) == [("room", "Transit agencies"), ("email", "cy@team.example")]
    assert all(message.subject.startswith("[Drill] ") for message in sent)


def test_a_private_incident_tells_no_audience_and_no_channel() -> None:
    private = replace(STATE, is_private=True)
    routes = replace(ROUTES, channel_connector="slack")
    sent = told(update_to("Transit agencies", "DevSecOps", "#status"), private, routes)
    assert {connector for connector, _ in places(sent)} == {"room"}


def test_mail_about_a_private_incident_says_nothing_of_it() -> None:
    private = replace(STATE, is_private=True)
    mail = next(message for message in told(reminder("other-way"), private) if message.destination.connector == "email")
    assert "Card data" not in mail.subject + mail.text + mail.html
    assert "#status" not in mail.text


def test_the_webhook_hears_of_every_event_once() -> None:
    routes = replace(ROUTES, webhook_url="https://hook.example/in")
    sent = told(happened.NoteAdded(at=T0, by=ROSA, text="A note"), routes=routes)
    assert places(sent) == [("webhook", "https://hook.example/in")]
    assert sent[0].data["type"] == "NoteAdded"
    assert sent[0].data["seq"] == 7
    assert sent[0].data["event"]["text"] == "A note"  # type: ignore[index]


def test_the_webhook_hears_no_words_of_a_private_incident() -> None:
    routes = replace(ROUTES, webhook_url="https://hook.example/in")
    sent = told(happened.NoteAdded(at=T0, by=ROSA, text="A secret"), replace(STATE, is_private=True), routes)
    assert "A secret" not in repr(sent) and "Card data" not in repr(sent)
    assert sent[0].data["type"] == "NoteAdded"


@pytest.mark.parametrize(("person", "count"), [(SAM, 1), (ROSA, 0), (None, 0)])
def test_who_is_given_a_step_by_another_hears_of_it(person: str | None, count: int) -> None:
    sent = told(happened.StepAssigned(at=T0, by=ROSA, step="work-1", person=person))
    assert len(sent) == count
    assert all(message.text == "Do the thing numbered 1" for message in sent)


def test_who_is_given_a_role_by_another_hears_of_it() -> None:
    assert places(told(happened.RoleTaken(at=T0, by=ROSA, role="note-taker", person=SAM))) == [("room", SAM)]
    assert told(happened.RoleTaken(at=T0, by=SAM, role="note-taker", person=SAM)) == []


def test_each_message_has_an_identity_of_its_own_and_keeps_it() -> None:
    event = update_to("Transit agencies", "DevSecOps", "#status")
    identities = [message.identity for message in told(event)]
    assert len(set(identities)) == len(identities) == 4
    assert identities == [message.identity for message in told(event)]
    assert all(len(identity) < 100 for identity in identities)


@pytest.mark.django_db
def test_the_directory_holds_those_asked_for_who_are_still_here() -> None:
    here = Person.objects.create_user("here@team.example", name="Here")
    left = Person.objects.create_user("left@team.example", name="Left", is_active=False)
    audience = Audience.objects.create(name="Agencies", aliases="transit agencies\n\nthe operators")
    Contact.objects.create(audience=audience, name="Ann", email="ann@agency.example")
    found = look_up({here.ref, left.ref, "clock", "person:x", "person:999"}, with_audiences=True)
    assert found.people == {here.ref: Reachable("Here", "here@team.example", here.ref)}
    assert found.audience("Operators") == found.audience("agencies")
    assert look_up({here.ref}, with_audiences=False).audiences == ()
