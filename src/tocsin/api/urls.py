"""The addresses under /api/v1: the operations, the page that documents them, and a page for each kind of problem."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from tocsin.api import problems
from tocsin.api.server import api


def index(request: HttpRequest) -> HttpResponse:
    """Say where to go from here."""
    return JsonResponse(
        {"documentation": "/api/v1/docs", "openapi": "/api/v1/openapi.json", "problems": "/api/v1/problems/"}
    )


def problem_kinds(request: HttpRequest) -> HttpResponse:
    """Describe every kind of problem."""
    return JsonResponse({"problems": [problems.example(kind) for kind in problems.kinds()]})


def problem_kind(request: HttpRequest, slug: str) -> HttpResponse:
    """Describe one kind of problem."""
    found = next((kind for kind in problems.kinds() if problems.slug_of(kind) == slug), None)
    if found is None:
        return problems.answer(problems.NoSuchAddressError())
    return JsonResponse(problems.example(found))


def nowhere(request: HttpRequest) -> HttpResponse:
    return problems.answer(problems.NoSuchAddressError())


urlpatterns = [
    path("", index),
    path("problems/", problem_kinds),
    path("problems/<slug:slug>", problem_kind),
    path("", api.urls),
    re_path("", nowhere),
]
