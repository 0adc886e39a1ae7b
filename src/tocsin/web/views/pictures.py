"""Pictures drawn on the server: an incident's own history as lanes over time, as an image and on a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tocsin.incident.lanes import lanes_of
from tocsin.incident.marks import marks_of
from tocsin.incident.state import IncidentState
from tocsin.incident.svg import draw
from tocsin.store import queries
from tocsin.web import clock, marks
from tocsin.web.access import signed_in
from tocsin.web.durations import in_words
from tocsin.web.views.rooms import find, in_its_time

# The picture carries its own style and nothing else; opened by itself it may do no more than that.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@signed_in
@require_GET
@in_its_time
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """Draw what happened in an incident, from its start to its end or to now."""
    state = find(request, ref).state
    events = [each.event for each in queries.timeline(ref)]
    seconds = lasted_seconds(state)
    picture = draw(
        lanes_of(events, state, seconds),
        title=f"{ref} {state.title}",
        description=_("What was open, done, due and told over %(length)s.") % {"length": in_words(seconds)},
        duration_seconds=seconds,
    )
    answer = HttpResponse(picture, content_type="image/svg+xml")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@signed_in
@require_GET
@in_its_time
def page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the picture with a table that says the same."""
    state = find(request, ref).state
    shown = marks_of([each.event for each in queries.timeline(ref)], state)
    context = {"ref": ref, "state": state, "marks": shown, "mark": marks.of(ref), "now": clock.now()}
    return render(request, "web/picture.html", context)


def lasted_seconds(state: IncidentState) -> int:
    """Return how long the incident lasted, or has lasted so far, at least a minute."""
    began = state.began_at or state.declared_at or clock.now()
    ended = state.closed_at or state.dismissed_at or clock.now()
    last = max(ended, state.last_at or ended) if state.closed_at or state.dismissed_at else ended
    return max(60, int((last - began).total_seconds()))
