"""Buttons and menus: what was pressed becomes a command, or fills the form that was opened for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident.state import NOTE_TAKER
from tocsin.integrations.slack import modals
from tocsin.integrations.slack.ground import Asker, Ground, team_of
from tocsin.integrations.slack.home import home
from tocsin.integrations.slack.inbox import Letter
from tocsin.integrations.slack.slash import declare_form
from tocsin.integrations.slack.view import Seen, steps_of
from tocsin.store import queries

SNOOZE = timedelta(minutes=10)
FORMS = {
    "severity:open": "Severity",
    "update:open": "Update",
    "notify:open": "Tell an audience",
    "step:skip": "Skip a step",
    "step:pick": "Step",
    "step:show": "Step",
    "resolve:open": "Resolve",
    "call:open": "Add the call",
    "impact:open": "Impact",
    "note:open": "Add a note",
    "report:open": "Incident report",
    "share:open": "Share the report",
    "retro:open": "Retrospective",
    "followup:open": "Add a follow-up",
    "steps:open": "All steps",
    "home:declare": "Declare an incident",
}
"""The forms that a press opens, by action, with the title that shows while they load."""


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `name` is the action without what it carries; `value` is what it carries."""

    name: str
    value: Mapping[str, Any]
    asker: Asker
    letter: Letter

    @property
    def ref(self) -> str:
        return str(self.value.get("ref", ""))

    @property
    def step(self) -> str:
        return str(self.value.get("step", ""))

    @property
    def by(self) -> str:
        return self.asker.person.ref


def form_title(body: Mapping[str, Any]) -> str:
    """Return the title of the form that a press opens, "" where it opens none."""
    return FORMS.get(_read(body)[0], "")


def handle(ground: Ground, letter: Letter) -> None:
    """Do what was pressed. *Raises* RefusedError, which is told to the person."""
    name, value = _read(letter.body)
    if name == "room:link":
        return
    press = Press(name, value, ground.asker(letter), letter)
    if name == "home:declare":
        ground.fill(letter, declare_form({}, {}))
        return
    if name.startswith("steps:page"):
        _turn_page(ground, press)
    elif name in FORMS:
        seen = ground.seen(press.ref)
        ground.fill(letter, _form(press, seen, {**value, "channel": press.asker.channel}))
    elif (make := _COMMANDS.get(name)) is not None:
        _run(ground, press, make(ground, press))


def _run(ground: Ground, press: Press, command: cmd.Command) -> None:
    ground.run(press.asker.person, press.ref, command, press.letter.key)
    view = press.letter.body.get("view") or {}
    if view.get("type") == "home":
        publish_home(ground, press.asker)
    elif view.get("type") == "modal":
        _refresh_step(ground, press, str(view["id"]))


def _refresh_step(ground: Ground, press: Press, view_id: str) -> None:
    """Show in the open form what the press changed."""
    seen = ground.seen(press.ref)
    shown = next((step for step in steps_of(seen.room.phases) if step.id == press.step), None)
    if shown is not None:
        ground.slack.call("views.update", view_id=view_id, view=modals.step(seen, shown, {"ref": press.ref}))


def _turn_page(ground: Ground, press: Press) -> None:
    view = press.letter.body.get("view") or {}
    form = modals.all_steps(ground.seen(press.ref), int(press.value.get("page", 0)), {"ref": press.ref})
    ground.slack.call("views.update", view_id=view.get("id"), view=form)


def publish_home(ground: Ground, asker: Asker) -> None:
    """Show App Home anew to one person."""
    rows = queries.incidents(statuses=("suspected", "active", "resolved"), limit=50)
    shown = [ground.seen(row.ref) for row in rows]
    seen = [one for one in shown if not one.state.is_private or asker.person.ref in one.state.responders]
    ground.slack.call("views.publish", user_id=asker.user, view=home(seen, asker.person.ref))


# --- forms ----------------------------------------------------------------------------------------------------------


def _form(press: Press, seen: Seen, about: dict[str, Any]) -> modals.Modal:
    match press.name:
        case "severity:open":
            return modals.severity(seen, about)
        case "update:open":
            return modals.update(seen, about)
        case "notify:open":
            return modals.notify(seen, press.step, about)
        case "step:skip":
            return modals.skip(seen, press.step, about)
        case "resolve:open":
            return modals.resolve(seen, about)
        case "call:open":
            return modals.call(about)
        case "impact:open":
            return modals.impact(about)
        case "note:open":
            return modals.note(about)
        case "report:open":
            latest = seen.state.reports[-1].text if seen.state.reports else report_start(seen)
            return modals.report(latest, about)
        case "share:open":
            return modals.share(seen, press.step, about)
        case "retro:open":
            return modals.retrospective(seen, about)
        case "followup:open":
            return modals.follow_up(_categories(seen), about)
        case "steps:open":
            return modals.all_steps(seen, 0, about)
    shown = next((step for step in steps_of(seen.room.phases) if step.id == press.step), None)
    return modals.step(seen, shown, about) if shown else modals.said("Step", "This step is no longer there.")


def report_start(seen: Seen) -> str:
    """Return a report to begin from: what happened and when, for a person to write on."""
    state = seen.state
    lines = [f"{seen.title}", "", f"Severity: {seen.level}", state.summary, "", "What happened", ""]
    lines += [f"{update.at:%H:%M} UTC {update.text or 'No change.'}" for update in state.updates]
    return "\n".join(lines)


def _categories(seen: Seen) -> tuple[str, ...]:
    for step in seen.state.playbook.all_steps():
        if step.action == "create-follow-ups":
            return step.notes
    return ()


# --- commands -------------------------------------------------------------------------------------------------------

_Make = Callable[[Ground, Press], cmd.Command]


def _assign(ground: Ground, press: Press) -> cmd.Command:
    person = ground.people.person(team_of(press.letter.body), str(press.value["user"]), ground.now())
    return cmd.AssignStep(by=press.by, step=press.step, person=person.ref, person_name=str(person))


def _take_role(ground: Ground, press: Press) -> cmd.Command:
    role, person = str(press.value.get("role") or NOTE_TAKER), press.asker.person
    return cmd.TakeRole(by=press.by, role=role, person=person.ref, name=str(person))


def _join(ground: Ground, press: Press) -> cmd.Command:
    return cmd.JoinIncident(by=press.by, person=press.by, name=str(press.asker.person))


def _snooze(ground: Ground, press: Press) -> cmd.Command:
    promise = ground.seen(press.ref).state.promises.get(str(press.value.get("promise")))
    start = max(ground.now(), promise.due_at) if promise else ground.now()
    return cmd.SnoozePromise(by=press.by, promise=str(press.value.get("promise")), until=start + SNOOZE)


def _answer(ground: Ground, press: Press) -> cmd.Command:
    answer: cmd.Answer = "yes" if press.value.get("answer") == "yes" else "no"
    return cmd.AnswerQuestion(by=press.by, question=str(press.value.get("question")), answer=answer)


_COMMANDS: dict[str, _Make] = {
    "step:done": lambda ground, press: cmd.CompleteStep(by=press.by, step=press.step),
    "step:undo": lambda ground, press: cmd.UncompleteStep(by=press.by, step=press.step),
    "step:assign": _assign,
    "role:take": _take_role,
    "role:notes": _take_role,
    "incident:join": _join,
    "question:yes": _answer,
    "question:no": _answer,
    "suggestion:take": lambda ground, press: cmd.AssignSeverity(by=press.by, severity=str(press.value.get("severity"))),
    "suggestion:reject": lambda ground, press: cmd.RejectSuggestion(
        by=press.by, severity=str(press.value.get("severity"))
    ),
    "update:same": lambda ground, press: cmd.PostUpdate(by=press.by, is_no_change=True),
    "promise:snooze": _snooze,
    "call:share": lambda ground, press: cmd.ShareCall(by=press.by, step=press.step or None),
}


def _read(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the action's name and what it carries: a button's JSON, or a menu's choice with what its name holds."""
    action = (body.get("actions") or [{}])[0]
    name, *held = str(action.get("action_id", "")).split("|")
    value: dict[str, Any] = {}
    if held:
        value["ref"] = held[0]
    if len(held) > 1:
        value["step"] = held[1]
    if "selected_user" in action:
        value["user"] = action["selected_user"]
    elif chosen := action.get("selected_option"):
        value["role" if name.startswith("role:") else "step"] = chosen["value"]
    elif action.get("value"):
        carried = json.loads(action["value"])
        value.update(carried if isinstance(carried, dict) else {})
    return name, value
