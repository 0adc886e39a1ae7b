"""Playbooks: the list by digest, and one document beside what was understood of it, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.playbook.model import Playbook, Reading, Step, Unread
from tocsin.store.models import Incident, PlaybookVersion
from tocsin.web.access import signed_in


@dataclass(slots=True)
class Line:
    """One line of the source with everything that was read from it."""

    number: int
    text: str
    steps: list[Step] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    unknown: list[Unread] = field(default_factory=list)
    phase: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.steps or self.readings or self.unknown or self.phase)


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    versions = PlaybookVersion.objects.defer("source", "compiled").order_by("name", "-added_at")
    return render(request, "web/playbooks.html", {"page": "playbooks", "versions": versions})


@signed_in
@require_GET
def playbook(request: HttpRequest, digest: str) -> HttpResponse:
    from tocsin.store import queries

    version = PlaybookVersion.objects.filter(digest=digest).first()
    if version is None:
        raise Http404(queries.PlaybookNotFoundError().message)
    found = queries.playbook(digest)
    text = bytes(version.source).decode("utf-8", "replace")
    context = {
        "page": "playbooks",
        "version": version,
        "playbook": found,
        "lines": lines_of(text, found),
        "used": Incident.objects.filter(playbook=version).count(),
    }
    return render(request, "web/playbook.html", context)


def lines_of(text: str, playbook: Playbook) -> list[Line]:
    """Put every step, reading and unread rule beside its line of the source."""
    lines = [Line(number, words) for number, words in enumerate(text.splitlines(), 1)]
    for phase in playbook.phases:
        _at(lines, phase.line).phase = phase.title
    for step in playbook.all_steps():
        _at(lines, step.line).steps.append(step)
    for reading in playbook.readings:
        _at(lines, reading.line).readings.append(reading)
    for unread in playbook.unknown:
        _at(lines, unread.line).unknown.append(unread)
    return lines


def _at(lines: list[Line], number: int) -> Line:
    """Return a line; what a document's end or nothing at all says goes to a line of its own."""
    if 1 <= number <= len(lines):
        return lines[number - 1]
    return Line(number, "")
