"""One rendering of a room for all who would see the same, sent along the streams of their pages.

A change makes every open page of a room want it anew at the same moment. Drawing it costs far more than sending it, so
those who only look on share one drawing for each access, language and time zone. Whoever holds a role or did something a
moment ago sees a room of their own, and their pages fetch it as always. What is sent holds nobody's form keys and tokens:
the page puts in its own.
"""

from __future__ import annotations

import asyncio
import json
import re
import zoneinfo
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from tocsin.people.access import may_see
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.web import clock
from tocsin.web.views import rooms

KEPT_AT_MOST = 64
RECENT = timedelta(minutes=2)
_MAIN = re.compile(r"<main.*</main>", re.S)
_MARK = re.compile(r'data-mark="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Watcher:
    """One open page: who looks, by which session, in which language and zone."""

    person: Person
    session: str
    language: str
    zone: zoneinfo.ZoneInfo


@dataclass(frozen=True, slots=True)
class Drawing:
    """A room's page, as JSON with its mark, and that mark."""

    mark: str
    data: str


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Who may be sent a room at one mark, found with three questions to the database however many pages are open."""

    sessions: frozenset[str]
    people: dict[int, Person]
    busy: frozenset[str]


_Key = tuple[str, str, str, str, str]


class SharedRooms:
    """The drawings of one event loop. Each is made once, however many wait for it."""

    def __init__(self) -> None:
        self._drawings: OrderedDict[_Key, asyncio.Task[Drawing | None]] = OrderedDict()
        self._onlookers: OrderedDict[tuple[str, str], asyncio.Task[Onlookers]] = OrderedDict()
        self._sessions: dict[str, int] = {}

    def enter(self, watcher: Watcher) -> None:
        self._sessions[watcher.session] = self._sessions.get(watcher.session, 0) + 1

    def leave(self, watcher: Watcher) -> None:
        self._sessions[watcher.session] -= 1
        if not self._sessions[watcher.session]:
            del self._sessions[watcher.session]

    async def drawing(self, ref: str, mark: str, watcher: Watcher) -> Drawing | None:
        """Return the room at a mark as this person may see it; None where their page has to fetch it itself."""
        found = self._onlookers.get((ref, mark))
        if found is None:
            found = asyncio.create_task(sync_to_async(find_onlookers)(ref, frozenset(self._sessions)))
            _keep(self._onlookers, (ref, mark), found)
        onlookers = await found
        person = onlookers.people.get(watcher.person.pk)
        if person is None or watcher.session not in onlookers.sessions or person.ref in onlookers.busy:
            return None
        key = (ref, mark, person.access, watcher.language, watcher.zone.key)
        drawn = self._drawings.get(key)
        if drawn is None:
            own = Watcher(person, watcher.session, watcher.language, watcher.zone)
            drawn = asyncio.create_task(sync_to_async(draw)(ref, own))
            _keep(self._drawings, key, drawn)
        return await drawn


def _keep(kept: OrderedDict, key: object, task: asyncio.Task) -> None:
    kept[key] = task
    while len(kept) > KEPT_AT_MOST:
        kept.popitem(last=False)


def find_onlookers(ref: str, sessions: frozenset[str]) -> Onlookers:
    """Find who may be sent the room: signed in still, let in, and neither in a role nor busy in it just now."""
    state = queries.load(ref).state
    recent = queries.find_row(ref).events.filter(at__gte=clock.now() - RECENT).values_list("by", flat=True)
    alive = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    return Onlookers(
        sessions=frozenset(alive.values_list("session_key", flat=True)),
        people={person.pk: person for person in Person.objects.filter(is_active=True) if may_see(person, state)},
        busy=frozenset(state.roles.values()) | frozenset(recent),
    )


def draw(ref: str, watcher: Watcher) -> Drawing | None:
    """Draw the room as the watcher's own page would be."""
    request = HttpRequest()
    request.method, request.path = "GET", reverse("web:room", args=[ref])
    request.user, request.LANGUAGE_CODE = watcher.person, watcher.language
    with timezone.override(watcher.zone), translation.override(watcher.language):
        answer = rooms.room(request, ref)
    page = _MAIN.search(answer.content.decode())
    mark = _MARK.search(page.group()) if page else None
    return Drawing(mark[1], json.dumps({"mark": mark[1], "html": page.group()})) if page and mark else None


_rooms: dict[int, SharedRooms] = {}


def rooms_here() -> SharedRooms:
    """Return the shared rooms of the running event loop."""
    return _rooms.setdefault(id(asyncio.get_running_loop()), SharedRooms())
