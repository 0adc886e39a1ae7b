"""Say what Slack shows of an incident's events: events become deliveries, in order. Pure; the desk queues them.

Every delivery holds its finished blocks, so that sending it again is exact. A private incident is told only in its own
private channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk.messages import EVERYONE
from tocsin.incident import events as ev
from tocsin.incident.state import IncidentState
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import cards, places
from tocsin.integrations.slack.blocks import escape, link
from tocsin.integrations.slack.cards import Card
from tocsin.integrations.slack.checklist import checklist
from tocsin.integrations.slack.config import NAME, SlackConfig
from tocsin.integrations.slack.view import Mention, Seen, nobody
from tocsin.store.log import Recorded


def queued_always(identity: str) -> bool:
    """Take every incident for one that was announced when it was declared."""
    return True


@dataclass(frozen=True, slots=True)
class Announcer:
    """Makes Slack's messages for the desk. `mention` turns a person's ref into Slack's mention, or ""; `email_of` gives
    the address that stands in for a direct message, or "" where e-mail cannot; `is_queued` says whether a delivery is
    known, whatever became of it."""

    config: SlackConfig
    mention: Mention = nobody
    email_of: Mention = nobody
    is_queued: Callable[[str], bool] = queued_always

    def reaches(self, name: str, state: IncidentState) -> bool:
        """Return whether this tells `name` itself, so that nobody else does."""
        if places.is_thread(name):
            return places.home_of("", state, self.config) is not None
        return not state.is_private and places.channel_named(name, state, self.config) is not None

    def announce(self, ref: str, entries: Sequence[Recorded], state: IncidentState) -> list[Outgoing]:
        """Return the deliveries of `entries`, in order; none where Slack has no place for the incident."""
        home = places.home_of(ref, state, self.config)
        if home is None or not entries:
            return []
        telling = self._telling(ref, state, home, entries[-1].at, entries)
        return list(telling.messages(attaches=self._is_unattached(telling)))

    def attach(self, ref: str, state: IncidentState, now: datetime) -> list[Outgoing]:
        """Return what opens an incident in Slack that was declared without it; nothing where it was announced."""
        home = places.home_of(ref, state, self.config)
        if home is None:
            return []
        telling = self._telling(ref, state, home, now, ())
        return list(telling.opening()) if self._is_unattached(telling) else []

    def _telling(
        self, ref: str, state: IncidentState, home: str, now: datetime, entries: Sequence[Recorded]
    ) -> _Telling:
        seen = Seen(ref, state, now, self.config.base_url, self.mention)
        return _Telling(self.config, seen, home, tuple(entries), self.email_of)

    def _is_unattached(self, telling: _Telling) -> bool:
        """Return whether an incident that goes on was never announced: Slack was set up after it was declared."""
        return telling.seen.state.status not in _ENDED and not self.is_queued(telling.root)


_ENDED = frozenset({"dismissed", "closed"})
_CHANGES_ROOT = (
    ev.SeverityAssigned,
    ev.IncidentConfirmed,
    ev.IncidentDismissed,
    ev.IncidentResolved,
    ev.IncidentReopened,
    ev.IncidentClosed,
    ev.IncidentDescribed,
    ev.CallStarted,
    ev.RoleTaken,
    ev.RoleLeft,
)
_LEAVES_CHECKLIST = (ev.NoteAdded, ev.EvidenceRetained, ev.PromiseReminded)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One transaction's events on the way to Slack. `home` is the address of the incident's thread or channel."""

    config: SlackConfig
    seen: Seen
    home: str
    entries: tuple[Recorded, ...]
    email_of: Mention

    def messages(self, *, attaches: bool = False) -> Iterator[Outgoing]:
        """`attaches`: the incident was declared without Slack, so that these are the first it hears of it."""
        entries = self.entries
        begins = any(isinstance(entry.event, ev.IncidentDeclared) for entry in entries)
        if begins or attaches:
            yield from self.opening()
        if not begins:
            for entry in entries:
                yield from self._of_entry(entry)
            if not attaches:
                yield from self._edits()
        for entry in entries:
            yield from self._direct(entry)
            if isinstance(entry.event, ev.ResponderJoined) and self.is_own and not begins:
                about = {"method": "conversations.invite", "invite": [entry.event.person]}
                yield self._plain(entry, "invite", self.home, about)
            if isinstance(entry.event, ev.IncidentClosed) and self.is_own:
                yield self._plain(entry, "archive", self.home, {"method": "conversations.archive"})

    def has_opened(self, step: str | None) -> bool:
        """Return whether a step came to apply in this very transaction."""
        return any(isinstance(entry.event, ev.StepOpened) and entry.event.step == step for entry in self.entries)

    @property
    def is_own(self) -> bool:
        return self.home.startswith(places.CLEAR_OF_OWN)

    # --- the opening and its edits ------------------------------------------------------------------------------

    @property
    def _born(self) -> int:
        declared_at = self.seen.state.declared_at
        return int(declared_at.timestamp() * 1000) if declared_at else 0

    def _fixed(self, what: str) -> str:
        """Name a delivery that later ones reply to or edit; the moment keeps installations apart."""
        return f"{self.seen.ref}.slack.{what}.{self._born}"

    @property
    def root(self) -> str:
        """Name the delivery that announces the incident."""
        return self._fixed("root")

    def opening(self) -> Iterator[Outgoing]:
        """Announce the incident as it stands, and begin its thread or its channel."""
        if self.is_own:
            yield self._own_channel()
        follows = self._fixed("channel") if self.is_own else ""
        root = cards.declared(self.seen)
        yield self._card(self.root, "declared", self.home, root, follows=follows)
        yield self._card(self._fixed("checklist"), "checklist", self.home, checklist(self.seen), follows=self._thread)
        public = places.public_channel(self.seen.state, self.config)
        if self.is_own and public and not self.seen.state.is_private:
            card = Card(root.text, root.blocks)
            yield self._card(self._fixed("pointer"), "pointer", public, card)

    @property
    def _thread(self) -> str:
        return self._fixed("channel") if self.is_own else self.root

    def _own_channel(self) -> Outgoing:
        state = self.seen.state
        about = {
            "method": "conversations.create",
            "name": channel_name(self.seen.ref, state.title, self._born),
            "is_private": state.is_private,
            "topic": f"{self.seen.title} · {self.seen.level}"[:250],
            "bookmark": self.seen.url,
            "invite": sorted(state.responders),
        }
        return self._row(self._fixed("channel"), "channel", self.home, state.title, about)

    def _edits(self) -> Iterator[Outgoing]:
        """Edit the announcement and the checklist in place; an edit that waits is replaced by a newer one."""
        last = self.entries[-1]
        if any(isinstance(entry.event, _CHANGES_ROOT) for entry in self.entries):
            yield self._edit(last, "declared", self.root, cards.declared(self.seen))
        if any(not isinstance(entry.event, _LEAVES_CHECKLIST) for entry in self.entries):
            yield self._edit(last, "checklist", self._fixed("checklist"), checklist(self.seen))

    def _edit(self, last: Recorded, kind: str, edited: str, card: Card) -> Outgoing:
        identity = self._identity(last, f"edit {kind}")
        return self._card(identity, f"{kind}-edit", self.home, card, follows=edited, fold=kind, method="chat.update")

    # --- one event ----------------------------------------------------------------------------------------------

    def _of_entry(self, entry: Recorded) -> Iterator[Outgoing]:
        tell = _TOLD.get(type(entry.event))
        if tell is not None:
            yield from tell(self, entry, entry.event)

    def reply(self, entry: Recorded, kind: str, card: Card, *, fold: str = "", **more: Any) -> Outgoing:
        """Say it in the incident's thread, or in its own channel."""
        identity = self._identity(entry, f"{kind} thread")
        return self._card(identity, kind, self.home, card, follows=self._thread, fold=fold, **more)

    def tell(self, entry: Recorded, kind: str, name: str, card: Card) -> Iterator[Outgoing]:
        """Say it in the channel that stands for `name`; where that is the thread's channel, in both at once."""
        if self.seen.state.is_private:
            return
        channel = places.channel_named(name, self.seen.state, self.config)
        if channel is None:
            return
        if channel == self.home:
            yield self.reply(entry, kind, card, is_broadcast=True)
        else:
            yield self._card(self._identity(entry, f"{kind} {channel}"), kind, channel, card)

    def _direct(self, entry: Recorded) -> Iterator[Outgoing]:
        event = entry.event
        if isinstance(event, ev.StepAssigned) and event.person and event.person != event.by:
            due = next((p.due_at for p in self.seen.room.promises if p.step == event.step), None)
            yield self._to(entry, "assigned", event.person, cards.assigned(self.seen, event.step, due, event.by))
        elif isinstance(event, ev.RoleTaken) and event.person != event.by and event.by != "system":
            yield self._to(entry, "assigned", event.person, _you_are(self.seen, event))
        elif isinstance(event, ev.PromiseReminded) and event.stage in {"ahead", "escalated"}:
            promise = self.seen.state.promises.get(event.promise)
            for person in event.to if promise else ():
                assert promise is not None
                card = cards.reminder(self.seen, promise, event.stage, event.to, event.why)
                yield self._to(entry, "reminder", person, card, fold=f"reminder {event.promise}")

    def _to(self, entry: Recorded, kind: str, person: str, card: Card, fold: str = "") -> Outgoing:
        return self._card(self._identity(entry, f"{kind} {person}"), kind, person, card, fold=fold)

    # --- rows ---------------------------------------------------------------------------------------------------

    def _identity(self, entry: Recorded, what: str) -> str:
        return f"{self.seen.ref}.{entry.seq}.{entry.hash[:16]}.slack {what}"[:255]

    def _card(
        self, identity: str, kind: str, address: str, card: Card, *, follows: str = "", fold: str = "", **more: Any
    ) -> Outgoing:
        data = {"method": "chat.postMessage", "blocks": list(card.blocks), **more}
        if data["method"] == "chat.postMessage" and (other := self._fallback(address, card)):
            data["fallback"] = other
        return self._row(identity, kind, address, card.text, data, follows=follows, fold=fold)

    def _fallback(self, address: str, card: Card) -> dict[str, str]:
        """Return the other way: a person's e-mail, or for all others the room."""
        text = kit.plainly(card.text)
        if not address.startswith("person:"):
            return {"connector": "room", "address": EVERYONE, "text": text}
        email = self.email_of(address)
        if self.seen.state.is_private:
            text = "Open the incident to see what is yours to do."
        return {"connector": "email", "address": email, "text": text} if email else {}

    def _plain(self, entry: Recorded, kind: str, address: str, data: dict[str, Any]) -> Outgoing:
        return self._row(self._identity(entry, kind), kind, address, kind, data, follows=self._thread)

    def _row(
        self,
        identity: str,
        kind: str,
        address: str,
        text: str,
        data: dict[str, Any],
        *,
        follows: str = "",
        fold: str = "",
    ) -> Outgoing:
        return Outgoing(
            identity=identity,
            destination=Destination(NAME, address),
            kind=kind,
            thread=self.seen.ref,
            subject=self.seen.subject,
            text=text,
            url=self.seen.url,
            data=data,
            fold=fold,
            follows=follows,
        )


def channel_name(ref: str, title: str, born: int) -> str:
    """Return a channel's name by Slack's rules, at most 80 characters; a restored installation does not take another's."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title.lower())
    slug = "-".join(filter(None, words.split("-")))[:50]
    return f"{ref.lower()}-{slug or 'incident'}-{born // 1000 % 46_656:04x}"[:80].rstrip("-")


def _you_are(seen: Seen, event: ev.RoleTaken) -> Card:
    return cards.line(f"*{escape(seen.title)}*\n{seen.name(event.by)} made you *{escape(event.role)}*.")


# --- what is said of each event -------------------------------------------------------------------------------------

_Tell = Callable[[_Telling, Recorded, Any], Iterable[Outgoing]]


def _severity(telling: _Telling, entry: Recorded, event: ev.SeverityAssigned) -> Iterator[Outgoing]:
    yield telling.reply(entry, "severity", cards.severity(telling.seen, event.before, event.reason, event.by))


def _suggested(telling: _Telling, entry: Recorded, event: ev.SeveritySuggested) -> Iterator[Outgoing]:
    yield telling.reply(
        entry, "suggestion", cards.suggestion(telling.seen, event.severity, event.why), fold="suggestion"
    )


def _answered(telling: _Telling, entry: Recorded, event: ev.QuestionAnswered) -> Iterator[Outgoing]:
    asked = next((q.text for q in telling.seen.state.playbook.questions if q.id == event.question), event.question)
    yield telling.reply(
        entry, "answer", cards.line(f"❓ {escape(asked)}: *{event.answer}*, says {telling.seen.name(event.by)}.")
    )


def _opened(telling: _Telling, entry: Recorded, event: ev.StepOpened) -> Iterator[Outgoing]:
    """Open the composer for a step that tells somebody whom Slack does not reach by itself."""
    step = telling.seen.state.step_of(event.step)
    if step is None or step.action != "notify" or is_told_by_itself(step.id, telling.seen.state, telling.config):
        return
    record = telling.seen.state.steps.get(step.id)
    if record is None or not (record.done_at or record.skipped_at):
        yield telling.reply(entry, "composer", cards.composer(telling.seen, step, event.why))


def is_told_by_itself(step_id: str, state: IncidentState, config: SlackConfig) -> bool:
    """Return whether Tocsin tells a step's audiences itself: all of them are channels of the team's in Slack."""
    step = state.step_of(step_id)
    if step is None or step.action != "notify" or state.is_private:
        return False
    names = (*(channel.name for channel in step.channels), *step.audiences)
    return bool(names) and all(places.channel_named(name, state, config) for name in names)


def _role(telling: _Telling, entry: Recorded, event: ev.RoleTaken) -> Iterator[Outgoing]:
    seen = telling.seen
    before = f" from {seen.name(event.before)}" if event.before else ""
    yield telling.reply(entry, "role", cards.line(f"👤 {seen.name(event.person)} is *{escape(event.role)}*{before}."))


def _update(telling: _Telling, entry: Recorded, event: ev.UpdatePosted) -> Iterator[Outgoing]:
    card = cards.update(telling.seen, event.number, event.text, event.by, event.at)
    told = [out for name in event.audiences for out in telling.tell(entry, "update", name, card)]
    yield from told or [telling.reply(entry, "update", card)]


def _notified(telling: _Telling, entry: Recorded, event: ev.AudienceNotified) -> Iterator[Outgoing]:
    told = list(telling.tell(entry, "told", event.audience, cards.told(telling.seen, event.text)))
    yield from told
    if not told:
        said = f"📣 To *{escape(event.audience)}*: {escape(event.text)}"
        yield telling.reply(entry, "notified", cards.line(said))


def _reminded(telling: _Telling, entry: Recorded, event: ev.PromiseReminded) -> Iterator[Outgoing]:
    promise = telling.seen.state.promises.get(event.promise)
    if promise is None or not promise.is_open or (event.stage == "ahead" and event.to):
        return
    if event.stage == "due" and telling.has_opened(promise.step):
        return  # The step's own message, a line above, says the same.
    card = cards.reminder(telling.seen, promise, event.stage, event.to, event.why)
    yield telling.reply(entry, "reminder", card, fold=f"reminder {event.promise}", late_seconds=event.late_seconds)


def _call(telling: _Telling, entry: Recorded, event: ev.CallShared) -> Iterator[Outgoing]:
    card = cards.line(
        f"📞 {link(event.url, 'Join the call')} of {escape(telling.seen.title)}. If this concerns you, please join."
    )
    told = [out for name in event.audiences for out in telling.tell(entry, "call", name, card)]
    yield from told or [telling.reply(entry, "call", card)]


def _resolved(telling: _Telling, entry: Recorded, event: ev.IncidentResolved) -> Iterator[Outgoing]:
    yield telling.reply(entry, "resolved", cards.resolved(telling.seen, event.summary, event.by))


def _announced(telling: _Telling, entry: Recorded, event: ev.ResolutionAnnounced) -> Iterator[Outgoing]:
    card = cards.told(telling.seen, event.text)
    for name in event.audiences:
        yield from telling.tell(entry, "resolution", name, card)


def _report(telling: _Telling, entry: Recorded, event: ev.ReportDrafted) -> Iterator[Outgoing]:
    drafted = telling.seen.state.reports[event.version - 1]
    card = cards.report(telling.seen, drafted, telling.config.approve_reaction)
    yield telling.reply(entry, "report", card, fold="report", version=event.version)


def _report_shared(telling: _Telling, entry: Recorded, event: ev.ReportShared) -> Iterator[Outgoing]:
    where = f"{telling.seen.url}/report" if telling.seen.url else ""
    text = link(where, "The incident report") if where else "The incident report"
    card = cards.line(f"📝 {text} of {escape(telling.seen.title)}, version {event.version}, is shared.")
    told = [out for name in event.audiences for out in telling.tell(entry, "report-shared", name, card)]
    yield from told or [telling.reply(entry, "report-shared", card)]


def _said(words: Callable[[Seen, Any], str], kind: str) -> _Tell:
    """Say one line of an event in the thread."""
    return lambda telling, entry, event: [telling.reply(entry, kind, cards.line(words(telling.seen, event)))]


_TOLD: dict[type[ev.Event], _Tell] = {
    ev.SeverityAssigned: _severity,
    ev.SeveritySuggested: _suggested,
    ev.QuestionAnswered: _answered,
    ev.StepOpened: _opened,
    ev.RoleTaken: _role,
    ev.UpdatePosted: _update,
    ev.AudienceNotified: _notified,
    ev.PromiseReminded: _reminded,
    ev.CallShared: _call,
    ev.IncidentResolved: _resolved,
    ev.ResolutionAnnounced: _announced,
    ev.ReportDrafted: _report,
    ev.ReportShared: _report_shared,
    ev.IncidentConfirmed: _said(lambda seen, e: f"❗ Confirmed as an incident by {seen.name(e.by)}.", "state"),
    ev.IncidentDismissed: _said(lambda seen, e: f"A false alarm, says {seen.name(e.by)}: {escape(e.reason)}", "state"),
    ev.IncidentReopened: _said(lambda seen, e: f"❗ Reopened by {seen.name(e.by)}: {escape(e.reason)}", "state"),
    ev.IncidentClosed: _said(lambda seen, e: f"Closed by {seen.name(e.by)}.", "state"),
    ev.StepSkipped: _said(
        lambda seen, e: f"{seen.name(e.by)} skipped “{escape(seen.step_text(e.step))}”: {escape(e.reason)}", "skipped"
    ),
    ev.ImpactDescribed: _said(lambda seen, e: f"*Impact*, says {seen.name(e.by)}: {escape(e.text)}", "impact"),
    ev.HotfixReleased: _said(lambda seen, e: f"🚀 Hotfix released by {seen.name(e.by)}: {escape(e.text)}", "hotfix"),
    ev.ReportApproved: _said(lambda seen, e: f"👍 {seen.name(e.by)} approved version {e.version}.", "approval"),
    ev.ApprovalWithdrawn: _said(
        lambda seen, e: f"{seen.name(e.by)} withdrew the approval of version {e.version}.", "approval"
    ),
    ev.FollowUpCreated: _said(
        lambda seen, e: (
            f"📌 Follow-up {escape(e.follow_up)}: {escape(e.title)} ({escape(e.category or 'no category')})"
        ),
        "follow-up",
    ),
    ev.RetrospectiveScheduled: _said(
        lambda seen, e: f"🗓 The retrospective is at {e.starts_at:%Y-%m-%d %H:%M} UTC.", "retrospective"
    ),
}
