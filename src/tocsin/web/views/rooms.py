"""The room of an incident, what people do in it, its timeline and its promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.desk import drills, writer
from tocsin.errors import RefusedError
from tocsin.incident.marks import marks_of
from tocsin.incident.room import room as room_at
from tocsin.incident.state import COMMANDER
from tocsin.people.access import may_see, require
from tocsin.store import drill_time, queries
from tocsin.store.queries import IncidentNotFoundError, Loaded
from tocsin.web import clock, marks
from tocsin.web.access import responding, signed_in
from tocsin.web.forms.act import ActForm, Scene
from tocsin.web.forms.registry import ACTS
from tocsin.web.history import tell
from tocsin.web.names import people_names, responders
from tocsin.web.room_page import RoomPage
from tocsin.web.sentences import refusal

View = Callable[..., HttpResponse]


def in_its_time(view: View) -> View:
    """Show a scripted drill's pages at the drill's time; a real incident's time is ours."""

    @wraps(view)
    def shown(request: HttpRequest, ref: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with clock.showing(time_in(ref)):
            return view(request, ref, *args, **kwargs)

    return shown


def time_in(ref: str) -> datetime:
    """Return what time it is in an incident; ours where there is none of that name."""
    try:
        return drill_time.at(queries.find_row(ref), clock.now())
    except IncidentNotFoundError:
        return clock.now()


@signed_in
@require_GET
@in_its_time
def room(request: HttpRequest, ref: str) -> HttpResponse:
    return _room(request, ref, at=_moment(request.GET.get("at", "")))


@responding
@require_POST
def act(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """Do what a form asks for and go back to the room; where it is refused, show the room with what was typed."""
    kind = ACTS.get(verb)
    if kind is None:
        raise Http404(_("There is nothing of that name to do. Go back to the room."))
    loaded = find(request, ref)
    form = kind(request.POST, scene=Scene(ref, loaded.state, time_in(ref), responders()))
    if form.is_valid() and _do(request, ref, form):
        if form.said:
            messages.success(request, form.said)
        return redirect(f"{reverse('web:room', args=[ref])}#{_place(form)}")
    with clock.showing(time_in(ref)):
        return _room(request, ref, refused=form)


@signed_in
@require_GET
@in_its_time
def timeline(request: HttpRequest, ref: str) -> HttpResponse:
    loaded = find(request, ref)
    mark = marks.of(ref)
    recorded = queries.timeline(ref)
    entries = [tell(each, loaded.state) for each in recorded]
    if request.GET.get("only") == "people":
        entries = [entry for entry in entries if entry.by.startswith("person:")]
    context = {"ref": ref, "state": loaded.state, "entries": entries, "mark": mark, "only": request.GET.get("only")}
    context["marks"] = marks_of([each.event for each in recorded], loaded.state)
    return render(
        request,
        "web/timeline.html",
        {**context, "names": {**loaded.state.responders, **people_names()}, "now": clock.now()},
    )


@signed_in
@require_GET
@in_its_time
def promises(request: HttpRequest, ref: str) -> HttpResponse:
    loaded = find(request, ref)
    mark = marks.of(ref)
    found = queries.promises(ref)
    context = {
        "ref": ref,
        "state": loaded.state,
        "mark": mark,
        "now": clock.now(),
        "open": sorted((each for each in found if each.is_open), key=lambda each: each.due_at),
        "settled": [each for each in reversed(found) if not each.is_open],
        "names": {**loaded.state.responders, **people_names()},
    }
    return render(request, "web/promises.html", context)


def find(request: HttpRequest, ref: str) -> Loaded:
    """Return the incident, or say 404 also where it exists and this person may not know of it."""
    try:
        loaded = queries.load(ref)
    except IncidentNotFoundError as error:
        raise Http404(refusal(error)) from error
    if not may_see(request.user, loaded.state):
        raise Http404(refusal(IncidentNotFoundError()))
    return loaded


def _do(request: HttpRequest, ref: str, form: ActForm) -> bool:
    try:
        command = form.command(request.user)
        require(request.user, command, leads=form.scene.state.roles.get(COMMANDER) == request.user.ref)
        writer.run(ref, command, key=form.cleaned_data["key"], now=clock.now())
    except RefusedError as error:
        form.add_error(None, refusal(error))
        return False
    return True


def _room(
    request: HttpRequest, ref: str, *, at: datetime | None = None, refused: ActForm | None = None
) -> HttpResponse:
    mark = marks.of(ref)
    loaded = find(request, ref)
    if at is not None:
        loaded = queries.load_at(ref, at)
        if loaded.version == 0:
            raise Http404(_("The incident had not been declared by then. Choose a later moment."))
    recorded = [each for each in queries.timeline(ref) if each.seq <= loaded.version]
    people = responders()
    drill = drills.progress_of(ref, clock.now())
    page = RoomPage(
        ref=ref,
        room=room_at(loaded.state, at or clock.now()),
        viewer=request.user,
        people=people,
        recorded=recorded,
        mark=mark,
        at=at,
        refused=refused,
        names={**loaded.state.responders, **people_names()},
        speed=drill.speed if drill else 1,
    )
    context = {
        "drill": drill,
        "page": "home",
        "view": page,
        "state": page.state,
        "room": page.room,
        "names": page.names,
        "ref": ref,
    }
    return render(request, "web/room.html", context, status=422 if refused else 200)


def _place(form: ActForm) -> str:
    """Where in the room the reader was."""
    return f"step-{form.step_id}" if form.step_id else form.place


def _moment(text: str) -> datetime | None:
    """Read a moment from an address. *Raises* BadRequest when it is none."""
    if not text:
        return None
    try:
        found = parse_datetime(text.strip().replace(" ", "+"))
    except ValueError:
        found = None
    if found is None:
        raise BadRequest(_("That is no moment. Write it like 2026-03-02T14:30."))
    return found if timezone.is_aware(found) else timezone.make_aware(found)
