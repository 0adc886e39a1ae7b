"""The kinds of value that requests hold, with their limits. What passes here can be stored and shown anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

# Control characters other than tab and new lines can be stored by no database and shown by no screen.
CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    if not _EARLIEST.replace(tzinfo=None) <= moment.replace(tzinfo=None) < _LATEST.replace(tzinfo=None):
        raise ValueError("Give a moment between the years 2000 and 2100.")
    return moment.astimezone(UTC)


def _only_text(value: Any) -> Any:
    """Numbers are not moments: 1700000000 may be seconds or milliseconds, and a guess would be silently wrong."""
    if isinstance(value, str) and "T" in value.upper().replace(" ", "T"):
        return value
    raise ValueError('Give the moment as RFC 3339 text with its offset: "2026-03-02T09:00:00Z".')


Text = Annotated[str, StringConstraints(max_length=20_000, pattern=CLEAN)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=CLEAN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=CLEAN)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=CLEAN)]
Names = Annotated[list[Name], Field(max_length=50)]
WebAddress = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^(https?://[!-~]+)?$")]
NeededWebAddress = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[!-~]+$")]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text),
    AfterValidator(_utc),
    Field(
        description="RFC 3339 with its offset; between the years 2000 and 2100.",
        examples=["2026-03-02T09:00:00Z"],
    ),
]
PersonRef = Annotated[
    str,
    StringConstraints(pattern=r"^(me|person:[1-9][0-9]{0,17})$"),
    Field(description='"me", or a person\'s reference from the list of people.', examples=["person:3"]),
]
Ref = Annotated[str, StringConstraints(pattern=r"^INC-[1-9][0-9]{0,8}$"), Field(examples=["INC-12"])]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
