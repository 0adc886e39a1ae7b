"""Say who hears of what: events become messages. Sends nothing, writes nothing; the writer queues what comes out.

A private incident fails closed: no audience is told and no text leaves. A drill never reaches an outside audience. What
could not be sent for such a reason is said in the room, so that a person knows and does it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import DatabaseError

from tocsin.delivery import endpoints
from tocsin.delivery.models import WebhookEndpoint
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk import deliberate, letters
from tocsin.desk.directory import AudienceEntry, Directory, Reachable, look_up
from tocsin.desk.routes import Announcer, Routes
from tocsin.desk.signed import Link
from tocsin.incident import codec
from tocsin.incident import events as happened
from tocsin.incident.events import Event
from tocsin.incident.state import IncidentState
from tocsin.store.log import Recorded

log = logging.getLogger(__name__)
EVERYONE = "everyone"
"""The room's address for a notice that is meant for all who are in the incident."""
FALLBACK_AFTER_SECONDS = 600
RETROSPECTIVE_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is made from: the state after the events, who can be reached, and the ways out."""

    ref: str
    state: IncidentState
    directory: Directory
    routes: Routes
    endpoints: tuple[WebhookEndpoint, ...] = ()

    @property
    def url(self) -> str:
        return f"{self.routes.base_url}/incidents/{self.ref}" if self.routes.base_url else ""

    @property
    def label(self) -> str:
        """Name the incident for a subject line; a private one by its reference only."""
        drill = "[Drill] " if self.state.is_drill else ""
        return f"{drill}{self.ref}" if self.state.is_private else f"{drill}{self.ref} {self.state.title}"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, before it has a destination."""

    kind: str
    subject: str
    text: str


def of(ref: str, entries: Sequence[Recorded], state: IncidentState, routes: Routes) -> list[Outgoing]:
    """Look up who is meant and return the messages of `entries`, in order."""
    events = [entry.event for entry in entries]
    directory = look_up(
        {person for event in events for person in _people_in(event, state)},
        with_audiences=any(type(event) in _TOLD or isinstance(event, happened.MessageSent) for event in events),
    )
    listening = endpoints.active() if entries and routes.reaches("webhook") else ()
    announced = [made for announcer in routes.announcers for made in _announced(announcer, ref, entries, state)]
    return [*outgoing(entries, Context(ref, state, directory, routes, listening)), *announced]


def _announced(announcer: Announcer, ref: str, entries: Sequence[Recorded], state: IncidentState) -> Sequence[Outgoing]:
    """Let an announcer make its messages. A fault of its own is logged and never stops a command."""
    try:
        return announcer.announce(ref, entries, state)
    except DatabaseError:
        raise
    except Exception:
        log.exception("%s could not make its messages of %s", type(announcer).__name__, ref)
        return ()


def outgoing(entries: Iterable[Recorded], context: Context) -> list[Outgoing]:
    """Return the messages of `entries`, in order. Pure: the same arguments give the same messages."""
    return [message for entry in entries for message in _of_entry(entry, context)]


def _of_entry(entry: Recorded, context: Context) -> Iterator[Outgoing]:
    event = entry.event
    if isinstance(event, happened.PromiseReminded):
        yield from _reminder(entry, event, context)
    elif isinstance(event, happened.StepAssigned):
        yield from _assigned(entry, event, context)
    elif isinstance(event, happened.RoleTaken):
        yield from _role_taken(entry, event, context)
    elif isinstance(event, happened.MessageSent):
        yield from _outside(entry, event, context)
    elif isinstance(event, happened.TeamPaged | happened.PageEscalated):
        yield from _paged(entry, event, context)
    elif isinstance(event, happened.RetrospectiveScheduled | happened.RetrospectiveCancelled):
        yield from _invited(entry, event, context)
    elif (told := _TOLD.get(type(event))) is not None:
        names, words = told(event, context)
        for name in names:
            yield from _to_audience(entry, name, words, context)
    for url in _listening(event, context):
        yield _webhook(entry, url, context)


# --- to one person ----------------------------------------------------------------------------------------------


def _reminder(entry: Recorded, event: happened.PromiseReminded, context: Context) -> Iterator[Outgoing]:
    """Remind each person in the room; where the stage asks for it, by e-mail as well."""
    words = _reminder_words(event, context)
    for person in event.to or (EVERYONE,):
        yield _message(entry, Destination("room", person), words, context)
        known = context.directory.people.get(person)
        if known and event.stage in context.routes.mail_stages and context.routes.reaches("email"):
            yield _message(entry, Destination("email", known.email), _discreet(words, context), context)


def _reminder_words(event: happened.PromiseReminded, context: Context) -> Words:
    promise = context.state.promises.get(event.promise)
    text = _sentence(promise.text if promise else "Something that was promised")
    due = f" It was due at {promise.due_at:%H:%M} UTC." if promise and event.stage != "ahead" else ""
    if promise and event.stage == "ahead":
        due = f" It is due at {promise.due_at:%H:%M} UTC."
    late = f" This reminder is {event.late_seconds} s late." if event.late_seconds else ""
    return Words("reminder", f"{context.label}: {_STAGES[event.stage]}", f"{text}{due}{late}")


def _assigned(entry: Recorded, event: happened.StepAssigned, context: Context) -> Iterator[Outgoing]:
    if event.person is None or event.person == event.by:
        return
    words = Words("assigned", f"{context.label}: a step is yours", _step_text(event.step, context))
    yield _message(entry, Destination("room", event.person), words, context)


def _role_taken(entry: Recorded, event: happened.RoleTaken, context: Context) -> Iterator[Outgoing]:
    if event.person == event.by:
        return
    words = Words("assigned", f"{context.label}: you are {event.role}", f"You were made {event.role}.")
    yield _message(entry, Destination("room", event.person), words, context)


def _step_text(step_id: str, context: Context) -> str:
    step = context.state.step_of(step_id)
    added = next((added.text for added in context.state.added_steps if added.id == step_id), step_id)
    return step.text if step else added


# --- to audiences and channels ----------------------------------------------------------------------------------


def _to_audience(entry: Recorded, name: str, words: Words, context: Context) -> Iterator[Outgoing]:
    """Tell one audience or channel, or say in the room why it was not told; not one that an announcer tells."""
    if context.routes.is_announced(name, context.state):
        return
    audience = context.directory.audience(name)
    reason = _why_not(name, audience, context)
    if reason:
        notice = replace(words, text=f"{name} was not told: {reason}\n\n{words.text}".strip())
        yield _message(entry, Destination("room", name), notice, context)
    elif audience is None:
        yield _message(entry, Destination(context.routes.channel_connector, name), words, context)
    else:
        unreached = []
        for contact in deliberate.recipients(audience, context.state):
            made = _to_one(entry, contact, words, context)
            if made is None:
                unreached.append(contact.label)
            else:
                yield replace(made, url="") if audience.is_outside else made
        yield from _unreached(entry, audience, unreached, context)


def _why_not(name: str, audience: AudienceEntry | None, context: Context) -> str:
    """Return why `name` is not told by Tocsin, in a sentence, or "" when it is."""
    if context.state.is_private:
        return "this incident is private. Tell them yourself, where only they can see it."
    if audience is None:
        return _why_no_channel(name, context.routes)
    if context.state.is_drill and audience.is_outside:
        return "this is a drill, and they are outside the team."
    if not audience.contacts:
        return "nobody is in this audience yet. Add contacts, or tell them yourself."
    if audience.is_deliberate:
        return "they are outside the team. Write to them under Messages, where it is approved and sent."
    if not deliberate.recipients(audience, context.state):
        return "nobody has chosen yet whom of them this concerns. Choose them, then tell them."
    return "" if context.routes.reaches("email") else "no e-mail is set up. Tell them yourself."


def _why_no_channel(name: str, routes: Routes) -> str:
    if not name.startswith("#"):
        return "no audience has this name. Add it, or tell them yourself."
    return "" if routes.channel_connector else "no chat is connected. Post it there yourself."


Told = tuple[tuple[str, ...], Words]


def _update(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.UpdatePosted)
    text = event.text or "There is nothing new since the last update."
    return event.audiences, Words("update", f"{context.label}: update {event.number}", text)


def _notified(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.AudienceNotified)
    return (event.audience,), Words("notified", context.label, event.text)


def _resolution(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.ResolutionAnnounced)
    return event.audiences, Words("resolution", f"{context.label}: resolved", event.text)


def _report(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.ReportShared)
    report = next((report for report in context.state.reports if report.version == event.version), None)
    text = report.text if report else ""
    return event.audiences, Words("report", f"{context.label}: incident report", text)


def _call(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.CallShared)
    return event.audiences, Words("call", f"{context.label}: join the call", f"Join the call: {event.url}")


def _declared(event: Event, context: Context) -> Told:
    assert isinstance(event, happened.DeclaredInChannel)
    return (event.channel,), Words("declared", context.label, event.text)


_TOLD: dict[type[Event], Callable[[Event, Context], Told]] = {
    happened.UpdatePosted: _update,
    happened.AudienceNotified: _notified,
    happened.ResolutionAnnounced: _resolution,
    happened.ReportShared: _report,
    happened.CallShared: _call,
    happened.DeclaredInChannel: _declared,
}
_STAGES = {
    "ahead": "due soon",
    "due": "due now",
    "overdue": "overdue",
    "escalated": "overdue, and now yours too",
    "other-way": "still overdue",
}


# --- to outside audiences, on purpose -----------------------------------------------------------------------------


def _outside(entry: Recorded, event: happened.MessageSent, context: Context) -> Iterator[Outgoing]:
    """Send each recipient their letter; in a drill, say in the room whom it would have reached."""
    message = context.state.messages.get(event.message)
    audience = context.directory.audience(message.audience) if message else None
    if message is None or audience is None:
        return
    reason = _why_not_outside(audience, context)
    if reason:
        words = Words(message.kind, f"{context.label}: {message.subject}", f"{audience.name} was not told: {reason}")
        yield _message(entry, Destination("room", audience.name), words, context)
        return
    unreached = []
    for contact in (contact for contact in audience.contacts if contact.ref in event.recipients):
        written = letters.letter(context.ref, context.state, message, contact, context.routes.base_url)
        made = _to_one(entry, contact, Words(message.kind, written.subject, written.text), context)
        if made is None:
            unreached.append(contact.label)
        else:
            parts = {"list": audience.name, "unsubscribe": written.unsubscribe}
            yield replace(made, html=written.html, url="", data={**made.data, **parts})
    yield from _unreached(entry, audience, unreached, context)


def _why_not_outside(audience: AudienceEntry, context: Context) -> str:
    if context.state.is_drill and audience.is_outside:
        return "this is a drill, and they are outside the team."
    return ""


def _unreached(entry: Recorded, audience: AudienceEntry, names: list[str], context: Context) -> Iterator[Outgoing]:
    """Say in the room whom no way that works here reaches."""
    if names:
        text = f"{', '.join(names)} could not be told: no way that is set up here reaches them. Tell them yourself."
        words = Words("notified", f"{context.label}: {audience.name}", text)
        yield _message(entry, Destination("room", audience.name), words, context)


def _to_one(entry: Recorded, contact: Reachable, words: Words, context: Context) -> Outgoing | None:
    """Return the message by the first way that reaches somebody, the others kept as its fallbacks; None: no way does."""
    ways = [place for way in contact.ways if (place := _place(way, contact, context.routes))]
    if not ways:
        return None
    data: dict[str, object] = {}
    for place in reversed(ways[1:]):
        other: dict[str, object] = {"connector": place.connector, "address": place.address, "text": words.text}
        data = {"fallback": {**other, "after_seconds": FALLBACK_AFTER_SECONDS, **data}}
    return replace(_message(entry, ways[0], words, context), data=data)


def _place(way: str, contact: Reachable, routes: Routes) -> Destination | None:
    if way == "email" and contact.email and routes.reaches("email"):
        return Destination("email", contact.email)
    if way == "pager" and contact.has_pager and routes.reaches("paging"):
        return Destination("paging", contact.ref)
    return None


# --- to those who are called ----------------------------------------------------------------------------------------


def _paged(entry: Recorded, event: happened.TeamPaged | happened.PageEscalated, context: Context) -> Iterator[Outgoing]:
    """Call each person of the stage by their pager, else by e-mail, and in the room; with a link to answer."""
    page = context.state.pages.get(event.page)
    if page is None:
        return
    to = event.to if isinstance(event, happened.PageEscalated) else tuple(page.stages[0].split())
    again = " Nobody has answered yet." if isinstance(event, happened.PageEscalated) else ""
    text = "Open the incident to see why." if context.state.is_private else page.text
    for person in to:
        link = letters.link(context.routes.base_url, "ack", Link("page", person, context.ref, page.id))
        answer = f"\n\nAnswer here, so that nobody else is called:\n{link}" if link else ""
        words = Words("page", f"{context.label}: you are called", f"{_sentence(text)}{again}{answer}")
        yield _message(entry, Destination("room", person), replace(words, text=f"{_sentence(text)}{again}"), context)
        known = context.directory.people.get(person)
        called = _to_one(entry, replace(known, ways=("pager", "email")), words, context) if known else None
        if called is not None:
            yield called


Retrospective = happened.RetrospectiveScheduled | happened.RetrospectiveCancelled


def _invited(entry: Recorded, event: Retrospective, context: Context) -> Iterator[Outgoing]:
    """Invite everybody in the incident to the retrospective, or call it off, as a calendar does."""
    people = [known for ref in context.state.responders if (known := context.directory.people.get(ref)) and known.email]
    if not context.routes.reaches("email"):
        return
    is_off = isinstance(event, happened.RetrospectiveCancelled)
    what = "called off" if is_off else f"{event.starts_at:%A} {event.starts_at.day} {event.starts_at:%B %Y, %H:%M} UTC"
    words = Words("invitation", f"{context.label}: retrospective", f"Retrospective of {context.label}: {what}.")
    calendar = {
        "method": "CANCEL" if is_off else "REQUEST",
        "uid": f"{context.ref}.retrospective",
        "sequence": max(context.state.retrospective_number - 1, 0),
        "starts_at": event.starts_at.isoformat(),
        "minutes": RETROSPECTIVE_MINUTES,
        "attendees": [[known.name, known.email] for known in people],
        "place": "" if context.state.is_private else context.state.call_url,
    }
    for known in people:
        yield replace(_message(entry, Destination("email", known.email), words, context), data={"calendar": calendar})


# --- to programs ------------------------------------------------------------------------------------------------


def _listening(event: Event, context: Context) -> list[str]:
    """Return the addresses that hear of this event, each once: the setting's hears of all."""
    if not context.routes.reaches("webhook"):
        return []
    chosen = (endpoint.url for endpoint in context.endpoints if endpoint.hears(type(event).__name__))
    return list(dict.fromkeys(url for url in (context.routes.webhook_url, *chosen) if url))


def _webhook(entry: Recorded, url: str, context: Context) -> Outgoing:
    """Tell the webhook of the event; of a private incident only that there was one."""
    data: dict[str, object] = {"incident": context.ref, "seq": entry.seq, "hash": entry.hash}
    data["type"] = type(entry.event).__name__
    data["at"] = entry.at.isoformat()
    if not context.state.is_private:
        data["event"] = codec.event_to_json(entry.event)
    words = Words("event", context.label, "")
    return replace(_message(entry, Destination("webhook", url), words, context), data=data)


# --- shared by all ----------------------------------------------------------------------------------------------


def _message(entry: Recorded, destination: Destination, words: Words, context: Context) -> Outgoing:
    place = f"{destination.connector} {destination.address}"
    return Outgoing(
        # The event's hash makes it unique between installations as well; it becomes a mail's Message-ID.
        identity=f"{context.ref}.{entry.seq}.{entry.hash[:16]}.{hashlib.sha256(place.encode()).hexdigest()[:12]}",
        destination=destination,
        kind=words.kind,
        thread=context.ref,
        subject=words.subject,
        text=words.text,
        url=context.url,
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def _discreet(words: Words, context: Context) -> Words:
    """Return words that may leave the building: of a private incident, only that something is due."""
    return replace(words, text="Open the incident to see what is due.") if context.state.is_private else words


def _people_in(event: Event, state: IncidentState) -> tuple[str, ...]:
    """Return the refs of people whose address a message about `event` may need."""
    match event:
        case happened.PromiseReminded(to=to) | happened.PageEscalated(to=to):
            return to
        case happened.TeamPaged(stages=stages):
            return tuple(stages[0].split()) if stages else ()
        case happened.RetrospectiveScheduled() | happened.RetrospectiveCancelled():
            return tuple(state.responders)
    return ()
