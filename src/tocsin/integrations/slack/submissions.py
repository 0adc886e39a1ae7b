"""Forms that were sent: each becomes the commands it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tocsin.desk import writer
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import modals
from tocsin.integrations.slack.ground import Asker, Ground
from tocsin.integrations.slack.inbox import Letter
from tocsin.integrations.slack.places import channel_named
from tocsin.people import access
from tocsin.store import queries


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent: what it is about, and what was filled in."""

    asker: Asker
    letter: Letter
    about: Mapping[str, Any]
    answers: Mapping[str, Any]

    @property
    def ref(self) -> str:
        return str(self.about.get("ref", ""))

    @property
    def step(self) -> str | None:
        return str(self.about["step"]) if self.about.get("step") else None

    @property
    def by(self) -> str:
        return self.asker.person.ref

    def text(self, name: str) -> str:
        return str(self.answers.get(name) or "").strip()


def handle(ground: Ground, letter: Letter) -> None:
    """Do what a form asks. *Raises* RefusedError, which is told to the person."""
    view = letter.body["view"]
    about, answers = modals.about(view), modals.answers(view)
    asker = ground.asker(letter)
    sent = Sent(replace(asker, channel=str(about.get("channel") or "")), letter, about, answers)
    callback = str(view.get("callback_id"))
    if callback == modals.DECLARE:
        _declare(ground, replace(sent, letter=replace(letter, view=str(view["id"]))))
    elif (make := _FORMS.get(callback)) is not None:
        for number, command in enumerate(make(ground, sent)):
            ground.run(asker.person, sent.ref, command, f"{letter.key}:{number}" if number else letter.key)


def _declare(ground: Ground, sent: Sent) -> None:
    """Declare, then say so in the form, which has stayed. The incident exists whatever Slack does after this."""
    extras = sent.answers.get("extras") or []
    command = cmd.DeclareIncident(
        by=sent.by,
        by_name=str(sent.asker.person),
        title=sent.text("title"),
        summary=sent.text("summary"),
        is_suspected=sent.answers.get("certainty") == "suspected",
        is_drill="drill" in extras,
        is_private="private" in extras,
        severity=sent.text("severity") or None,
    )
    access.require(sent.asker.person, command)
    try:
        outcome = writer.declare(command, sent.text("playbook"), key=sent.letter.key, now=ground.now())
    except RefusedError as error:
        ground.fill(sent.letter, modals.said("Not declared", error.message))
        return
    if link := sent.about.get("link"):
        quoted = f"Declared from a message: {sent.about.get('words', '')}".strip()
        note = cmd.AddNote(by=sent.by, text=quoted, url=str(link))
        ground.run(sent.asker.person, outcome.ref, note, f"{sent.letter.key}:note")
    _say_declared(ground, sent, outcome.ref)


def _say_declared(ground: Ground, sent: Sent, ref: str) -> None:
    url = f"{ground.config.base_url}/incidents/{ref}"
    room = kit.link(url, "Open the room") if ground.config.base_url else ""
    form = modals.said("Declared", f"*{ref}* is declared. Its thread opens in the playbook's channel. {room}".strip())
    ground.fill(sent.letter, form)


def start_from_message(body: Mapping[str, Any], link: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a declaration from a message is about, and what its form begins with."""
    message = body.get("message") or {}
    words = str(message.get("text") or "")
    about = {"channel": str((body.get("channel") or {}).get("id", "")), "link": link, "words": kit.clip(words, 1500)}
    return about, {"summary": words, "title": kit.clip(words.partition("\n")[0], 120)}


# --- the other forms ------------------------------------------------------------------------------------------------


def _severity(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.AssignSeverity(by=sent.by, severity=sent.text("severity"), reason=sent.text("reason"))]


def _update(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.PostUpdate(by=sent.by, text=sent.text("text"))]


def _notify(ground: Ground, sent: Sent) -> list[cmd.Command]:
    """Tell each audience named; the step is done with the last of them."""
    names = _names(sent.text("audience")) or ("",)
    last = names[-1]
    return [
        cmd.NotifyAudience(by=sent.by, audience=name, text=sent.text("text"), step=sent.step if name is last else None)
        for name in names
    ]


def _skip(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.SkipStep(by=sent.by, step=sent.step or "", reason=sent.text("reason"))]


def _resolve(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.ResolveIncident(by=sent.by, summary=sent.text("text"))]


def _call(ground: Ground, sent: Sent) -> list[cmd.Command]:
    """Start the call and share it in the incident's channel, asking those it concerns to join."""
    state = queries.load(sent.ref).state
    channels = [c.name for step in state.playbook.all_steps() if step.action == "declare" for c in step.channels]
    told = tuple(name for name in dict.fromkeys(channels) if channel_named(name, state, ground.config))
    return [cmd.StartCall(by=sent.by, url=sent.text("url")), cmd.ShareCall(by=sent.by, audiences=told)]


def _impact(ground: Ground, sent: Sent) -> list[cmd.Command]:
    down = {"full": True, "partial": False}.get(str(sent.answers.get("downtime")))
    return [cmd.DescribeImpact(by=sent.by, text=sent.text("text"), is_full_downtime=down)]


def _note(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.AddNote(by=sent.by, text=sent.text("text"))]


def _report(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.DraftReport(by=sent.by, text=sent.text("text"))]


def _share(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.ShareReport(by=sent.by, audiences=_names(sent.text("audience")), step=sent.step)]


def _retrospective(ground: Ground, sent: Sent) -> list[cmd.Command]:
    starts_at = datetime.fromtimestamp(int(sent.text("starts_at") or 0), UTC)
    return [cmd.ScheduleRetrospective(by=sent.by, starts_at=starts_at, step=sent.step)]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _follow_up(ground: Ground, sent: Sent) -> list[cmd.Command]:
    return [cmd.CreateFollowUp(by=sent.by, title=sent.text("title"), category=sent.text("category"))]


_FORMS: dict[str, Callable[[Ground, Sent], list[cmd.Command]]] = {
    "severity": _severity,
    "update": _update,
    "notify": _notify,
    "skip": _skip,
    "resolve": _resolve,
    "call": _call,
    "impact": _impact,
    "note-text": _note,
    "report": _report,
    "share": _share,
    "retro": _retrospective,
    "followup": _follow_up,
}
