"""`/incident`: a form to declare, and a few words for those who would rather type."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.desk import playbooks
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import modals
from tocsin.integrations.slack.blocks import escape
from tocsin.integrations.slack.ground import ONGOING, Asker, Ground
from tocsin.integrations.slack.inbox import Letter
from tocsin.store import queries

MOST_LISTED = 20
HELP = (
    "*What you can write*\n"
    "`/incident` declare one\n"
    "`/incident list` those that go on\n"
    "`/incident update The cause is found` post an update\n"
    "`/incident severity High` set the severity\n"
    "`/incident note We rolled back` write into the timeline\n"
    "`/incident resolve It works again` resolve it\n"
    "`/incident confirm`, `dismiss Why`, `reopen Why`, `close`\n"
    "Begin with a reference where it is not clear which incident is meant: `/incident INC-12 update …`"
)


class UnknownWordsError(RefusedError):
    """This is not understood. Write `/incident help` for what can be said."""


def opens(text: str) -> str:
    """Return the title of the form that a command opens, "" where it opens none."""
    words = _without_ref(text).split()
    if not words:
        return "Declare an incident"
    if len(words) == 1:
        return {"update": "Update", "severity": "Severity", "resolve": "Resolve", "note": "Add a note"}.get(
            words[0].lower(), ""
        )
    return ""


def handle(ground: Ground, letter: Letter) -> None:
    """Do what was typed. *Raises* RefusedError, which is told to the person."""
    asker = ground.asker(letter)
    text = str(letter.body.get("text") or "").strip()
    if not text:
        ground.fill(letter, declare_form({"channel": asker.channel}, {}))
        return
    word = text.split()[0].lower()
    if word in {"list", "help"}:
        ground.answer(letter, _list(ground) if word == "list" else HELP)
        return
    ref, rest = ground.named(text, asker.channel)
    word, _, said = rest.strip().partition(" ")
    act = _WORDS.get(word.lower())
    if act is None:
        raise UnknownWordsError
    act(ground, letter, asker, ref, said.strip())


def declare_form(about: modals.About, start: dict[str, str]) -> modals.Modal:
    """Return the form, filled with the playbooks there are."""
    found = [
        (row.digest, row.name, [level.name for level in queries.playbook(row.digest).severities])
        for row in playbooks.current()
    ]
    if not found:
        return modals.said("Declare an incident", "There is no playbook yet. Add one in Tocsin first.")
    return modals.declare(found, about, start)


def _list(ground: Ground) -> str:
    rows = queries.incidents(statuses=ONGOING, with_private=False, limit=MOST_LISTED)
    lines = [
        f"*{kit.link(f'{ground.config.base_url}/incidents/{row.ref}', row.ref) if ground.config.base_url else row.ref}*"
        f" {escape(row.title)} · {escape(row.severity or 'no severity yet')} · {row.status}"
        for row in rows
    ]
    return "\n".join(lines) or "No incident goes on. All is quiet."


def _update(ground: Ground, letter: Letter, asker: Asker, ref: str, said: str) -> None:
    if not said:
        ground.fill(letter, modals.update(ground.seen(ref), {"ref": ref}))
        return
    ground.run(asker.person, ref, cmd.PostUpdate(by=asker.person.ref, text=said), letter.key)
    ground.answer(letter, f"The update of {ref} is posted.")


def _severity(ground: Ground, letter: Letter, asker: Asker, ref: str, said: str) -> None:
    seen = ground.seen(ref)
    if not said:
        ground.fill(letter, modals.severity(seen, {"ref": ref}))
        return
    level, _, reason = said.partition(" ")
    found = next((one.name for one in seen.state.playbook.severities if one.name.lower() == level.lower()), level)
    ground.run(asker.person, ref, cmd.AssignSeverity(by=asker.person.ref, severity=found, reason=reason), letter.key)
    ground.answer(letter, f"{ref} is {found} now.")


def _resolve(ground: Ground, letter: Letter, asker: Asker, ref: str, said: str) -> None:
    if not said:
        ground.fill(letter, modals.resolve(ground.seen(ref), {"ref": ref}))
        return
    ground.run(asker.person, ref, cmd.ResolveIncident(by=asker.person.ref, summary=said), letter.key)
    ground.answer(letter, f"{ref} is resolved.")


def _note(ground: Ground, letter: Letter, asker: Asker, ref: str, said: str) -> None:
    if not said:
        ground.fill(letter, modals.note({"ref": ref}))
        return
    ground.run(asker.person, ref, cmd.AddNote(by=asker.person.ref, text=said), letter.key)
    ground.answer(letter, f"Noted in {ref}.")


def _end(make: Callable[[str, str], cmd.Command], done: str) -> Callable[[Ground, Letter, Asker, str, str], None]:
    """Return what does a word that changes the incident's state, with the reason that was typed."""

    def act(ground: Ground, letter: Letter, asker: Asker, ref: str, said: str) -> None:
        ground.run(asker.person, ref, make(asker.person.ref, said), letter.key)
        ground.answer(letter, f"{ref} is {done}.")

    return act


def _without_ref(text: str) -> str:
    first, _, rest = text.strip().partition(" ")
    return rest if first.upper().startswith("INC-") else text


_WORDS: dict[str, Callable[[Ground, Letter, Asker, str, str], None]] = {
    "update": _update,
    "severity": _severity,
    "resolve": _resolve,
    "note": _note,
    "confirm": _end(lambda by, said: cmd.ConfirmIncident(by=by), "confirmed"),
    "dismiss": _end(lambda by, said: cmd.DismissIncident(by=by, reason=said), "dismissed as a false alarm"),
    "reopen": _end(lambda by, said: cmd.ReopenIncident(by=by, reason=said), "open again"),
    "close": _end(lambda by, said: cmd.CloseIncident(by=by), "closed"),
}
