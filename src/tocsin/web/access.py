"""Who may open or do what. Views say it with a decorator; nothing else checks access."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tocsin.people.models import Person

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Let in anybody with an account; others are asked to sign in, and a form they sent is not thrown away in silence."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "GET" and not request.htmx:
            return redirect(f"{reverse('web:sign-in')}?{urlencode({'next': request.get_full_path()})}")
        came_from = urlsplit(request.headers.get("Referer", ""))
        back = urlencode({"next": came_from.path}) if came_from.netloc == request.get_host() else ""
        return render(request, "web/errors/signed_out.html", {"back": back}, status=401)

    return checked


def responding(view: View) -> View:
    """Let in people who may act; observers are told that they may only read."""
    return _demanding(
        view,
        lambda person: person.may_respond,
        lambda: _("You may read here and not change anything. Ask an administrator for responder access."),
    )


def administrating(view: View) -> View:
    """Let in administrators."""
    return _demanding(view, lambda person: person.is_administrator, lambda: _("Only administrators may do this."))


def _demanding(view: View, allows: Callable[[Person], bool], reason: Callable[[], str]) -> View:
    @signed_in
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allows(request.user):
            raise PermissionDenied(reason())
        return view(request, *args, **kwargs)

    return checked
