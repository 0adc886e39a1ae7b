"""Start a scripted drill of a playbook with one button, and stop it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tocsin.desk import drills
from tocsin.web import clock
from tocsin.web.access import responding
from tocsin.web.views.playbooks import found_version
from tocsin.web.views.rooms import find


@responding
@require_POST
def start(request: HttpRequest, digest: str) -> HttpResponse:
    version = found_version(digest)
    title = _("Drill: %(playbook)s") % {"playbook": version.name}
    key = request.POST.get("key") or str(uuid.uuid4())
    outcome = drills.start(
        digest, by=request.user.ref, by_name=str(request.user), title=title, key=key, now=clock.now()
    )
    return redirect("web:room", outcome.ref)


@responding
@require_POST
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    find(request, ref)
    key = request.POST.get("key") or str(uuid.uuid4())
    drills.stop(ref, by=request.user.ref, reason=_("The drill was stopped."), key=key, now=clock.now())
    messages.success(request, _("The drill has ended."))
    return redirect("web:room", ref)
