"""The messages and the moment that these tests share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tocsin.delivery.ports import Destination, Outgoing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROSA = Destination("email", "rosa@example.org")
SAM = Destination("email", "sam@example.org")


def message(number: int, destination: Destination = ROSA, thread: str = "INC-1", **more: Any) -> Outgoing:
    """Return the message with this number; the number is in its identity and its words."""
    return Outgoing(
        identity=f"{thread}:{number}:{destination.connector}:{destination.address}",
        destination=destination,
        kind=more.pop("kind", "update"),
        thread=thread,
        subject=more.pop("subject", f"Update {number}"),
        text=more.pop("text", f"This is update {number}."),
        **more,
    )
