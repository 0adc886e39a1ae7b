"""A workspace in the emulator, the app in front of it, and a cast that types, presses and reacts.

The emulator has no slash commands, interactions or event subscriptions, so the cast sends those as Slack does: signed
requests to the app, shaped as https://docs.slack.dev documents them.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import RequestFactory
from slack_sdk import WebClient

from tests.integrations.slack.described import check_calls
from tests.integrations.slack.emulated import BOT_TOKEN, CHANNELS, SECRET, emulator
from tests.outside.fault_proxy import FaultProxy
from tests.outside.slack_door import SlackDoor
from tocsin.delivery.ports import Connector
from tocsin.delivery.retry import RetryPolicy
from tocsin.delivery.worker import Worker
from tocsin.desk import clock as desk_clock
from tocsin.desk import playbooks, routes
from tocsin.desk.routes import Routes
from tocsin.integrations.email.send import EmailConnector, EmailSettings
from tocsin.integrations.room.send import RoomConnector
from tocsin.integrations.slack.config import SlackConfig
from tocsin.integrations.slack.connect import SlackParts, connect

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)

PLAYBOOK = b"""---
name: Harbour incidents
about: What the harbour's team does when something breaks.
---

**Do not put sensitive information in this issue or Slack.**

## Start

1. [ ] Declare an incident in [#general-ops][ops].
1. [ ] Start a video call.
1. [ ] Share a link to the video call in Slack.
1. [ ] Delegate the rest.

## Look

- [ ] Determine the impact.
- [ ] Assign the severity:
  - **High:** Customer data was seen by others
  - **Medium:** Full harbour downtime for more than 30 minutes
  - **Low:** One berth is out of order

### Medium/High incidents

- [ ] Notify [#general-ops][ops].
- [ ] If the incident is lasting more than 60 minutes or customers' data has been breached, notify the shipping lines.
- [ ] If it's believed to be an ongoing attack, notify SecOps.

## Mend

- [ ] Delegate someone to take notes in the Slack thread.
- [ ] Post in the Slack thread when the incident has been resolved.

### Medium/High incidents

- [ ] Provide updates to [#general-ops][ops] every 30 minutes.
- [ ] Notify [#general-ops][ops] when the incident has been resolved.

## Afterwards

- [ ] For Medium/High incidents, write an incident report.
  1. [ ] Write a draft.
  1. [ ] Get thumbs-up from those involved in the incident.
  1. [ ] Share with relevant stakeholders.
- [ ] Create issues for follow-up tasks, such as:
  - Adding monitoring
  - Updating documentation

[ops]: https://harbour.slack.com/archives/C0HARBOUR1
"""


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class Workspace:
    """The app, connected to the emulator, on a clock that stands still."""

    parts: SlackParts
    worker: Worker
    clock: Clock
    door: SlackDoor
    faults: FaultProxy
    client: WebClient
    channels: Mapping[str, str]
    users: Mapping[str, str]
    team: str
    began: int = 0
    sent: list[tuple[str, Any]] = field(default_factory=list)

    def restart(self) -> None:
        """End the app as a stopped process does, and connect it anew on the same folder."""
        self.parts.inbox.stop()
        self.parts.acting.close()
        self.parts = connect(self.parts.config, self.clock)
        self.parts.acting.listen()

    # --- time -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything that was begun come to rest: requests, what Tocsin does by itself, deliveries."""
        for _ in range(3):
            assert self.parts.inbox.settle(20)
            self.parts.acting.act_on_changes()
            self.worker.run_due(self.clock.now)

    def pass_time(self, *, to_minute: float | None = None, minutes: float = 0) -> None:
        """Let virtual time pass, doing what is due at the moment it is due."""
        end = (
            T0 + timedelta(minutes=to_minute) if to_minute is not None else self.clock.now + timedelta(minutes=minutes)
        )
        while (due := desk_clock.next_wake(self.clock.now)) is not None and due <= end:
            self.clock.now = max(due, self.clock.now)
            desk_clock.tick(self.clock.now)
            self.settle()
        self.clock.now = end
        self.settle()

    # --- what the cast does -----------------------------------------------------------------------------------------

    def type(self, who: str, text: str, channel: str = "general-ops", **more: str) -> Any:
        """Type `/incident …`."""
        form = {
            "command": "/incident",
            "text": text,
            "team_id": self.team,
            "channel_id": self.channels.get(channel, channel),
            "user_id": self.users[who],
            "trigger_id": self.trigger(),
            "response_url": f"http://localhost:{self.door.port}/answers/{next(_numbers)}",
            **more,
        }
        return self.post(urlencode(form), "application/x-www-form-urlencoded")

    def press(self, who: str, action_id: str, value: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Press a button, or choose from a menu with `more` holding what was chosen."""
        chosen = {name: more.pop(name) for name in ("selected_user", "selected_option") if name in more}
        action = {"action_id": action_id, "block_id": "b", "type": "button", **chosen}
        if value is not None:
            action["value"] = json.dumps(value)
        body = {
            "type": "block_actions",
            "user": {"id": self.users[who], "team_id": self.team},
            "team": {"id": self.team},
            "channel": {"id": self.channels["general-ops"]},
            "trigger_id": self.trigger(),
            "response_url": f"http://localhost:{self.door.port}/answers/{next(_numbers)}",
            "actions": [action],
            **more,
        }
        return self.interact(body)

    def submit(self, who: str, **answers: Any) -> Any:
        """Fill in and send the form that was opened last."""
        view = self.last_view()
        values: dict[str, Any] = {}
        for name, answer in answers.items():
            block = next(block for block in view["blocks"] if block.get("block_id") == name)
            values[name] = {block["element"]["action_id"]: _filled(block["element"], answer)}
        for block in view["blocks"]:
            if block["type"] == "input" and block["block_id"] not in values:
                values[block["block_id"]] = {block["element"]["action_id"]: _untouched(block["element"])}
        body = {
            "type": "view_submission",
            "user": {"id": self.users[who], "team_id": self.team},
            "team": {"id": self.team},
            "trigger_id": self.trigger(),
            "view": {**view, "state": {"values": values}},
        }
        return self.interact(body)

    def interact(self, body: Mapping[str, Any]) -> Any:
        return self.post(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    def say(self, who: str, text: str, thread_ts: str = "", channel: str = "general-ops", **more: Any) -> str:
        """Write a message as a person, and let Slack tell the app of it. Return its ts."""
        place = self.channels.get(channel, channel)
        person = WebClient(f"xoxp-{who}", base_url=self.emulator_api)
        posted = person.chat_postMessage(channel=place, text=text, thread_ts=thread_ts or None)
        event = {"type": "message", "user": self.users[who], "text": text, "ts": posted["ts"], "channel": place, **more}
        if thread_ts:
            event |= {"thread_ts": thread_ts, "parent_user_id": self.users["tocsin"]}
        self.event(event)
        return str(posted["ts"])

    def react(self, who: str, emoji: str, ts: str, *, away: bool = False, channel: str = "general-ops") -> None:
        kind = "reaction_removed" if away else "reaction_added"
        item = {"type": "message", "channel": self.channels.get(channel, channel), "ts": ts}
        self.event({"type": kind, "user": self.users[who], "reaction": emoji, "item": item})

    def event(self, event: Mapping[str, Any], **more: Any) -> Any:
        """Send an event as Slack does."""
        number = next(_numbers)
        body = {
            "type": "event_callback",
            "team_id": self.team,
            "event_id": f"Ev{number:09}",
            "event_time": int(time.time()),
            "event": dict(event),
            **more,
        }
        return self.post(json.dumps(body), "application/json")

    def post(self, body: str, kind: str, *, at: float | None = None, secret: str = SECRET, **headers: str) -> Any:
        """Send a signed request to the app's page and return the response."""
        stamp = str(int(time.time() if at is None else at))
        signature = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        self.sent.append((body, kind))
        request = RequestFactory().post(
            "/slack/events",
            data=body,
            content_type=kind,
            headers={"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}", **headers},
        )
        return self.parts.page(request)

    def trigger(self) -> str:
        """Return a trigger that opens one form, from the emulator where it can make one."""
        answer = self.client.api_call(
            "views.generateTriggerId", params={"user_id": self.users["ana"], "app_id": "", "n": str(next(_numbers))}
        )
        return str(answer["trigger_id"])

    # --- what is there to see -----------------------------------------------------------------------------------------

    @property
    def emulator_api(self) -> str:
        return f"{emulator().url('slack')}/api/"

    def last_view(self) -> dict[str, Any]:
        """Return the form that a person sees."""
        call = next(c for c in reversed(self.door.calls) if c.method in {"views.open", "views.update", "views.push"})
        return dict(call.answer["view"])

    def channel(self, name: str = "general-ops") -> list[dict[str, Any]]:
        """Return the messages of a channel, oldest first."""
        answer = self.client.conversations_history(channel=self.channels.get(name, name), limit=1000)
        return list(reversed(answer["messages"]))

    def thread(self, ts: str, channel: str = "general-ops") -> list[dict[str, Any]]:
        """Return a thread's messages, its root first."""
        answer = self.client.conversations_replies(channel=self.channels.get(channel, channel), ts=ts)
        return list(answer["messages"])

    def directs(self, who: str) -> list[dict[str, Any]]:
        """Return what the app wrote to one person, oldest first."""
        place = self.client.conversations_open(users=[self.users[who]])["channel"]["id"]
        found = list(reversed(self.client.conversations_history(channel=place, limit=1000)["messages"]))
        return [message for message in found if _count(message["ts"]) > self.began]


@contextmanager
def workspace(
    folder: Path,
    playbook: bytes = PLAYBOOK,
    *,
    names: tuple[str, str] = ("c0harbour1", "secops"),
    smtp_port: int = 0,
    **settings: Any,
) -> Iterator[Workspace]:
    """Connect the app to new channels of the emulator, and end it all afterwards. Every call that the app made is then
    held to Slack's limits and description.

    `names`: what the playbook calls its channel, by ID, and the team that hears of attacks. `smtp_port`: where mail goes.
    """
    running = emulator()
    direct = WebClient(BOT_TOKEN, base_url=f"{running.url('slack')}/api/")
    channels = _new_channels(direct)
    users = {user["name"]: user["id"] for user in direct.users_list()["members"]}
    clock = Clock()
    before = routes.current()
    with SlackDoor(running.ports["slack"]) as door, FaultProxy(door.port) as faults:
        config = SlackConfig(
            **{
                "inbox": folder / "inbox",
                "bot_token": BOT_TOKEN,
                "signing_secret": SECRET,
                "api_url": f"http://localhost:{faults.port}/api/",
                "base_url": "https://tocsin.example",
                "channel_map": {names[0]: channels["general-ops"], names[1]: channels["security-team"]},
                "timeout_seconds": 3,
                **settings,
            }
        )
        parts = connect(config, clock, has_email=bool(smtp_port))
        connectors: dict[str, Connector] = {"slack": parts.connector, "room": RoomConnector()}
        if smtp_port:
            connectors["email"] = EmailConnector(EmailSettings("127.0.0.1", smtp_port, security="none"), clock)
        policy = RetryPolicy(first=timedelta(milliseconds=1), least=timedelta())
        worker = Worker(connectors, clock, policy=policy, chance=lambda: 0.0)
        routes.hand_in(Routes(connectors=frozenset(connectors), announcers=(parts.announcer,)))
        playbooks.add(playbook, "harbour.md", now=T0)
        parts.acting.listen()
        team = str(direct.auth_test()["team_id"])
        found: Workspace | None = None
        try:
            first = direct.chat_postMessage(channel=channels["staging"], text="The test begins.")
            found = Workspace(parts, worker, clock, door, faults, direct, channels, users, team, _count(first["ts"]))
            yield found
            check_calls(door.calls)
        finally:
            last = found.parts if found else parts
            last.acting.close()
            last.inbox.stop()
            routes.hand_in(before)


def _count(ts: str) -> int:
    """The emulator counts its messages in the second part of their names."""
    return int(ts.partition(".")[2])


def _new_channels(client: WebClient) -> dict[str, str]:
    """Give each test channels of its own, with the whole cast in them."""
    number = next(_numbers)
    found: dict[str, str] = {}
    for name in CHANNELS:
        channel = client.conversations_create(name=f"{name}-{number}")["channel"]["id"]
        found[name] = channel
    return found


def _filled(element: Mapping[str, Any], answer: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind in {"static_select", "radio_buttons"}:
        option = next(option for option in element["options"] if answer in (option["value"], option["text"]["text"]))
        return {"type": kind, "selected_option": option}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [o for o in element["options"] if o["value"] in answer]}
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": answer}
    return {"type": kind, "value": answer}


def _untouched(element: Mapping[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    if kind in {"static_select", "radio_buttons"}:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    return {"type": kind, "value": element.get("initial_value")}
