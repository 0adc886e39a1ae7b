"""One request for each operation, with the answer that it gets: shown in the documentation and run for real by a test.

All of them happen in one incident of the documentation's own, on the playbook below. The answers are in
`examples.json`, as the server gave them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from tocsin.api.asked import ASKS

PLAYBOOK_NAME = "service-incident.md"
PLAYBOOK = """\
# Service incident

**Severity:** _High/Low_

- **High:** No customer can work; full downtime for more than 30 minutes.
- **Low:** Everything else.

## How soon

| Severity | Respond | Updates |
| --- | --- | --- |
| High | Within 15 minutes | Every 30 minutes |
| Low | Within 4 hours | Daily |

## Assess

- [ ] Look at the release log
- [ ] If customers' data has been lost, notify the security team

## Tell

- [ ] Post an update in #incidents every 30 minutes

## Follow-up

- [ ] Once resolved, write the report
"""
DIGEST_HERE, DELIVERY_HERE, WEBHOOK_HERE = "{digest}", "{identity}", "{number}"


@dataclass(frozen=True, slots=True)
class Example:
    """`before` names operations whose own examples come first; `by` is who of the cast asks."""

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    before: tuple[str, ...] = ()
    by: str = "Rosa"

    @property
    def answer(self) -> Any:
        """Return the answer as the server gave it, or None where it has none."""
        return answers().get(self.operation)


@cache
def answers() -> dict[str, Any]:
    """Return every answer by operation."""
    found = resources.files("tocsin.api").joinpath("examples.json")
    return json.loads(found.read_text(encoding="utf-8")) if found.is_file() else {}


_STEP = {"step": "assess-1"}
_COMMANDS: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "confirm_incident": ({"ref": "INC-2"}, ("declare_incident",)),
    "reopen_incident": ({}, ("resolve_incident",)),
    "close_incident": ({}, ("resolve_incident",)),
    "reject_suggestion": ({}, ("describe_impact",)),
    "answer_question": ({"question": "customers-data-lost"}, ()),
    "complete_step": (_STEP, ()),
    "uncomplete_step": (_STEP, ("complete_step",)),
    "skip_step": (_STEP, ()),
    "assign_step": (_STEP, ()),
    "leave_role": ({}, ("take_role",)),
    "snooze_promise": ({"promise": "tell-1.1.1"}, ()),
    "keep_promise": ({"promise": "playbook.1.1"}, ("assign_severity",)),
    "approve_message": ({"message": "message-1"}, ("draft_message",)),
    "discard_message": ({"message": "message-1"}, ("draft_message",)),
    "send_message": ({"message": "message-1"}, ("draft_message", "approve_message")),
    "acknowledge_message": ({"message": "message-1"}, ("draft_message", "approve_message", "send_message")),
    "acknowledge_page": ({"page": "page-1"}, ("page_team",)),
    "cancel_retrospective": ({}, ("schedule_retrospective",)),
    "share_call": ({}, ("start_call",)),
    "approve_report": ({"version": 1}, ("resolve_incident", "draft_report")),
    "withdraw_approval": ({"version": 1}, ("resolve_incident", "draft_report", "approve_report")),
    "share_report": ({}, ("resolve_incident", "draft_report")),
    "draft_report": ({}, ("resolve_incident",)),
    "complete_follow_up": ({"follow_up": "follow-up-1"}, ("create_follow_up",)),
    "link_follow_up": ({"follow_up": "follow-up-1"}, ("create_follow_up",)),
    "reopen_follow_up": ({"follow_up": "follow-up-1"}, ("create_follow_up", "complete_follow_up")),
    "announce_resolution": ({}, ("resolve_incident",)),
}


# Nobody approves their own report.
_BY_ANOTHER = {"approve_report", "withdraw_approval"}


def _of_commands() -> list[Example]:
    found = []
    for ask in ASKS:
        parameters, before = _COMMANDS.get(ask.name, ({}, ()))
        body = dict(ask.example) if ask.form() is not None else None
        by = "Kim" if ask.name in _BY_ANOTHER else "Rosa"
        found.append(Example(ask.name, {"ref": "INC-1", **parameters}, body, before, by))
    return found


_OTHERS = (
    Example("list_incidents", {"status": ["active", "suspected"], "limit": 20}),
    Example("declare_incident", body={"title": "Card payments are refused", "is_suspected": True}),
    Example("show_incident", {"ref": "INC-1"}),
    Example("list_timeline", {"ref": "INC-1", "since": 0}),
    Example("list_promises", {"ref": "INC-1"}),
    Example("list_deliveries", {"ref": "INC-1"}),
    Example("retry_delivery", {"identity": DELIVERY_HERE}, before=("post_update",)),
    Example("cancel_delivery", {"identity": DELIVERY_HERE}, before=("post_update",)),
    Example("list_playbooks"),
    Example("add_playbook", body={"source_name": PLAYBOOK_NAME, "source": PLAYBOOK}),
    Example("show_playbook", {"digest": DIGEST_HERE}),
    Example("show_source", {"digest": DIGEST_HERE}),
    Example("lint_playbook", {"digest": DIGEST_HERE}),
    Example("simulate_playbook", {"digest": DIGEST_HERE}, {"severity": "High", "for_seconds": 3600}),
    Example("list_webhooks", before=("add_webhook",)),
    Example(
        "add_webhook",
        body={"url": "https://hooks.example.org/tocsin", "event_types": ["IncidentDeclared", "IncidentResolved"]},
    ),
    Example("change_webhook", {"number": WEBHOOK_HERE}, {"is_active": False}, ("add_webhook",)),
    Example("test_webhook", {"number": WEBHOOK_HERE}, before=("add_webhook",)),
    Example("replay_webhook", {"number": WEBHOOK_HERE}, {"since": "2026-03-02T00:00:00Z"}, ("add_webhook",)),
    Example("list_webhook_deliveries", {"number": WEBHOOK_HERE}, before=("add_webhook",)),
    Example("list_people"),
    Example("add_person", body={"name": "Tomás", "email": "tomas@example.org", "access": "responder"}),
    Example("change_person", {"ref": "person:2"}, {"access": "commander"}),
    Example("make_sign_in_link", {"ref": "person:2"}),
    Example("show_me"),
    Example("list_tokens"),
    Example("make_token", body={"name": "deploy robot", "scope": "write"}),
    Example("make_token_from_link", body={"secret": "one-time-secret", "name": "laptop"}),
    Example("revoke_token", {"number": 1}),
    Example("revoke_this_token"),
)
EXAMPLES: dict[str, Example] = {example.operation: example for example in (*_of_commands(), *_OTHERS)}
