"""Work off what Slack sent: open its form at once, then do what it asks, and tell the person when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tocsin.errors import RefusedError
from tocsin.integrations.slack import heard, modals, presses, slash, submissions
from tocsin.integrations.slack.client import SlackError
from tocsin.integrations.slack.ground import Ground
from tocsin.integrations.slack.inbox import Letter

SHORTCUT = "declare_from_message"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Does the two parts of the work on a letter: `open_form` within Slack's three seconds, `work` after it."""

    ground: Ground

    def open_form(self, letter: Letter) -> Letter:
        """Open the form that a letter asks for, saying that it loads. Touches no database."""
        title = _title(letter)
        if not title:
            return letter
        method = "views.push" if (letter.body.get("view") or {}).get("type") == "modal" else "views.open"
        answer = self.ground.slack.call(method, trigger_id=letter.body.get("trigger_id"), view=modals.loading(title))
        return replace(letter, view=str(answer["view"]["id"]))

    def work(self, letter: Letter) -> None:
        """Do what a letter asks. A refusal is told to the person, and is an end; what may pass is raised."""
        try:
            _HANDLERS[letter.kind](self.ground, letter)
        except RefusedError as error:
            self._tell(letter, error.message)

    def _tell(self, letter: Letter, text: str) -> None:
        try:
            self.ground.answer(letter, text)
        except SlackError as error:
            if not error.is_permanent:
                raise


def _title(letter: Letter) -> str:
    if letter.kind == "command":
        return slash.opens(str(letter.body.get("text") or ""))
    if letter.kind == "shortcut":
        return "Declare an incident"
    return presses.form_title(letter.body) if letter.kind == "pressed" else ""


def _shortcut(ground: Ground, letter: Letter) -> None:
    """Declare from a message, or from anywhere. The message's link is kept."""
    ground.asker(letter)
    message, channel = letter.body.get("message") or {}, (letter.body.get("channel") or {}).get("id", "")
    link = ""
    if message.get("ts"):
        answer = ground.slack.call("chat.getPermalink", channel=channel, message_ts=message["ts"])
        link = str(answer.get("permalink", ""))
    about, start = submissions.start_from_message(letter.body, link)
    ground.fill(letter, slash.declare_form(about, start))


_HANDLERS: Mapping[str, Callable[[Ground, Letter], None]] = {
    "command": slash.handle,
    "shortcut": _shortcut,
    "pressed": presses.handle,
    "submitted": submissions.handle,
    "event": heard.handle,
}
