"""The forms. Each opens as `loading` before any work is done, and is filled in afterwards. Pure.

A form's `private_metadata` says what it is about; its `callback_id` what is done with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tocsin.incident.room import StepView
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack.blocks import Block, escape
from tocsin.integrations.slack.checklist import step_buttons, step_line
from tocsin.integrations.slack.view import Seen, open_steps, span, steps_of

DECLARE = "declare"
STEPS_A_PAGE = 15
LONGEST_ABOUT = 3000
Modal = dict[str, Any]
About = Mapping[str, object]


def _modal(
    title: str, blocks: Sequence[Block], *, submit: str = "", callback: str = "note", about: About | None = None
) -> Modal:
    made: Modal = {
        "type": "modal",
        "callback_id": callback,
        "title": kit.plain(title, kit.LONGEST_TITLE),
        "close": kit.plain("Close" if not submit else "Cancel", kit.LONGEST_TITLE),
        "blocks": kit.fit(blocks, kit.MOST_VIEW_BLOCKS),
        "private_metadata": _about_text(about or {}),
    }
    if submit:
        made["submit"] = kit.plain(submit, kit.LONGEST_TITLE)
    return made


def _about_text(about: About) -> str:
    """Write what a form is about, without the quoted words where there is no room for them."""
    written = json.dumps(dict(about), separators=(",", ":"), ensure_ascii=False)
    if len(written) <= LONGEST_ABOUT:
        return written
    short = {name: value for name, value in about.items() if name != "words"}
    return json.dumps(short, separators=(",", ":"), ensure_ascii=False)


def loading(title: str) -> Modal:
    """What opens at once, before anything is known."""
    return _modal(title, [kit.section("⏳ One moment…")])


def working() -> Modal:
    return _modal("Tocsin", [kit.section("⏳ Declaring…")])


def said(title: str, *texts: str) -> Modal:
    """A form that only says something: an outcome, a refusal."""
    return _modal(title, [kit.section(text) for text in texts])


def declare(playbooks: Sequence[tuple[str, str, Sequence[str]]], about: About, start: Mapping[str, str]) -> Modal:
    """Ask what is needed to declare. `playbooks`: digest, name and levels of each; the first is chosen."""
    options = [kit.option(name, digest) for digest, name, _ in playbooks[: kit.MOST_OPTIONS]]
    levels = dict.fromkeys(level for _, _, names in playbooks for level in names)
    certain = [kit.option("It is certain", "certain"), kit.option("It is only suspected", "suspected")]
    blocks = [
        kit.ask("Title", kit.text_input(start=start.get("title", ""), longest=150), block_id="title"),
        kit.ask(
            "What is happening?",
            kit.text_input(is_long=True, start=start.get("summary", "")),
            block_id="summary",
            is_optional=True,
            hint="Brief details. Nothing sensitive: this is posted in Slack.",
        ),
        kit.ask("Is it certain?", _radio(certain, certain[0]), block_id="certainty"),
    ]
    if levels:
        choices = [kit.option(level, level) for level in levels]
        ask = kit.ask(
            "Severity, if known", kit.select("value", "Not known yet", choices), block_id="severity", is_optional=True
        )
        blocks.append(ask)
    blocks.append(kit.ask("Playbook", kit.select("value", "Playbook", options, options[0]), block_id="playbook"))
    extras = [kit.option("This is a drill", "drill"), kit.option("Private: only in a channel of its own", "private")]
    boxes = {"type": "checkboxes", "action_id": "value", "options": extras}
    blocks.append(kit.ask("Also", boxes, block_id="extras", is_optional=True))
    return _modal("Declare an incident", blocks, submit="Declare", callback=DECLARE, about=about)


def severity(seen: Seen, about: About) -> Modal:
    """Choose the severity with every level's criteria in view."""
    levels = seen.state.playbook.severities
    blocks = [
        kit.section(f"*{escape(level.name)}*\n" + "\n".join(f"• {escape(text)}" for text in level.criteria))
        for level in levels
    ]
    options = [kit.option(level.name, level.name) for level in levels[:10]]
    chosen = next((option for option in options if option["value"] == seen.state.severity), None)
    blocks.append(kit.ask("Severity", _radio(options, chosen), block_id="severity"))
    blocks.append(kit.ask("Why?", kit.text_input(longest=500), block_id="reason", is_optional=True))
    return _modal("Severity", blocks, submit="Set", callback="severity", about=about)


def update(seen: Seen, about: About) -> Modal:
    """Write an update, begun from what has changed since the last one."""
    blocks = [
        kit.context(f"Goes to {escape(', '.join(_update_places(seen)) or 'the thread')}."),
        kit.ask("Update", kit.text_input(is_long=True, start=draft(seen)), block_id="text"),
    ]
    return _modal("Update", blocks, submit="Post", callback="update", about=about)


def draft(seen: Seen) -> str:
    """Return what has changed since the last update, in plain words, for a person to mend."""
    state = seen.state
    since = state.updates[-1].at if state.updates else state.declared_at or seen.now
    lines = [f"Severity: {seen.level}. State: {state.status}."]
    if state.severity_at and state.severity_at > since:
        lines.append(f"The severity is {seen.level} since {state.severity_at:%H:%M} UTC.")
    for question in state.playbook.questions:
        if (answer := state.answers.get(question.id, "unknown")) != "unknown":
            lines.append(f"{question.text}: {answer}.")
    done = [s.text for s in steps_of(seen.room.phases) if s.record.done_at and s.record.done_at > since]
    lines += [f"Done: {text}" for text in done[:8]]
    if seen.room.next_step:
        lines.append(f"Next: {seen.room.next_step.text}")
    if state.declared_at:
        lines.append(f"It has lasted {span((seen.now - (state.began_at or state.declared_at)).total_seconds())}.")
    return "\n".join(lines)


def _update_places(seen: Seen) -> list[str]:
    steps = [step.step for step in open_steps(seen.room) if step.step and step.step.action == "post-updates"]
    return list(dict.fromkeys(channel.name for step in steps for channel in step.channels))


def notify(seen: Seen, step_id: str, about: About) -> Modal:
    """Write to the audiences of a step."""
    step = seen.state.step_of(step_id)
    who = list(dict.fromkeys((*step.audiences, *(c.name for c in step.channels)))) if step else []
    what = seen.state.summary or seen.state.title
    start = f"We are dealing with an incident: {what}\nSeverity: {seen.level}.\nWe will tell you more as we learn it."
    blocks = [
        kit.section(f"*{escape(step.text if step else step_id)}*"),
        kit.ask("To", kit.text_input(start=", ".join(who), longest=300), block_id="audience"),
        kit.ask("Message", kit.text_input(is_long=True, start=start), block_id="text"),
    ]
    return _modal("Tell an audience", blocks, submit="Send", callback="notify", about=about)


def skip(seen: Seen, step_id: str, about: About) -> Modal:
    blocks = [
        kit.section(f"*{escape(seen.step_text(step_id))}*"),
        kit.ask("Why is it skipped?", kit.text_input(longest=500), block_id="reason"),
    ]
    return _modal("Skip a step", blocks, submit="Skip", callback="skip", about=about)


def resolve(seen: Seen, about: About) -> Modal:
    start = f"{seen.state.title} is resolved."
    blocks = [
        kit.section(f"*{escape(seen.title)}*"),
        kit.ask("What resolved it?", kit.text_input(is_long=True, start=start), block_id="text"),
    ]
    return _modal("Resolve", blocks, submit="Resolve", callback="resolve", about=about)


def call(about: About) -> Modal:
    address = {"type": "url_text_input", "action_id": "value"}
    blocks = [kit.ask("The call's address", address, block_id="url", hint="It is shared with those who should join.")]
    return _modal("Add the call", blocks, submit="Share", callback="call", about=about)


def impact(about: About) -> Modal:
    down = [kit.option("Nobody can use it", "full"), kit.option("Some of it works", "partial")]
    blocks = [
        kit.ask("Who and what is affected?", kit.text_input(is_long=True), block_id="text"),
        kit.ask("Is it fully down?", _radio(down, None), block_id="downtime", is_optional=True),
    ]
    return _modal("Impact", blocks, submit="Save", callback="impact", about=about)


def note(about: About) -> Modal:
    blocks = [kit.ask("Note", kit.text_input(is_long=True), block_id="text")]
    return _modal("Add a note", blocks, submit="Add", callback="note-text", about=about)


def report(start: str, about: About) -> Modal:
    blocks = [
        kit.ask(
            "Report", kit.text_input(is_long=True, start=start), block_id="text", hint="Review happens in the thread."
        )
    ]
    return _modal("Incident report", blocks, submit="Post for review", callback="report", about=about)


def share(seen: Seen, step_id: str, about: About) -> Modal:
    """Share the newest version of the report."""
    step = seen.state.step_of(step_id)
    start = ", ".join(step.audiences) if step else ""
    blocks = [kit.ask("With whom?", kit.text_input(start=start, longest=300), block_id="audience")]
    return _modal("Share the report", blocks, submit="Share", callback="share", about=about)


def retrospective(seen: Seen, about: About) -> Modal:
    start = int((seen.now + timedelta(days=3)).timestamp()) // 3600 * 3600
    picker = {"type": "datetimepicker", "action_id": "value", "initial_date_time": start}
    blocks = [kit.ask("When is the retrospective?", picker, block_id="starts_at")]
    return _modal("Retrospective", blocks, submit="Schedule", callback="retro", about=about)


def follow_up(categories: Sequence[str], about: About) -> Modal:
    blocks = [kit.ask("What is to be done?", kit.text_input(longest=250), block_id="title")]
    if categories:
        options = [kit.option(name, name) for name in categories]
        ask = kit.ask("Category", kit.select("value", "None", options), block_id="category", is_optional=True)
        blocks.append(ask)
    return _modal("Add a follow-up", blocks, submit="Add", callback="followup", about=about)


def step(seen: Seen, shown: StepView, about: About) -> Modal:
    """One step with everything that can be done with it."""
    notes = shown.step.notes if shown.step else ()
    links = shown.step.links if shown.step else ()
    blocks = [kit.section(f"*{escape(shown.text)}*\n{step_line(seen, shown)}")]
    blocks += [kit.context(escape(text)) for text in notes]
    blocks += [kit.context(kit.link(found.url, found.text)) for found in links if found.url.startswith("http")]
    if shown.status == "open":
        blocks.append(kit.actions(step_buttons(seen, shown)))
    else:
        blocks.append(kit.context(f"This step is {shown.status}."))
        if shown.status in {"done", "skipped"}:
            value = {"ref": seen.ref, "step": shown.id}
            blocks.append(kit.actions([kit.button("Take it back", "step:undo", value)]))
    return _modal("Step", blocks, about=about)


def all_steps(seen: Seen, page: int, about: About) -> Modal:
    """Every step of the playbook, a page at a time."""
    steps = steps_of(seen.room.phases)
    last = max(0, (len(steps) - 1) // STEPS_A_PAGE)
    page = min(max(page, 0), last)
    blocks: list[Block] = []
    for shown in steps[page * STEPS_A_PAGE : (page + 1) * STEPS_A_PAGE]:
        text = f"*{escape(kit.clip(shown.text, 1500))}*\n{shown.status} · {step_line(seen, shown)}"
        blocks.append(kit.section(text, kit.button("Open", "step:show", {"ref": seen.ref, "step": shown.id})))
    turn = [
        kit.button(words, f"steps:page:{to}", {"ref": seen.ref, "page": to})
        for words, to in (("Earlier", page - 1), ("Later", page + 1))
        if 0 <= to <= last
    ]
    blocks.append(kit.context(f"Page {page + 1} of {last + 1}, {len(steps)} steps"))
    return _modal("All steps", [*blocks, *([kit.actions(turn)] if turn else [])], about=about)


def _radio(options: Sequence[Block], chosen: Block | None) -> Block:
    made: Block = {"type": "radio_buttons", "action_id": "value", "options": list(options[:10])}
    if chosen is not None:
        made["initial_option"] = chosen
    return made


def answers(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in, by question: text, a chosen value, or a list of chosen values; None where nothing."""
    values = (view.get("state") or {}).get("values") or {}
    return {block: _answer(next(iter(elements.values()), {})) for block, elements in values.items()}


def _answer(element: Mapping[str, Any]) -> Any:
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    if "selected_date_time" in element:
        return element["selected_date_time"]
    chosen = element.get("selected_option")
    return chosen["value"] if chosen else element.get("value")


def about(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form is about."""
    found = json.loads(view.get("private_metadata") or "{}")
    return found if isinstance(found, dict) else {}
