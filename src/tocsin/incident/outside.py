"""How messages to outside audiences and pages change an incident. Never decides, never refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tocsin.incident import events as ev
from tocsin.incident.state import IncidentState, OutsideMessage, Page

Changes = dict[str, Any]


def _chosen(state: IncidentState, event: ev.RecipientsChosen) -> Changes:
    others = {name: chosen for name, chosen in state.recipients.items() if name != event.audience}
    return {"recipients": others | ({event.audience: event.recipients} if event.recipients else {})}


def _drafted(state: IncidentState, event: ev.MessageDrafted) -> Changes:
    drafted = OutsideMessage(
        event.message,
        event.audience,
        event.kind,
        event.subject,
        event.text,
        event.by,
        event.at,
        event.corrects,
        event.step,
    )
    return {"messages": {**state.messages, event.message: drafted}}


def _on_message(change: Callable[[OutsideMessage, Any], OutsideMessage]) -> Callable[[IncidentState, Any], Changes]:
    """Change one message; an event about one that is not known only counts."""

    def evolved(state: IncidentState, event: Any) -> Changes:
        found = state.messages.get(event.message)
        return {"messages": {**state.messages, found.id: change(found, event)}} if found else {}

    return evolved


def _sent(state: IncidentState, event: ev.MessageSent) -> Changes:
    number = state.version + 1

    def sent(message: OutsideMessage, event: ev.MessageSent) -> OutsideMessage:
        told = replace(message, recipients=event.recipients, names=event.names)
        return replace(told, sent_at=event.at, sent_by=event.by, sent_event=number)

    return _on_message(sent)(state, event)


def _acknowledged(message: OutsideMessage, event: ev.MessageAcknowledged) -> OutsideMessage:
    return replace(message, acknowledged=tuple(dict.fromkeys((*message.acknowledged, event.recipient))))


def _paged(state: IncidentState, event: ev.TeamPaged) -> Changes:
    number = state.version + 1
    made = Page(event.page, event.team, event.text, event.stages, event.wait_seconds, event.at, event=number)
    return {"pages": {**state.pages, event.page: made}}


def _escalated(state: IncidentState, event: ev.PageEscalated) -> Changes:
    return _on_page(state, event.page, round=event.round, paged_at=event.at)


def _answered(state: IncidentState, event: ev.PageAcknowledged) -> Changes:
    return _on_page(state, event.page, acknowledged_at=event.at, acknowledged_by=event.by)


def _on_page(state: IncidentState, page: str, **changes: Any) -> Changes:
    found = state.pages.get(page)
    return {"pages": {**state.pages, page: replace(found, **changes)}} if found else {}


CHANGES: dict[type[ev.Event], Callable[[IncidentState, Any], Changes]] = {
    ev.RecipientsChosen: _chosen,
    ev.MessageDrafted: _drafted,
    ev.MessageApproved: _on_message(lambda message, event: replace(message, approved_by=event.by)),
    ev.MessageDiscarded: _on_message(lambda message, event: replace(message, is_discarded=True)),
    ev.MessageSent: _sent,
    ev.MessageAcknowledged: _on_message(_acknowledged),
    ev.TeamPaged: _paged,
    ev.PageEscalated: _escalated,
    ev.PageAcknowledged: _answered,
}
