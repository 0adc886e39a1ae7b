"""A real SMTP server (aiosmtpd) that keeps what it accepts, and refuses what a test tells it to refuse."""

from __future__ import annotations

import email
import socket
import ssl
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail: its envelope, and its content parsed back."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, email.message_from_bytes(self.content, policy=default))

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class SmtpServer:
    """Listens on a free port of loopback while entered.

    `replies` maps "MAIL", "RCPT" or "DATA" to the reply given instead of acceptance. `logins` maps users to
    passwords; with any, mail is taken only after signing in. `tls` is a server context: offered by STARTTLS, or spoken
    from the first byte with `is_tls_from_start`.
    """

    logins: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    is_tls_from_start: bool = False
    hostname: str = "127.0.0.1"
    replies: dict[str, str] = field(default_factory=dict)
    accepted: list[Mail] = field(default_factory=list)
    sessions: int = 0

    def __enter__(self) -> SmtpServer:
        self._lock = threading.Lock()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._options())
        self._controller.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._controller.stop()

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"enable_SMTPUTF8": False}
        if self.tls and self.is_tls_from_start:
            options["ssl_context"] = self.tls
        elif self.tls:
            options |= {"tls_context": self.tls, "require_starttls": True}
        if self.logins:
            options |= {"authenticator": self._authenticate, "auth_require_tls": not self.is_tls_from_start}
        return options

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=self.logins.get(data.login.decode()) == data.password.decode(), handled=False)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.logins and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply := self.replies.get("MAIL"):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self.replies.get("RCPT"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if reply := self.replies.get("DATA"):
            return reply
        content = envelope.original_content or b""
        with self._lock:
            self.accepted.append(Mail(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 OK"
