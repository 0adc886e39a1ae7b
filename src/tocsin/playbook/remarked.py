"""The remarks of a document, laid on the steps they stand beside. A remark wins over the reading."""

from __future__ import annotations

from tocsin.playbook.meaning import Meanings, all_of
from tocsin.playbook.model import (
    Answered,
    AnyOf,
    Channel,
    Condition,
    Elapsed,
    SeverityIn,
    StateIs,
    Timer,
    Unread,
)
from tocsin.playbook.outline import Outline, Piece, Words
from tocsin.playbook.rules.levels import (
    canonical,
)
from tocsin.playbook.rules.remarks import Said, read_remark

NOTHING_SAID = Said(0)


def timer_value(timer: Timer) -> dict[str, object]:
    return {"kind": timer.kind, "seconds": timer.seconds, "from": timer.start, "severity": list(timer.severity)}


def hashed(name: str) -> str:
    return name if name.startswith("#") else f"#{name}"


def remarks_by_line(outline: Outline) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = {}
    for remark in outline.remarks:
        found.setdefault(remark.line, []).append(read_remark(remark.text, remark.line))
    return found


def _merge(into: Said, said: Said) -> None:
    into.line = said.line
    into.action = said.action or into.action
    into.is_resolved = into.is_resolved or said.is_resolved
    for name in ("audiences", "channels", "roles", "severities", "questions", "timers", "problems"):
        getattr(into, name).extend(getattr(said, name))


class Remarked(Meanings):
    """The remarks of a document, laid on the steps they stand beside. A remark wins over the reading."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self.remarks = remarks_by_line(outline)

    def remarks_for(self, piece: Piece) -> Said:
        """The remark on a step's own lines, or on the line after it."""
        if not self.remarks:
            return NOTHING_SAID
        last = piece.words.line_at(len(piece.text))
        lines = [*range(piece.line, last + 2)]
        merged = Said(piece.line)
        for line in lines:
            if line == last + 1 and not self.remarks.get(line):
                continue
            for said in self.remarks.pop(line, []):
                _merge(merged, said)
        return merged

    def remarked_condition(self, said: Said) -> Condition | None:
        if said is NOTHING_SAID:
            return None
        parts: list[Condition] = []
        names = [self.known_level(name, said) for name in said.severities]
        if any(names):
            parts.append(SeverityIn(self.in_order(name for name in names if name)))
        either: list[Condition] = [Elapsed(seconds) for kind, seconds, _ in said.timers if kind == "elapsed"]
        either += [Answered(self.ask(question, said.line)) for question in said.questions]
        if either:
            parts.append(either[0] if len(either) == 1 else AnyOf(tuple(either)))
        if said.is_resolved:
            parts.append(StateIs("resolved"))
        return all_of(parts)

    def known_level(self, name: str, said: Said) -> str | None:
        for level in self.levels.found:
            if canonical(name) in {canonical(level.name), *map(canonical, level.aliases)}:
                return level.name
        said.problems.append((f"severity={name}", "no severity of this name is defined in the document"))
        return None

    def remarked_timers(self, said: Said, piece: Piece) -> list[Timer]:
        if not said.timers:
            return []
        start = {"recurring": "last_update", "elapsed": "start", "deadline": "start"}
        names = self.in_order(n for n in (self.known_level(name, Said(0)) for name in said.severities) if n)
        return [
            Timer(kind, seconds, start[kind], names, said.line, f"{kind} {seconds} s", is_business)  # type: ignore[arg-type]
            for kind, seconds, is_business in said.timers
        ]

    def record_remark(self, said: Said) -> None:
        if said is NOTHING_SAID:
            return
        for name in said.audiences:
            self.audience(name, said.line, f"audience={name}")
        for name in said.channels:
            self.channels.append(Channel(hashed(name)))
            self.read(said.line, "channel", f"channel={name}", {"name": hashed(name), "id": None, "url": None})
        for name in said.roles:
            self.roles.setdefault(name.lower(), name)
            self.read(said.line, "role", f"role={name}", name)
        names = self.in_order(n for n in (self.known_level(name, Said(0)) for name in said.severities) if n)
        if names:
            self.read(said.line, "guard", f"severity={'/'.join(said.severities)}", list(names))
        for timer in self.remarked_timers(said, Piece("item", Words("", said.line))):
            self.read(said.line, "timer", timer.text, timer_value(timer))
        if said.is_resolved:
            self.read(said.line, "state", "state=resolved", "resolved")
        self.unknown.extend(Unread(said.line, f"tocsin: {words}", why) for words, why in said.problems)

    def report_loose_remarks(self) -> None:
        for line, saids in self.remarks.items():
            for said in saids:
                self.unknown.append(
                    Unread(line, "tocsin: …", "there is no step on this line or the one before; move it beside one")
                )
                self.unknown.extend(Unread(line, f"tocsin: {words}", why) for words, why in said.problems)
