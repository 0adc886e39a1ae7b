"""Messages of an incident to outside audiences: choose whom, write, see exactly what arrives, approve and send; and the
pages that recipients open without an account, to acknowledge or to unsubscribe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tocsin.desk import deliberate, letters, routes, signed, writer
from tocsin.desk.directory import AudienceEntry, Directory, Reachable, audiences
from tocsin.desk.signed import Link
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident.commands import Command
from tocsin.incident.state import COMMANDER, IncidentState, OutsideMessage
from tocsin.people.access import require
from tocsin.people.models import Audience, Contact, Person, Team
from tocsin.store import queries
from tocsin.web import clock, marks
from tocsin.web.access import responding, signed_in
from tocsin.web.forms.audiences import ChooseForm, DraftForm
from tocsin.web.names import people_names
from tocsin.web.views.rooms import find

PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@signed_in
@require_GET
@never_cache
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Every outside audience, whom it concerns, what was said and who has read it."""
    mark = marks.of(ref)
    loaded = find(request, ref)
    entries = [_card(ref, loaded.state, entry) for entry in audiences() if entry.is_outside]
    context = {
        "ref": ref,
        "state": loaded.state,
        "mark": mark,
        "now": clock.now(),
        "cards": entries,
        "teams": Team.objects.all(),
        "names": people_names(),
        "may_act": request.user.may_respond,
    }
    return render(request, "web/audiences/messages.html", context)


def _card(ref: str, state: IncidentState, entry: AudienceEntry) -> dict[str, Any]:
    names = [contact.label for contact in entry.contacts]
    told = deliberate.recipients(entry, state)
    mine = [message for message in state.messages.values() if _is_of(message, entry) and not message.is_discarded]
    sent = [message for message in mine if message.sent_at]
    chosen = list(dict.fromkeys(contact.label for contact in told))
    return {
        "entry": entry,
        "told": chosen,
        "choose": ChooseForm(names=names, initial={"recipients": chosen}),
        "messages": [_shown(message, entry) for message in mine],
        "due_at": _next_update_at(entry, sent, state),
    }


def _shown(message: OutsideMessage, entry: AudienceEntry) -> dict[str, Any]:
    by_ref = {contact.ref: contact for contact in entry.contacts}
    read = [by_ref[ref].label if ref in by_ref else _("somebody who has left") for ref in message.acknowledged]
    return {"message": message, "read": read, "silent": len(message.recipients) - len(message.acknowledged)}


def _next_update_at(entry: AudienceEntry, sent: Sequence[OutsideMessage], state: IncidentState) -> Any:
    """When they expect to hear again, where their audience has a cadence and the incident is not over."""
    minutes = Audience.objects.filter(name=entry.name).values_list("update_minutes", flat=True).first()
    if not minutes or not sent or state.status not in ("active", "suspected"):
        return None
    return max(message.sent_at for message in sent if message.sent_at) + timedelta(minutes=minutes)


def _is_of(message: OutsideMessage, entry: AudienceEntry) -> bool:
    return Directory({}, (entry,)).audience(message.audience) is not None


@responding
@require_POST
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    command = cmd.ChooseRecipients(
        by=request.user.ref,
        audience=request.POST.get("audience", ""),
        recipients=tuple(request.POST.getlist("recipients")),
    )
    _do(request, ref, command, _("They are chosen; every message goes to them only."))
    return redirect("web:messages", ref=ref)


@responding
@never_cache
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Write or rewrite a message. A new one begins with the audience's template and the incident's facts."""
    state = find(request, ref).state
    entry = _entry(request.GET.get("audience", ""))
    form = DraftForm(request.POST or None, initial=_first_words(request, ref, state, entry))
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        command = cmd.DraftMessage(
            by=request.user.ref,
            audience=entry.name,
            kind=words["kind"],
            subject=words["subject"],
            text=words["text"],
            message=words["message"] or None,
            corrects=words["corrects"] or None,
            step=words["step"] or None,
        )
        if outcome := _do(request, ref, command, ""):
            return redirect("web:message", ref=ref, message=outcome.events[0].message)  # type: ignore[attr-defined]
    context = {"ref": ref, "state": state, "entry": entry, "form": form, "names": people_names()}
    return render(request, "web/audiences/draft.html", context, status=422 if request.method == "POST" else 200)


def _first_words(request: HttpRequest, ref: str, state: IncidentState, entry: AudienceEntry) -> dict[str, str]:
    if message := state.messages.get(request.GET.get("message", "")):
        return {
            "kind": message.kind,
            "subject": message.subject,
            "text": message.text,
            "message": message.id,
            "corrects": message.corrects or "",
        }
    corrects = request.GET.get("corrects", "")
    is_told = any(each.sent_at and _is_of(each, entry) for each in state.messages.values())
    over: cmd.MessageKind = "resolution" if state.status in ("resolved", "closed") else "update"
    kind: cmd.MessageKind = "correction" if corrects else over if is_told else "notice"
    kept = Audience.objects.filter(name=entry.name).first()
    subject, text = (kept.subject_template, kept.text_template) if kept else ("", "")
    return {
        "kind": kind,
        "subject": letters.first_subject(subject, ref, state),
        "text": letters.first_words(kind, text, ref, state),
        "corrects": corrects,
        "step": request.GET.get("step", ""),
    }


@signed_in
@require_GET
@never_cache
def message(request: HttpRequest, ref: str, message: str) -> HttpResponse:
    """Show a message exactly as each recipient gets it."""
    state = find(request, ref).state
    found, entry = _message(state, message)
    told = [each for each in entry.contacts if each.ref in found.recipients] or list(
        deliberate.recipients(entry, state)
    )
    chosen = _recipient(told, request.GET.get("as", ""))
    context = {
        "ref": ref,
        "state": state,
        "message": found,
        "entry": entry,
        "told": told,
        "chosen": chosen,
        "letter": letters.letter(ref, state, found, chosen, routes.current().base_url) if chosen else None,
        "may_approve": deliberate.may_approve(request.user, entry, state),
        "names": people_names(),
        "may_act": request.user.may_respond,
    }
    return render(request, "web/audiences/message.html", context)


@signed_in
@require_GET
@never_cache
def preview(request: HttpRequest, ref: str, message: str) -> HttpResponse:
    """Give the HTML part as the mail holds it; it may run nothing and load nothing."""
    state = find(request, ref).state
    found, entry = _message(state, message)
    chosen = _recipient(entry.contacts, request.GET.get("as", ""))
    if chosen is None:
        raise Http404(_("Nobody would get this message yet."))
    written = letters.letter(ref, state, found, chosen, routes.current().base_url)
    answer = HttpResponse(written.html)
    answer.headers["Content-Security-Policy"] = PREVIEW_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@responding
@require_POST
def decide(request: HttpRequest, ref: str, message: str) -> HttpResponse:
    """Approve, send or throw away; “send” approves first where nobody has, and this person may."""
    verb, by = request.POST.get("verb", ""), request.user.ref
    found, _entry_of = _message(find(request, ref).state, message)
    if verb == "discard" and _do(request, ref, cmd.DiscardMessage(by=by, message=message), _("The draft is gone.")):
        return redirect("web:messages", ref=ref)
    if verb in ("approve", "send") and found.approved_by is None:
        approved = _do(request, ref, cmd.ApproveMessage(by=by, message=message), _("It is approved."))
        verb = verb if approved else ""
    if verb == "send":
        _do(request, ref, cmd.SendMessage(by=by, message=message), _("It is on its way."))
    return redirect("web:message", ref=ref, message=message)


@responding
@require_POST
def page(request: HttpRequest, ref: str) -> HttpResponse:
    """Call a team: who is on duty, then the next, then everybody, until one answers."""
    command = cmd.PageTeam(by=request.user.ref, team=request.POST.get("team", ""), text=request.POST.get("text", ""))
    _do(request, ref, command, _("They are being called."))
    return redirect("web:messages", ref=ref)


def _do(request: HttpRequest, ref: str, command: Command, said: str) -> writer.Outcome | None:
    """Run a command of the signed-in person; where it is refused, say why on the next page."""
    leads = find(request, ref).state.roles.get(COMMANDER) == request.user.ref
    try:
        require(request.user, command, leads=leads)
        key = request.POST.get("key") or f"{type(command).__name__}-{clock.now().isoformat()}"
        outcome = writer.run(ref, command, key=f"{type(command).__name__[:20]}-{key}"[:200], now=clock.now())
    except RefusedError as error:
        messages.error(request, error.message)
        return None
    if said:
        messages.success(request, said)
    return outcome


def _entry(name: str) -> AudienceEntry:
    found = Directory({}, audiences()).audience(name)
    if found is None:
        raise Http404(_("No audience has this name. Add it under Audiences."))
    return found


def _message(state: IncidentState, wanted: str) -> tuple[OutsideMessage, AudienceEntry]:
    found = state.messages.get(wanted)
    if found is None:
        raise Http404(_("There is no such message. Go back to the list of messages."))
    return found, _entry(found.audience)


def _recipient(told: Sequence[Reachable], ref: str) -> Reachable | None:
    return next((each for each in told if each.ref == ref), told[0] if told else None)


# --- for people without an account ------------------------------------------------------------------------------


@never_cache
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Take an acknowledgement or the answer to a page. Opening the link only shows a button: mail filters open it too."""
    link = _read(token, ("message", "page"))
    if request.method != "POST":
        return _public(request, "ask", link)
    name = _name_of(link)
    command: Command = cmd.AcknowledgePage(by=link.who, page=link.id)
    if link.purpose == "message":
        command = cmd.AcknowledgeMessage(by=link.who, message=link.id, recipient=link.who, name=name)
    try:
        writer.run(link.ref, command, key=f"ack-{link.ref}-{link.id}", now=clock.now())
    except RefusedError as error:
        return _public(request, "done", link, said=error.message)
    return _public(request, "done", link, said=_("Thank you. The team sees that you have read this."))


@csrf_exempt
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop messages to a contact who may stop them. A mail program does it in one press, without cookies (RFC 8058)."""
    link = _read(token, ("unsubscribe",))
    if request.method != "POST":
        return _public(request, "ask", link)
    rows = Contact.objects.filter(pk=link.who.removeprefix("contact:"), may_unsubscribe=True, unsubscribed_at=None)
    rows.update(unsubscribed_at=clock.now())
    return _public(request, "done", link, said=_("You get no more of these messages."))


def _read(token: str, purposes: tuple[str, ...]) -> Link:
    try:
        link = signed.read(token)
    except RefusedError as error:
        raise Http404(error.message) from error
    if link.purpose not in purposes:
        raise Http404(signed.BadLinkError().message)
    return link


def _name_of(link: Link) -> str:
    kind, _colon, number = link.who.partition(":")
    if kind == "contact":
        contact = Contact.objects.filter(pk=number).first()
        return (contact.organisation or contact.name) if contact else ""
    return str(Person.objects.filter(pk=number).first() or "")


def _public(request: HttpRequest, stage: str, link: Link, said: str = "") -> HttpResponse:
    """A page that shows nothing of the incident but what its holder was sent."""
    subject = ""
    if link.purpose == "message":
        sent = queries.load(link.ref).state.messages.get(link.id)
        subject = sent.subject if sent else ""
    context = {"stage": stage, "link": link, "said": said, "subject": subject}
    return render(request, "web/audiences/public.html", context)
