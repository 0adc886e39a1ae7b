"""Playbooks: the list, adding a version, what was understood of one, its findings, and what would happen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from tocsin.api import answers, clock, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of, require_administrator
from tocsin.desk import playbooks
from tocsin.errors import UnreadableError
from tocsin.incident.simulate import simulate
from tocsin.people.models import Audience
from tocsin.playbook import codec
from tocsin.playbook.lint import lint
from tocsin.store import queries
from tocsin.store.models import PlaybookVersion

router = Router(tags=["Playbooks"])
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,119}\.(md|markdown|yml|yaml)$")]
Source = Annotated[str, StringConstraints(min_length=1, max_length=500_000, pattern=words.CLEAN)]


class PlaybookRow(Schema):
    """A version of a playbook. A running incident keeps the version it began with."""

    digest: str
    name: str
    source_name: str
    added_at: datetime
    is_current: bool


class PlaybooksOut(Schema):
    """Playbooks by name."""

    playbooks: list[PlaybookRow]


class PlaybookIn(Asked):
    """A document, as it stands in its file. Its name says what kind it is: Markdown, or a GitHub issue form."""

    source_name: FileName
    source: Source


class CompiledOut(Schema):
    """A version and all that was understood of it: the compiled form of the documentation's page on playbooks."""

    version: PlaybookRow
    compiled: dict[str, Any]


class FindingOut(Schema):
    """One thing to mend in a playbook."""

    line: int
    level: str
    code: str
    message: str
    mend: str


class FindingsOut(Schema):
    """What to mend, by line; empty when all is well."""

    findings: list[FindingOut]


Seconds = Annotated[int, Field(ge=0, le=30 * 86400)]


class SimulatedAnswer(Asked):
    """An answer that somebody would give, and when."""

    question: words.Name
    answer: Literal["yes", "no", "unknown"]
    after_seconds: Seconds = 0


class SimulateIn(Asked):
    """What to suppose. `is_absent`: nobody does anything, so that every reminder shows."""

    severity: words.Name | None = None
    for_seconds: Annotated[int, Field(ge=1, le=7 * 86400)] = 4 * 3600
    answers: Annotated[list[SimulatedAnswer], Field(max_length=50)] = []
    resolve_after_seconds: Seconds | None = None
    is_absent: bool = False


class SimulatedOut(Schema):
    """What would happen, in order. `at` counts seconds from the start."""

    entries: list[dict[str, Any]]


class UnknownSimulatedQuestionError(UnreadableError):
    """This playbook asks no such question. Take its id from the playbook."""


@router.get("/playbooks", response=PlaybooksOut, operation_id="list_playbooks", summary="List playbooks")
def list_playbooks(request: HttpRequest, with_old: bool = False) -> PlaybooksOut:
    """Those an incident can be declared with; with `with_old`, every version there was."""
    rows = PlaybookVersion.objects.defer("source", "compiled") if with_old else playbooks.current()
    return PlaybooksOut(playbooks=[PlaybookRow.model_validate(row) for row in rows])


@router.post("/playbooks", response={201: PlaybookRow}, operation_id="add_playbook", summary="Add a playbook's version")
def add_playbook(request: HttpRequest, body: PlaybookIn) -> HttpResponse:
    """For administrators. It becomes the current version of its file; running incidents keep theirs."""
    require_administrator(caller_of(request))
    digest = playbooks.add(body.source.encode(), body.source_name, now=clock.now())
    row = PlaybookRow.model_validate(playbooks.get(digest))
    return answers.made(row, status=201, location=f"/api/v1/playbooks/{digest}")


@router.get(
    "/playbooks/{digest}", response=CompiledOut, operation_id="show_playbook", summary="Show what was understood"
)
def show_playbook(request: HttpRequest, digest: Digest) -> CompiledOut:
    """The compiled form, each part with its line."""
    row = PlaybookRow.model_validate(playbooks.get(digest))
    return CompiledOut(version=row, compiled=codec.to_json(queries.playbook(digest)))


@router.get(
    "/playbooks/{digest}/findings",
    response=FindingsOut,
    operation_id="lint_playbook",
    summary="List what to mend in it",
)
def lint_playbook(request: HttpRequest, digest: Digest) -> FindingsOut:
    """What `tocsin lint` finds, each with its line and how to mend it."""
    row = playbooks.get(digest)
    known = [name for audience in Audience.objects.all() for name in audience.all_names]
    found = lint(queries.playbook(digest), bytes(row.source).decode("utf-8", "replace"), known or None)
    return FindingsOut(findings=[FindingOut.model_validate(finding) for finding in found])


@router.post(
    "/playbooks/{digest}/simulate",
    response=SimulatedOut,
    operation_id="simulate_playbook",
    summary="Say what would happen",
)
def simulate_playbook(request: HttpRequest, digest: Digest, body: SimulateIn) -> HttpResponse:
    """Everything that would happen and when, on a virtual clock. Nothing is stored and nobody is told."""
    playbook = queries.playbook(digest)
    if unknown := {answer.question for answer in body.answers} - {question.id for question in playbook.questions}:
        raise UnknownSimulatedQuestionError(
            f"This playbook asks no question {min(unknown)!r}. Take its id from the playbook."
        )
    simulated = simulate(
        playbook,
        severity=body.severity,
        duration_seconds=body.for_seconds,
        answers=[(answer.question, answer.answer, answer.after_seconds) for answer in body.answers],
        resolve_at=body.resolve_after_seconds,
        absent=body.is_absent,
    )
    return answers.made(SimulatedOut(entries=[mark.as_json() for mark in simulated.entries]))


@router.get("/playbooks/{digest}/source", operation_id="show_source", summary="Show the document as it was added")
def show_source(request: HttpRequest, digest: Digest) -> HttpResponse:
    """The bytes, unchanged."""
    return HttpResponse(bytes(playbooks.get(digest).source), content_type="text/plain; charset=utf-8")
