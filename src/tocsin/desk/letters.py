"""Write what an outside audience gets, exactly as it arrives: the same words for the preview and for the mail.

A template's placeholders of the incident are filled when the draft is written, so that what is approved is what is sent;
those of the recipient (`{name}`, `{organisation}`, `{began}`) are filled for each.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import datetime
from html import escape

from markdown_it import MarkdownIt

from tocsin.desk.directory import Reachable
from tocsin.desk.signed import Link, token
from tocsin.incident.commands import MessageKind
from tocsin.incident.state import IncidentState, OutsideMessage
from tocsin.incident.wording import span

OF_INCIDENT = ("incident", "title", "severity", "status", "summary", "impact", "lasted")
OF_RECIPIENT = ("name", "organisation", "began")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_FIRST_SUBJECT = "{title}"
_FIRST_WORDS: dict[MessageKind, str] = {
    "notice": "Hello {name},\n\nwe are working on a problem that concerns {organisation}: {title}."
    " It began at {began}.\n\n{impact}\n\nWe will write again when there is news.",
    "update": "Hello {name},\n\n{title}: we are still working on it.\n\n{impact}",
    "resolution": "Hello {name},\n\n{title}: this is resolved. It began at {began} and lasted {lasted}.\n\n{summary}",
    "report": "Hello {name},\n\nthis is our report on {title}.\n\n",
    "correction": "Hello {name},\n\nwe have to correct what we wrote to you before:\n\n",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as one recipient gets it. `acknowledge` and `unsubscribe` are addresses, "" where there is none."""

    subject: str
    text: str
    html: str
    acknowledge: str = ""
    unsubscribe: str = ""


def unknown_placeholders(template: str) -> list[str]:
    """Return what looks like a placeholder and is none."""
    return [name for name in _PLACEHOLDER.findall(template) if name not in (*OF_INCIDENT, *OF_RECIPIENT)]


def first_words(kind: MessageKind, template: str, ref: str, state: IncidentState) -> str:
    """Return the draft that a message begins as: the audience's own template for the first notice, else ours."""
    words = template if template and kind == "notice" else _FIRST_WORDS[kind]
    if kind == "report" and state.reports:
        words += state.reports[-1].text
    return re.sub(r"\n{3,}", "\n\n", filled(words, ref, state)).strip()


def first_subject(template: str, ref: str, state: IncidentState) -> str:
    return filled(template or _FIRST_SUBJECT, ref, state)


def filled(template: str, ref: str, state: IncidentState) -> str:
    """Fill the placeholders of the incident; anything else in braces stays as it is."""
    lasted = (state.resolved_at or state.last_at or state.began_at, state.began_at)
    values = {
        "incident": ref,
        "title": state.title,
        "severity": state.severity or "",
        "status": state.status,
        "summary": state.summary,
        "impact": state.impact,
        "lasted": span((lasted[0] - lasted[1]).total_seconds()) if lasted[0] and lasted[1] else "",
    }
    return _fill(template, values)


def letter(ref: str, state: IncidentState, message: OutsideMessage, contact: Reachable, base_url: str) -> Letter:
    """Return the message as this contact gets it."""
    values = {"name": contact.name, "organisation": contact.label, "began": _local(state.began_at, contact)}
    words, subject = _fill(message.text, values), _subject(state, message, contact, values)
    acknowledge = link(base_url, "ack", Link("message", contact.ref, ref, message.id))
    unsubscribe = link(base_url, "unsubscribe", Link("unsubscribe", contact.ref)) if contact.may_unsubscribe else ""
    return Letter(
        subject,
        _text(words, acknowledge, unsubscribe),
        _html(words, acknowledge, unsubscribe),
        acknowledge,
        unsubscribe,
    )


def _subject(state: IncidentState, message: OutsideMessage, contact: Reachable, values: dict[str, str]) -> str:
    """What follows has the subject of what this contact heard first, so that mail shows one conversation."""
    before = [
        each
        for each in state.messages.values()
        if each.sent_event
        and contact.ref in each.recipients
        and (each.sent_event < message.sent_event or message.is_draft)
    ]
    first = min((each for each in before if each.id != message.id), key=lambda each: each.sent_event, default=None)
    if first is not None:
        return f"Re: {_fill(first.subject, values)}"
    return _fill(message.subject, values) or state.title


def _fill(template: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def _local(at: datetime | None, contact: Reachable) -> str:
    """Say a moment in the recipient's own time zone, and which that is."""
    if at is None:
        return ""
    try:
        local = at.astimezone(zoneinfo.ZoneInfo(contact.time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        local = at
    return f"{local:%H:%M} ({local.tzname()}) on {local.day} {local:%B %Y}"


def link(base_url: str, path: str, to: Link) -> str:
    """Return the address of a signed link, "" where this installation has no address."""
    return f"{base_url}/{path}/{token(to)}" if base_url and to.who else ""


def _text(words: str, acknowledge: str, unsubscribe: str) -> str:
    parts = [words.strip()]
    if acknowledge:
        parts.append(f"Please tell us that you have read this:\n{acknowledge}")
    if unsubscribe:
        parts.append(f"To get no more of these messages:\n{unsubscribe}")
    return "\n\n".join(parts) + "\n"


_BODY = (
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1d273b;max-width:40em;margin:0 auto;padding:1em"
)
_BUTTON = (
    "display:inline-block;padding:.6em 1.2em;border-radius:4px;background:#1d4ed8;color:#ffffff;text-decoration:none"
)


def _html(words: str, acknowledge: str, unsubscribe: str) -> str:
    parts = [_MARKDOWN.render(words).strip()]
    if acknowledge:
        parts.append(f'<p><a href="{escape(acknowledge)}" style="{_BUTTON}">I have read this</a></p>')
    if unsubscribe:
        parts.append(
            f'<p style="font-size:13px;color:#4b5563"><a href="{escape(unsubscribe)}">Get no more of these</a></p>'
        )
    inside = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Message</title></head>'
        f'<body style="margin:0;background:#ffffff"><div style="{_BODY}">\n{inside}\n</div></body></html>\n'
    )
