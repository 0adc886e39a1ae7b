"""Put the pieces of an outline and what the rules read in them together into a Playbook."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from tocsin.playbook.meaning import all_of
from tocsin.playbook.model import (
    Channel,
    Condition,
    Phase,
    Playbook,
    Severity,
    Step,
)
from tocsin.playbook.outline import Outline, Piece
from tocsin.playbook.remarked import hashed
from tocsin.playbook.rules.actions import read_action
from tocsin.playbook.rules.audiences import TELL, listed_audience, lists_audiences
from tocsin.playbook.rules.channels import known_channels
from tocsin.playbook.rules.choices import is_choice, is_deed, starts_with_verb
from tocsin.playbook.rules.durations import find_durations
from tocsin.playbook.rules.guards import GuardReader
from tocsin.playbook.rules.levels import (
    Level,
)
from tocsin.playbook.rules.policies import warns_of_sensitive
from tocsin.playbook.rules.sense import Sense, read_text
from tocsin.playbook.rules.timers import Setting
from tocsin.playbook.scopes import TELLS_STORY, Draft, Scope
from tocsin.playbook.surroundings import Surroundings

_WHEN_LIST = re.compile(
    r"\b(?:when|if|where|in case of)(?:\s+(?:any|one|either)\b.*|\s+the following.*|\s+there is)?\s*:\s*[*_]*$",
    re.IGNORECASE,
)


_BELOW = re.compile(r":\s*[*_]*$|\b(?:below|following|these steps|checklist)\b[^.]{0,40}[.:]?\s*$", re.IGNORECASE)


def assemble(outline: Outline, source: str, digest: str) -> Playbook:
    """Turn an outline into the Playbook it means."""
    return _Assembly(outline).build(source, digest)


class _Assembly(Surroundings):
    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self.phases: list[tuple[Piece | None, list[Draft]]] = []
        self.last_step: dict[int, Draft] = {}
        self.places = {id(piece): at for at, piece in enumerate(outline.pieces)}
        self.has_boxes = any(piece.has_box for piece in outline.pieces)

    def build(self, source: str, digest: str) -> Playbook:
        self.mark_choices()
        self.take_severities()
        if warns_of_sensitive(self.outline.about):
            self.add_policy(self.outline.about_line, self.outline.about)
        for piece in self.outline.pieces:
            self.take(piece)
        for scope in self.scopes:
            self.leave(scope)
        self.report_loose_remarks()
        return self.finish(source, digest)

    def finish(self, source: str, digest: str) -> Playbook:
        known = known_channels(self.channels)
        phases = tuple(self.finish_phase(head, drafts, known) for head, drafts in self.phases if drafts)
        return Playbook(
            name=self.outline.name or source,
            source=source,
            digest=digest,
            about=self.outline.about,
            severities=tuple(self.severity(rank, level) for rank, level in enumerate(self.levels.found)),
            policies=tuple(self.policies),
            phases=phases,
            fields=tuple(self.fields),
            questions=tuple(self.questions.values()),
            timers=tuple(self.timers),
            audiences=tuple(self.audiences.values()),
            channels=tuple(known),
            roles=tuple(self.roles.values()),
            readings=tuple(sorted(self.readings, key=lambda reading: reading.line)),
            unknown=tuple(sorted(self.unknown, key=lambda unread: unread.line)),
        )

    def finish_phase(self, head: Piece | None, drafts: list[Draft], known: dict[str, Channel]) -> Phase:
        title = head.text.strip() if head else (self.outline.name or "Steps")
        line = head.line if head else drafts[0].step.line
        return Phase(title=title, line=line, steps=tuple(_finish(draft, known) for draft in drafts))

    def severity(self, rank: int, level: Level) -> Severity:
        criteria = tuple(dict.fromkeys(words.text.strip() for words in level.criteria if words.text.strip()))
        spans = [span for text in criteria for span in find_durations(text)]
        after = (
            spans[0].low
            if len(spans) == 1 and re.search(r"\b(?:more|longer|over|exceed|>|at least|for)", " ".join(criteria))
            else None
        )
        return Severity(level.name, rank, level.line, criteria, after)

    def take_severities(self) -> None:
        for level in self.levels.found:
            self.read(level.line, "severity", level.name, level.name)

    def mark_choices(self) -> None:
        heading = ""
        groups: dict[tuple[str, int, int], list[Piece]] = {}
        for piece in self.outline.pieces:
            if piece.kind == "heading" or _is_short_lead(piece):
                heading = piece.text
            elif piece.has_box and piece.kind == "item" and not piece.tag:
                groups.setdefault((heading, id(piece.parent) if piece.parent else 0, piece.group), []).append(piece)
        for (under, _, _), members in groups.items():
            if is_choice(under, [member.words for member in members]):
                self.mark_choice(under, members)

    def mark_choice(self, label: str, members: list[Piece]) -> None:
        for member in members:
            member.is_choice = True
        self.add_field(label.strip(" :*#"), members[0].line, [member.words for member in members])

    def take(self, piece: Piece) -> None:
        if warns_of_sensitive(piece.text) and piece.kind != "code":
            self.add_policy(piece.line, piece.text.strip())
        if piece.kind == "heading":
            self.take_heading(piece)
        elif piece.kind == "row" and not piece.has_box:
            self.take_row(piece)
        elif piece.kind == "code":
            self.take_code(piece)
        elif piece.kind == "field":
            self.take_field(piece)
        elif piece.kind == "text":
            self.take_paragraph(piece)
        else:
            self.take_item(piece)

    def take_heading(self, piece: Piece) -> None:
        while self.scopes and self.scopes[-1].depth >= piece.level:
            self.leave(self.scopes.pop())
        self.drop_label()
        scope = self.scope_of(piece, piece.level)
        self.scopes.append(scope)
        if piece.has_box:
            self.add_step(piece, self.sense_of(piece, Setting(is_step=True, heading=self.heading())))

    def take_paragraph(self, piece: Piece) -> None:
        draft = self.step_around(piece)
        setting = self.setting(piece, False)
        is_label = piece.parent is None and _is_label(piece)
        if piece.parent is None:
            if is_label:
                self.drop_label()
            elif self.intro is not None:
                self.leave(self.intro)
                self.intro = None
        if not (is_label and self.is_before_list(piece)) and self.take_written_field(piece):
            return
        is_story = self.is_story(piece) and not (is_label and not TELLS_STORY.search(piece.text))
        sense = self.understand(piece, setting, is_story)
        if draft is not None:
            draft.notes.append(piece.text.strip())
            draft.timers.extend(self.timer(clock, piece.words) for clock in sense.clocks)
            return
        governs = piece.parent is None and (is_label or _BELOW.search(piece.text))
        timers = tuple(self.timer(clock, piece.words) for clock in sense.clocks)
        if not governs:
            self.keep_timers(timers)
            return
        scope = Scope(7, piece, timers=timers, is_story=is_story, is_definition=setting.is_definition)
        scope.condition = self.condition(sense) if not setting.is_definition else None
        scope.names = next((g.names for g in sense.free_guards()), ())
        scope.is_audience_list = lists_audiences(piece.text)
        scope.is_when_list = bool(_WHEN_LIST.search(piece.text)) and (
            starts_with_verb(piece.text) or bool(TELL.match(piece.text))
        )
        if is_label:
            self.label = scope
        else:
            self.intro = scope

    def is_before_list(self, piece: Piece) -> bool:
        at = self.places[id(piece)] + 1
        return at < len(self.outline.pieces) and self.outline.pieces[at].kind in ("item", "row")

    def take_item(self, piece: Piece) -> None:
        if piece.is_choice:
            return
        is_step = piece.has_box or (not self.has_boxes and self.is_instruction(piece))
        setting = self.setting(piece, is_step)
        if not is_step and self.take_written_field(piece):
            return
        is_story = self.is_story(piece) and not is_step
        sense = self.understand(piece, setting, is_story)
        self.take_listed(piece, sense, setting)
        if is_step:
            self.add_step(piece, sense)
            return
        draft = self.step_around(piece) or self.last_step.get(piece.group)
        timers = tuple(self.timer(clock, piece.words) for clock in sense.clocks)
        if draft is None:
            self.keep_timers(timers)
            return
        if id(piece) not in self.levels.defining or draft.piece is piece.parent:
            draft.notes.append(piece.text.strip())
        draft.timers.extend(timers)

    def take_listed(self, piece: Piece, sense: Sense, setting: Setting) -> None:
        """Items that are people to tell, or the facts that a "… when:" before them waits for."""
        if setting.is_definition:
            return
        if self.is_when_item(piece):
            if not sense.guards and not sense.clocks:
                self.ask(piece.text.strip(" .;"), piece.line)
            return
        active = self.active()
        is_listed = any(scope.is_audience_list for scope in active[-2:]) or bool(
            piece.parent and not piece.parent.has_box and lists_audiences(piece.parent.text)
        )
        if is_listed and not sense.told and not is_deed(piece.text):
            told = listed_audience(piece.words)
            if told is not None:
                sense.told.append(told)
                self.audience(told.name, piece.words.line_at(told.start), piece.text.strip())

    def is_when_item(self, piece: Piece) -> bool:
        if piece.has_box:
            return False
        if piece.parent is not None:
            text = piece.parent.text
            return bool(_WHEN_LIST.search(text)) and (starts_with_verb(text) or bool(TELL.match(text)))
        if self.intro is not None:
            return self.intro.is_when_list
        return self.label is None and bool(self.scopes) and self.scopes[-1].is_when_list

    def is_instruction(self, piece: Piece) -> bool:
        """Whether an item without a box is a step, in a document that has no boxes at all."""
        if (
            id(piece) in self.levels.defining
            or self.is_story(piece)
            or piece.table is not None
            or self.is_when_item(piece)
        ):
            return False
        if any(scope.is_definition for scope in self.active()) or (
            not self.scopes and piece.parent is None and not piece.is_ordered
        ):
            return starts_with_verb(piece.text)
        if piece.parent is not None and id(piece.parent) not in self.drafts:
            return starts_with_verb(piece.text) and not re.search(r"roles?\b", self.heading(), re.I)
        if piece.is_ordered and piece.parent is None:
            return True
        return (
            starts_with_verb(piece.text)
            or bool(TELL.match(piece.text))
            or bool(re.match(r"\W*(?:if|when|once|for|unless)\b.*,", piece.text, re.I))
        )

    def sense_of(self, piece: Piece, setting: Setting) -> Sense:
        return self.understand(piece, setting, False)

    def understand(self, piece: Piece, setting: Setting, is_story: bool) -> Sense:
        """Read a piece and write down what was read."""
        if is_story and not setting.is_step:
            sense = Sense(piece.words)
            self.channels.extend(
                seen.channel for seen in read_text(piece.words, GuardReader(()), Setting(is_code=True), False).channels
            )
            return sense
        sense = read_text(piece.words, self.reader, setting, not setting.is_definition)
        if piece.is_help or (piece.is_quoted and not setting.is_step):
            sense.clauses = []
            sense.guards = [] if piece.is_help and not piece.is_quoted else sense.guards
        if any(re.match(r"\W*(?:if|yes|no)\b", child.text, re.I) for child in piece.children):
            sense.clauses = [clause for clause in sense.clauses if not clause.is_posed]
        self.record(sense)
        if setting.is_step or self.step_around(piece) is not None:
            self.note_unread(sense)
        return sense

    def add_step(self, piece: Piece, sense: Sense) -> None:
        parent = self.step_around(piece)
        said = self.remarks_for(piece)
        inherited = [scope.condition for scope in self.active() if scope.condition is not None]
        inherited += self.conditions_around(piece)
        condition = all_of([*inherited, self.remarked_condition(said) or self.condition(sense)])
        timers = self.remarked_timers(said, piece) or [self.timer(clock, piece.words) for clock in sense.clocks]
        audiences = list(dict.fromkeys(said.audiences or [told.name for told in sense.told]))
        channels = [Channel(hashed(name)) for name in said.channels] or [seen.channel for seen in sense.channels]
        self.record_remark(said)
        has_cadence = any(timer.kind == "recurring" for timer in timers)
        action = said.action or read_action(piece.text, bool(audiences), has_cadence)
        if action:
            self.read(piece.line, "action", piece.text.strip(), action)
        head = self.phase_head(piece)
        step = Step(
            id=self.next_id(head),
            line=piece.line,
            text=piece.text.strip(),
            is_ordered=piece.is_ordered,
            is_done=piece.is_done,
            action=action,
            condition=condition,
        )
        draft = Draft(
            piece, step, timers=timers, audiences=audiences, channels=channels, links=list(piece.words.link_list())
        )
        if parent is None:
            draft.timers.extend(self.scope_timers())
        self.drafts[id(piece)] = draft
        self.last_step[piece.group] = draft
        if parent is not None:
            parent.children.append(draft)
            return
        if not self.phases or self.phases[-1][0] is not head:
            self.phases.append((head, []))
        self.phases[-1][1].append(draft)

    def conditions_around(self, piece: Piece) -> list[Condition]:
        """The conditions of the items around a step: of its parent step, or of an item that only introduces it."""
        for around in piece.ancestors():
            draft = self.drafts.get(id(around))
            if draft is not None:
                return [draft.step.condition] if draft.step.condition else []
        found = []
        for around in piece.ancestors():
            condition = self.condition(read_text(around.words, self.reader, Setting(is_step=True), True))
            if condition is not None:
                found.append(condition)
        return found

    def phase_head(self, piece: Piece) -> Piece | None:
        around = list(piece.ancestors())
        plain = [p for p in around if id(p) not in self.drafts]
        if plain and len(plain) == len(around):
            return plain[0]
        for scope in reversed(self.scopes):
            if scope.opens_phase:
                return scope.piece
        return self.scopes[-1].piece if self.scopes else None

    def next_id(self, head: Piece | None) -> str:
        slug = _slug(head.text if head else "step")
        self.counters[slug] = self.counters.get(slug, 0) + 1
        return f"{slug}-{self.counters[slug]}"


def _is_short_lead(piece: Piece) -> bool:
    return piece.kind == "text" and piece.parent is None and len(piece.text) < 60 and piece.words.lead > 0


def _is_label(piece: Piece) -> bool:
    """Whether a paragraph is a heading in all but name: bold from end to end, or a short line ending in a colon."""
    text = piece.text.strip()
    if piece.words.is_all_bold and len(text) < 90 and not re.search(r"[.!]\s*\W*$", text):
        return True
    return bool(piece.words.lead and len(text) < 80 and text.endswith(":"))


def _finish(draft: Draft, known: dict[str, Channel]) -> Step:
    channels = {channel.name: known.get(channel.name, channel) for channel in draft.channels}
    return replace(
        draft.step,
        timers=tuple(dict.fromkeys(draft.timers)),
        audiences=tuple(draft.audiences),
        channels=tuple(channels.values()),
        links=tuple(draft.links),
        notes=tuple(note for note in draft.notes if note),
        steps=tuple(_finish(child, known) for child in draft.children),
    )


@lru_cache(maxsize=64)
def _slug(text: str) -> str:
    plain = re.sub(r"\([^)]*\)", " ", text.lower())
    words = re.findall(r"[^\W_]+", plain)
    return "-".join(words[:4]) or "step"
