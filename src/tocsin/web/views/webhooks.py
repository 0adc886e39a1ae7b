"""Webhooks: programs that hear of chosen events. Administrators add one, test it, switch it off, send again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tocsin.delivery import endpoints
from tocsin.delivery.models import WebhookEndpoint
from tocsin.errors import RefusedError
from tocsin.web import clock
from tocsin.web.access import administrating
from tocsin.web.forms.webhooks import NewWebhook, Replay
from tocsin.web.sentences import refusal

LATEST = 5


@administrating
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Show all webhooks and how their last messages fared; add one, whose key is then shown once."""
    if request.method != "POST":
        return _page(request, NewWebhook())
    form = NewWebhook(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        made = endpoints.make(form.cleaned_data["url"], form.cleaned_data["event_types"], clock.now())
    except RefusedError as error:
        form.add_error("url", refusal(error))
        return _page(request, form, status=422)
    return _page(request, NewWebhook(), made=made)


@administrating
@require_POST
def act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Test one, send again what it missed, or switch it on or off."""
    if action not in _ACTIONS:
        raise Http404(_("A webhook can be tested, replayed and switched on or off, nothing else."))
    _ACTIONS[action](request, endpoints.get(number))
    return redirect("web:webhooks")


def _test(request: HttpRequest, endpoint: WebhookEndpoint) -> None:
    endpoints.test(endpoint, clock.now())
    messages.success(request, _("A test is on its way. How it fared shows here in a moment; reload the page."))


def _replay(request: HttpRequest, endpoint: WebhookEndpoint) -> None:
    form = Replay(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say since when. Nothing was sent."))
        return
    count = endpoints.replay(endpoint, form.cleaned_data["since"], clock.now())
    said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
    messages.success(request, said % {"count": count})


def _switch(request: HttpRequest, endpoint: WebhookEndpoint) -> None:
    endpoint.is_active = not endpoint.is_active
    endpoint.save(update_fields=["is_active"])
    messages.success(request, _("It hears of events again.") if endpoint.is_active else _("It hears of nothing more."))


_ACTIONS: dict[str, Callable[[HttpRequest, WebhookEndpoint], None]] = {
    "test": _test,
    "replay": _replay,
    "switch": _switch,
}


def _page(
    request: HttpRequest, form: NewWebhook, *, made: WebhookEndpoint | None = None, status: int = 200
) -> HttpResponse:
    found = [(each, endpoints.deliveries(each)[:LATEST]) for each in WebhookEndpoint.objects.order_by("pk")]
    context = {"form": form, "made": made, "webhooks": found, "replay": Replay(auto_id=False)}
    return render(request, "web/webhooks.html", context, status=status)
