"""Timers and severity conditions in the rows of a table: which columns are about time, which rows about a level."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.playbook.model import TimerKind
from tocsin.playbook.outline import Piece, Words
from tocsin.playbook.rules.durations import find_durations
from tocsin.playbook.rules.guards import Guard, GuardReader
from tocsin.playbook.rules.timers import Clock, Setting, read_clocks

_TIME_HEADER = re.compile(
    r"\b(?:respon\w+|acknowledg\w*|ack|resol\w+|time|sla|slo|target|deadline|within|when|timing|timeline|time-?frame|"
    r"escalat\w*|notif\w*|initial|mitigat\w*|contain\w*|post-?mortem|rto|due|first|triage|engage\w*|page)\b"
    r"|tempo|plazo|prazo|zeit|tijd|délai|срок|время",
    re.IGNORECASE,
)
_CADENCE_HEADER = re.compile(
    r"\b(?:updates?|cadence|frequency|interval|communicat\w*|comms?|status|stakeholders?)\b", re.IGNORECASE
)
_NOT_TIME_HEADER = re.compile(
    r"\b(?:duration|downtime|examples?|defin\w*|descri\w*|criteri\w*|impact|retention|measur\w*|notes|what|lessons?|"
    r"meaning|indicators?|mttr|mttd|availability|uptime|condition|trigger|symptom\w*|went|improve|risk|event)\b",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:metric|kpi|vendor|service|tool|provider|option|review|week|sli|test|drill|date)\b|\(utc\)", re.I
)
_WHEN_HEADER = re.compile(
    r"\b(?:timeline|time-?frames?|timing|when|deadline|due|time|within|phase|срок|prazo|plazo|frist)\b", re.IGNORECASE
)
_DEED_HEADER = re.compile(
    r"\b(?:actions?|notif\w*|who|communicat\w*|escalat\w*|response|contact|page|steps?|requirements?|process|procedure|"
    r"approv\w*|involve\w*|post-?mortem|comms?|stakeholders?|audience|channel)\b",
    re.IGNORECASE,
)


def row_levels(row: Piece, reader: GuardReader) -> tuple[str, ...]:
    """The levels a row is about: those its first or second cell starts with."""
    for cell in row.cells[:2]:
        if len(cell.text) < 60:
            names = reader.levels_at_start(cell.text)
            if names and not (reader.names and len(names) == len(reader.names)):
                return names
    return ()


def read_row(row: Piece, reader: GuardReader) -> Iterator[tuple[Words, Clock]]:
    """The timers of one row, each with the cell it stands in."""
    table = row.table
    if table is None or row.tag == "head" or _LEFT_OUT.search(table.headers[0] if table.headers else ""):
        return
    names = row_levels(row, reader)
    for index, cell in enumerate(row.cells):
        header = table.headers[index] if index < len(table.headers) else ""
        yield from ((cell, clock) for clock in _cell_clocks(cell, header, names, reader, row))


def _cell_clocks(cell: Words, header: str, names: tuple[str, ...], reader: GuardReader, row: Piece) -> Iterator[Clock]:
    text = cell.text
    guards = reader.read(text)
    headers = row.table.headers if row.table else ()
    heading = f"{header} {' '.join(c.text for c in row.cells[:2])}" if not names else header
    is_rule = bool(re.search(r"\b(?:if|when|trigger|escalat\w*)\b", header, re.I))
    setting = Setting(
        is_step=row.has_box or bool(names) or is_rule, is_definition=_is_description(header), heading=heading
    )
    found = read_clocks(text, guards, setting)
    if not found and not _NOT_TIME_HEADER.search(header):
        found = _bare_clocks(text, header, bool(names) or _first_is_when(headers, header), bool(names))
    for clock in found:
        counts_from = clock.counts_from
        if clock.kind == "deadline" and re.search(r"post-?(?:mortem|incident)|retro|review|rca", header, re.I):
            counts_from = "resolved"
        yield Clock(
            clock.start, clock.end, clock.kind, clock.seconds, counts_from, clock.names or names, clock.is_business_days
        )


def _is_description(header: str) -> bool:
    return bool(_NOT_TIME_HEADER.search(header)) and not _WHEN_HEADER.search(header)


def _first_is_when(headers: tuple[str, ...], header: str) -> bool:
    return bool(headers) and bool(_WHEN_HEADER.search(header)) and not re.search(r"\(|utc|start|end\b", header, re.I)


def _bare_clocks(text: str, header: str, is_keyed: bool, is_row: bool) -> list[Clock]:
    """Timers of a cell that is a length of time and nothing else ("4 hours", "<30 min"), by what its column says."""
    plain = text.strip(" *_`~.")
    spans = find_durations(plain)
    is_cadence, is_time = bool(_CADENCE_HEADER.search(header)), bool(_TIME_HEADER.search(header))
    if not is_keyed or not (is_cadence or is_time or is_row) or len(spans) != 1:
        return _said_cadence(plain, is_cadence and is_keyed)
    span = spans[0]
    left, right = plain[: span.start], plain[span.end :]
    if not re.fullmatch(r"\W*(?:T\+|<=?|≤|~|within|under|max\.?|by|first|target|up to|less than)?\s*", left, re.I):
        return []
    if not re.fullmatch(r"\W*(?:max|maximum|\([^)]*\)|or less|from \w+|after \w+|of [\w ]+)?\W*", right, re.I):
        return []
    kind: TimerKind = "deadline"
    if is_cadence and not re.search(r"initial|first|within|time|ack|notif|respon|resol|sla", header, re.I):
        kind = "recurring"
    seconds = span.low if kind == "recurring" else span.high
    counts_from = "last_update" if kind == "recurring" else "start"
    return [Clock(0, len(text), kind, seconds, counts_from, (), span.is_business_days)]  # type: ignore[arg-type]


def _said_cadence(text: str, is_cadence: bool) -> list[Clock]:
    words = {"hourly": 3600, "daily": 86400, "every hour": 3600, "twice daily": 43200, "weekly": 604800}
    seconds = words.get(text.lower()) if is_cadence else None
    return [Clock(0, len(text), "recurring", seconds, "last_update")] if seconds else []


def _levels_meant(guards: list[Guard]) -> tuple[str, ...]:
    return guards[0].names if len(guards) == 1 else ()


def row_guard(row: Piece, reader: GuardReader) -> Guard | None:
    """The severity condition of a row that says what to do at a level, None where it says what a level means."""
    table = row.table
    if table is None or row.tag == "head" or not row.cells:
        return None
    for cell, header in zip(row.cells[1:], table.headers[1:], strict=False):
        only = re.fullmatch(
            r"(?:(?:required|mandatory|needed)\s+for\s+)?(.{2,20}?)\s+(?:only|notifications?|incidents?)\W*",
            cell.text,
            re.I,
        )
        alone = reader.levels_only(only.group(1)) if only else ()
        if alone and len(alone) < len(reader.names):
            return Guard(0, 0, alone)
        if re.search(r"\b(?:when|severi\w+|sev|levels?|applies|escalate)\b", header, re.I) and len(cell.text) < 40:
            said = reader.levels_only(cell.text) or _levels_meant(reader.read(cell.text))
            if said and len(said) < len(reader.names):
                return Guard(0, 0, said)
    first = row.cells[0].text
    names = reader.levels_at_start(first) if len(first) < 60 else ()
    if not names or len(names) == len(reader.names):
        return None
    others = table.headers[1:]
    if not any(_DEED_HEADER.search(h) for h in others) or any(_is_description(h) for h in others):
        return None
    return Guard(0, len(first), names)
