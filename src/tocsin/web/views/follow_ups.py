"""Open follow-ups of all incidents, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.incident.state import FollowUp
from tocsin.people.access import may_see
from tocsin.store import queries
from tocsin.web import clock
from tocsin.web.access import signed_in
from tocsin.web.names import people_names

OLD_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Line:
    """One open follow-up of the list."""

    ref: str
    title: str
    follow_up: FollowUp
    days: int
    is_old: bool


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    lines = sorted(_lines(request, now), key=lambda line: (line.follow_up.at, line.ref))
    return render(request, "web/follow_ups.html", {"page": "follow-ups", "lines": lines, "names": people_names()})


def _lines(request: HttpRequest, now: datetime) -> list[Line]:
    found = []
    for row in queries.incidents():
        state = queries.load_row(row).state
        if state.follow_ups and may_see(request.user, state):
            found += [_line(row.ref, state.title, entry, now) for entry in state.follow_ups if entry.done_at is None]
    return found


def _line(ref: str, title: str, entry: FollowUp, now: datetime) -> Line:
    age = now - entry.at
    return Line(ref, title, entry, max(age.days, 0), age >= OLD_AFTER)
