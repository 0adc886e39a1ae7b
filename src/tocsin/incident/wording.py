"""Put times, names and texts into the words that a person reads. Never decides anything."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from tocsin.incident.state import IncidentState
from tocsin.playbook.conditions import duration

_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def plain(text: str, most: int = 90) -> str:
    """Take the Markdown out of a text and cut it to `most` characters."""
    bare = _SPACE.sub(" ", _MARKS.sub("", _LINK.sub(r"\1", text))).strip()
    return bare if len(bare) <= most else bare[: most - 1].rstrip() + "…"


def moment(at: datetime, now: datetime | None = None) -> str:
    """Say a moment in UTC: "14:32 UTC", with the day when it is not the day of `now`."""
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{clock} UTC" if now is None or at.date() == now.date() else f"{at:%a} {at.day} {at:%b} {clock} UTC"


def span(seconds: float) -> str:
    """Say a length of time roughly enough to be read: "30 s", "45 minutes", "2 h 15 min", "3 days 4 h"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600 or (whole % 3600 == 0 and whole < 86400):
        return duration(whole - whole % 60)
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    hours = whole % 86400 // 3600
    days = f"{whole // 86400} day{'s' if whole >= 172800 else ''}"
    return f"{days} {hours} h" if hours else days


def person(state: IncidentState, who: str | None) -> str:
    """Say who somebody is: their name in this incident, else what their id says."""
    if who is None:
        return "nobody"
    if who in ("system", "clock"):
        return "Tocsin"
    return state.responders.get(who) or who.partition(":")[2] or who


def people(state: IncidentState, many: tuple[str, ...]) -> str:
    return listed(tuple(person(state, who) for who in many)) or "nobody"


def listed(words: tuple[str, ...], joint: str = "and") -> str:
    """Join words as a sentence does: "a, b and c"."""
    return f" {joint} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def on_line(line: int | None) -> str:
    """Name a line of the playbook in brackets, with a space before it; empty for none."""
    return f" (line {line})" if line else ""
