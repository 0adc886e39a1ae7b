"""App Home: my open steps with their due times, the active incidents, and a button to declare. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin.incident.room import StepView
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack.blocks import Block, escape
from tocsin.integrations.slack.view import Seen, open_steps

MOST_INCIDENTS = 15
MOST_STEPS = 30


def home(incidents: Sequence[Seen], person: str) -> dict[str, Any]:
    """Return the view for one person ("person:3"); `incidents` are those that go on, newest first."""
    mine = [(seen, step) for seen in incidents for step in open_steps(seen.room) if step.owner == person]
    mine.sort(key=lambda pair: (pair[1].due_at is None, pair[1].due_at or pair[0].now))
    blocks = [
        kit.actions([kit.button("Declare an incident", "home:declare", {}, "danger")]),
        kit.header("Your open steps"),
        *([_step(seen, step) for seen, step in mine[:MOST_STEPS]] or [kit.section("Nothing is yours just now.")]),
        kit.header("Active incidents"),
        *([_incident(seen) for seen in incidents[:MOST_INCIDENTS]] or [kit.section("All is quiet.")]),
    ]
    return {"type": "home", "blocks": kit.fit(blocks, kit.MOST_VIEW_BLOCKS)}


def _step(seen: Seen, step: StepView) -> Block:
    due = f" · due {kit.moment(step.due_at, '{date_short_pretty} {time}')}" if step.due_at else ""
    text = f"*{escape(kit.clip(step.text, 1000))}*\n{escape(seen.title)}{due}"
    return kit.section(text, kit.button("Done", "step:done", {"ref": seen.ref, "step": step.id}, "primary"))


def _incident(seen: Seen) -> Block:
    shown = seen.room
    following = f"\nNext: {escape(kit.clip(shown.next_step.text, 500))}" if shown.next_step else ""
    text = f"*{escape(seen.title)}* · {escape(seen.level)} · {seen.state.status}{following}"
    return kit.section(text, kit.link_button("Open", "room:link", seen.url) if seen.url else None)
