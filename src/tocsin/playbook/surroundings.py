"""What stands around the steps: tables, fields to fill in, and templates of messages."""

from __future__ import annotations

import re

from tocsin.playbook.ledger import clock_value
from tocsin.playbook.model import (
    Field,
)
from tocsin.playbook.outline import Piece, Words
from tocsin.playbook.rules.audiences import listed_audience
from tocsin.playbook.rules.durations import find_durations
from tocsin.playbook.rules.levels import (
    listed_levels,
)
from tocsin.playbook.rules.policies import warns_of_sensitive
from tocsin.playbook.rules.sense import read_text
from tocsin.playbook.rules.tables import read_row, row_guard, row_levels
from tocsin.playbook.rules.timers import Setting
from tocsin.playbook.scopes import Scopes

_PLAIN_CODE = ("", "text", "txt", "plaintext", "plain")
_MARKDOWN_CODE = ("markdown", "md")
_LEVEL_LINE = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(?:[*_`]{0,2})(?:sev|p|s|critical|high|medium|low)", re.IGNORECASE)


_FIELD_RAW = re.compile(r"\*\*([^*\n]{1,60})\*\*:?[\s_\\<>!\-]*(?:<!--.*-->)?\s*")


class Surroundings(Scopes):
    """What stands around the steps: tables, fields to fill in, and templates of messages."""

    def take_row(self, piece: Piece) -> None:
        if piece.tag == "head" or self.is_story_table(piece):
            return
        for cell in piece.cells[1:]:
            if warns_of_sensitive(cell.text):
                self.add_policy(cell.line, cell.text)
        self.take_row_field(piece)
        clocks = [(cell, clock) for cell, clock in read_row(piece, self.reader)]
        for cell, clock in clocks:
            self.read(cell.line, "timer", cell.text[clock.start : clock.end], clock_value(clock))
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
                listed = listed_audience(cell)
                if listed is not None and not find_durations(cell.text):
                    self.audience(listed.name, cell.line, cell.text)

    def take_code(self, piece: Piece) -> None:
        tag = (piece.tag.split() or [""])[0]
        is_markdown = tag in _MARKDOWN_CODE
        if not (is_markdown or tag in _PLAIN_CODE) or self.step_around(piece) or len(piece.text) > 20_000:
            return
        for number, line in enumerate(piece.text.split("\n"), piece.line):
            if is_markdown and not _LEVEL_LINE.match(line):
                continue
            words = Words(line, number)
            sense = read_text(words, self.reader, Setting(is_code=True), False)
            for clock in sense.clocks:
                self.read(number, "timer", line[clock.start : clock.end], clock_value(clock))
            self.keep_timers(self.timer(clock, words) for clock in sense.clocks)

    def take_field(self, piece: Piece) -> None:
        self.add_field(piece.text.strip(), piece.line, piece.options)

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
