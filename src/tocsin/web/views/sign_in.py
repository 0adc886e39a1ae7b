"""Sign in by a link that works once, and out again. Opening a link shows a button, so that a preview does not use it up."""

from __future__ import annotations

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tocsin.people import sign_in
from tocsin.people.sign_in import SignInLinkRefusedError
from tocsin.web import clock
from tocsin.web.sentences import refusal

BACKEND = "django.contrib.auth.backends.ModelBackend"


def explain(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("web:home")
    request.session["next"] = request.GET.get("next", "")
    return render(request, "web/sign_in.html")


@never_cache
def redeem(request: HttpRequest, secret: str) -> HttpResponse:
    if request.method != "POST":
        return render(request, "web/sign_in.html", {"secret": secret})
    try:
        person = sign_in.redeem(secret, clock.now())
    except SignInLinkRefusedError as error:
        return render(request, "web/sign_in.html", {"secret": secret, "refusal": refusal(error)}, status=422)
    wanted = request.session.get("next", "")
    auth.login(request, person, backend=BACKEND)
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return redirect(wanted if wanted and is_ours else "web:home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("web:sign-in")
