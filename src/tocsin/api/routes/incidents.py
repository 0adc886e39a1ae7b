"""Incidents: the list, the room now or at a moment, the timeline, the promises; and declaring one."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from tocsin.api import answers, clock, reach, rooms, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of
from tocsin.api.routes.commands import done, key_for
from tocsin.desk import playbooks, writer
from tocsin.errors import NotFoundError, UnreadableError
from tocsin.incident.commands import DeclareIncident
from tocsin.incident.state import IncidentState
from tocsin.incident.timeline import describe
from tocsin.people import access
from tocsin.store import queries
from tocsin.store.models import Incident, PlaybookVersion

router = Router(tags=["Incidents"])
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]
Seq = Annotated[int, Field(ge=0, le=1_000_000_000)]


class NotDeclaredYetError(NotFoundError):
    """This incident had not been declared at that moment. Ask for a later one."""


class NoPlaybookError(UnreadableError):
    """There is no playbook to run. Add one first, or name one of those in the list of playbooks."""


class DeclareIn(Asked):
    """`playbook` is a digest, or the name of a current playbook; left out, it is the first of the list."""

    title: words.Title
    summary: words.Text = ""
    playbook: words.Name | None = None
    severity: words.Name | None = None
    began_at: words.Moment | None = None
    is_suspected: bool = False
    is_drill: bool = False
    is_private: bool = False


class PromisesOut(rooms.Schema):
    """Every promise of an incident, in the order they were made."""

    promises: list[rooms.PromiseOut]


@router.get("/incidents", response=rooms.IncidentPage, operation_id="list_incidents", summary="List incidents")
def list_incidents(
    request: HttpRequest,
    status: list[rooms.Status] = Query(default=[], max_length=5),
    severity: words.Name | None = None,
    words_in_title: words.Name | None = Query(default=None, alias="q"),
    is_drill: bool | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> rooms.IncidentPage:
    """Newest first. `q` looks in titles and references. Private incidents show only to those who may see them."""
    rows = Incident.objects.order_by("-number")
    rows = rows.filter(status__in=status) if status else rows
    rows = rows.filter(severity=severity) if severity else rows
    rows = rows.filter(is_drill=is_drill) if is_drill is not None else rows
    rows = rows.filter(number__lt=int(cursor)) if cursor else rows
    if words_in_title:
        rows = rows.filter(title__icontains=words_in_title) | rows.filter(ref__iexact=words_in_title)
    found = reach.visible(caller_of(request), rows, limit + 1)
    return rooms.IncidentPage(
        incidents=[rooms.row(row) for row in found[:limit]],
        next=str(found[limit - 1].number) if len(found) > limit else None,
    )


@router.post(
    "/incidents", response={201: rooms.DoneOut}, operation_id="declare_incident", summary="Declare an incident"
)
def declare_incident(request: HttpRequest, body: DeclareIn) -> HttpResponse:
    """A title is enough; everything else can be said later."""
    caller = caller_of(request)
    command = DeclareIncident(by=caller.person.ref, by_name=str(caller.person), **body.model_dump(exclude={"playbook"}))
    access.require(caller.person, command)
    outcome = writer.declare(command, _digest(body.playbook), key=key_for(request), now=clock.now())
    return done(outcome, status=201, location=f"/api/v1/incidents/{outcome.ref}")


@router.get("/incidents/{ref}", response=rooms.RoomOut, operation_id="show_incident", summary="Show the room")
def show_incident(request: HttpRequest, ref: words.Ref, at: words.Moment | None = None) -> HttpResponse:
    """The whole room; with `at`, as it was at that moment. `If-None-Match` with the version's tag answers 304."""
    loaded = reach.load(caller_of(request), ref)
    now = clock.now()
    if at is not None and at < now:
        loaded, now = queries.load_at(ref, at), at
        if loaded.version == 0:
            raise NotDeclaredYetError
    elif answers.has_already(request, loaded.version):
        return answers.unchanged(loaded.version)
    state = loaded.state
    names = reach.names_of(_people_in(state))
    return answers.made(rooms.show(ref, state, now, names), version=loaded.version)


@router.get(
    "/incidents/{ref}/timeline", response=rooms.TimelineOut, operation_id="list_timeline", summary="List the timeline"
)
def list_timeline(request: HttpRequest, ref: words.Ref, since: Seq = 0) -> rooms.TimelineOut:
    """All events with a number over `since`, in order. To follow an incident, ask again with `last_seq`."""
    state = reach.load(caller_of(request), ref).state
    entries = queries.timeline(ref, after=since)
    names = {**state.responders, **reach.names_of(entry.by for entry in entries)}
    return rooms.TimelineOut(
        ref=ref,
        entries=[rooms.entry(entry, describe(entry.event, state), names) for entry in entries],
        last_seq=entries[-1].seq if entries else since,
    )


@router.get(
    "/incidents/{ref}/promises", response=PromisesOut, operation_id="list_promises", summary="List all promises"
)
def list_promises(request: HttpRequest, ref: words.Ref) -> PromisesOut:
    """Open, kept and withdrawn, in the order they were made."""
    reach.load(caller_of(request), ref)
    return PromisesOut(promises=rooms.all_promises(queries.promises(ref), clock.now()))


def _people_in(state: IncidentState) -> set[str | None]:
    """Return everybody the room names, so that each can be shown by name."""
    told = (*state.updates, *state.reports, *state.follow_ups)
    records = state.steps.values()
    return {
        state.declared_by,
        *state.roles.values(),
        *(part.by for part in told),
        *(follow_up.owner for follow_up in state.follow_ups),
        *(record.done_by for record in records),
        *(record.assignee for record in records),
    }


def _digest(wanted: str | None) -> str:
    """Return the digest of the playbook that is meant. *Raises* NoPlaybookError, PlaybookNotFoundError."""
    if wanted is not None and wanted.startswith("sha256:"):
        return playbooks.get(wanted).digest
    current: list[PlaybookVersion] = playbooks.current()
    found = next((row for row in current if wanted in (None, row.name, row.source_name)), None)
    if found is None:
        raise NoPlaybookError
    return found.digest
