"""The directory: audiences and their contacts, teams and who is on duty, files in and out, and who would be told nothing."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tocsin.desk import playbooks
from tocsin.desk.directory import Directory, audiences
from tocsin.errors import RefusedError
from tocsin.people import duty, exchange
from tocsin.people.models import Audience, Contact, Membership, Team
from tocsin.store import queries
from tocsin.web import clock
from tocsin.web.access import administrating, responding, signed_in
from tocsin.web.forms.audiences import AudienceForm, ContactForm, ImportForm, TeamForm


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    teams = [(team, duty.on_duty(team, clock.now())) for team in Team.objects.all()]
    context = {
        "page": "people",
        "audiences": Audience.objects.prefetch_related("contacts"),
        "teams": teams,
        "gaps": gaps(),
        "form": ImportForm(),
    }
    return render(request, "web/audiences/listing.html", context)


def gaps() -> list[tuple[str, str, str]]:
    """Return each audience that a current playbook tells and that reaches nobody: playbook, audience, what to do."""
    directory = Directory({}, audiences())
    found = []
    for version in playbooks.current():
        for name in queries.playbook(version.digest).audiences:
            entry = directory.audience(name)
            if entry is None:
                found.append(
                    (version.name, name, _("No audience or team has this name. Add one, or add it as an alias."))
                )
            elif not entry.contacts:
                found.append((version.name, name, _("Nobody is in it. Add contacts.")))
    return found


@responding
@never_cache
def audience(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show or change an audience, or add one; `name` in the address begins a new one for a playbook's name."""
    found = get_object_or_404(Audience, pk=pk) if pk else None
    name = request.GET.get("name", "")
    is_chosen = name.casefold().startswith(("impacted ", "affected "))
    form = AudienceForm(
        request.POST or None, instance=found, initial={"name": name, "is_chosen": is_chosen} if name else None
    )
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("%(name)s is kept.") % {"name": saved.name})
        return redirect("web:audience", pk=saved.pk)
    context = {"page": "people", "audience": found, "form": form, "contacts": found.contacts.all() if found else []}
    return render(request, "web/audiences/audience.html", context, status=422 if form.errors else 200)


@responding
@never_cache
def contact(request: HttpRequest, audience_pk: int, pk: int | None = None) -> HttpResponse:
    whose = get_object_or_404(Audience, pk=audience_pk)
    found = get_object_or_404(Contact, pk=pk, audience=whose) if pk else Contact(audience=whose)
    form = ContactForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("web:audience", pk=whose.pk)
    context = {"page": "people", "audience": whose, "contact": found, "form": form}
    return render(request, "web/audiences/contact.html", context, status=422 if form.errors else 200)


@responding
@require_POST
def remove_contact(request: HttpRequest, audience_pk: int, pk: int) -> HttpResponse:
    found = get_object_or_404(Contact, pk=pk, audience_id=audience_pk)
    messages.success(request, _("%(name)s is told nothing any more.") % {"name": found.name})
    found.delete()
    return redirect("web:audience", pk=audience_pk)


@responding
@never_cache
def team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(Team, pk=pk) if pk else None
    people = [place.person for place in found.memberships.select_related("person")] if found else []
    here = duty.on_duty(found, clock.now())[:1] if found else []
    initial = {"members": "\n".join(person.email for person in people), "on_duty": here[0] if here else None}
    form = TeamForm(request.POST or None, instance=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        _keep_team(form)
        return redirect("web:audiences")
    return render(
        request,
        "web/audiences/team.html",
        {"page": "people", "team": found, "form": form},
        status=422 if form.errors else 200,
    )


def _keep_team(form: TeamForm) -> None:
    with transaction.atomic():
        saved = form.save()
        saved.memberships.all().delete()
        for position, person in enumerate(form.cleaned_data["members"], 1):
            Membership.objects.create(team=saved, person=person, position=position)
        chosen = form.cleaned_data["on_duty"]
        if chosen and chosen not in duty.on_duty(saved, clock.now()):
            duty.hand_over(saved, "on duty", chosen, clock.now())


@responding
@require_POST
@never_cache
def bring_in(request: HttpRequest) -> HttpResponse:
    """Show what a file would change; with `sure`, change it. The file travels with the page, so nothing is kept half."""
    if "sure" in request.POST:
        return _import(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
        return redirect("web:audiences")
    file = form.cleaned_data["file"]
    source = file.read()
    context: dict[str, Any] = {"page": "people", "name": file.name, "source": base64.b64encode(source).decode()}
    try:
        context["plan"] = exchange.plan(source, file.name)
    except RefusedError as error:
        context["refusal"] = error.message
    is_bad = "plan" not in context or context["plan"].problems
    return render(request, "web/audiences/import.html", context, status=422 if is_bad else 200)


def _import(request: HttpRequest) -> HttpResponse:
    try:
        source = base64.b64decode(request.POST.get("source", ""), validate=True)
        done = exchange.bring_in(source, request.POST.get("name", ""))
    except (RefusedError, ValueError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(count)s changes were made.") % {"count": len(done.news)})
    return redirect("web:audiences")


@administrating
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the directory out; it holds personal data, so only administrators get it."""
    is_csv = kind == "csv"
    text, media = (exchange.csv_out(), "text/csv") if is_csv else (exchange.yaml_out(), "application/yaml")
    answer = HttpResponse(text, content_type=f"{media}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="audiences.{"csv" if is_csv else "yaml"}"'
    return answer
