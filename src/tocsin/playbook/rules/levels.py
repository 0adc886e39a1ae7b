"""Severity levels: the words teams use for them, and where a document defines them.

A level is a number with a family ("SEV-1", "P0", "S2") or a word ("High", "Critical"). The playbook's own spelling is
the level's name; "P0 — Critical" is the level P0 that is also called Critical.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tocsin.playbook.outline import Outline, Piece, Words

WORD_RANKS = {
    **dict.fromkeys(("blocker", "emergency", "catastrophic"), 0),
    **dict.fromkeys(("critical", "crítico", "crítica", "critico", "critica", "kritisch", "critique", "критический"), 1),
    **dict.fromkeys(("urgent", "severe", "urgente", "dringend"), 2),
    **dict.fromkeys(("high", "major", "alto", "alta", "hoch", "hoog", "élevé", "élevée", "высокий"), 3),
    **dict.fromkeys(("important", "significant", "importante"), 4),
    **dict.fromkeys(("medium", "moderate", "normal", "médio", "média", "medio", "media", "mittel", "middel"), 5),
    **dict.fromkeys(("warning",), 5),
    **dict.fromkeys(("moyen", "moyenne", "средний"), 5),
    **dict.fromkeys(("low", "minor", "baixo", "baixa", "bajo", "baja", "niedrig", "laag", "faible", "низкий"), 6),
    **dict.fromkeys(("informational", "info", "trivial", "cosmetic", "monitor"), 7),
}
_WORDS = "|".join(sorted((re.escape(word) for word in WORD_RANKS), key=len, reverse=True))
NUMBERED = re.compile(r"\b(SEV(?:ERITY)?|P|S|Priority|Level|Tier|L)[\s\-‑]?(\d)(?![\d.%:]|-\d|\w)", re.IGNORECASE)
NUMBERED_STRICT = re.compile(r"\b(?:(?:SEV(?:ERITY)?)[\s\-‑]?\d|[PS]-?\d)\b(?![.:]\d|%)", re.IGNORECASE)
LEAD_LEVEL = re.compile(
    r"[\W_]*?(?:(?P<num>(?:SEV(?:ERITY)?|P|S|Priority|Level|Tier|L)[\s\-‑]?\d)(?!\w|[.]\d)"
    rf"|(?P<word>{_WORDS})(?!\w|-(?!\s)))"
    r"(?P<rest>[\s\-‑–—:/|(\[]*"
    rf"(?:(?P<alias>{_WORDS}|(?(word)(?:SEV(?:ERITY)?|P|S)[\s\-‑]?\d|(?!)))(?!\w))?)",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"[\W\d_]{0,6}?([^\W\d_]+)")
_LEADS = {*WORD_RANKS, "sev", "severity", "p", "s", "priority", "level", "tier", "l"}
AFTER_LEAD = re.compile(
    r"\s*(?:(?:severity|priority|impact|incidents?|issues?|sev|level)\s*)?(?:\([^)]{0,60}\)\s*)?"
    r"[^\w\s(]?\s*(?:$|[:\-–—→=|(（：]|\*\*)",
    re.IGNORECASE,
)
SEVERITY_WORD = re.compile(
    r"\b(?:severit(?:y|ies)|sev|priorit(?:y|ies)|criticality|severidade?|gravedad|gravité|ernst|schwere\w*|"
    r"dringlichkeit|prioriteit|prioridade?|urgency)\b|severi|priorit|серьёзност|критичност|приоритет|等级|级别|严重|Mức độ",
    re.IGNORECASE,
)
FIELD_LINE = re.compile(
    r"[\W_]*(?:incident\s+)?(?:severity|priority|sev|severidade|gravedad|prioridad[e]?)(?:\s+(?:level|rating|class))?[\W_]*:[\W_]*(?P<list>.+)",
    re.IGNORECASE,
)
DEFINES = re.compile(
    r"\b(?:severit|priorit|classif|levels?\b|tiers?\b|rubric|definition|impact|categor|matrix|triage)", re.IGNORECASE
)


_CHAIN = re.compile(r"\bescalat\w+|\bchain\b|\bcontacts?\b|\bon-?call\b|support (?:tiers?|levels?)", re.IGNORECASE)


_IN_SENTENCE = re.compile(
    rf"\bseverity(?: level)?\W{{1,8}}(?P<list>(?:{_WORDS})(?:\s*[/|,]\s*(?:{_WORDS})\b){{2,}})", re.IGNORECASE
)


@dataclass(slots=True)
class Level:
    """A level while the document is being read; `aliases` are other names it goes by in this document."""

    name: str
    line: int
    aliases: list[str] = field(default_factory=list)
    criteria: list[Words] = field(default_factory=list)
    number: int | None = None


@dataclass(slots=True)
class Levels:
    """The levels of a document, most severe first, and the pieces that define them."""

    found: list[Level] = field(default_factory=list)
    defining: set[int] = field(default_factory=set)

    def names(self) -> list[str]:
        return [level.name for level in self.found]


def find_levels(outline: Outline) -> Levels:
    """Find where the document defines its levels; empty when it does not.

    Source order of trust: a form's severity field, a table, a list, a run of headings, "Severity: High/Medium/Low".
    """
    pieces = outline.pieces
    finders = (
        _from_options,
        _from_tables,
        _from_lists,
        _from_headings,
        _from_paragraphs,
        _from_field_lines,
        _from_named_lists,
    )
    every = Levels()
    for finder in finders:
        if every.found and finder is _from_named_lists:
            continue
        for group in finder(pieces):
            every.defining |= group.defining
            if not every.found:
                every.found = group.found
            elif len(group.found) >= 2:
                _merge(every.found, group.found)
    _complete(every.found, pieces)
    every.found = _ordered(every.found)
    return every


def _complete(known: list[Level], pieces: Sequence[Piece]) -> None:
    """Add the levels that only a list in a sentence names ("Classify severity — critical / high / medium / low")."""
    have = {canonical(level.name) for level in known}
    for piece in pieces if len(known) != 1 else ():
        match = _IN_SENTENCE.search(piece.text) if "everity" in piece.text else None
        names = listed_levels(match.group("list")) if match else []
        if len(names) > len(known) and have < {canonical(name) for name in names}:
            known.extend(Level(name, piece.line, number=_number(name)) for name in names if canonical(name) not in have)
            return


def _merge(known: list[Level], other: list[Level]) -> None:
    """Add what another place says about levels already known; other levels than those are left alone."""
    for level in other:
        for mine in known:
            if canonical(mine.name) == canonical(level.name):
                mine.criteria.extend(level.criteria)
                mine.aliases.extend(a for a in level.aliases if a not in mine.aliases)


@lru_cache(maxsize=512)
def canonical(name: str) -> str:
    """The same string for every spelling of one level: "Sev-1", "SEV1" and "severity 1" are one."""
    plain = re.sub(r"[^\w]", "", name.lower())
    return re.sub(r"^severity(?=\d)", "sev", re.sub(r"^priority(?=\d)", "p", plain))


def _ordered(levels: list[Level]) -> list[Level]:
    if levels and all(level.number is not None for level in levels):
        counted = sorted(levels, key=lambda level: level.number or 0)
        return counted[::-1] if _rises(counted) else counted
    ranks = [WORD_RANKS.get(level.name.lower()) for level in levels]
    known = [rank for rank in ranks if rank is not None]
    if len(known) == len(levels) and len(set(known)) == len(known):
        return sorted(levels, key=lambda level: WORD_RANKS[level.name.lower()])
    return levels


_MILD = re.compile(r"\b(?:suspicious|minor|low|minimal|cosmetic|potential|informational|no confirmed|limited)\b", re.I)
_GRAVE = re.compile(r"(?<!no )\b(?:confirmed|critical|catastrophic|severe|major|complete|full)\b", re.IGNORECASE)


def _rises(levels: Sequence[Level]) -> bool:
    """Whether the numbers count up to the worst ("Level 1: Low … Level 4: Critical"), by what the levels are also called."""
    ranks = [rank for level in levels if (rank := _said_rank(level)) is not None]
    if len(ranks) >= max(2, len(levels) - 1):
        return ranks == sorted(ranks, reverse=True) and ranks[0] > ranks[-1]
    first, last = (" ".join(words.text for words in level.criteria) for level in (levels[0], levels[-1]))
    is_mild, is_grave = _MILD.search(first), _GRAVE.search(last)
    return bool(levels[0].name[:1] in "LlTt" and is_mild and is_grave and not _GRAVE.search(first))


def _said_rank(level: Level) -> int | None:
    said = [*level.aliases, *(words.text for words in level.criteria[:1])]
    first = (re.match(r"\W*([^\W\d_]+)", text) for text in said)
    return next((WORD_RANKS[m.group(1).lower()] for m in first if m and m.group(1).lower() in WORD_RANKS), None)


# --- reading one definition ---------------------------------------------------------------------------------------


def lead_level(words: Words, must_end: bool = True) -> Level | None:
    """The level that a text starts with ("**P1 - High**: …"), its criteria with it; None when it starts otherwise."""
    text = words.text
    first = _FIRST_WORD.match(text)
    if first is None or first.group(1).lower() not in _LEADS:
        return None
    match = LEAD_LEVEL.match(text)
    if match is None or match.start("num") > 6 or match.start("word") > 6:
        return None
    name = match.group("num") or match.group("word")
    alias = match.group("alias") if _is_alias(words, match) else None
    after = match.end() if alias else match.end("num" if match.group("num") else "word")
    if must_end and not AFTER_LEAD.match(text, after) and not (words.lead and abs(words.lead - after) <= 14):
        return None
    start = match.start("num") if match.group("num") else match.start("word")
    level = Level(name=name, line=words.line_at(start))
    if alias:
        level.aliases.append(alias)
    number = re.search(r"\d", name)
    level.number = int(number.group()) if number else None
    rest = words.part(_past_separator(text, max(after, words.lead)))
    if rest.text:
        level.criteria.append(rest)
    return level


def _is_alias(words: Words, match: re.Match[str]) -> bool:
    """Whether the second level word is another name of the level ("P0 — Critical"), not the start of its text."""
    if not match.group("alias"):
        return False
    if words.lead:
        return match.start("alias") < words.lead
    return bool(
        re.match(r"\s*(?:$|[:\-–—→=|(),]|severity|priority|incident|impact)", words.text[match.end("alias") :], re.I)
    )


_MARKS = re.compile(r"[\s:\-–—→=|*)\]]*")


def _past_separator(text: str, at: int) -> int:
    match = _MARKS.match(text, at)
    return match.end() if match else at


def _distinct(levels: Sequence[Level]) -> bool:
    return len({canonical(level.name) for level in levels}) == len(levels)


# --- the places a document defines levels in ----------------------------------------------------------------------


def _from_options(pieces: Sequence[Piece]) -> Iterator[Levels]:
    fields = [piece for piece in pieces if piece.kind == "field" and piece.options]
    chosen = [f for f in fields if SEVERITY_WORD.search(f"{f.tag} {f.text}") and "priorit" not in f.tag.lower()]
    chosen = chosen or [f for f in fields if SEVERITY_WORD.search(f"{f.tag} {f.text}")]
    chosen = chosen or [f for f in fields if len(f.options) > 1 and all(lead_level(o) for o in f.options)]
    for piece in chosen[:1]:
        levels = [lead_level(option) or _option_level(option) for option in piece.options]
        real = [level for level in levels if level is not None]
        if len(real) >= 2 and _distinct(real):
            yield Levels(real, {id(piece)})


def _option_level(option: Words) -> Level | None:
    name, _, rest = (part.strip() for part in re.sub(r"\s+[-–—:(（]\s*", "\0", option.text, count=1).partition("\0"))
    if not name or re.match(r"(?i)(unknown|unsure|not sure|n/?a|tbd|other|none|select|desconhecid|неизвестн)", name):
        return None
    level = Level(name=name.strip("*_` "), line=option.line)
    if rest:
        level.criteria.append(option.part(option.text.find(rest)))
    return level


def _from_tables(pieces: Sequence[Piece]) -> Iterator[Levels]:
    seen: set[int] = set()
    for piece in pieces:
        table = piece.table
        if table is None or id(table) in seen:
            continue
        seen.add(id(table))
        levels = [(row, _row_level(row)) for row in table.rows]
        real = [level for _, level in levels if level is not None]
        if len(real) < 2 or len(real) < 0.8 * len(table.rows) or not _distinct(real):
            continue
        defining = {id(row) for row in table.rows} | {id(piece)} if table_defines(table.headers) else set()
        yield Levels(real, defining)


def table_defines(headers: Sequence[str]) -> bool:
    """Whether a table keyed by level says what the levels mean, rather than what to do at each."""
    return any(
        re.search(r"defin|descri|criteri|example|impact|meaning|indicator|condition|descrição|trigger|what", h, re.I)
        for h in headers
    )


def _row_level(row: Piece) -> Level | None:
    if not row.cells or len(row.cells[0].text) > 60:
        return None
    level = lead_level(row.cells[0], must_end=False)
    if level is None:
        return None
    headers = row.table.headers if row.table else ()
    for index, cell in enumerate(row.cells[1:], 1):
        header = headers[index] if index < len(headers) else ""
        if re.search(r"\bname\b|severity|label", header, re.I) and cell.text.lower() in WORD_RANKS:
            level.aliases.append(cell.text)
        elif cell.text and re.search(r"defin|descri|criteri|meaning|indicator|impact", header, re.I):
            level.criteria.append(cell)
    return level


def _from_lists(pieces: Sequence[Piece]) -> Iterator[Levels]:
    groups: dict[int, list[Piece]] = {}
    for piece in pieces:
        if piece.kind == "item":
            groups.setdefault(piece.group, []).append(piece)
    before = _headings_before(pieces)
    candidates = []
    for members in groups.values():
        levels = [(member, lead_level(member.words)) for member in members]
        real = [(member, level) for member, level in levels if level is not None]
        under = before.get(id(members[0]), "")
        if len(real) >= 2 and len(real) >= 0.6 * len(members) and _distinct([level for _, level in real]):
            is_chain = bool(_CHAIN.search(under)) and not SEVERITY_WORD.search(under)
            if not is_chain:
                candidates.append((bool(DEFINES.search(under)), real))
    candidates.sort(key=lambda candidate: not candidate[0])
    for _, real in candidates:
        for member, level in real:
            level.criteria.extend(child.words for child in member.children)
        yield Levels([level for _, level in real], {id(member) for member, _ in real})


def _from_named_lists(pieces: Sequence[Piece]) -> Iterator[Levels]:
    """A list under a heading on severity whose items start with a marked name of the team's own."""
    is_under = False
    groups: dict[int, list[Piece]] = {}
    for piece in pieces:
        if piece.kind == "heading":
            is_named = SEVERITY_WORD.search(piece.text) is not None
            is_under = is_named and lead_level(piece.words, must_end=False) is None
        elif is_under and piece.kind == "item" and piece.parent is None:
            groups.setdefault(piece.group, []).append(piece)
    for members in groups.values():
        real = _named_items(members)
        if len(real) >= 2 and _distinct([level for _, level in real]):
            yield Levels([level for _, level in real], {id(member) for member, _ in real})


def _named_items(members: Sequence[Piece]) -> list[tuple[Piece, Level]]:
    """Levels with a team's own names: under a heading on severity every item starts with a marked word."""
    found = []
    for member in members:
        lead = member.words.lead
        name = member.text[:lead].strip(" :*`")
        is_parted = re.match(r"\s*[:\-–—]|$", member.text[lead:]) or member.text[:lead].rstrip().endswith(":")
        if not lead or not name or len(name) > 24 or not is_parted:
            return []
        rest = member.words.part(_past_separator(member.text, lead))
        found.append((member, Level(name=name, line=member.line, criteria=[rest] if rest.text else [])))
    return found


def _headings_before(pieces: Sequence[Piece]) -> dict[int, str]:
    """For each item, the heading, paragraph and parent item it stands under."""
    heading = paragraph = ""
    found = {}
    for piece in pieces:
        if piece.kind == "heading":
            heading, paragraph = piece.text, ""
        elif piece.kind == "text" and piece.parent is None:
            paragraph = piece.text[:200]
        elif piece.kind == "item":
            found[id(piece)] = " / ".join((heading, paragraph, piece.parent.text[:200] if piece.parent else ""))
    return found


def _from_headings(pieces: Sequence[Piece]) -> Iterator[Levels]:
    """A run of headings, one a level ("### SEV-1: Critical"), or of bold lines."""
    runs: dict[int, list[tuple[Piece, Level]]] = {}
    for piece in pieces:
        if piece.kind == "heading" or (piece.kind == "text" and piece.words.is_all_bold):
            level = lead_level(piece.words, must_end=False)
            if level is not None and len(piece.text) < 80 and not _is_several(piece.text):
                level.criteria = [c for c in level.criteria if len(c.text) > 12]
                runs.setdefault(piece.level, []).append((piece, level))
    for run in runs.values():
        kept: dict[str, tuple[Piece, Level]] = {}
        for piece, level in run:
            kept.setdefault(canonical(level.name), (piece, level))
        if len(kept) >= 2:
            yield Levels([level for _, level in kept.values()], set())


def _from_paragraphs(pieces: Sequence[Piece]) -> Iterator[Levels]:
    """A run of paragraphs, one a level ("Critical – …", "High – …")."""
    run: list[tuple[Piece, Level]] = []
    for piece in [*pieces, None]:
        is_plain = piece is not None and piece.kind == "text" and piece.parent is None and not piece.words.is_all_bold
        level = lead_level(piece.words) if piece is not None and is_plain else None
        if piece is not None and level is not None and level.criteria:
            run.append((piece, level))
            continue
        if len(run) > 1 and _distinct([level for _, level in run]):
            yield Levels([level for _, level in run], {id(piece) for piece, _ in run})
        run = []


def _is_several(text: str) -> bool:
    return bool(
        re.match(r"[\W_]*[\w\-]+\s*(?:/|and|&|\+|or|,)\s*(?:sev|p|s)?-?(?:\d|high|low|medium|critical)", text, re.I)
    )


def _from_field_lines(pieces: Sequence[Piece]) -> Iterator[Levels]:
    for piece in pieces:
        words = piece.words
        if piece.kind == "row" and len(piece.cells) > 1 and SEVERITY_WORD.match(piece.cells[0].text):
            listed: str | None = piece.cells[1].text
        else:
            match = FIELD_LINE.match(words.text) if piece.kind in ("text", "item") else None
            listed = match.group("list") if match else None
        if listed is None:
            comments = [said for _, said in words.comments]
            listed = comments[0] if comments and FIELD_LINE.match(words.text + ": x") else None
        if listed is None:
            continue
        names = listed_levels(listed)
        if len(names) >= 2:
            levels = [Level(name, words.line, number=_number(name)) for name in names]
            yield Levels(levels, {id(piece)})


def _number(name: str) -> int | None:
    match = re.search(r"\d", name)
    return int(match.group()) if match else None


def listed_levels(text: str) -> list[str]:
    """The level names of "High/Medium/Low", "SEV1 | SEV2", "P0-P3"; empty when the text is something else."""
    parts = [part.strip(" *_`()[]<>.") for part in re.split(r"[/|,]|\bor\b|\band\b", text)]
    parts = [part for part in parts if part]
    ends = re.fullmatch(r"\W*([A-Za-z]+[\s-]?)(\d)\s*(?:-|–|—|to|through|\.\.+)\s*(?:[A-Za-z]+[\s-]?)?(\d)\W*", text)
    if ends and int(ends.group(2)) < int(ends.group(3)):
        return [f"{ends.group(1)}{n}" for n in range(int(ends.group(2)), int(ends.group(3)) + 1)]
    good = [p for p in parts if p.lower() in WORD_RANKS or NUMBERED_STRICT.fullmatch(p)]
    return list(dict.fromkeys(good)) if len(good) == len(parts) else []


def mentioned_levels(texts: Iterable[Words]) -> list[Level]:
    """Levels with a number that the document only mentions ("Director notified (P1)"), for one that defines none."""
    found: dict[str, Level] = {}
    for words in texts:
        for match in NUMBERED_STRICT.finditer(words.text):
            name = match.group()
            if re.match(r"[Ss]-?\d", name) and not re.search(r"sev|\(S\d", words.text, re.I):
                continue
            found.setdefault(canonical(name), Level(name, words.line_at(match.start()), number=_number(name)))
    families = {re.sub(r"\d", "", key) for key in found}
    return _ordered(list(found.values())) if len(families) == 1 else []
