"""Deliver messages over SMTP. Tells a refusal that will last from one that will pass, and says when the line was cut
after the message had been handed over.

*Source*: RFC 5321 section 4.2 (replies), RFC 3463 (status codes).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Literal

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt
from tocsin.integrations.email.render import POLICY, bare, domain_of, render

Security = Literal["starttls", "tls", "none"]
GOODBYE_SECONDS = 2.0
MEND_HOST = "Check TOCSIN_SMTP_HOST, TOCSIN_SMTP_PORT and TOCSIN_SMTP_SECURITY, and that the mail server is up."
MEND_LOGIN = "Check TOCSIN_SMTP_USER and TOCSIN_SMTP_PASSWORD, start Tocsin again, then retry this."
MEND_SENDER = "The mail server does not let Tocsin send as this address: check TOCSIN_MAIL_FROM, then retry this."
MEND_RECIPIENT = "Check this person's e-mail address, or reach them another way."
MEND_CONTENT = "The mail server refuses the message itself: read its answer, then retry this or send it another way."
MEND_UNICODE = "The mail server cannot take an address with letters outside ASCII: use another address of this person."


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How to reach the mail server. `ca_file` is a file of further certificates to trust, or ""."""

    host: str
    port: int = 587
    user: str = ""
    password: str = ""
    security: Security = "starttls"
    sender: str = "Tocsin <tocsin@localhost>"
    timeout_seconds: float = 20.0
    ca_file: str = ""


class EmailConnector:
    """Delivers to an e-mail address. The Message-ID comes from the message's identity, the same on every try."""

    name = "email"

    def __init__(self, settings: EmailSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._clock = clock

    def send(self, outgoing: Outgoing) -> Receipt:
        message = render(outgoing, self._settings.sender, self._clock())
        with self._session() as session:
            _hand_over(session, message, bare(self._settings.sender), bare(outgoing.destination.address))
        return Receipt(external_id=str(message["Message-ID"]))

    def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotDeliveredError("A mail server cannot be asked what it has accepted.", is_permanent=True)

    def probe(self) -> Probe:
        """Connect, secure the line and sign in, and send nothing."""
        if not self._settings.host:
            return Probe(is_well=False, summary="No mail server is set up.", mend="Set TOCSIN_SMTP_HOST.")
        try:
            with self._session() as session:
                session.noop()
        except NotDeliveredError as error:
            return Probe(is_well=False, summary=error.message, mend=error.mend)
        return Probe(is_well=True, summary=f"{self._settings.host} accepts mail from Tocsin.")

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Open a session, secured and signed in, and close it. *Raises* NotDeliveredError however that fails."""
        if not self._settings.host:
            raise NotDeliveredError("No mail server is set up.", is_permanent=True, mend="Set TOCSIN_SMTP_HOST.")
        try:
            session = self._connect()
            try:
                self._sign_in(session)
                yield session
            finally:
                _take_leave(session)
        except smtplib.SMTPAuthenticationError as error:
            raise _refused("The mail server refuses the sign-in", error, MEND_LOGIN) from error
        except smtplib.SMTPResponseException as error:
            raise _refused("The mail server refuses", error, MEND_HOST) from error
        except smtplib.SMTPNotSupportedError as error:
            text = f"The mail server lacks what is asked of it: {error}"
            raise NotDeliveredError(text, is_permanent=True, mend=MEND_HOST) from error
        except (OSError, smtplib.SMTPException) as error:
            text = f"The mail server cannot be reached: {error or type(error).__name__}"
            raise NotDeliveredError(text, mend=MEND_HOST) from error

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        # The host named in the greeting is the sender's domain, so that no slow look-up of our own name is made.
        name, timeout = domain_of(settings.sender), settings.timeout_seconds
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=timeout, context=self._trust())
        return smtplib.SMTP(settings.host, settings.port, name, timeout=timeout)

    def _sign_in(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            session.starttls(context=self._trust())
            session.ehlo()
        if self._settings.user:
            session.login(self._settings.user, self._settings.password)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca_file:
            context.load_verify_locations(self._settings.ca_file)
        return context


def _hand_over(session: smtplib.SMTP, message: EmailMessage, sender: str, recipient: str) -> None:
    """Give the server the message. From the first byte of its text on, a cut line leaves the outcome unclear."""
    options = ["SMTPUTF8"] if not (sender + recipient).isascii() else []
    if options and not session.has_extn("smtputf8"):
        raise NotDeliveredError("The mail server takes ASCII only.", is_permanent=True, mend=MEND_UNICODE)
    _expect(session.mail(sender, options), 250, f"The mail server refuses the sender {sender}", MEND_SENDER)
    _expect(session.rcpt(recipient), 250, f"The mail server refuses {recipient}", MEND_RECIPIENT)
    _expect(session.docmd("DATA"), 354, "The mail server refuses the message", MEND_CONTENT)
    try:
        session.send(_stuffed(message.as_bytes(policy=POLICY.clone(utf8=bool(options)))))
        answer = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        text = f"The line to the mail server was cut before it confirmed the message: {error or type(error).__name__}"
        raise NotDeliveredError(text, is_unclear=True) from error
    _expect(answer, 250, "The mail server refuses the message", MEND_CONTENT)


def _take_leave(session: smtplib.SMTP) -> None:
    """Say goodbye. What the server makes of it changes nothing about a message that it has accepted."""
    if session.sock is not None:
        with suppress(OSError, smtplib.SMTPException):
            session.sock.settimeout(GOODBYE_SECONDS)
            session.quit()
    session.close()


def _expect(answer: tuple[int, bytes], wanted: int, text: str, mend: str) -> None:
    code, reply = answer
    if code == wanted or (wanted == 250 and code == 251):
        return
    raise _refused(text, smtplib.SMTPResponseException(code, reply), mend)


def _refused(text: str, error: smtplib.SMTPResponseException, mend: str) -> NotDeliveredError:
    """Return the error for a reply: 5xx lasts, anything else passes."""
    reply = error.smtp_error
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    is_permanent = 500 <= error.smtp_code < 600
    return NotDeliveredError(f"{text}: {error.smtp_code} {words}".strip(), is_permanent=is_permanent, mend=mend)


def _stuffed(content: bytes) -> bytes:
    """Return a message as it goes over the line: dots that start a line doubled, and the dot that ends it."""
    body = re.sub(rb"(?m)^\.", b"..", content)
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
