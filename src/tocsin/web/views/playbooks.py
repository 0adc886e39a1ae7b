"""Playbooks: the list by digest, one document beside what was understood of it, and a picture of its hours."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tocsin.incident.lanes import lanes_of
from tocsin.incident.simulate import Simulation, simulate
from tocsin.incident.svg import draw
from tocsin.people.models import Audience
from tocsin.playbook.lint import lint
from tocsin.playbook.model import Playbook, Reading, Step, Unread
from tocsin.playbook.read import decode
from tocsin.store import queries
from tocsin.store.models import Incident, PlaybookVersion
from tocsin.web.access import signed_in
from tocsin.web.sentences import refusal

SIMULATED_SECONDS, RESOLVED_SECONDS = 4 * 3600, 3 * 3600


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
    version = found_version(digest)
    found = queries.playbook(digest)
    text = decode(bytes(version.source))
    severity = _severity(found, request.GET.get("severity", ""))
    context = {
        "page": "playbooks",
        "version": version,
        "playbook": found,
        "lines": lines_of(text, found),
        "step_count": sum(1 for _step in found.all_steps()),
        "used": Incident.objects.filter(playbook=version).count(),
        "findings": lint(found, text, _reachable()),
        "pictured": severity,
        "marks": _simulated(found, severity).entries,
    }
    return render(request, "web/playbook.html", context)


@signed_in
@require_GET
def simulation(request: HttpRequest, digest: str) -> HttpResponse:
    """Draw an incident of this playbook, simulated: four hours, resolved after three."""
    found_version(digest)
    found = queries.playbook(digest)
    severity = _severity(found, request.GET.get("severity", ""))
    run = _simulated(found, severity)
    picture = draw(
        lanes_of(run.events, run.state, run.duration_seconds),
        title=found.name,
        description=_("Four hours of an incident, resolved after three. %(severity)s") % {"severity": severity or ""},
        duration_seconds=run.duration_seconds,
    )
    answer = HttpResponse(picture, content_type="image/svg+xml")
    # The picture carries its own style and nothing else; opened by itself it may do no more than that.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


def found_version(digest: str) -> PlaybookVersion:
    found = PlaybookVersion.objects.filter(digest=digest).first()
    if found is None:
        raise Http404(refusal(queries.PlaybookNotFoundError()))
    return found


def _severity(playbook: Playbook, asked: str) -> str | None:
    """The level asked for, else the most severe; None where the playbook has none."""
    names = [level.name for level in playbook.severities]
    return asked if asked in names else next(iter(names), None)


def _simulated(playbook: Playbook, severity: str | None) -> Simulation:
    return simulate(playbook, severity=severity, duration_seconds=SIMULATED_SECONDS, resolve_at=RESOLVED_SECONDS)


def _reachable() -> list[str]:
    """Every name of an audience that somebody is in."""
    audiences = Audience.objects.filter(contacts__isnull=False).distinct()
    return [name for audience in audiences for name in audience.all_names]


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
