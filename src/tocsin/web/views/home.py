"""The list of incidents and the form that starts one."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tocsin.desk import playbooks, writer
from tocsin.errors import RefusedError
from tocsin.incident.state import COMMANDER, IncidentState, Promise
from tocsin.people.access import may_see
from tocsin.playbook.model import Playbook, Severity
from tocsin.store import queries
from tocsin.store.queries import IncidentRow
from tocsin.web import clock, marks
from tocsin.web.access import responding, signed_in
from tocsin.web.forms.incident import Declare
from tocsin.web.names import people_names
from tocsin.web.sentences import refusal

OPEN = ("suspected", "active", "resolved")
ENDED = ("closed", "dismissed")
ENDED_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One incident of the list."""

    row: IncidentRow
    state: IncidentState
    severity: Severity | None
    next_due: Promise | None
    leader: str | None


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    mark = marks.of_all()
    words, show = request.GET.get("q", "").strip()[:200], request.GET.get("show", "")
    found = [] if show == "ended" else queries.incidents(statuses=OPEN, words=words)
    lines = [_line(row) for row in found]
    shown = [line for line in lines if may_see(request.user, line.state)]
    over = [] if show == "open" else queries.incidents(statuses=ENDED, words=words, limit=ENDED_AT_MOST)
    ended = [_line(row) for row in over]
    context = {
        "page": "home",
        "mark": mark,
        "now": clock.now(),
        "lines": sorted(shown, key=_urgency),
        "ended": [line for line in ended if may_see(request.user, line.state)],
        "names": {**_in_them(shown), **people_names()},
        "words": words,
        "show": show,
        "is_narrowed": bool(words or show),
        "playbooks": playbooks.current() if not shown else [],
    }
    return render(request, "web/home.html", context)


@responding
def declare(request: HttpRequest) -> HttpResponse:
    choices = [(version.digest, version.name, queries.playbook(version.digest)) for version in playbooks.current()]
    if not choices:
        return render(request, "web/declare_without.html", {"page": "home"}, status=409)
    if request.method != "POST":
        return _declare_page(request, choices, Declare(playbooks=choices, initial=_asked(request)))
    form = Declare(request.POST, playbooks=choices)
    if "choose" in request.POST or not form.is_valid():
        status = 200 if "choose" in request.POST else 422
        return _declare_page(request, choices, _without_errors(form) if status == 200 else form, status)
    try:
        outcome = writer.declare(form.command(request.user), form.digest, key=form.cleaned_data["key"], now=clock.now())
    except RefusedError as error:
        form.add_error(None, refusal(error))
        return _declare_page(request, choices, form, 422)
    return redirect("web:room", outcome.ref)


Choices = list[tuple[str, str, Playbook]]


def _declare_page(request: HttpRequest, choices: Choices, form: Declare, status: int = 200) -> HttpResponse:
    return render(request, "web/declare.html", {"page": "home", "form": form, "choices": choices}, status=status)


def _asked(request: HttpRequest) -> dict[str, object]:
    """First values that an address may carry: `?drill=1`, `?title=…`, `?playbook=…`."""
    asked = {name: request.GET[name] for name in ("title", "summary", "playbook") if name in request.GET}
    return {**asked, "is_drill": request.GET.get("drill") == "1"}


def _without_errors(form: Declare) -> Declare:
    """Show another playbook's levels with everything typed so far."""
    words = {name: form.data.get(name, "") for name in ("title", "summary", "certainty", "playbook")}
    flags = {name: name in form.data for name in ("is_drill", "is_private")}
    return Declare(playbooks=form.playbooks, initial={**words, **flags})


def _line(row: IncidentRow) -> Line:
    state = queries.load_row(row).state
    # A scripted drill's promises are due at a time of its own, which says nothing here.
    promises = [] if row.speed > 1 else state.promises.values()
    due = sorted((promise for promise in promises if promise.is_open), key=lambda each: each.due_at)
    level = next((level for level in state.playbook.severities if level.name == state.severity), None)
    return Line(row, state, level, due[0] if due else None, state.roles.get(COMMANDER))


def _in_them(lines: list[Line]) -> dict[str, str]:
    """The names of those in the incidents, who may have no account: people of a script, of Slack, of GitHub."""
    return {ref: name for line in lines for ref, name in line.state.responders.items()}


def _urgency(line: Line) -> tuple[bool, int, int, float]:
    """Drills last, active before suspected before resolved, the most severe first, the oldest first."""
    order = {"active": 0, "suspected": 1, "resolved": 2}
    rank = line.severity.rank if line.severity else 99
    return line.state.is_drill, order[line.state.status], rank, line.row.declared_at.timestamp()
