"""The messages of an incident: each a line for notifications and the blocks that Slack shows. Pure.

The checklist is in `checklist`; which event becomes which message is in `announce`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.incident.state import COMMANDER, Promise, Report
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack.blocks import Block, escape
from tocsin.integrations.slack.view import Seen, span
from tocsin.playbook.model import Step

LONGEST_TEXT = 3000


@dataclass(frozen=True, slots=True)
class Card:
    """`text` is what notifications and screen readers say; `blocks` is what shows."""

    text: str
    blocks: tuple[Block, ...]


def line(text: str, *buttons: Block) -> Card:
    """A short message in the thread. `text` is mrkdwn."""
    shown = [kit.section(text)]
    if buttons:
        shown.append(kit.actions(buttons))
    return Card(kit.clip_marked(text, 1000), tuple(shown))


def declared(seen: Seen) -> Card:
    """The announcement: brief details, who leads, the call, and a request to join. Edited in place as they change."""
    state = seen.state
    facts = [f"*Severity:* {escape(seen.level)}", f"*State:* {state.status}", f"*Leads:* {seen.name(_lead(seen))}"]
    if state.declared_at:
        facts.append(f"*Declared:* {kit.moment(state.declared_at)} by {seen.name(state.declared_by)}")
    shown = [kit.header(f"{'🔔' if state.is_drill else '🚨'} {seen.title}")]
    if state.is_drill:
        shown.append(kit.context("*This is a drill.* Nobody outside the team hears of it."))
    shown += kit.sections(escape(state.summary))
    shown.append(kit.section("\n".join(facts)))
    shown.append(kit.section(_call_line(seen)))
    shown.append(kit.actions(_root_buttons(seen)))
    return Card(f"{escape(seen.title)}: {escape(seen.level)}, {state.status}", tuple(shown))


def _lead(seen: Seen) -> str | None:
    return seen.state.roles.get(COMMANDER) or seen.state.declared_by


def _call_line(seen: Seen) -> str:
    join = "If this concerns you, please join: this message's thread is the incident's."
    call = kit.link(seen.state.call_url, "Join the call") if seen.state.call_url else "There is no call yet"
    return f"📞 {call}. {join}"


def _root_buttons(seen: Seen) -> list[Block]:
    value = {"ref": seen.ref}
    found = [kit.button("Join", "incident:join", value, "primary"), kit.button("Severity", "severity:open", value)]
    if seen.state.status in {"suspected", "active"}:
        found += [kit.button("Write an update", "update:open", value), kit.button("Resolve", "resolve:open", value)]
    if not seen.state.call_url:
        found.append(kit.button("Add the call", "call:open", value))
    if seen.url:
        found.append(kit.link_button("Open the room", "room:link", seen.url))
    return found


def severity(seen: Seen, before: str | None, reason: str, by: str) -> Card:
    was = f" (was {escape(before)})" if before else ""
    why = f" {escape(reason)}" if reason else ""
    return line(f"*Severity: {escape(seen.level)}*{was}, set by {seen.name(by)}.{why}")


def suggestion(seen: Seen, level: str, why: str) -> Card:
    """A severity is suggested: its reason, its criteria, and one button."""
    found = seen.severity(level)
    criteria = f"\n_{escape('; '.join(found.criteria))}_" if found and found.criteria else ""
    value = {"ref": seen.ref, "severity": level}
    return line(
        f"💡 *{escape(level)}* is suggested: {escape(why)}{criteria}",
        kit.button(f"Set {level}", "suggestion:take", value, "primary"),
        kit.button("Not now", "suggestion:reject", value),
    )


def composer(seen: Seen, step: Step, why: str) -> Card:
    """A step that tells an audience has opened: why, and a button to write to them."""
    who = ", ".join(step.audiences) or ", ".join(channel.name for channel in step.channels)
    reason = f"\n_{escape(why)}_" if why else ""
    return line(
        f"📣 *{escape(step.text)}*{reason}",
        kit.button(f"Write to {who}", "notify:open", {"ref": seen.ref, "step": step.id}, "primary"),
    )


def told(seen: Seen, text: str) -> Card:
    """What a channel is told when a step says to tell it."""
    shown = kit.sections(f"*{escape(seen.title)}*\n{escape(text)}")
    if seen.url:
        shown.append(kit.context(kit.link(seen.url, "Open the room")))
    return Card(kit.clip_marked(f"{escape(seen.title)}: {escape(text)}", LONGEST_TEXT), tuple(shown))


def update(seen: Seen, number: int, text: str, by: str, at: datetime) -> Card:
    said = escape(text) or "There is nothing new since the last update."
    top = f"*Update {number} on {escape(seen.title)}* · {escape(seen.level)}"
    shown = [*kit.sections(f"{top}\n{said}"), kit.context(f"{seen.name(by)}, {kit.moment(at)}")]
    return Card(kit.clip_marked(f"Update {number} on {escape(seen.title)}: {said}", LONGEST_TEXT), tuple(shown))


def reminder(seen: Seen, promise: Promise, stage: str, to: tuple[str, ...], why: str) -> Card:
    """Something is due: what, when, whose, with what to press."""
    whose = ", ".join(seen.name(person) for person in to) or "whoever can"
    says = {
        "ahead": f"⏳ *Due {kit.moment(promise.due_at)}:* {escape(promise.text)} ({whose})",
        "due": f"⏰ *Due now:* {escape(promise.text)} ({whose})",
        "overdue": f"⚠️ *Overdue since {kit.moment(promise.due_at)}:* {escape(promise.text)} ({whose})",
        "escalated": f"🆘 *Still overdue since {kit.moment(promise.due_at)}:* {escape(promise.text)}. Now also for {whose}.",
        "other-way": f"🆘 *Still overdue since {kit.moment(promise.due_at)}:* {escape(promise.text)} ({whose})",
    }
    found = line(says.get(stage, says["due"]), *promise_buttons(seen, promise))
    return Card(found.text, (*found.blocks, kit.context(escape(why)))) if why else found


def promise_buttons(seen: Seen, promise: Promise) -> list[Block]:
    """Return what can be pressed for a promise: an update for a cadence, a tick for a step, and a snooze."""
    value = {"ref": seen.ref, "promise": promise.id}
    if is_cadence(seen, promise):
        first = [
            kit.button("Draft the update", "update:open", value, "primary"),
            kit.button("No change", "update:same", value),
        ]
    elif promise.step:
        first = [kit.button("Done", "step:done", {"ref": seen.ref, "step": promise.step}, "primary")]
    else:
        first = []
    return [*first, kit.button("10 more minutes", "promise:snooze", value)]


def is_cadence(seen: Seen, promise: Promise) -> bool:
    """Return whether an update keeps this promise."""
    if promise.kind != "recurring":
        return False
    step = seen.state.step_of(promise.step) if promise.step else None
    return step is None or step.action in {None, "post-updates"}


def assigned(seen: Seen, step_id: str, due_at: datetime | None, by: str) -> Card:
    """A step is somebody's now, told to them alone."""
    due = f"\n*Due {kit.moment(due_at)}*" if due_at else ""
    value = {"ref": seen.ref, "step": step_id}
    found = line(
        f"*{escape(seen.title)}*\n{seen.name(by)} gave you a step: {escape(seen.step_text(step_id))}{due}",
        kit.button("Done", "step:done", value, "primary"),
        kit.button("Skip…", "step:skip", value),
        *([kit.link_button("Open the room", "room:link", seen.url)] if seen.url else []),
    )
    return Card(found.text, found.blocks)


def resolved(seen: Seen, summary: str, by: str) -> Card:
    said = f"\n{escape(summary)}" if summary else ""
    lasted = ""
    if seen.state.declared_at and seen.state.resolved_at:
        lasted = f" after {_lasted(seen)}"
    return line(f"✅ *{escape(seen.title)} is resolved*{lasted}, says {seen.name(by)}.{said}")


def _lasted(seen: Seen) -> str:
    assert seen.state.resolved_at and seen.state.declared_at
    start = seen.state.began_at or seen.state.declared_at
    return span((seen.state.resolved_at - start).total_seconds())


def report(seen: Seen, drafted: Report, approve_reaction: str) -> Card:
    """A version of the report for review, as far as Slack takes it."""
    shown = [kit.section(f"📝 *Incident report, version {drafted.version}*, by {seen.name(drafted.by)}")]
    shown += kit.sections(escape(drafted.text))
    shown.append(kit.context(f"React with :{approve_reaction}: to approve this version; take it away to withdraw."))
    if seen.url:
        shown.append(kit.actions([kit.link_button("Read it in the room", "room:link", f"{seen.url}/report")]))
    return Card(f"Incident report of {escape(seen.title)}, version {drafted.version}, for review", tuple(shown))
