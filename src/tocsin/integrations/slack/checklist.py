"""The checklist message: the next step first, then questions, roles and what else is open. Edited in place. Pure.

However long the playbook, it stays within Slack's limits: what does not fit is counted and one press away.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.incident.room import PhaseView, QuestionView, Room, StepView
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack.blocks import Block, escape
from tocsin.integrations.slack.cards import Card
from tocsin.integrations.slack.view import Seen, open_steps

MOST_QUESTIONS = 5
MOST_LINES = 12
LONGEST_LINE = 200
MARKS = {"done": "✓", "skipped": "–", "open": "☐", "waiting": "…"}


def checklist(seen: Seen) -> Card:
    """Return the whole checklist as it stands."""
    shown = seen.room
    made = [
        *_next(seen, shown),
        *(block for asked in _questions(shown) for block in _question(seen, asked)),
        *_roles(seen),
        kit.divider(),
        *(block for phase in shown.phases if phase.steps for block in _phase(seen, phase)),
        *_foot(seen, shown),
    ]
    count = len(open_steps(shown))
    ahead = shown.next_step.text if shown.next_step else "nothing is open"
    return Card(f"{escape(seen.ref)} checklist: {count} open. Next: {escape(ahead)}", tuple(kit.fit(made)))


def _next(seen: Seen, shown: Room) -> Iterator[Block]:
    step = shown.next_step
    if step is None:
        ended = "Everything is done." if seen.state.status in {"closed", "dismissed"} else "No step is open now."
        yield kit.section(f"*{escape(seen.title)}* · {escape(seen.level)}\n{ended}")
        return
    yield kit.section(
        f"*Next* · {escape(seen.title)} · {escape(seen.level)}\n*{escape(step.text)}*\n{step_line(seen, step)}"
    )
    notes = step.step.notes if step.step else ()
    if notes:
        yield kit.context(escape(" · ".join(notes)))
    yield kit.actions(step_buttons(seen, step))


def step_line(seen: Seen, step: StepView) -> str:
    """Return who, by when and why of a step, in one line."""
    parts = [f"for {seen.name(step.owner)}" if step.owner else "nobody has it yet"]
    if step.due_at:
        parts.append(f"due {kit.moment(step.due_at)}")
    if step.why:
        parts.append(f"_{escape(kit.clip(step.why, 400))}_")
    return " · ".join(parts)


def step_buttons(seen: Seen, step: StepView) -> list[Block]:
    """Return what can be done with a step: its own action first, then tick, assign and skip."""
    value = {"ref": seen.ref, "step": step.id}
    own = own_button(seen, step)
    done = kit.button("Done", "step:done", value, "" if own else "primary")
    assign = kit.user_select(f"step:assign|{seen.ref}|{step.id}", "Assign to…")
    return [*([own] if own else []), done, assign, kit.button("Skip…", "step:skip", value)]


def own_button(seen: Seen, step: StepView) -> Block | None:
    """Return the button of what Tocsin does for a step, or None for a plain one."""
    action = step.step.action if step.step else None
    words = {
        "assign-severity": ("Choose the severity", "severity:open"),
        "determine-impact": ("Describe the impact", "impact:open"),
        "start-call": ("Add the call", "call:open"),
        "share-call": ("Share the call", "call:share"),
        "notify": ("Write to them", "notify:open"),
        "post-updates": ("Write the update", "update:open"),
        "announce-resolution": ("Say it is resolved", "resolve:open"),
        "take-notes": ("I take notes", "role:notes"),
        "write-report": ("Write the report", "report:open"),
        "draft-report": ("Write the report", "report:open"),
        "share-report": ("Share the report", "share:open"),
        "create-follow-ups": ("Add a follow-up", "followup:open"),
        "schedule-retrospective": ("Choose a time", "retro:open"),
    }.get(action or "")
    if words is None or (action == "start-call" and seen.state.call_url):
        return None
    return kit.button(words[0], words[1], {"ref": seen.ref, "step": step.id}, "primary")


def _questions(shown: Room) -> list[QuestionView]:
    return [asked for asked in shown.questions if asked.answer == "unknown"][:MOST_QUESTIONS]


def _question(seen: Seen, asked: QuestionView) -> Iterator[Block]:
    value = {"ref": seen.ref, "question": asked.id}
    is_asked = asked.text.rstrip().endswith("?")
    yield kit.section(f"❓ {escape(asked.text)}" if is_asked else f"❓ Is it so that {escape(asked.text)}?")
    yield kit.actions(
        [
            kit.button("Yes", "question:yes", {**value, "answer": "yes"}),
            kit.button("No", "question:no", {**value, "answer": "no"}),
        ]
    )


def _roles(seen: Seen) -> Iterator[Block]:
    held = [f"*{escape(role.capitalize())}:* {seen.name(seen.state.roles.get(role))}" for role in seen.roles]
    yield kit.section("\n".join(held))
    options = [kit.option(f"Take: {role}", role) for role in seen.roles]
    yield kit.actions([kit.select(f"role:take|{seen.ref}", "Take a role", options)])


def _phase(seen: Seen, phase: PhaseView) -> Iterator[Block]:
    """Show a phase as lines: what is open and waits, at most a dozen, and how many more there are."""
    lines = [_line(seen, step) for step in phase.steps if step.status in {"open", "waiting"}]
    skipped = sum(step.status == "skipped" for step in phase.steps)
    count = f"{phase.done_count} of {sum(step.status != 'not-applicable' for step in phase.steps)} done"
    top = f"*{escape(phase.title)}* · {count}" + (f", {skipped} skipped" if skipped else "")
    more = [f"… and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    yield kit.section("\n".join([top, *lines[:MOST_LINES], *more]))


def _line(seen: Seen, step: StepView) -> str:
    text = escape(kit.clip(step.text, LONGEST_LINE))
    whose = f" · {seen.name(step.owner)}" if step.owner and step.status == "open" else ""
    due = f" · {kit.moment(step.due_at)}" if step.due_at else ""
    return f"{'    ' * step.depth}{MARKS[step.status]} {'*' + text + '*' if step.is_next else text}{whose}{due}"


def _foot(seen: Seen, shown: Room) -> Iterator[Block]:
    options = [kit.option(step.text, step.id, step.phase) for step in open_steps(shown)]
    picked = [kit.select(f"step:pick|{seen.ref}", "Another step…", options)] if options else []
    value = {"ref": seen.ref}
    yield kit.actions(
        [*picked, kit.button("All steps", "steps:open", value), kit.button("Add a note", "note:open", value)]
    )
