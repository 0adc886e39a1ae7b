"""Turn a message into an e-mail, the same on every try. Opens no connection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from tocsin.delivery.ports import NotDeliveredError, Outgoing
from tocsin.integrations.calendar.invitation import Invitation

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
    _list_headers(message, outgoing, domain)
    message.set_content(_with_link(outgoing.text, outgoing.url))
    message.add_alternative(outgoing.html or _as_html(outgoing), subtype="html")
    if calendar := outgoing.data.get("calendar"):
        _invite(message, outgoing, calendar, sender)
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{_digest(outgoing.identity, str(number))}")  # Python's own differ on every try.
    return message


def _list_headers(message: EmailMessage, outgoing: Outgoing, domain: str) -> None:
    """Name the list, and how to leave it with one press (RFC 2919, RFC 2369, RFC 8058)."""
    name = str(outgoing.data.get("list") or "")
    if not name:
        return
    label = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "audience"
    message["List-Id"] = f"<{label}.{domain}>"
    if unsubscribe := str(outgoing.data.get("unsubscribe") or ""):
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _invite(message: EmailMessage, outgoing: Outgoing, data: object, sender: str) -> None:
    """Add the invitation as the last alternative, which calendars in mail programs show (RFC 6047), and as a file."""
    wrong = NotDeliveredError("The invitation cannot be read.", is_permanent=True, mend="Plan the meeting anew.")
    if not isinstance(data, Mapping):
        raise wrong
    try:
        found = Invitation.read(data, message["Subject"], outgoing.text, parseaddr(sender))
    except (KeyError, TypeError, ValueError) as error:
        raise wrong from error
    written = found.written(outgoing.queued_at or datetime.fromisoformat(str(data["starts_at"])))
    message.add_alternative(written, subtype="calendar", params={"method": found.method})
    message.add_attachment(written.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _as_html(outgoing: Outgoing) -> str:
    """Return plain words as a page, for mail programs that show nothing else well."""
    paragraphs = "".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in re.split(r"\n{2,}", outgoing.text.strip()) if part
    )
    link = f'<p><a href="{escape(outgoing.url)}">{escape(outgoing.url)}</a></p>' if outgoing.url else ""
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>{paragraphs}{link}</body></html>\n'


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
