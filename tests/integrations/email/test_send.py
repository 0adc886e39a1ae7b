"""E-mail reads well, forms one conversation, and every refusal is told apart."""

from __future__ import annotations

import ssl
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.delivery.cast import NOW, SAM, message
from tests.outside.certificates import make_certificate
from tests.outside.smtp import SmtpServer
from tocsin.delivery.ports import Destination, NotDeliveredError, Outgoing
from tocsin.integrations.email.render import render
from tocsin.integrations.email.send import EmailConnector, EmailSettings

SENDER = "Tocsin <tocsin@tocsin.example>"


def _connector(server: SmtpServer, **more: object) -> EmailConnector:
    settings = EmailSettings(server.hostname, server.port, security="none", sender=SENDER, timeout_seconds=5)
    return EmailConnector(replace(settings, **more), lambda: NOW)  # type: ignore[arg-type]


def _failure(connector: EmailConnector, outgoing: Outgoing | None = None) -> NotDeliveredError:
    with pytest.raises(NotDeliveredError) as caught:
        connector.send(outgoing or message(1))
    return caught.value


def _text(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_has_text_and_html_and_says_that_a_machine_wrote_it() -> None:
    sent = replace(
        message(1), text="Grüße — 停机", html="<p>Grüße</p>", url="https://tocsin.example/INC-1", queued_at=NOW
    )
    with SmtpServer() as server:
        _connector(server).send(sent)
    (mail,) = server.accepted
    parsed = mail.message
    assert (mail.sender, mail.recipients) == ("tocsin@tocsin.example", ["rosa@example.org"])
    assert (parsed["From"], parsed["To"], parsed["Subject"]) == (SENDER, "rosa@example.org", "Update 1")
    assert _text(parsed).splitlines() == ["Grüße — 停机", "", "https://tocsin.example/INC-1"]
    assert _text(parsed, "html").strip() == "<p>Grüße</p>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Date"].datetime == NOW
    assert mail.content.isascii()


def test_mails_of_one_incident_to_one_person_form_one_conversation() -> None:
    def roots(number: int, **more: object) -> tuple[str, str]:
        mail = render(message(number, **more), SENDER, NOW)  # type: ignore[arg-type]
        return mail["In-Reply-To"], mail["References"]

    first, second = roots(1), roots(2)
    assert first == second and first[0] == first[1]
    assert roots(1, thread="INC-2") != first
    assert roots(1, destination=SAM) != first
    assert render(message(1), SENDER, NOW)["Message-ID"] != render(message(2), SENDER, NOW)["Message-ID"]


def test_every_try_is_the_same_mail() -> None:
    sent = replace(message(1), queued_at=NOW)
    assert render(sent, SENDER, NOW).as_bytes() == render(sent, SENDER, NOW.replace(hour=23)).as_bytes()


@settings(deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from(".\n\t"), max_size=2000))
def test_any_words_arrive_as_written(text: str) -> None:
    mail = render(message(1, text=text), SENDER, NOW)
    assert mail.as_bytes().isascii()
    assert "\n".join(_text(mail).splitlines()) == "\n".join(text.splitlines())


@settings(deadline=None)
@given(subject=st.text(max_size=200))
def test_no_subject_can_add_a_header(subject: str) -> None:
    words = "".join(character for character in subject if character.isprintable())
    mail = render(message(1, subject=f"{words}\r\nBcc: eve@example.org"), SENDER, NOW)
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    ["", "rosa", "@example.org", "rosa@", "rosa@example.org\nBcc: eve@example.org", "a b@c d", "rosa@[", "<>"],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with SmtpServer() as server:
        error = _failure(_connector(server), message(1, Destination("email", address)))
    assert error.is_permanent and "directory" in error.mend
    assert server.sessions == 0


def test_an_address_outside_ascii_is_refused_by_a_server_that_cannot_take_it() -> None:
    with SmtpServer() as server:
        error = _failure(_connector(server), message(1, Destination("email", "jürgen@example.org")))
    assert error.is_permanent and "another address" in error.mend


def test_a_domain_outside_ascii_is_written_as_the_net_writes_it() -> None:
    with SmtpServer() as server:
        _connector(server).send(message(1, Destination("email", "Rosa <rosa@bücher.example>")))
    assert server.accepted[0].recipients == ["rosa@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("phase", "reply", "is_permanent", "mend"),
    [
        ("MAIL", "550 5.7.1 You may not send as this", True, "TOCSIN_MAIL_FROM"),
        ("MAIL", "451 4.3.0 Try later", False, "TOCSIN_MAIL_FROM"),
        ("RCPT", "550 5.1.1 No such user", True, "e-mail address"),
        ("RCPT", "450 4.2.0 Greylisted, come back", False, "e-mail address"),
        ("RCPT", "452 4.2.2 Mailbox full", False, "e-mail address"),
        ("DATA", "554 5.7.1 Looks like spam", True, "refuses the message itself"),
        ("DATA", "451 4.3.2 Not now", False, "refuses the message itself"),
    ],
)
def test_each_refusal_says_whether_it_lasts_and_what_to_do(
    phase: str, reply: str, is_permanent: bool, mend: str
) -> None:
    with SmtpServer(replies={phase: reply}) as server:
        error = _failure(_connector(server))
    assert (error.is_permanent, error.is_unclear) == (is_permanent, False)
    assert reply[4:] in error.message and mend in error.mend
    assert server.accepted == []


def test_a_wrong_password_is_permanent_and_names_the_settings(tmp_path: Path) -> None:
    trusted, context = make_certificate(tmp_path)
    with SmtpServer({"tocsin": "right"}, context, is_tls_from_start=True) as server:
        options = {"security": "tls", "user": "tocsin", "password": "wrong", "ca_file": str(trusted)}
        connector = _connector(server, **options)
        error, probe = _failure(connector), connector.probe()
    assert error.is_permanent and "TOCSIN_SMTP_PASSWORD" in error.mend and "wrong" not in error.message
    assert not probe.is_well and probe.mend == error.mend


@pytest.mark.parametrize("is_tls_from_start", [False, True], ids=["starttls", "tls"])
def test_mail_goes_over_a_line_that_is_secured_and_signed_in(tmp_path: Path, is_tls_from_start: bool) -> None:
    trusted, context = make_certificate(tmp_path)
    with SmtpServer({"tocsin": "right"}, context, is_tls_from_start) as server:
        security = "tls" if is_tls_from_start else "starttls"
        options = {"security": security, "user": "tocsin", "password": "right", "ca_file": str(trusted)}
        connector = _connector(server, **options)
        assert connector.probe().is_well
        connector.send(message(1))
        stranger = _failure(_connector(server, **{**options, "ca_file": ""}))
    assert len(server.accepted) == 1
    assert "certificate" in stranger.message.lower() and not stranger.is_unclear


def test_a_server_without_starttls_is_not_spoken_to_in_the_clear() -> None:
    with SmtpServer() as server:
        error = _failure(_connector(server, security="starttls", user="tocsin", password="right"))
    assert error.is_permanent and "TOCSIN_SMTP_SECURITY" in error.mend
    assert server.accepted == []


def test_without_a_server_nothing_is_tried_and_the_setting_is_named() -> None:
    connector = EmailConnector(EmailSettings(""))
    error, probe = _failure(connector), connector.probe()
    assert error.is_permanent and "TOCSIN_SMTP_HOST" in error.mend
    assert not probe.is_well and "TOCSIN_SMTP_HOST" in probe.mend


def test_the_trust_file_that_is_missing_is_reported() -> None:
    with SmtpServer() as server:
        probe = _connector(server, security="tls", ca_file="/no/such/file.pem").probe()
    assert not probe.is_well and "No such file" in probe.summary


def test_the_clients_own_context_checks_names() -> None:
    """The certificate is for this host only; the connector must not accept it for another."""
    context = EmailConnector(EmailSettings("mail.example"))._trust()
    assert context.check_hostname and context.verify_mode == ssl.CERT_REQUIRED
