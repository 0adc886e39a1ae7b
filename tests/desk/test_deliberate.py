"""What leaves the house is chosen, written, approved and sent on purpose, whichever way it is asked for."""

from __future__ import annotations

import pytest

from tests.desk.cast import ROSA, T0, declare, run
from tests.desk.directory_cast import agencies, team
from tocsin.delivery.models import Delivery
from tocsin.desk import routes, signed
from tocsin.desk.deliberate import NeedsApprovalError, UnknownAudienceError, UnknownRecipientError
from tocsin.desk.routes import Routes
from tocsin.desk.signed import BadLinkError, Link
from tocsin.errors import ForbiddenError, RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident.timeline import describe
from tocsin.people.models import Audience, Contact, Person
from tocsin.store import queries

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = Routes(frozenset({"room", "email"}), base_url="https://tocsin.example")


@pytest.fixture(autouse=True)
def ways() -> object:
    routes.hand_in(WAYS)
    yield
    routes.hand_in(Routes())


@pytest.fixture
def rosa() -> Person:
    return Person.objects.create_user("rosa@team.example", name="Rosa", pk=1, access="commander")


def mails() -> list[tuple[str, str, str]]:
    found = Delivery.objects.filter(connector="email").order_by("position")
    return [(row.address, row.subject, row.kind) for row in found]


def send(ref: str, text: str = "Trains run late.", **parts: object) -> str:
    """Draft, approve and send; return the message's id."""
    drafted = run(ref, cmd.DraftMessage(by=ROSA, audience="transit agencies", text=text, **parts), f"draft {text}")
    message = drafted.events[0].message  # type: ignore[attr-defined]
    run(ref, cmd.ApproveMessage(by=ROSA, message=message), f"approve {text}")
    run(ref, cmd.SendMessage(by=ROSA, message=message), f"send {text}")
    return str(message)


def choose(ref: str, *names: str) -> None:
    run(ref, cmd.ChooseRecipients(by=ROSA, audience="impacted transit agencies", recipients=names), f"choose {names}")


def test_only_those_chosen_are_told_and_the_choice_is_remembered(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2", "desk@line3.example")
    send(ref)
    send(ref, "They still run late.", kind="update")
    assert [address for address, _, _ in mails()] == ["desk@line2.example", "desk@line3.example"] * 2


def test_nobody_is_told_before_somebody_chose(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    with pytest.raises(RefusedError, match="Nobody has chosen yet"):
        send(ref)
    assert mails() == []


def test_the_choice_can_be_changed_and_says_whom_it_does_not_know(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2")
    choose(ref, "line 3")
    with pytest.raises(UnknownRecipientError, match="Line 99"):
        choose(ref, "Line 99")
    send(ref)
    assert [address for address, _, _ in mails()] == ["desk@line3.example"]


def test_what_follows_stays_in_the_conversation_of_the_first(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2")
    first = send(ref, subject="Delays on {title}")
    send(ref, "Still.", kind="update", subject="Another subject")
    send(ref, "It was line 2 only.", kind="correction", corrects=first)
    assert [subject for _, subject, _ in mails()] == ["Delays on The shop is down"] + [
        "Re: Delays on The shop is down"
    ] * 2


def test_the_words_of_the_recipient_are_their_own(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2", "Line 3")
    send(ref, "Dear {name} of {organisation}, since {began}: {title}. {unknown}")
    second, third = Delivery.objects.filter(connector="email").order_by("position")
    assert second.text.startswith(
        "Dear Desk 2 of Line 2, since 09:00 (UTC) on 2 March 2026: The shop is down. {unknown}"
    )
    assert third.text.startswith("Dear Desk 3 of Line 3, since 04:00 (-05) on 2 March 2026: The shop is down.")
    assert "https://tocsin.example/ack/" in third.text and "https://tocsin.example/ack/" in third.html
    assert "/incidents/" not in second.text + second.html + second.url
    assert ("/unsubscribe/" in second.text, "/unsubscribe/" in third.text) == (True, False)


def test_a_drill_says_in_the_room_whom_it_would_have_told(rosa: Person) -> None:
    agencies()
    ref = declare(is_drill=True).ref
    choose(ref, "Line 2")
    send(ref)
    assert mails() == []
    notice = Delivery.objects.get(connector="room", address="Transit agencies")
    assert "this is a drill" in notice.text


def test_a_private_incident_tells_nobody_outside(rosa: Person) -> None:
    agencies()
    ref = declare(is_private=True).ref
    choose(ref, "Line 2")
    with pytest.raises(RefusedError, match="private"):
        send(ref)
    assert mails() == []


def test_telling_outsiders_without_approval_is_refused_with_the_way_to_do_it(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    with pytest.raises(NeedsApprovalError, match="Transit agencies: They are outside"):
        run(ref, cmd.NotifyAudience(by=ROSA, audience="impacted transit agencies", text="x"), "notify")
    run(ref, cmd.PostUpdate(by=ROSA, text="Looking", audiences=("Transit agencies",)), "update")
    assert mails() == []
    assert "approved and sent" in Delivery.objects.get(connector="room", address="Transit agencies").text


def test_who_may_approve_is_the_audiences_to_say(rosa: Person) -> None:
    agencies(approved_by=Audience.Approval.COMMANDER)
    sam = Person.objects.create_user("sam@team.example", name="Sam", pk=2, access="responder")
    ref = declare().ref
    choose(ref, "Line 2")
    run(ref, cmd.DraftMessage(by=sam.ref, audience="transit agencies", text="Late."), "draft")
    with pytest.raises(ForbiddenError, match="approved by a commander or who leads"):
        run(ref, cmd.ApproveMessage(by=sam.ref, message="message-1"), "approve")
    run(ref, cmd.TakeRole(by=sam.ref, role="incident commander", person=sam.ref, name="Sam"), "lead")
    run(ref, cmd.ApproveMessage(by=sam.ref, message="message-1"), "approve again")
    run(ref, cmd.SendMessage(by=sam.ref, message="message-1"), "send")
    assert len(mails()) == 1


def test_rewritten_words_need_approval_again(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2")
    run(ref, cmd.DraftMessage(by=ROSA, audience="transit agencies", text="Late."), "draft")
    run(ref, cmd.ApproveMessage(by=ROSA, message="message-1"), "approve")
    run(ref, cmd.DraftMessage(by=ROSA, audience="transit agencies", text="Very late.", message="message-1"), "again")
    with pytest.raises(RefusedError, match="Nobody has approved these words yet"):
        run(ref, cmd.SendMessage(by=ROSA, message="message-1"), "send")


def test_a_recipient_acknowledges_once_and_the_timeline_says_so(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2")
    message = send(ref)
    contact = Contact.objects.get(organisation="Line 2")
    done = run(
        ref, cmd.AcknowledgeMessage(by=contact.ref, message=message, recipient=contact.ref, name="Line 2"), "ack"
    )
    state = queries.load(ref).state
    assert describe(done.events[0], state) == "Line 2 acknowledged “The shop is down”."
    assert state.messages[message].acknowledged == (contact.ref,)
    with pytest.raises(RefusedError, match="already"):
        run(ref, cmd.AcknowledgeMessage(by=contact.ref, message=message, recipient=contact.ref), "ack again")
    other = Contact.objects.get(organisation="Line 3")
    with pytest.raises(RefusedError, match="did not go to you"):
        run(ref, cmd.AcknowledgeMessage(by=other.ref, message=message, recipient=other.ref), "ack other")


def test_who_unsubscribed_is_not_told(rosa: Person) -> None:
    agencies()
    ref = declare().ref
    choose(ref, "Line 2", "Line 3")
    Contact.objects.filter(organisation="Line 2").update(unsubscribed_at=T0)
    send(ref)
    assert [address for address, _, _ in mails()] == ["desk@line3.example"]


def test_an_audience_that_is_not_there_is_said_at_once(rosa: Person) -> None:
    ref = declare().ref
    with pytest.raises(UnknownAudienceError):
        run(ref, cmd.DraftMessage(by=ROSA, audience="nobody", text="x"), "draft")


def test_a_team_is_paged_in_its_order_until_somebody_answers(rosa: Person) -> None:
    team("Ana", "Ben", "Cai")
    ref = declare().ref
    run(ref, cmd.PageTeam(by=ROSA, team="security team", text="We are attacked"), "page", 0)
    called = [address for address, _, kind in mails() if kind == "page"]
    assert called == ["ana@team.example"]
    run(ref, cmd.AdvanceClock(), "clock 1", 300)
    run(ref, cmd.AdvanceClock(), "clock 2", 600)
    called = [address for address, _, kind in mails() if kind == "page"]
    assert called == [f"{name}@team.example" for name in ("ana", "ben", "ana", "ben", "cai")]
    ben = Person.objects.get(name="Ben")
    run(ref, cmd.AcknowledgePage(by=ben.ref, page="page-1"), "answer", 610)
    run(ref, cmd.AdvanceClock(), "clock 3", 2000)
    assert [address for address, _, kind in mails() if kind == "page"] == called


@pytest.mark.parametrize("text", ["", "x", "W10:abc", "W10"])
def test_a_link_that_tocsin_did_not_make_is_refused(text: str) -> None:
    good = signed.token(Link("message", "contact:1", "INC-1", "message-1"))
    assert signed.read(good) == Link("message", "contact:1", "INC-1", "message-1")
    for bad in (text, good[:-1], f"{good}x", f"x{good}"):
        with pytest.raises(BadLinkError):
            signed.read(bad)
