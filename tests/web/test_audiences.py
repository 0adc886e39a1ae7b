"""The directory's pages, and messages to outsiders from choosing to acknowledging."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desk.directory_cast import agencies, team
from tests.web.rooms import act, declare, key, words_of
from tocsin.delivery.models import Delivery
from tocsin.desk import routes
from tocsin.desk.routes import Routes
from tocsin.people.models import Audience, Contact, Person, Team

CSV = b"audience,organisation,name,email\nPress,The Post,Cy,cy@press.example\n"


@pytest.fixture(autouse=True)
def ways() -> Iterator[None]:
    routes.hand_in(Routes(frozenset({"room", "email"}), base_url="http://testserver"))
    yield
    routes.hand_in(Routes())


def test_an_audience_is_added_and_gets_contacts(sam: Client) -> None:
    page = sam.get("/audiences/new/?name=impacted+agencies").content.decode()
    assert 'value="impacted agencies"' in page and re.search(r'name="is_chosen"[^>]*checked', page)
    assert sam.post("/audiences/new/", {"name": "Agencies", "is_outside": "on", "approved_by": ""}).status_code == 302
    audience = Audience.objects.get()
    words = {"name": "Ann", "email": "ann@a.example", "language": "en", "time_zone": "UTC", "ways": "email"}
    assert sam.post(f"/audiences/{audience.pk}/contacts/new/", words).status_code == 302
    contact = Contact.objects.get()
    assert "Ann" in words_of(sam.get(f"/audiences/{audience.pk}/"))
    assert sam.get(f"/audiences/{audience.pk}/contacts/{contact.pk}/").status_code == 200
    assert sam.post(f"/audiences/{audience.pk}/contacts/{contact.pk}/remove/").status_code == 302
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"ways": "pigeon"}, "is no way"),
        ({"phone": "12"}, "is no telephone number"),
        ({"email": ""}, "Give an e-mail address"),
    ],
)
def test_a_contact_that_cannot_be_reached_is_refused(sam: Client, wrong: dict[str, str], reason: str) -> None:
    audience = Audience.objects.create(name="Agencies")
    words = {"name": "Ann", "email": "ann@a.example", "language": "en", "time_zone": "UTC", "ways": "email", **wrong}
    answer = sam.post(f"/audiences/{audience.pk}/contacts/new/", words)
    assert answer.status_code == 422
    assert reason in words_of(answer)


def test_a_pager_is_kept_and_never_shown(sam: Client) -> None:
    audience = agencies()
    contact = audience.contacts.all()[0]
    Contact.objects.filter(pk=contact.pk).update(pager="json://key@pager.example")
    path = f"/audiences/{audience.pk}/contacts/{contact.pk}/"
    assert "key@pager" not in sam.get(path).content.decode()
    words = {"name": "New", "email": contact.email, "language": "en", "time_zone": "UTC", "ways": "email", "pager": ""}
    assert sam.post(path, words).status_code == 302
    assert Contact.objects.get(pk=contact.pk).pager == "json://key@pager.example"


def test_a_template_with_an_unknown_placeholder_is_refused(sam: Client) -> None:
    answer = sam.post("/audiences/new/", {"name": "Agencies", "text_template": "Dear {nmae}"})
    assert answer.status_code == 422
    assert "{nmae} stands for nothing" in words_of(answer)


def test_a_file_is_shown_before_it_is_brought_in(sam: Client) -> None:
    shown = sam.post("/audiences/import/", {"file": SimpleUploadedFile("press.csv", CSV)})
    assert "Adds Press: Cy" in words_of(shown) and not Audience.objects.exists()
    source = re.search(r'name="source" value="([^"]+)"', shown.content.decode())
    assert source is not None
    assert sam.post("/audiences/import/", {"sure": "yes", "name": "press.csv", "source": source[1]}).status_code == 302
    assert Contact.objects.get().email == "cy@press.example"


def test_a_bad_file_names_its_rows_and_offers_no_button(sam: Client) -> None:
    shown = sam.post("/audiences/import/", {"file": SimpleUploadedFile("p.csv", CSV + b"Press,,Di,nobody\n")})
    assert shown.status_code == 422
    assert "Line 3: email" in words_of(shown) and "Bring it in" not in words_of(shown)


def test_only_administrators_take_the_directory_out(rosa: Client, sam: Client) -> None:
    agencies()
    assert "desk@line12.example" in rosa.get("/audiences/export/csv/").content.decode()
    assert "desk@line12.example" in rosa.get("/audiences/export/yaml/").content.decode()
    assert sam.get("/audiences/export/csv/").status_code == 403


def test_a_team_is_kept_with_its_order_and_who_is_on_duty(sam: Client) -> None:
    ana = Person.objects.create_user("ana@team.example", name="Ana")
    words = {"name": "Sec", "members": "ana@team.example\nsam@example.org", "on_duty": str(ana.pk)}
    assert sam.post("/teams/new/", words).status_code == 302
    assert [place.person.name for place in Team.objects.get().memberships.all()] == ["Ana", "Sam"]
    assert "On duty: Ana" in words_of(sam.get("/audiences/"))
    answer = sam.post("/teams/new/", {"name": "Other", "members": "nobody@x.example"})
    assert "nobody here has the address nobody@x.example" in words_of(answer)


def test_the_page_says_which_audiences_of_playbooks_reach_nobody(sam: Client, digest: str) -> None:
    shown = words_of(sam.get("/audiences/"))
    assert "nobody would hear it" in shown


def test_observers_only_look(noor: Client) -> None:
    assert noor.get("/audiences/").status_code == 200
    assert noor.get("/audiences/new/").status_code == 403


def prepared(client: Client) -> tuple[str, str]:
    """Declare an incident, choose Line 2 and 3 and draft; return the incident's ref and the message's address."""
    ref = declare(client)
    chosen = {"audience": "Transit agencies", "recipients": ["Line 2", "Line 3"], "key": key()}
    assert client.post(f"/incidents/{ref}/messages/choose/", chosen).status_code == 302
    words = {"kind": "notice", "subject": "Delays", "text": "Dear {name}, **late**.", "key": key()}
    answer = client.post(f"/incidents/{ref}/messages/draft/?audience=Transit+agencies", words)
    assert answer.status_code == 302, words_of(answer)
    return ref, answer.headers["Location"]


def test_the_preview_is_what_is_sent(sam: Client, digest: str) -> None:
    agencies()
    _ref, address = prepared(sam)
    contact = Contact.objects.get(organisation="Line 3")
    page = sam.get(f"{address}?as={contact.ref}").content.decode()
    text = re.search(r'<pre id="text" class="words">(.*?)</pre>', page, re.S)
    html = sam.get(f"{address}preview/?as={contact.ref}")
    assert not Delivery.objects.filter(connector="email").exists()
    assert sam.post(f"{address}decide/", {"verb": "send", "key": key()}).status_code == 302
    sent = Delivery.objects.get(connector="email", address=contact.email)
    assert text is not None
    assert unescape(text[1]) == sent.text
    assert html.content.decode() == sent.html
    assert "<strong>late</strong>" in sent.html
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert Delivery.objects.filter(connector="email").count() == 2


def test_the_first_words_are_the_audiences_template(sam: Client, digest: str) -> None:
    agencies(text_template="On {title}, dear {name}.")
    ref = declare(sam)
    shown = words_of(sam.get(f"/incidents/{ref}/messages/draft/?audience=Transit+agencies"))
    assert "On Nobody can sign in, dear {name}." in shown


def test_a_recipient_acknowledges_without_an_account(sam: Client, digest: str) -> None:
    agencies()
    ref, address = prepared(sam)
    sam.post(f"{address}decide/", {"verb": "send", "key": key()})
    sent = Delivery.objects.get(connector="email", address="desk@line2.example")
    link = re.search(r"http://testserver(/ack/\S+)", sent.text)
    assert link is not None
    outsider = Client()
    assert "I have read this" in words_of(outsider.get(link[1]))
    assert "Read by" not in words_of(sam.get(f"/incidents/{ref}/messages/"))
    assert "Thank you" in words_of(outsider.post(link[1]))
    assert "Read by Line 2" in words_of(sam.get(f"/incidents/{ref}/messages/"))
    assert "Line 2 has read and acknowledged it" in words_of(sam.get(f"/incidents/{ref}/timeline/"))
    assert outsider.get(f"{link[1]}x").status_code == 404


def test_one_press_unsubscribes_those_who_may(sam: Client, digest: str) -> None:
    agencies()
    _ref, address = prepared(sam)
    sam.post(f"{address}decide/", {"verb": "send", "key": key()})
    sent = Delivery.objects.get(connector="email", address="desk@line2.example")
    path = str(sent.data["unsubscribe"]).removeprefix("http://testserver")
    outsider = Client(enforce_csrf_checks=True)
    assert outsider.get(path).status_code == 200
    assert Contact.objects.get(organisation="Line 2").unsubscribed_at is None
    assert outsider.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Contact.objects.get(organisation="Line 2").unsubscribed_at is not None
    other = Delivery.objects.get(connector="email", address="desk@line3.example")
    assert other.data["unsubscribe"] == ""


def test_words_are_changed_corrected_and_thrown_away(sam: Client, digest: str) -> None:
    agencies()
    ref, address = prepared(sam)
    again = {"kind": "notice", "subject": "Delays", "text": "Earlier.", "message": "message-1", "key": key()}
    assert sam.post(f"/incidents/{ref}/messages/draft/?audience=Transit+agencies", again).status_code == 302
    assert sam.post(f"{address}decide/", {"verb": "discard", "key": key()}).status_code == 302
    assert sam.post(f"{address}decide/", {"verb": "send", "key": key()}).status_code == 302
    assert not Delivery.objects.filter(connector="email").exists()
    assert sam.get(f"{address}?as=x").status_code == 200


def test_a_team_is_called_from_the_page_and_answers_by_link(sam: Client, digest: str) -> None:
    team("Ana", "Ben")
    ref = declare(sam)
    assert (
        sam.post(f"/incidents/{ref}/messages/page/", {"team": "DevSecOps", "text": "Come", "key": key()}).status_code
        == 302
    )
    sent = Delivery.objects.get(connector="email", kind="page")
    link = re.search(r"http://testserver(/ack/\S+)", sent.text)
    assert sent.address == "ana@team.example" and link is not None
    assert "I am on it" in words_of(Client().get(link[1]))
    assert Client().post(link[1]).status_code == 200
    assert "answered by Ana" in words_of(sam.get(f"/incidents/{ref}/messages/"))


def test_a_step_that_tells_outsiders_makes_a_draft(sam: Client, digest: str) -> None:
    agencies()
    ref = declare(sam)
    answer = act(sam, ref, "notify", audience="Transit agencies", text="Late.")
    assert answer.status_code in (302, 422)
    assert not Delivery.objects.filter(connector="email").exists()
