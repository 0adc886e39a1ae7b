"""Chat channels in text: `#name`, a link named so, a link to a Slack archive. The ID comes from the link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.playbook.model import Channel
from tocsin.playbook.outline import Words

NAME = re.compile(r"(?<![\w&/#.\]])#(?P<name>[a-z][\w-]*(?:\[\w+\])?[\w-]*|\[[\w -]+\][\w-]*)", re.IGNORECASE)
SLACK_URL = re.compile(
    r"https?://[\w.-]*slack\.com/(?:archives|messages|app_redirect\?channel=|client/T\w+)/?(?P<where>[\w-]+)",
    re.IGNORECASE,
)
_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_NOT_CHANNEL = re.compile(r"#(?:\d|[0-9a-f]{6}\b|[0-9a-f]{3}$|L\d|x{2,}|n\b)", re.IGNORECASE)


@dataclass(slots=True)
class Seen:
    """A channel mentioned in a text, with the place of the words."""

    start: int
    end: int
    channel: Channel


def read_channels(words: Words) -> list[Seen]:
    """The channels a text mentions, left to right."""
    text = words.text
    if "#" not in text and not words.links:
        return []
    found = [seen for start, end, url in words.links if (seen := _linked(text, start, end, url))]
    for match in NAME.finditer(text):
        if _NOT_CHANNEL.match(match.group()) or any(s.start <= match.start() < s.end for s in found):
            continue
        if any(start <= match.start() < end and "slack" not in url for start, end, url in words.links):
            continue
        found.append(Seen(match.start(), match.end(), Channel(match.group())))
    return sorted(found, key=lambda seen: seen.start)


def _linked(text: str, start: int, end: int, url: str) -> Seen | None:
    match = SLACK_URL.match(url)
    if match is None:
        return None
    where = match.group("where")
    said = text[start:end].strip()
    id_ = where if _ID.fullmatch(where) else None
    if NAME.match(said):
        name = said.split()[0]
    elif id_ is None:
        name = f"#{where}"
    elif re.fullmatch(r"[\w -]{2,40}", said):
        name = "#" + re.sub(r"\s+", "-", said.lower())
    else:
        name = f"#{where}"
    return Seen(start, end, Channel(name, id_, url))


def known_channels(seen: Iterable[Channel]) -> dict[str, Channel]:
    """The fullest form of each channel by name: a bare mention takes the ID from a link elsewhere."""
    known: dict[str, Channel] = {}
    for channel in seen:
        if channel.name not in known or (known[channel.name].id is None and channel.id is not None):
            known[channel.name] = channel
    return known
