"""Pages for what went wrong, each saying what to do; and the one place that turns Tocsin's own errors into answers."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from tocsin.errors import RefusedError, UnavailableError, meaning_of
from tocsin.web.sentences import refusal


def page(request: HttpRequest, status: int, heading: str, reason: str, sign: str = "alert-triangle") -> HttpResponse:
    context = {"heading": heading, "reason": reason, "sign": sign}
    return render(request, "web/errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) or _("Go back, look at what you sent and send it again.")
    return page(request, 400, _("That could not be read"), reason)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = str(exception) if isinstance(exception, PermissionDenied) else ""
    return page(request, 403, _("Not for you to do"), said or _("Ask an administrator for access."), "lock")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = [argument for argument in exception.args[:1] if isinstance(argument, str)]
    reason = words[0] if words else _("There is no page at this address. Look for it in the list of incidents.")
    return page(request, 404, _("Not found"), reason, "file-search")


def failed(request: HttpRequest) -> HttpResponse:
    """A bug. Needs nothing that could be broken too."""
    return render(request, "web/errors/500.html", status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    said = _(
        "The page was open for too long, or cookies are off. Nothing was changed. "
        "Go back, reload the page and press the button again."
    )
    return page(request, 403, _("This form has grown old"), said, "lock")


class Refusals(MiddlewareMixin):
    """Answer a refusal or an outside failure that a view let through, as the table of errors says. A bug stays a bug."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RefusedError):
            return page(request, meaning_of(type(exception)).http_status, _("Refused"), refusal(exception))
        if isinstance(exception, UnavailableError):
            return page(
                request, meaning_of(type(exception)).http_status, _("Not just now"), refusal(exception), "hourglass"
            )
        return None
