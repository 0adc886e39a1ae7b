"""Turn a message into an e-mail, the same on every try. Opens no connection."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from tocsin.delivery.ports import NotDeliveredError, Outgoing

LOCAL = re.compile(r"""[^\s@<>(),;:\\"\[\]]+""")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?")
# Seven bits only, so that a server without 8BITMIME is served as well as any other.
POLICY = SMTP.clone(cte_type="7bit")


def render(outgoing: Outgoing, sender: str, now: datetime) -> EmailMessage:
    """Return the mail. *Raises* NotDeliveredError, permanent, when the address of either side cannot be read."""
    domain = domain_of(sender)
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(sender, "Correct TOCSIN_MAIL_FROM, start Tocsin again, then retry this.")
    message["To"] = _address(outgoing.destination.address, "Correct the address in the directory and send it anew.")
    message["Subject"] = " ".join(outgoing.subject.split()) or outgoing.thread
    message["Date"] = format_datetime((outgoing.queued_at or now).astimezone(UTC))
    message["Message-ID"] = message_id(outgoing.identity, domain)
    root = thread_id(outgoing, domain)
    message["In-Reply-To"] = root
    message["References"] = root
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to a machine.
    message["X-Auto-Response-Suppress"] = "All"  # The same, for Exchange.
    message.set_content(_with_link(outgoing.text, outgoing.url))
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html")
    return message


def message_id(identity: str, domain: str) -> str:
    """Return the Message-ID of a delivery, by which a mail client tells a repeat."""
    return f"<delivery.{_digest(identity)}@{domain}>"


def thread_id(outgoing: Outgoing, domain: str) -> str:
    """Return the id that every message of one incident to one person refers to. No message bears it: clients group by
    it all the same, and no message then has to arrive first."""
    return f"<thread.{_digest(outgoing.thread, outgoing.destination.address.lower())}@{domain}>"


def domain_of(sender: str) -> str:
    """Return the part of an address after the @ in ASCII, "localhost" where there is none."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return _ascii(domain) or "localhost"


def bare(address: str) -> str:
    """Return an address without its name, its domain in ASCII."""
    local, _, domain = parseaddr(address)[1].rpartition("@")
    return f"{local}@{_ascii(domain)}"


def _address(written: str, mend: str) -> Address:
    name, plain = parseaddr(written)
    local, _, domain = plain.rpartition("@")
    wrong = NotDeliveredError(f"{written!r} is no e-mail address.", is_permanent=True, mend=mend)
    if not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(_ascii(domain)) or not written.isprintable():
        raise wrong
    try:
        return Address(name, local, _ascii(domain))
    except (ValueError, HeaderParseError) as error:
        raise wrong from error


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _with_link(text: str, url: str) -> str:
    return text if not url or url in text else f"{text.rstrip()}\n\n{url}\n"
