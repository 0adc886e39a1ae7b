"""Put the pieces of an outline and what the rules read in them together into a Playbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Channel,
    Condition,
    Elapsed,
    Field,
    Link,
    Not,
    Phase,
    Playbook,
    Policy,
    Question,
    Reading,
    ReadingKind,
    Severity,
    SeverityIn,
    StateIs,
    Step,
    Timer,
    Unread,
)
from tocsin.playbook.outline import Outline, Piece, Words
from tocsin.playbook.rules.actions import read_action
from tocsin.playbook.rules.audiences import TELL, listed_audience, lists_audiences
from tocsin.playbook.rules.channels import known_channels
from tocsin.playbook.rules.choices import is_choice, is_deed, starts_with_verb
from tocsin.playbook.rules.durations import find_durations, may_hold_time
from tocsin.playbook.rules.guards import GuardReader
from tocsin.playbook.rules.hints import hints_of
from tocsin.playbook.rules.levels import (
    DEFINES,
    WORD_RANKS,
    Level,
    Levels,
    canonical,
    find_levels,
    lead_level,
    listed_levels,
    mentioned_levels,
)
from tocsin.playbook.rules.policies import places_of, warns_of_sensitive
from tocsin.playbook.rules.questions import Clause, question_id
from tocsin.playbook.rules.remarks import Said, read_remark
from tocsin.playbook.rules.sense import Sense, read_text
from tocsin.playbook.rules.tables import read_row, row_guard, row_levels
from tocsin.playbook.rules.timers import Clock, Setting

_STORY = re.compile(
    r"\b(?:what went|went (?:well|poorly|wrong)|didn.t go|lessons|examples?\b|sample|version history|changelog|metrics|kpis?|references|"
    r"glossary|past incidents|real-world|purpose|philosophy|principles|background|introduction|overview|retention|review schedule|"
    r"maintenance|testing|training|drills?|prerequisites|readiness|tabletop)\b|template\W*$",
    re.IGNORECASE,
)
_WHEN_LIST = re.compile(
    r"\b(?:when|if|where|in case of)(?:\s+(?:any|one|either)\b.*|\s+the following.*|\s+there is)?\s*:\s*[*_]*$",
    re.IGNORECASE,
)
_BELOW = re.compile(r":\s*[*_]*$|\b(?:below|following|these steps|checklist)\b[^.]{0,40}[.:]?\s*$", re.IGNORECASE)
_PLAIN_CODE = ("", "text", "txt", "plaintext", "plain")


_FIELD_RAW = re.compile(r"\*\*([^*\n]{1,60})\*\*:?[\s_\\<>!\-]*(?:<!--.*-->)?\s*")


_NOTHING_SAID = Said(0)
_GOVERNS = re.compile(r"\b(?:only|incidents|and above|or higher)\b|\w/\s*(?:sev|p|s)?-?\d|\w/\w", re.IGNORECASE)
_TELLS_A_STORY = re.compile(
    r"[\W_]*(?:(?:e\.g\.|example|for example|ex\.)"
    r"|(?:symptoms?|indicators?|triggers?|definition|criteria|impact|background|purpose)\W{0,3}:)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Scope:
    """What a heading, label or introduction lays on the steps below it."""

    depth: int
    piece: Piece
    condition: Condition | None = None
    timers: tuple[Timer, ...] = ()
    names: tuple[str, ...] = ()
    is_story: bool = False
    is_definition: bool = False
    is_audience_list: bool = False
    is_when_list: bool = False
    is_used: bool = False
    opens_phase: bool = True


@dataclass(slots=True)
class _Draft:
    """A step being built."""

    piece: Piece
    step: Step
    children: list[_Draft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def assemble(outline: Outline, source: str, digest: str) -> Playbook:
    """Turn an outline into the Playbook it means."""
    return _Assembly(outline).build(source, digest)


class _Assembly:
    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.levels = _levels_of(outline)
        self.reader = GuardReader(self.levels.found)
        self.readings: list[Reading] = []
        self.questions: dict[str, Question] = {}
        self.asked: dict[str, str] = {}
        self.seen: set[tuple[int, str, str]] = set()
        self.timers: list[Timer] = []
        self.policies: list[Policy] = []
        self.fields: list[Field] = []
        self.unknown = [Unread(line, text, why) for line, text, why in outline.problems]
        self.audiences: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        self.channels: list[Channel] = []
        self.phases: list[tuple[Piece | None, list[_Draft]]] = []
        self.drafts: dict[int, _Draft] = {}
        self.counters: dict[str, int] = {}
        self.scopes: list[_Scope] = []
        self.label: _Scope | None = None
        self.intro: _Scope | None = None
        self.last_step: dict[int, _Draft] = {}
        self.remarks = _remarks_by_line(outline)
        self.places = {id(piece): at for at, piece in enumerate(outline.pieces)}
        self.has_boxes = any(piece.has_box for piece in outline.pieces)

    # --- whole document ---------------------------------------------------------------------------------------

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

    def finish_phase(self, head: Piece | None, drafts: list[_Draft], known: dict[str, Channel]) -> Phase:
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
        heading, groups = "", {}
        for piece in self.outline.pieces:
            if piece.kind == "heading":
                heading = piece.text
            elif piece.kind == "text" and piece.parent is None and len(piece.text) < 60 and piece.words.lead:
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

    # --- one piece --------------------------------------------------------------------------------------------

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

    def scope_of(self, piece: Piece, depth: int) -> _Scope:
        outer = self.scopes[-1] if self.scopes else None
        is_story = bool(_STORY.search(piece.text)) or bool(outer and outer.is_story)
        level = lead_level(piece.words, must_end=False) if self.levels.found else None
        is_definition = bool(outer and outer.is_definition) or (
            level is not None
            and not _GOVERNS.search(piece.text)
            and any(DEFINES.search(s.piece.text) and not _is_response(s.piece.text) for s in self.scopes)
        )
        setting = Setting(is_heading=True, heading=self.heading() + " " + piece.text)
        sense = read_text(piece.words, self.reader, setting, not is_story and not is_definition)
        scope = _Scope(depth, piece, is_story=is_story and not piece.is_help, is_definition=is_definition)
        scope.is_audience_list = lists_audiences(piece.text)
        names = self.reader.levels_at_start(piece.text.split(":")[-1]) if is_definition else ()
        if is_definition and len(names) < len(self.reader.names):
            scope.names = names
        else:
            scope.condition = self.condition(sense)
            scope.names = next((g.names for g in sense.free_guards()), ())
        scope.timers = tuple(self.timer(clock, piece.words) for clock in sense.clocks) if not is_story else ()
        if not is_story:
            self.record(sense)
        scope.opens_phase = not self.is_pure_guard(sense)
        return scope

    def is_pure_guard(self, sense: Sense) -> bool:
        """Whether a heading says only at which severity its steps apply ("Medium/High incidents")."""
        text, left = sense.words.text, sense.words.text
        for guard in sense.free_guards():
            left = left.replace(text[guard.start : guard.end], " ")
        plain = re.sub(
            r"\b(?:for|incidents?|severity|priority|only|issues?|sev|and|or|if|the)\b|[\W\d_]", "", left, flags=re.I
        )
        return bool(sense.free_guards()) and not plain and any(s.opens_phase for s in self.scopes if s.depth > 1)

    def leave(self, scope: _Scope) -> None:
        if scope.timers and not scope.is_used:
            self.timers.extend(replace(t, severity=t.severity or scope.names) for t in scope.timers)

    def drop_label(self) -> None:
        for scope in (self.label, self.intro):
            if scope is not None:
                self.leave(scope)
        self.label = self.intro = None

    def heading(self) -> str:
        return " / ".join(scope.piece.text for scope in self.scopes[-2:] if scope.depth > 1)

    def active(self) -> list[_Scope]:
        return [*self.scopes, *(scope for scope in (self.label, self.intro) if scope is not None)]

    def setting(self, piece: Piece, is_step: bool) -> Setting:
        active = self.active()
        near = any(p is not piece and id(p) in self.levels.defining for p in piece.ancestors())
        is_definition = id(piece) in self.levels.defining or near or any(s.is_definition for s in active)
        heading = self.heading() + (" " + self.label.piece.text if self.label else "")
        is_item = piece.kind == "item"
        return Setting(is_step=is_step, is_definition=is_definition and not is_step, is_item=is_item, heading=heading)

    def is_story(self, piece: Piece) -> bool:
        return any(scope.is_story for scope in self.active()) or bool(_TELLS_A_STORY.match(piece.text))

    # --- paragraphs -------------------------------------------------------------------------------------------

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
        is_story = self.is_story(piece) and not (is_label and not _STORY.search(piece.text))
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
        scope = _Scope(7, piece, timers=timers, is_story=is_story, is_definition=setting.is_definition)
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

    def keep_timers(self, timers: Iterable[Timer]) -> None:
        """Timers outside steps: they take the levels of the headings they stand under."""
        names = next((scope.names for scope in reversed(self.active()) if scope.names), ())
        self.timers.extend(replace(timer, severity=timer.severity or names) for timer in timers)

    def take_written_field(self, piece: Piece) -> bool:
        """ "**Severity:** _High/Medium/Low_": a label and what may be written after it."""
        words, lead = piece.words, piece.words.lead
        if words.breaks and lead and self.take_field_lines(words):
            return True
        if piece.has_box or piece.children or not lead or not re.match(r".{1,50}:\s*$|.{1,50}$", words.text[:lead]):
            return False
        rest = words.text[lead:].strip()
        if "://" in rest or "@" in rest:
            return False
        if not words.text[:lead].rstrip().endswith(":") and not rest.startswith(":"):
            return False
        options = listed_levels(rest.strip(": ")) or [
            o.strip(" _*`") for o in re.split(r"\s*[/|]\s*", rest.strip(": "))
        ]
        if rest.strip(" :_*") and (len(options) < 2 or any(len(option.split()) > 4 for option in options)):
            return False
        label = words.text[:lead].strip(" :*_")
        listed = [option for option in options if option] if rest.strip(" :_*") else []
        self.fields.append(Field(label, words.line, tuple(listed)))
        self.read(words.line, "field", label, listed)
        return True

    def take_field_lines(self, words: Words) -> bool:
        """Several labels, one a line: "**Reported by:**", "**Systems affected:**"."""
        matches = [_FIELD_RAW.fullmatch(line.strip()) for line in words.raw.split("\n")]
        if not all(matches):
            return False
        for number, match in enumerate(matches):
            label = match.group(1).strip(" :") if match else ""
            self.fields.append(Field(label, words.line + number))
            self.read(words.line + number, "field", label, [])
        return True

    # --- items ------------------------------------------------------------------------------------------------

    def take_item(self, piece: Piece) -> None:
        if piece.is_choice:
            return
        is_step = piece.has_box or (not self.has_boxes and self.is_instruction(piece))
        setting = self.setting(piece, is_step)
        if not is_step and self.take_written_field(piece):
            return
        if not is_step and self.intro is not None and piece.parent is not None and self.intro.piece is not piece:
            pass
        is_story = self.is_story(piece) and not is_step
        sense = self.understand(piece, setting, is_story)
        self.take_listed(piece, sense, setting)
        if is_step:
            self.add_step(piece, sense)
            return
        draft = self.step_around(piece) or (self.last_step.get(piece.group) if piece.parent is None or True else None)
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
        return self.intro is not None and self.intro.is_when_list

    def is_instruction(self, piece: Piece) -> bool:
        """Whether an item without a box is a step, in a document that has no boxes at all."""
        if (
            id(piece) in self.levels.defining
            or self.is_story(piece)
            or piece.table is not None
            or self.is_when_item(piece)
        ):
            return False
        if (
            any(scope.is_definition for scope in self.active())
            or not self.scopes
            and piece.parent is None
            and not piece.is_ordered
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

    def step_around(self, piece: Piece) -> _Draft | None:
        return next((self.drafts[id(p)] for p in piece.ancestors() if id(p) in self.drafts), None)

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
            sense.clauses, sense.guards = [], []
        if any(re.match(r"\W*(?:if|yes|no)\b", child.text, re.I) for child in piece.children):
            sense.clauses = [clause for clause in sense.clauses if not clause.is_posed]
        self.record(sense)
        if setting.is_step or self.step_around(piece) is not None:
            self.note_unread(sense)
        return sense

    def record(self, sense: Sense) -> None:
        words = sense.words
        for guard in sense.guards:
            if not guard.is_everything:
                self.read(words.line_at(guard.start), "guard", words.text[guard.start : guard.end], list(guard.names))
        for clock in sense.clocks:
            self.read(words.line_at(clock.end), "timer", words.text[clock.start : clock.end], _clock_value(clock))
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
        match = re.match(r"\W*(?:if|when|unless)\b", text, re.I)
        if match and not sense.clauses:
            self.unknown.append(Unread(sense.words.line, text[:80], "a condition, but not where it ends"))

    # --- steps ------------------------------------------------------------------------------------------------

    def add_step(self, piece: Piece, sense: Sense) -> None:
        parent = self.step_around(piece)
        said = self.remarks_for(piece)
        inherited = [scope.condition for scope in self.active() if scope.condition is not None]
        inherited += self.conditions_around(piece)
        condition = _all_of([*inherited, self.remarked_condition(said) or self.condition(sense)])
        timers = self.remarked_timers(said, piece) or [self.timer(clock, piece.words) for clock in sense.clocks]
        audiences = list(dict.fromkeys(said.audiences or [told.name for told in sense.told]))
        channels = [Channel(_hash(name)) for name in said.channels] or [seen.channel for seen in sense.channels]
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
        draft = _Draft(
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

    def scope_timers(self) -> list[Timer]:
        found: list[Timer] = []
        for scope in self.active():
            scope.is_used = scope.is_used or bool(scope.timers)
            found.extend(scope.timers)
        return found

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
        around = [p for p in piece.ancestors()]
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

    def timer(self, clock: Clock, words: Words) -> Timer:
        return Timer(
            kind=clock.kind,
            seconds=clock.seconds,
            start=clock.counts_from,
            severity=clock.names,
            line=words.line_at(clock.end),
            text=words.text[clock.start : clock.end],
            is_business_days=clock.is_business_days,
        )

    def condition(self, sense: Sense) -> Condition | None:
        """The condition a text lays on itself: that of its first sentence."""
        if not sense.guards and not sense.clauses:
            return None
        parts: list[Condition] = []
        names = [name for guard in sense.free_guards() for name in guard.names]
        if names:
            parts.append(SeverityIn(self.in_order(names)))
        text = sense.words.text
        for clause in sense.clauses:
            if self.governs(clause, text):
                made = self.clause_condition(clause, sense.words)
                if made is not None:
                    parts.append(made)
        return _all_of(parts)

    @staticmethod
    def governs(clause: Clause, text: str) -> bool:
        """Whether a clause rules the whole text, not a later sentence or an aside in brackets."""
        if re.search(r"[.!?]\s+[A-Z]", text[: clause.start]):
            return False
        is_aside = text[: clause.start].rstrip().endswith("(")
        return not (is_aside and re.search(r"\)\s*,", text[clause.end : clause.end + 6]))

    def clause_condition(self, clause: Clause, words: Words) -> Condition | None:
        if clause.is_resolved:
            return StateIs("resolved")
        parts: list[tuple[int, Condition]] = [
            (asked.start, Answered(self.question(asked.text, words.line_at(asked.start)))) for asked in clause.asked
        ]
        parts += [(clock.start, Elapsed(clock.seconds)) for clock in clause.clocks]
        parts += [(guard.start, SeverityIn(guard.names)) for guard in clause.guards if not guard.is_everything]
        ordered = tuple(part for _, part in sorted(parts, key=lambda part: part[0]))
        if not ordered:
            return None
        made = ordered[0] if len(ordered) == 1 else (AnyOf(ordered) if clause.joint == "any" else AllOf(ordered))
        return Not(made) if clause.is_negated else made

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = set(names)
        return tuple(name for name in self.reader.names if name in wanted)

    # --- remarks ----------------------------------------------------------------------------------------------

    def remarks_for(self, piece: Piece) -> Said:
        """The remark on a step's own lines, or on the line after it."""
        if not self.remarks:
            return _NOTHING_SAID
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
        if said is _NOTHING_SAID:
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
        return _all_of(parts)

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
        if said is _NOTHING_SAID:
            return
        for name in said.audiences:
            self.audience(name, said.line, f"audience={name}")
        for name in said.channels:
            self.channels.append(Channel(_hash(name)))
            self.read(said.line, "channel", f"channel={name}", {"name": _hash(name), "id": None, "url": None})
        for name in said.roles:
            self.roles.setdefault(name.lower(), name)
            self.read(said.line, "role", f"role={name}", name)
        names = self.in_order(n for n in (self.known_level(name, Said(0)) for name in said.severities) if n)
        if names:
            self.read(said.line, "guard", f"severity={'/'.join(said.severities)}", list(names))
        for timer in self.remarked_timers(said, Piece("item", Words("", said.line))):
            self.read(said.line, "timer", timer.text, _timer_value(timer))
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

    # --- rows, code, fields -----------------------------------------------------------------------------------

    def take_row(self, piece: Piece) -> None:
        if piece.tag == "head" or self.is_story_table(piece):
            return
        for cell in piece.cells[1:]:
            if warns_of_sensitive(cell.text):
                self.add_policy(cell.line, cell.text)
        self.take_row_field(piece)
        clocks = [(cell, clock) for cell, clock in read_row(piece, self.reader)]
        for cell, clock in clocks:
            self.read(cell.line, "timer", cell.text[clock.start : clock.end], _clock_value(clock))
        self.keep_timers(self.timer(clock, cell) for cell, clock in clocks)
        guard = row_guard(piece, self.reader)
        if guard is not None:
            self.read(piece.line, "guard", piece.text[guard.start : guard.end], list(guard.names))
        self.take_row_words(piece)

    def is_story_table(self, piece: Piece) -> bool:
        headers = " ".join(piece.table.headers) if piece.table else ""
        return any(scope.is_story for scope in self.active()) or bool(
            re.match(r"\W*(?:date[\s/-]*)?time\b.*\bevent|\W*date\b", headers, re.I)
        )

    def take_row_field(self, piece: Piece) -> None:
        headers = [header.lower() for header in piece.table.headers] if piece.table else []
        if headers[:2] == ["field", "value"] and len(piece.cells) > 1:
            options = [o.strip() for o in re.split(r"\s*[/|]\s*", piece.cells[1].text) if o.strip()]
            self.fields.append(Field(piece.text.strip(), piece.line, tuple(options)))
            self.read(piece.line, "field", piece.text.strip(), options)

    def take_row_words(self, piece: Piece) -> None:
        """Conditions and audiences in the cells that say what to do."""
        headers = piece.table.headers if piece.table else ()
        for index, cell in enumerate(piece.cells):
            header = headers[index] if index < len(headers) else ""
            if not re.search(
                r"\b(?:action|notif|who|communicat|escalat|response|contact|page|step|procedure|to do)\w*", header, re.I
            ):
                continue
            sense = read_text(cell, self.reader, Setting(is_step=True), True)
            for clause in sense.clauses:
                self.record_clause(clause, cell)
            for told in sense.told:
                self.audience(told.name, cell.line, cell.text[told.start : told.end])
            if (
                not sense.told
                and re.search(r"\bnotif\w*|\bwho\b|escalat|\bpage\b|inform", header, re.I)
                and row_levels(piece, self.reader)
            ):
                told = listed_audience(cell)
                if told is not None and not find_durations(cell.text):
                    self.audience(told.name, cell.line, cell.text)

    def take_code(self, piece: Piece) -> None:
        if (piece.tag.split() or [""])[0] not in _PLAIN_CODE or self.step_around(piece) or len(piece.text) > 20_000:
            return
        for number, line in enumerate(piece.text.split("\n"), piece.line):
            words = Words(line, number)
            sense = read_text(words, self.reader, Setting(is_code=True), False)
            for clock in sense.clocks:
                self.read(number, "timer", line[clock.start : clock.end], _clock_value(clock))
            self.keep_timers(self.timer(clock, words) for clock in sense.clocks)

    def take_field(self, piece: Piece) -> None:
        self.add_field(piece.text.strip(), piece.line, piece.options)


# --- helpers of one value ---------------------------------------------------------------------------------------


def _levels_of(outline: Outline) -> Levels:
    levels = find_levels(outline)
    if levels.found:
        return levels
    texts = [words for piece in outline.pieces if piece.kind != "code" for words in (piece.cells or (piece.words,))]
    levels.found = mentioned_levels(texts)
    if levels.found:
        return levels
    return Levels(_worded_levels(texts), levels.defining)


_USUAL = ("Critical", "High", "Medium", "Low", "Major", "Minor")


def _worded_levels(texts: Sequence[Words]) -> list[Level]:
    """Levels by name that a document without definitions uses where only a severity can be meant."""
    reader = GuardReader([Level(name, 0) for name in _USUAL])
    found: dict[str, Level] = {}
    for words in texts:
        if not _ANY_USUAL.search(words.text):
            continue
        for guard in reader.read(words.text):
            for name in guard.names:
                found.setdefault(name, Level(name, words.line_at(guard.start)))
    return sorted(found.values(), key=lambda level: WORD_RANKS[level.name.lower()]) if len(found) > 1 else []


_ANY_USUAL = re.compile(r"\b(?:critical|high|medium|low|major|minor)\b", re.IGNORECASE)


def _is_response(text: str) -> bool:
    return bool(re.search(r"respon|procedure|runbook|process|playbook|escalat|action", text, re.I))


def _is_label(piece: Piece) -> bool:
    """Whether a paragraph is a heading in all but name: bold from end to end, or a short line ending in a colon."""
    text = piece.text.strip()
    if piece.words.is_all_bold and len(text) < 90 and not re.search(r"[.!]\s*\W*$", text):
        return True
    return bool(piece.words.lead and len(text) < 80 and text.endswith(":"))


def _clock_value(clock: Clock) -> dict[str, object]:
    return {"kind": clock.kind, "seconds": clock.seconds, "from": clock.counts_from, "severity": list(clock.names)}


def _timer_value(timer: Timer) -> dict[str, object]:
    return {"kind": timer.kind, "seconds": timer.seconds, "from": timer.start, "severity": list(timer.severity)}


def _all_of(parts: Iterable[Condition | None]) -> Condition | None:
    """All of the parts, flat, each once, severities met with each other."""
    flat: list[Condition] = []
    for part in parts:
        flat.extend(part.conditions if isinstance(part, AllOf) else [part] if part is not None else [])
    levels = [part for part in flat if isinstance(part, SeverityIn)]
    kept: list[Condition] = []
    if levels:
        common = [n for n in levels[0].names if all(n in level.names for level in levels)]
        if common:
            kept.append(SeverityIn(tuple(common)))
        else:
            kept.extend(dict.fromkeys(levels))
    kept.extend(dict.fromkeys(part for part in flat if not isinstance(part, SeverityIn)))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def _finish(draft: _Draft, known: dict[str, Channel]) -> Step:
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


def _slug(text: str) -> str:
    plain = re.sub(r"\([^)]*\)", " ", text.lower())
    words = re.findall(r"[^\W_]+", plain)
    return "-".join(words[:4]) or "step"


def _hash(name: str) -> str:
    return name if name.startswith("#") else f"#{name}"


def _remarks_by_line(outline: Outline) -> dict[int, list[Said]]:
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
