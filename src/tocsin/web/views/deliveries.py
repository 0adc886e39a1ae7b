"""What was sent for an incident and what could not be: the list, retry and cancel."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.delivery import queue
from tocsin.errors import RefusedError
from tocsin.web import clock, marks
from tocsin.web.access import responding, signed_in
from tocsin.web.names import people_names
from tocsin.web.sentences import refusal
from tocsin.web.views.rooms import find

_ACTIONS = {"retry": queue.retry, "cancel": queue.cancel}


@signed_in
@require_GET
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    loaded = find(request, ref)
    mark = marks.of(ref)
    rows = queue.deliveries(ref).prefetch_related("tries").order_by("-position")
    context = {"ref": ref, "state": loaded.state, "mark": mark, "now": clock.now(), "names": people_names()}
    return render(request, "web/deliveries.html", {**context, "deliveries": rows, "may_act": request.user.may_respond})


@responding
@require_POST
def change(request: HttpRequest, ref: str, action: str) -> HttpResponse:
    """Try a delivery again, or give it up."""
    find(request, ref)
    if action not in _ACTIONS:
        raise Http404(_("A delivery can be retried or cancelled, nothing else."))
    identity = request.POST.get("identity", "")
    if not queue.deliveries(ref).filter(identity=identity).exists():
        raise Http404(refusal(queue.DeliveryNotFoundError()))
    try:
        with transaction.atomic():
            _ACTIONS[action](identity, clock.now())
    except RefusedError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, _("It is tried again now.") if action == "retry" else _("It is cancelled."))
    back = "web:deliveries" if request.POST.get("back") == "deliveries" else "web:room"
    return redirect(f"{reverse(back, args=[ref])}#deliveries")
