"""Write an invitation, a change of it or its end, as iCalendar. Opens no connection.

*Source*: RFC 5545 (form), RFC 5546 (REQUEST, CANCEL; a change is a REQUEST with a higher SEQUENCE), RFC 6047 (in mail).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Tocsin//Incident response//EN"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting. `method` is REQUEST or CANCEL; `sequence` grows with each change; people are (name, address)."""

    method: str
    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    summary: str
    description: str
    organizer: tuple[str, str]
    attendees: tuple[tuple[str, str], ...]
    place: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any], summary: str, description: str, organizer: tuple[str, str]) -> Invitation:
        """Read an invitation from a delivery's data. *Raises* KeyError, TypeError or ValueError when it is none."""
        return cls(
            method=str(data["method"]),
            uid=f"{data['uid']}@{organizer[1].rpartition('@')[2]}",
            sequence=int(data["sequence"]),
            starts_at=datetime.fromisoformat(data["starts_at"]).astimezone(UTC),
            minutes=int(data["minutes"]),
            summary=summary,
            description=description,
            organizer=organizer,
            attendees=tuple((str(name), str(address)) for name, address in data["attendees"]),
            place=str(data.get("place", "")),
        )

    def written(self, now: datetime) -> str:
        """Return the calendar object; `now` (aware UTC) is when it is made."""
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", self.method)
        calendar.add_component(self._event(now))
        return calendar.to_ical().decode()

    def _event(self, now: datetime) -> Event:
        event = Event()
        event.add("uid", self.uid)
        event.add("sequence", self.sequence)
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", self.starts_at)
        event.add("dtend", self.starts_at + timedelta(minutes=self.minutes))
        event.add("summary", self.summary)
        event.add("description", self.description)
        event.add("status", "CANCELLED" if self.method == "CANCEL" else "CONFIRMED")
        if self.place:
            event.add("location", self.place)
            event.add("url", self.place)
        event.add("organizer", _address(*self.organizer))
        for name, address in self.attendees:
            event.add("attendee", _attendee(name, address), encode=0)
        return event


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    if name:
        found.params["CN"] = vText(name)
    return found


def _attendee(name: str, address: str) -> vCalAddress:
    found = _address(name, address)
    found.params["ROLE"] = vText("REQ-PARTICIPANT")
    found.params["PARTSTAT"] = vText("NEEDS-ACTION")
    found.params["RSVP"] = vText("TRUE")
    return found
