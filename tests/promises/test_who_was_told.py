"""A whole incident at High, with twelve agencies of which three are impacted: what each party got over a real mail
server, and that nobody got anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.desk.directory_cast import agencies, team
from tests.outside.smtp import SmtpServer
from tocsin.delivery.models import Delivery
from tocsin.delivery.worker import Worker
from tocsin.desk import playbooks, routes, writer
from tocsin.desk.routes import Routes
from tocsin.desk.writer import Outcome
from tocsin.incident import commands as cmd
from tocsin.incident.timeline import describe
from tocsin.integrations.email.send import EmailConnector, EmailSettings
from tocsin.integrations.room.send import RoomConnector
from tocsin.people.models import Audience, Contact, Person
from tocsin.store import queries

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).parent / "agencies.md"
IMPACTED = ("Line 2", "Line 5", "Line 9")
TITLE = "Nobody can buy a ticket"
pytestmark = pytest.mark.django_db(transaction=True)


class Run:
    """One incident, driven by the minute, with a worker that sends over real SMTP after each command."""

    def __init__(self, server: SmtpServer, *, is_drill: bool = False) -> None:
        self.server = server
        self.now = T0
        settings = EmailSettings("127.0.0.1", server.port, security="none", sender="Tocsin <tocsin@team.example>")
        connectors = {"email": EmailConnector(settings, lambda: self.now), "room": RoomConnector()}
        self.worker = Worker(connectors, lambda: self.now)
        digest = playbooks.add(DOCUMENT.read_bytes(), DOCUMENT.name, now=T0)
        self.rosa, self.sam = (Person.objects.get(name=name).ref for name in ("Rosa", "Sam"))
        command = cmd.DeclareIncident(by=self.rosa, by_name="Rosa", title=TITLE, is_drill=is_drill)
        self.ref = writer.declare(command, digest, key="declare", now=T0).ref
        self.count = 0

    def do(self, minute: float, command: cmd.Command) -> Outcome:
        self.count += 1
        self.now = T0 + timedelta(minutes=minute)
        done = writer.run(self.ref, command, key=f"key {self.count}", now=self.now)
        self.worker.run_due(self.now)
        return done

    def write(self, minute: float, audience: str, kind: cmd.MessageKind, text: str, corrects: str | None = None) -> str:
        """Draft, approve and send, as one person does from the page."""
        by = self.rosa
        words = cmd.DraftMessage(by=by, audience=audience, kind=kind, text=text, corrects=corrects)
        message = str(self.do(minute, words).events[0].message)  # type: ignore[attr-defined]
        self.do(minute, cmd.ApproveMessage(by=by, message=message))
        self.do(minute, cmd.SendMessage(by=by, message=message))
        return message

    def got(self) -> dict[str, list[EmailMessage]]:
        found: dict[str, list[EmailMessage]] = defaultdict(list)
        for mail in self.server.accepted:
            assert len(mail.recipients) == 1
            found[mail.recipients[0]].append(mail.message)
        return dict(found)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    routes.hand_in(Routes(frozenset({"room", "email"}), base_url="https://tocsin.example"))
    with SmtpServer() as there:
        yield there
    routes.hand_in(Routes())


@pytest.fixture
def cast() -> None:
    agencies(subject_template="Tickets: {title}")
    team("Ana", "Ben")
    stakeholders = Audience.objects.create(name="stakeholders")
    Contact.objects.create(audience=stakeholders, name="Bea", organisation="The board", email="bea@board.example")
    for name in ("Rosa", "Sam"):
        Person.objects.create_user(f"{name.lower()}@team.example", name=name, access="commander")


def whole_incident(run: Run) -> None:
    """Walk the document to its end."""
    by, ref = run.rosa, run.rosa
    run.do(1, cmd.JoinIncident(by=by, person=run.sam, name="Sam"))
    run.do(2, cmd.AssignSeverity(by=by, severity="High"))
    run.do(3, cmd.DescribeImpact(by=by, text="No machine sells tickets.", is_full_downtime=True))
    attack = next(
        question.id for question in queries.load(run.ref).state.playbook.questions if "attack" in question.text
    )
    run.do(4, cmd.AnswerQuestion(by=by, question=attack, answer="yes"))
    run.do(5, cmd.NotifyAudience(by=by, audience="DevSecOps", text="We think that this is an attack."))
    run.do(30, cmd.PostUpdate(by=by, text="Still down."))
    run.do(59, cmd.PostUpdate(by=by, text="Still down; the supplier is called."))
    chosen = cmd.ChooseRecipients(by=ref, audience="impacted transit agencies", recipients=IMPACTED)
    run.do(60, chosen)
    first = run.write(61, "impacted transit agencies", "notice", "Dear {name}, {impact}")
    run.do(88, cmd.PostUpdate(by=by, text="A certificate has run out."))
    run.write(90, "impacted transit agencies", "update", "We are still working on it.")
    run.write(95, "impacted transit agencies", "correction", "It is the machines of {organisation} only.", first)
    run.do(117, cmd.PostUpdate(by=by, text="A new one is being installed."))
    run.do(120, cmd.ResolveIncident(by=by, summary="A new certificate was needed."))
    run.write(121, "impacted transit agencies", "resolution", "All machines sell tickets again.")
    run.do(130, cmd.DraftReport(by=by, text="# What happened\n\nA certificate ran out."))
    run.write(140, "stakeholders", "report", "Our report: a certificate ran out.")
    for minute, days in ((150, 3), (151, 4)):
        run.do(minute, cmd.ScheduleRetrospective(by=by, starts_at=T0 + timedelta(days=days, hours=5)))
    run.do(152, cmd.CancelRetrospective(by=by, reason="Done in the corridor."))


def test_each_party_got_exactly_its_messages_and_nobody_else_any(server: SmtpServer, cast: None) -> None:
    run = Run(server)
    whole_incident(run)
    subjects = {address: [str(mail["Subject"]) for mail in mails] for address, mails in run.got().items()}
    label = f"{run.ref} {TITLE}"
    notice = f"Tickets: {TITLE}"
    agency = [notice, *[f"Re: {notice}"] * 3]
    invited = [f"{label}: retrospective"] * 3
    assert subjects == {
        "desk@line2.example": agency,
        "desk@line5.example": agency,
        "desk@line9.example": agency,
        "ana@team.example": [label],
        "ben@team.example": [label],
        "bea@board.example": [TITLE],
        "rosa@team.example": invited,
        "sam@team.example": invited,
    }
    assert not Delivery.objects.exclude(status="sent").exists()


def test_an_agency_reads_one_conversation_in_its_own_words(server: SmtpServer, cast: None) -> None:
    run = Run(server)
    whole_incident(run)
    mails = run.got()["desk@line5.example"]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]
    pages = [mail.get_body(("html",)).get_content() for mail in mails]  # type: ignore[union-attr]
    starts = [
        "Dear Desk 5, No machine sells tickets.",
        "We are still",
        "It is the machines of Line 5 only.",
        "All machines",
    ]
    for text, page, start in zip(texts, pages, starts, strict=True):
        assert text.startswith(start) and start in page
        assert "https://tocsin.example/ack/" in text and "https://tocsin.example/ack/" in page
        assert "/incidents/" not in text + page
    assert {mail.get_content_type() for mail in mails} == {"multipart/alternative"}
    assert len({str(mail["References"]) for mail in mails}) == 1
    assert len({str(mail["Message-ID"]) for mail in mails}) == 4
    assert {str(mail["Auto-Submitted"]) for mail in mails} == {"auto-generated"}
    assert {str(mail["List-Id"]) for mail in mails} == {"<transit-agencies.team.example>"}
    other = run.got()["desk@line2.example"][0]
    assert mails[0]["List-Unsubscribe"] is None
    assert str(other["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert str(other["List-Unsubscribe"]).startswith("<https://tocsin.example/unsubscribe/")


def test_the_log_says_who_was_told_what(server: SmtpServer, cast: None) -> None:
    run = Run(server)
    whole_incident(run)
    state = queries.load(run.ref).state
    said = [describe(entry.event, state) for entry in queries.timeline(run.ref)]
    assert f"Rosa sent “Tickets: {TITLE}” to impacted transit agencies: Line 2, Line 5 and Line 9." in said
    done = {step.text: state.steps[step.id].done_at for step in state.playbook.all_steps() if "agencies" in step.text}
    assert list(done.values()) == [T0 + timedelta(minutes=61)]
    assert not any("@" in sentence for sentence in said)


def test_the_invitation_is_sent_moved_and_called_off(server: SmtpServer, cast: None) -> None:
    run = Run(server)
    whole_incident(run)
    found = []
    for mail in run.got()["sam@team.example"]:
        (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        (file,) = mail.iter_attachments()
        calendar = Calendar.from_ical(part.get_content())
        assert file.get_filename() == "invite.ics"
        assert Calendar.from_ical(file.get_content()) == calendar
        assert part.get_param("method") == calendar["METHOD"]
        (event,) = calendar.walk("VEVENT")
        found.append((str(calendar["METHOD"]), int(event["SEQUENCE"]), str(event["STATUS"]), event.decoded("DTSTART")))
        assert sorted(str(who) for who in event["ATTENDEE"]) == ["mailto:rosa@team.example", "mailto:sam@team.example"]
        assert str(event["ORGANIZER"]) == "mailto:tocsin@team.example"
    third, fourth = (T0 + timedelta(days=days, hours=5) for days in (3, 4))
    assert found == [
        ("REQUEST", 0, "CONFIRMED", third),
        ("REQUEST", 1, "CONFIRMED", fourth),
        ("CANCEL", 2, "CANCELLED", fourth),
    ]


def test_in_a_drill_only_the_team_hears(server: SmtpServer, cast: None) -> None:
    run = Run(server, is_drill=True)
    whole_incident(run)
    assert {address.partition("@")[2] for address in run.got()} == {"team.example"}
    assert all(str(mail["Subject"]).startswith("[Drill] ") for mails in run.got().values() for mail in mails)


def test_a_recipient_whom_the_mail_server_refuses_is_said_and_the_others_are_told(
    server: SmtpServer, cast: None
) -> None:
    Contact.objects.filter(organisation="Line 5").update(email="desk@line5..example")
    run = Run(server)
    run.do(1, cmd.ChooseRecipients(by=run.rosa, audience="transit agencies", recipients=IMPACTED))
    run.write(2, "transit agencies", "notice", "Late.")
    assert sorted(run.got()) == ["desk@line2.example", "desk@line9.example"]
    failed = Delivery.objects.get(status="failed")
    assert "is no e-mail address" in failed.last_error and failed.mend
