"""Everything one text says: its severity conditions, timers, conditions, audiences, channels, roles and approval."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tocsin.playbook.outline import Words
from tocsin.playbook.rules.actions import read_approval, read_roles
from tocsin.playbook.rules.audiences import Told, read_audiences
from tocsin.playbook.rules.channels import Seen, read_channels
from tocsin.playbook.rules.guards import Guard, GuardReader
from tocsin.playbook.rules.hints import hints_of
from tocsin.playbook.rules.questions import Clause, read_clauses
from tocsin.playbook.rules.timers import Clock, Setting, is_tied, read_clocks

LONGEST_READ = 2000
_ROLE_HINTS = frozenset(
    [
        "inci",
        "situ",
        "tech",
        "ops",
        "oper",
        "comm",
        "secu",
        "engi",
        "resp",
        "cust",
        "clie",
        "supp",
        "team",
        "stra",
        "prot",
        "scri",
        "note",
        "on",
        "onca",
        "subj",
        "priv",
        "data",
        "chil",
        "lega",
        "publ",
        "mess",
        "duty",
    ]
)
_APPROVAL_HINTS = frozenset(["thum", "sign", "appr", "run", "seco"])
_PLAIN = {ord("’"): "'", ord("‘"): "'", 0x00A0: " "}


@dataclass(slots=True)
class Sense:
    """What was understood of one text; places are offsets into it."""

    words: Words
    guards: list[Guard] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    channels: list[Seen] = field(default_factory=list)
    roles: list[tuple[int, int, str]] = field(default_factory=list)
    approval: tuple[int, int] | None = None

    def free_guards(self) -> list[Guard]:
        """The severity conditions of the whole text: neither of one timer nor of one clause, nor naming every level."""
        return [
            guard
            for guard in self.guards
            if not guard.is_everything
            and not any(clause.start <= guard.start < clause.end for clause in self.clauses)
            and not is_tied(guard, self.clocks, self.words.text)
        ]


def read_text(words: Words, reader: GuardReader, setting: Setting, is_instruction: bool) -> Sense:
    """Read one text. A text that defines or tells a story is searched for timers and channels only."""
    text = words.text[:LONGEST_READ].translate(_PLAIN)
    words = replace(words, text=text) if text != words.text else words
    sense = Sense(words)
    hints = hints_of(text)
    if not setting.is_code:
        sense.channels = read_channels(words)
    guards = reader.read(text, setting.is_heading)
    sense.clocks = read_clocks(text, guards, setting, hints)
    if not is_instruction:
        if not setting.is_code and "noti" in hints:
            spans = [(seen.start, seen.end, seen.channel.name) for seen in sense.channels]
            sense.told = read_audiences(words, spans, True, hints)
        return sense
    sense.guards = guards
    sense.clauses = read_clauses(text, sense.clocks, guards, setting.is_step, setting.is_item)
    spans = [(seen.start, seen.end, seen.channel.name) for seen in sense.channels]
    sense.told = read_audiences(words, spans, not setting.is_heading, hints)
    sense.roles = [] if _ROLE_HINTS.isdisjoint(hints) else read_roles(text)
    sense.approval = None if _APPROVAL_HINTS.isdisjoint(hints) else read_approval(text)
    return sense
