"""Where in Slack an incident's messages go, and how deliveries name those places. Pure.

Addresses: "C…" a channel; "own:INC-12" the channel that is the incident's own; "person:3" a direct message. Receipts:
"C…/1700000000.000100" a message, "C…" a channel.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.incident.state import IncidentState
from tocsin.integrations.slack.config import SlackConfig
from tocsin.playbook.model import Channel, Playbook

CLEAR_OF_OWN = "own:"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that Slack holds; `ts` is "" where the place is a whole channel."""

    channel: str
    ts: str = ""


def write_receipt(channel: str, ts: str = "") -> str:
    return f"{channel}/{ts}" if ts else channel


def read_receipt(external_id: str) -> Message:
    channel, _, ts = external_id.partition("/")
    return Message(channel, ts)


def has_own_channel(state: IncidentState, config: SlackConfig) -> bool:
    """Return whether the incident has a channel of its own. A private one always has: it is told nowhere else."""
    return config.has_incident_channels or state.is_private


def home_of(ref: str, state: IncidentState, config: SlackConfig) -> str | None:
    """Return the address of the incident's thread or channel, or None where Slack has no place for it."""
    if has_own_channel(state, config):
        return f"{CLEAR_OF_OWN}{ref}"
    return public_channel(state, config)


def public_channel(state: IncidentState, config: SlackConfig) -> str | None:
    """Return the channel that the playbook declares incidents in, as the channel map has it."""
    channel = declared_in(state.playbook)
    if state.is_drill and config.drill_channel:
        return config.drill_channel
    return config.mapped(channel.id, channel.name) if channel else config.channel_map.get("*")


def declared_in(playbook: Playbook) -> Channel | None:
    """Return the channel of the step that declares, else the first channel of the playbook that has an ID."""
    steps = list(playbook.all_steps())
    declaring = (channel for step in steps if step.action == "declare" for channel in step.channels)
    return next(declaring, None) or next((found for step in steps for found in step.channels if found.id), None)


def is_thread(name: str) -> bool:
    """Return whether a playbook's words mean the incident's own thread ("the Slack thread")."""
    return "thread" in name.lower().split()


def channel_named(name: str, state: IncidentState, config: SlackConfig) -> str | None:
    """Return the ID of the channel that a message for `name` goes to: a channel of the playbook, or an audience that
    the channel map knows. None: Slack is not how `name` is told."""
    found = [channel for step in state.playbook.all_steps() for channel in step.channels if channel.name == name]
    channel_id = next((channel.id for channel in found if channel.id), None)
    if channel_id is None and not name.startswith("#") and name.lower() not in config.channel_map:
        return None
    if state.is_drill and config.drill_channel:
        return config.drill_channel
    return config.mapped(channel_id, name)
