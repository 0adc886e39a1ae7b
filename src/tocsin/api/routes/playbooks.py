"""Playbooks: the list, adding a version, what was understood of one, its findings, and what would happen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from tocsin.api import answers, clock, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of, require_administrator
from tocsin.desk import playbooks
from tocsin.playbook import codec
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


@router.get("/playbooks/{digest}/source", operation_id="show_source", summary="Show the document as it was added")
def show_source(request: HttpRequest, digest: Digest) -> HttpResponse:
    """The bytes, unchanged."""
    return HttpResponse(bytes(playbooks.get(digest).source), content_type="text/plain; charset=utf-8")
