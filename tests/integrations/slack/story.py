"""One incident as a team lives it in Slack, at High, over four hours: who types, presses, writes and reacts, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.integrations.slack.emulated import CAST
from tests.integrations.slack.workspace import Workspace
from tocsin.store import queries


@dataclass
class Story:
    """Where the story is: the incident, its thread, and the workspace it happens in."""

    slack: Workspace
    ref: str = ""
    thread: str = ""

    @property
    def value(self) -> dict[str, str]:
        return {"ref": self.ref}

    def step(self, action: str, number: int = 0) -> str:
        """Return the id of the playbook's step with this action."""
        steps = queries.load(self.ref).state.playbook.all_steps()
        return [step.id for step in steps if step.action == action][number]

    def form(self, who: str, action: str, value: dict[str, str] | None = None, **answers: object) -> None:
        """Open a form with a button and send it."""
        self.slack.press(who, action, {**self.value, **(value or {})})
        self.slack.settle()
        self.slack.submit(who, **answers)
        self.slack.settle()

    def press(self, who: str, action: str, value: dict[str, str] | None = None, **more: object) -> None:
        self.slack.press(who, action, {**self.value, **(value or {})}, **more)
        self.slack.settle()

    # --- the four hours -----------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Live the whole incident."""
        self.begin()
        self.assess()
        self.remediate()
        self.resolve()
        self.follow_up()

    def begin(self) -> None:
        slack = self.slack
        slack.type("ana", "")
        slack.settle()
        slack.submit("ana", title="Riders cannot pay", summary="Every payment fails since nine.")
        slack.settle()
        self.ref = queries.incidents()[0].ref
        self.thread = str(next(m for m in slack.channel() if self.ref in m["text"])["ts"])
        slack.pass_time(to_minute=3)
        self.form("ana", "call:open", url="https://call.example/abc")
        self.press("ben", "incident:join")
        slack.press("ana", f"step:assign|{self.ref}|{self.step('determine-impact')}", selected_user=slack.users["ben"])
        slack.settle()
        self.press("ana", "step:done", {"step": self.step("delegate")})

    def assess(self) -> None:
        slack = self.slack
        slack.pass_time(to_minute=8)
        self.form("ben", "impact:open", text="Nobody can pay by card", downtime="full")
        slack.pass_time(to_minute=10)
        self.form("ana", "severity:open", severity="High", reason="We cannot rule out a breach")
        slack.pass_time(to_minute=12)
        self.press("dora", f"role:take|{self.ref}", None, selected_option={"value": "communications lead"})
        self.press("chi", "role:notes", {"step": self.step("take-notes")})
        slack.say("chi", "Rolled back to yesterday's build", self.thread)
        slack.settle()
        attack = self.question("attack")
        self.press("ben", "question:yes", {"question": attack, "answer": "yes"})

    def question(self, word: str) -> str:
        asked = queries.load(self.ref).state.playbook.questions
        return next(question.id for question in asked if word in question.text)

    def remediate(self) -> None:
        slack = self.slack
        slack.pass_time(to_minute=39)
        self.form("dora", "update:open", text="We are rolling back.")
        slack.pass_time(to_minute=66)
        self.form("dora", "notify:open", {"step": self.outside_step()}, text="Payments fail. We are on it.")
        slack.pass_time(to_minute=68)
        self.press("dora", "update:same")
        slack.pass_time(to_minute=112)
        self.form("dora", "update:open", text="The rollback is done; we watch it.")

    def outside_step(self) -> str:
        return self.step("notify", 1)

    def resolve(self) -> None:
        slack = self.slack
        slack.pass_time(to_minute=125)
        slack.type("ana", "resolve Payments work again since 11:00.")
        slack.settle()

    def follow_up(self) -> None:
        slack = self.slack
        slack.pass_time(to_minute=180)
        self.form("ana", "report:open", text="What happened: a bad build. What we learned: test it.")
        report = next(m for m in slack.thread(self.thread) if m["text"].startswith("Incident report"))["ts"]
        slack.react("ben", "+1", report)
        slack.react("chi", "+1::skin-tone-3", report)
        slack.settle()
        slack.react("chi", "+1", report, away=True)
        slack.settle()
        slack.react("chi", "+1", report)
        slack.react("dora", "+1", report)
        slack.settle()
        self.form("ana", "share:open", {"step": self.step("share-report")})
        self.form("ana", "followup:open", title="Alert when payments fail", category="Adding monitoring")
        slack.pass_time(to_minute=240)


def everything_said(story: Story) -> list[tuple[str, str]]:
    """Return every message that Slack holds of the incident, in the order it was written, and where.

    People show as @name, times as Slack shows them in UTC, and the playbook's line numbers are left out.
    """
    slack = story.slack
    names = {user: name for name, user in slack.users.items()}
    places = {
        "thread": slack.thread(story.thread),
        "channel": [message for message in slack.channel() if message["ts"] != story.thread],
        "security": slack.channel("security-team"),
        **{f"to {who}": slack.directs(who) for who in CAST},
    }
    found = [
        (message["ts"], "thread and channel" if message.get("reply_broadcast") else place, message["text"])
        for place, messages in places.items()
        for message in messages
    ]
    return [(place, _readable(text, names)) for _, place, text in sorted(found, key=_written)]


def _written(entry: tuple[str, str, str]) -> int:
    """The emulator counts its messages in the second part of their names."""
    return int(entry[0].partition(".")[2])


def _readable(text: str, names: dict[str, str]) -> str:
    text = re.sub(r"<@(\w+)>", lambda found: f"@{names[found[1]]}", text)
    text = re.sub(r"<!date\^\d+\^\{time\}\|[\d-]+ ([\d:]+ UTC)>", r"\1", text)
    return re.sub(r" \(line \d+\)", "", text)
