"""What has been understood so far, each thing with its line: readings, questions, audiences, policies, fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.playbook.model import (
    Channel,
    Field,
    Policy,
    Question,
    Reading,
    ReadingKind,
    Timer,
    Unread,
)
from tocsin.playbook.outline import Outline, Words
from tocsin.playbook.rules.durations import find_durations, may_hold_time
from tocsin.playbook.rules.guards import GuardReader
from tocsin.playbook.rules.hints import hints_of
from tocsin.playbook.rules.policies import places_of
from tocsin.playbook.rules.questions import Clause, question_id
from tocsin.playbook.rules.sense import Sense
from tocsin.playbook.rules.severities import levels_of
from tocsin.playbook.rules.timers import Clock


def clock_value(clock: Clock) -> dict[str, object]:
    return {"kind": clock.kind, "seconds": clock.seconds, "from": clock.counts_from, "severity": list(clock.names)}


_STARTS_A_CONDITION = re.compile(r"\W*(?:if|when|unless)\b", re.IGNORECASE)


class Ledger:
    """What has been understood so far, each thing with its line: readings, questions, audiences, policies, fields."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.levels = levels_of(outline)
        self.reader = GuardReader(self.levels.found)
        self.readings: list[Reading] = []
        self.seen: set[tuple[int, str, str]] = set()
        self.questions: dict[str, Question] = {}
        self.asked: dict[str, str] = {}
        self.counters: dict[str, int] = {}
        self.timers: list[Timer] = []
        self.policies: list[Policy] = []
        self.fields: list[Field] = []
        self.unknown = [Unread(line, text, why) for line, text, why in outline.problems]
        self.audiences: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        self.channels: list[Channel] = []

    def add_field(self, label: str, line: int, options: Sequence[Words]) -> None:
        self.fields.append(Field(label, line, tuple(option.text.strip() for option in options)))
        self.read(line, "field", label, [option.text.strip() for option in options])

    def read(self, line: int, kind: ReadingKind, text: str, value: object = None) -> None:
        key = (line, kind, text if kind != "timer" else f"{text} {value}")
        if key not in self.seen:
            self.seen.add(key)
            self.readings.append(Reading(line, kind, text, value))

    def add_policy(self, line: int, text: str) -> None:
        policy = Policy("sensitive-information", line, text, places_of(text))
        if all(p.text != text for p in self.policies):
            self.policies.append(policy)
            self.read(line, "policy", text, {"kind": policy.kind, "places": list(policy.places)})

    def record(self, sense: Sense) -> None:
        words = sense.words
        for guard in sense.guards:
            if not guard.is_everything:
                self.read(words.line_at(guard.start), "guard", words.text[guard.start : guard.end], list(guard.names))
        for clock in sense.clocks:
            self.read(words.line_at(clock.end), "timer", words.text[clock.start : clock.end], clock_value(clock))
        for clause in sense.clauses:
            self.record_clause(clause, words)
        for told in sense.told:
            self.audience(told.name, words.line_at(told.start), words.text[told.start : told.end])
        for seen in sense.channels:
            self.channels.append(seen.channel)
            value = {"name": seen.channel.name, "id": seen.channel.id, "url": seen.channel.url}
            self.read(words.line_at(seen.start), "channel", words.text[seen.start : seen.end], value)
        for start, end, role in sense.roles:
            self.roles.setdefault(role.lower(), role)
            self.read(words.line_at(start), "role", words.text[start:end], role)
        if sense.approval:
            start, end = sense.approval
            self.read(words.line_at(start), "approval", words.text[start:end])

    def record_clause(self, clause: Clause, words: Words) -> None:
        if clause.is_resolved:
            self.read(words.line_at(clause.start), "state", words.text[clause.start : clause.end], "resolved")
        for asked in clause.asked:
            self.ask(asked.text, words.line_at(asked.start))

    def ask(self, text: str, line: int) -> str:
        """Add a question, or find the one that is asked already, and write the reading down. Returns its id."""
        id_ = self.question(text, line)
        self.read(line, "question", text, id_)
        return id_

    def question(self, text: str, line: int) -> str:
        id_ = question_id(text)
        known = self.asked.get(text.lower())
        if known is not None:
            return known
        base = id_
        while id_ in self.questions:
            self.counters[f"?{base}"] = self.counters.get(f"?{base}", 1) + 1
            id_ = f"{base}-{self.counters[f'?{base}']}"
        self.questions[id_] = Question(id_, text, line)
        self.asked[text.lower()] = id_
        return id_

    def audience(self, name: str, line: int, text: str) -> None:
        self.audiences.setdefault(name.lower(), name)
        self.read(line, "audience", text, name)

    def note_unread(self, sense: Sense) -> None:
        text = sense.words.text
        spans = [] if sense.clocks or not may_hold_time(hints_of(text)) else find_durations(text)
        if (
            spans
            and not sense.clocks
            and re.search(r"\b(?:within|every|after|before|until|hourly|deadline)\b", text, re.I)
        ):
            self.unknown.append(
                Unread(
                    sense.words.line_at(spans[0].start),
                    text[spans[0].start : spans[0].end],
                    "a length of time, but not what it rules",
                )
            )
        if not sense.clauses and _STARTS_A_CONDITION.match(text):
            self.unknown.append(Unread(sense.words.line, text[:80], "a condition, but not where it ends"))
