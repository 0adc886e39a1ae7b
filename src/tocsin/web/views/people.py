"""People of the installation: who they are, what they may do, the links that sign them in, one's own settings."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk import routes
from tocsin.people import sign_in
from tocsin.people.models import Person
from tocsin.web import clock
from tocsin.web.access import administrating, signed_in
from tocsin.web.forms.people import Access, Account, Invite


@signed_in
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Show everybody; an administrator may add a person here and sees the link that signs them in, once."""
    form = Invite(initial={"access": Person.Access.RESPONDER})
    if request.method == "POST":
        return _invite(request)
    return _people_page(request, form)


@administrating
def _invite(request: HttpRequest) -> HttpResponse:
    form = Invite(request.POST)
    if not form.is_valid():
        return _people_page(request, form, status=422)
    person = form.save(commit=False)
    person.set_unusable_password()
    person.save()
    return _show_link(request, person)


@administrating
@require_POST
@never_cache
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    return _show_link(request, get_object_or_404(Person, pk=pk, is_active=True))


@administrating
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what somebody may do. The last administrator stays one."""
    person = get_object_or_404(Person, pk=pk)
    form = Access(request.POST or None, instance=Person.objects.get(pk=pk))
    if request.method != "POST":
        return render(request, "web/person.html", {"page": "people", "person": person, "form": form})
    if form.is_valid() and _leaves_no_administrator(person, form):
        form.add_error(None, _("Somebody has to be administrator. Make another person administrator first."))
    if not form.is_valid():
        return render(request, "web/person.html", {"page": "people", "person": person, "form": form}, status=422)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("web:people")


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    form = Account(request.POST or None, instance=Person.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("web:account")
    status = 422 if request.method == "POST" else 200
    return render(request, "web/account.html", {"form": form}, status=status)


def _people_page(request: HttpRequest, form: Invite, status: int = 200, **more: object) -> HttpResponse:
    context = {"page": "people", "people": Person.objects.all(), "form": form, **more}
    return render(request, "web/people.html", context, status=status)


def _show_link(request: HttpRequest, person: Person) -> HttpResponse:
    secret = sign_in.make_secret(person, clock.now())
    link = request.build_absolute_uri(reverse("web:sign-in-link", args=[secret]))
    form = Invite(initial={"access": Person.Access.RESPONDER})
    is_mailed = routes.current().reaches("email") and not person.email.endswith(".invalid")
    if is_mailed:
        queue.enqueue(_invitation(person, link, secret), now=clock.now())
    return _people_page(request, form, link=link, invited=person, is_mailed=is_mailed)


def _invitation(person: Person, link: str, secret: str) -> Outgoing:
    """Write to somebody how to sign in, in their language."""
    with translation.override(person.language):
        lines = [
            _("Hello %(name)s,") % {"name": person.name},
            _("you are invited to Tocsin, where incidents are run. This link signs you in once, within a day:"),
            link,
            _("If you did not expect this, leave it alone: nothing happens."),
        ]
        subject = _("Your way into Tocsin")
    identity = f"invitation-{hashlib.sha256(secret.encode()).hexdigest()[:40]}"
    return Outgoing(
        identity=identity,
        destination=Destination("email", person.email),
        kind="invitation",
        thread=f"person-{person.pk}",
        subject=subject,
        text="\n\n".join(lines),
    )


def _leaves_no_administrator(person: Person, form: Access) -> bool:
    stays = form.cleaned_data["access"] == Person.Access.ADMINISTRATOR and form.cleaned_data["is_active"]
    others = Person.objects.filter(access=Person.Access.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    return person.is_administrator and not stays and not others.exists()
