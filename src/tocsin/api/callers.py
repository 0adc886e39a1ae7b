"""Find out who calls: by a personal token, or by the browser's session, whose changes need the CSRF token.

*Source*: RFC 6750 for the Authorization header.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security import APIKeyCookie, HttpBearer

from tocsin.api import clock, tokens
from tocsin.api.models import Token
from tocsin.errors import ForbiddenError
from tocsin.people.access import NotAllowedError, has_access
from tocsin.people.models import Person

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfFailedError(ForbiddenError):
    """A change through the browser's session needs the CSRF token. Send it as X-CSRFToken, or use a personal token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and how far their token reaches; a signed-in browser reaches as far as its person."""

    person: Person
    scope: str = Token.Scope.ADMIN
    token: Token | None = None


class PersonalToken(HttpBearer):
    """`Authorization: Bearer toc_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        found = tokens.find(token.strip(), clock.now())
        return _checked(request, Caller(found.person, found.scope, found))


class BrowserSession(APIKeyCookie):
    """The cookie of a signed-in browser."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        if "Authorization" in request.headers or not isinstance(request.user, Person):
            return None
        if request.method not in _SAFE_METHODS:
            _require_csrf_token(request)
        return Caller(request.user)


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls. Only for requests that have been let in."""
    caller = getattr(request, "auth", None)
    assert isinstance(caller, Caller)
    return caller


def require_scope(caller: Caller, least: str) -> None:
    """Let a token of enough scope pass. *Raises* ScopeTooSmallError."""
    if not tokens.covers(caller.scope, least):
        raise tokens.ScopeTooSmallError(
            f"This needs a token with the scope “{least}”; this one has “{caller.scope}”. Make another, or sign in."
        )


def require_administrator(caller: Caller) -> None:
    """Let administrators pass, with a token of full scope. *Raises* ScopeTooSmallError, NotAllowedError."""
    require_scope(caller, Token.Scope.ADMIN)
    if not has_access(caller.person, Person.Access.ADMINISTRATOR):
        raise NotAllowedError("This is for administrators. Ask one of them to do it.")


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, without the page that it would answer with."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden(reason)


def _require_csrf_token(request: HttpRequest) -> None:
    """*Raises* CsrfFailedError. The operations are exempt from Django's own round, so this one is the check."""
    check = _CsrfCheck(lambda _: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check.process_request(request)
    if check.process_view(request, _require_csrf_token, (), {}) is not None:
        raise CsrfFailedError


def _checked(request: HttpRequest, caller: Caller) -> Caller:
    """Reading needs the smallest scope, any change the next; what needs more asks for it itself."""
    require_scope(caller, Token.Scope.READ if request.method in _SAFE_METHODS else Token.Scope.WRITE)
    return caller
