"""What Tocsin writes on GitHub: titles, labels, comments. Pure; Markdown."""

from __future__ import annotations

import re

from tocsin.incident.events import FollowUpCreated, IncidentDismissed, IncidentResolved, UpdatePosted

FOLLOW_UP_LABEL = "incident follow-up"
_BLANK = re.compile(
    r"<[^<>]+>|\{\{[^{}]*\}\}|\[(?:brief|short|title|description|summary)[^\[\]]*\]|SHORT SUMMARY HERE", re.I
)
_LEAD = re.compile(r"^\w+ing\s+(?:(?:the|a|an|our|your)\s+)?(?:system\s+)?", re.I)


def issue_title(template_title: str, title: str) -> str:
    """Return the issue's title: the template's, with the incident's in its blank or behind it."""
    filled, count = _BLANK.subn(lambda _: title, template_title, count=1)
    return filled if count else f"{template_title} {title}".strip()


def link_back(ref: str, url: str) -> str:
    """Return the line at the end of an issue that leads to the incident; without an address, only its name."""
    return f"_This incident runs in Tocsin as [{ref}]({url})._" if url else f"_This incident runs in Tocsin as {ref}._"


def greeting(ref: str, url: str) -> str:
    """Return the comment below an issue that a person opened."""
    return f"{link_back(ref, url)}\n\nTick its boxes here or there: both sides stay the same."


def update(event: UpdatePosted, url: str, withheld: str) -> str:
    if withheld:
        where = f"[the room]({url})" if url else "the room"
        return f"**Update {event.number}** is in {where}: it may hold {withheld}, which this issue must not."
    return f"**Update {event.number}** · {event.at:%H:%M} UTC\n\n{event.text or 'Nothing new since the last update.'}"


def resolved(event: IncidentResolved, withheld: str) -> str:
    text = "" if withheld else event.summary
    return f"**Resolved** · {event.at:%H:%M} UTC\n\n{text}".strip()


def dismissed(event: IncidentDismissed, withheld: str) -> str:
    return f"**False alarm** · {event.at:%H:%M} UTC\n\n{'' if withheld else event.reason}".strip()


def follow_up(event: FollowUpCreated, ref: str, title: str, url: str) -> str:
    """Return the body of a follow-up's issue."""
    category = f"Category: {event.category}.\n\n" if event.category else ""
    incident = f"[{ref}]({url})" if url else ref
    return f"{category}Follow-up of {incident}{f': {title}' if title else ''}."


def label_of(category: str) -> str:
    """Return a category as a label: "Adding monitoring" is "monitoring". At most 50 characters, which GitHub allows."""
    words = _LEAD.sub("", " ".join(category.split())).split("/")[0].strip(" .")
    return (words or category).lower()[:50].strip()
