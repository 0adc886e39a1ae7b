"""What the command palette finds: pages, incidents, the steps of the incident one is in, people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tocsin.incident.state import IncidentState
from tocsin.people.access import may_see
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.store.queries import IncidentNotFoundError
from tocsin.web.access import signed_in
from tocsin.web.statuses import incident_status
from tocsin.web.wording import plain

AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to go to. `about` says what it is, in a word or two."""

    url: str
    text: str
    about: str
    icon: str


@signed_in
@require_GET
def find_anything(request: HttpRequest) -> HttpResponse:
    """Answer with options for `?q=`, in the incident that `?in=` names if any."""
    words = request.GET.get("q", "").strip()[:200]
    ref = request.GET.get("in", "")
    found = [
        *_steps(request.user, ref, words),
        *_incidents(request.user, words),
        *_people(request.user, words),
        *_pages(request.user, words),
    ]
    return render(request, "web/parts/found.html", {"found": found, "words": words})


def _has(text: str, words: str) -> bool:
    """Whether each of the words is in the text, in any order and case."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def _steps(person: Person, ref: str, words: str) -> Iterator[Found]:
    state = _seen(person, ref)
    if state is None or not words:
        return
    steps = [(step.id, plain(step.text)) for step in state.playbook.all_steps()]
    steps += [(added.id, plain(added.text)) for added in state.added_steps]
    matching = [(step_id, text) for step_id, text in steps if _has(text, words)]
    for step_id, text in matching[:AT_MOST]:
        yield Found(f"{reverse('web:room', args=[ref])}#step-{step_id}", text, _("step"), "checklist")


def _incidents(person: Person, words: str) -> Iterator[Found]:
    shown = 0
    for row in queries.incidents():
        if shown == AT_MOST:
            return
        if _has(f"{row.ref} {row.title}", words) and may_see(person, queries.load_row(row).state):
            shown += 1
            url = reverse("web:room", args=[row.ref])
            yield Found(url, f"{row.ref} {row.title}", incident_status(row.status), "urgent")


def _people(person: Person, words: str) -> Iterator[Found]:
    if not words:
        return
    matching = [each for each in Person.objects.filter(is_active=True) if _has(str(each), words)]
    for each in matching[:AT_MOST]:
        yield Found(f"{reverse('web:people')}#person-{each.pk}", str(each), each.get_access_display(), "user")


def _pages(person: Person, words: str) -> Iterator[Found]:
    pages = [
        ("home", _("Incidents"), "urgent"),
        ("follow-ups", _("Follow-ups"), "list-check"),
        ("playbooks", _("Playbooks"), "book"),
        ("people", _("People"), "users"),
        ("account", _("Your settings"), "settings"),
    ]
    if person.may_respond:
        pages.insert(0, ("declare", _("Declare an incident"), "urgent"))
    if person.is_administrator:
        pages.append(("webhooks", _("Webhooks"), "link"))
    for name, text, icon in pages:
        if _has(text, words):
            yield Found(reverse(f"web:{name}"), text, _("page"), icon)


def _seen(person: Person, ref: str) -> IncidentState | None:
    """Return the incident if there is one of that name that this person may know of."""
    try:
        state = queries.load(ref).state
    except IncidentNotFoundError:
        return None
    return state if may_see(person, state) else None
