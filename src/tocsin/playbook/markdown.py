"""Read Markdown into an outline: CommonMark with tables, front matter, and boxes wherever teams put them.

It finds every box to tick: in lists, in tables, in lines without a bullet, in checklists kept in a code fence, and in
raw HTML. It says nothing about what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tocsin.playbook.outline import BOX, Outline, Piece, Remark, Table, Words

MAX_NESTING = 100
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
REMARK = re.compile(r"\s*tocsin\s*:(.*)", re.DOTALL)
BOX_LINE = re.compile(r"^[ \t>]*(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]?\]|[☐☑☒⬜🔲🗹])(?:[ \t]+|(?=[*_`])|$)")
_BOX_STARTS = ("[", "☐", "☑", "☒", "⬜", "🔲", "🗹")
_TELLING = re.compile(r"[^\s\[\]xX☐☑☒⬜🔲🗹]")
_LOST_BULLET = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s+(?=\[)")
ORDERED_LINE = re.compile(r"^[ \t>]*\d{1,9}[.)]")
CHECKLIST_SHARE = 0.5
_PARSER = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")


def read_markdown(text: str) -> Outline:
    """Read a whole Markdown document, its front matter included.

    Shape: pieces in document order. Lines count from 1. `text` has line feeds only.
    """
    outline = Outline()
    body, first_line = _read_front_matter(text, outline)
    pieces, remarks = read_blocks(body, first_line)
    outline.pieces, outline.remarks = pieces, remarks
    if not outline.name:
        outline.name = next((p.text for p in pieces if p.kind == "heading"), "")
    return outline


def read_blocks(text: str, first_line: int) -> tuple[list[Piece], list[Remark]]:
    """Read Markdown without front matter, whose first line has the number `first_line` in its source."""
    walker = _Walker(text.split("\n"), first_line)
    walker.walk(_PARSER.parse(text))
    walker.take_lines_too_deep()
    return walker.pieces, walker.remarks


# --- front matter -------------------------------------------------------------------------------------------------


def _read_front_matter(text: str, outline: Outline) -> tuple[str, int]:
    match = FRONT_MATTER.match(text)
    if match is None:
        return text, 1
    source = match.group(1) or ""
    values = _front_matter_values(source, outline)
    outline.name = str(values.get("name") or values.get("title") or "").strip()
    outline.about = " ".join(str(values.get("about") or values.get("description") or "").split())
    lines = source.split("\n")
    outline.about_line = next((n for n, line in enumerate(lines, 2) if line.startswith(("about", "description"))), 0)
    return text[match.end() :], text.count("\n", 0, match.end()) + 1


def _front_matter_values(source: str, outline: Outline) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, line in enumerate(source.split("\n"), 2):
        key, colon, value = line.partition(":")
        if colon and key in ("name", "title", "about", "description"):
            found[key] = _front_matter_value(value, number, line, outline)
    return found


def _front_matter_value(value: str, number: int, line: str, outline: Outline) -> str:
    value = value.strip()
    if not value.startswith(("'", '"', "|", ">")):
        return value
    if value[0] in "|>":
        outline.problems.append((number, line, "only one-line values are read here; write it on one line"))
        return ""
    try:
        return str(yaml.load(value, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        outline.problems.append((number, line, "the quotes are not closed; close them or leave them out"))
        return value.strip("'\"")


# --- words --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Spelling:
    """Builds the words of one inline token."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    breaks: list[int] = field(default_factory=list)
    links: list[tuple[int, int, str]] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    lead: int = 0
    opened: list[tuple[int, str]] = field(default_factory=list)
    is_in_lead: bool = False
    bold_from: int = -1
    plain_count: int = 0
    depth: int = 0

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        if self.depth == 0 and _TELLING.search(text):
            self.plain_count += 1


def spell(token: Token, first_line: int) -> Words:
    """Turn an inline token into words on one line."""
    out = _Spelling()
    for child in token.children or ():
        _spell_child(child, out)
    text = "".join(out.parts)
    line = (token.map[0] if token.map else 0) + first_line
    return Words(
        text=text,
        line=line,
        breaks=tuple(out.breaks),
        lead=out.lead,
        is_all_bold=out.lead > 0 and out.plain_count == 0,
        raw=token.content,
        links=tuple(out.links),
        comments=tuple((line + len([at for at in out.breaks if at < where]), said) for where, said in out.comments),
    )


def _spell_child(child: Token, out: _Spelling) -> None:
    kind = child.type
    if kind == "text":
        out.add(child.content)
    elif kind in ("softbreak", "hardbreak"):
        out.breaks.append(out.length)
        out.add(" ")
    elif kind == "code_inline":
        is_lead = out.plain_count == 0 and out.lead == 0
        out.depth += 1
        out.add(child.content)
        out.depth -= 1
        out.lead = out.length if is_lead else out.lead
    elif kind in ("strong_open", "em_open"):
        if out.depth == 0 and out.lead == 0 and out.plain_count == 0:
            out.is_in_lead = True
        out.depth += 1
    elif kind in ("strong_close", "em_close"):
        out.depth -= 1
        if out.depth == 0 and out.is_in_lead:
            out.lead, out.is_in_lead = out.length, False
    elif kind == "link_open":
        out.opened.append((out.length, str(child.attrGet("href") or "")))
    elif kind == "link_close" and out.opened:
        start, url = out.opened.pop()
        out.links.append((start, out.length, url))
    elif kind == "image":
        out.add(child.content)
    elif kind == "html_inline":
        _spell_html(child.content, out)


def _spell_html(content: str, out: _Spelling) -> None:
    if content.startswith("<!--"):
        out.comments.append((out.length, content[4:].removesuffix("-->")))
    elif content.lower().startswith(("<br", "</p", "</li", "</td")):
        out.add(" ")
    out_breaks = content.count("\n")
    out.breaks.extend([out.length] * out_breaks)


# --- blocks -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walker:
    """Turns the flat tokens of markdown-it into pieces, in one pass."""

    lines: Sequence[str]
    first_line: int
    pieces: list[Piece] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    items: list[Piece | None] = field(default_factory=list)
    lists: list[tuple[int, bool]] = field(default_factory=list)
    groups: int = 0
    quotes: int = 0
    heading: int = 0
    table: Table | None = None
    cells: list[Words] = field(default_factory=list)
    is_head: bool = False
    covered: set[int] = field(default_factory=set)

    def walk(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            handle = _HANDLERS.get(token.type)
            if handle is not None:
                handle(self, token)

    def add(self, piece: Piece) -> Piece:
        piece.is_quoted = self.quotes > 0
        self.pieces.append(piece)
        if piece.kind == "item" and piece.parent is not None:
            piece.parent.children.append(piece)
        return piece

    def around(self) -> Piece | None:
        """The innermost list item whose text has been seen."""
        return next((item for item in reversed(self.items) if item is not None), None)

    def open_list(self, token: Token) -> None:
        self.groups += 1
        self.lists.append((self.groups, token.type.startswith("ordered")))

    def close_list(self, token: Token) -> None:
        self.lists.pop()

    def open_item(self, token: Token) -> None:
        self.items.append(None)

    def close_item(self, token: Token) -> None:
        self.items.pop()

    def open_heading(self, token: Token) -> None:
        self.heading = int(token.tag[1:])

    def close_heading(self, token: Token) -> None:
        self.heading = 0

    def change_quote(self, token: Token) -> None:
        self.quotes += token.nesting

    def open_table(self, token: Token) -> None:
        self.table = Table(line=(token.map[0] if token.map else 0) + self.first_line, headers=())

    def close_table(self, token: Token) -> None:
        self.table = None

    def open_row(self, token: Token) -> None:
        self.cells = []

    def close_row(self, token: Token) -> None:
        table = self.table
        if table is None:
            return
        if not table.headers and not table.rows:
            table.headers = tuple(cell.text for cell in self.cells)
            self.add(
                Piece("row", self.cells[0], table=table, cells=tuple(self.cells), tag="head", parent=self.around())
            )
            return
        row = Piece("row", self.cells[0], table=table, cells=tuple(self.cells), parent=self.around())
        row.has_box, row.is_done = _box_of_row(row)
        table.rows.append(row)
        self.add(row)

    def take_inline(self, token: Token) -> None:
        words = spell(token, self.first_line)
        if token.map:
            self.covered.update(range(token.map[0], token.map[1]))
        self.take_comments(words)
        if self.table is not None:
            self.cells.append(words)
        elif self.heading:
            self.take_heading(words)
        elif self.items and self.items[-1] is None:
            self.take_item(words)
        else:
            self.take_text(words)

    def take_comments(self, words: Words) -> None:
        for line, said in words.comments:
            self.take_comment(said, line)

    def take_comment(self, said: str, line: int) -> None:
        match = REMARK.match(said)
        if match:
            self.remarks.append(Remark(line, match.group(1).strip()))

    def take_heading(self, words: Words) -> None:
        piece = self.add(Piece("heading", words, level=self.heading, parent=self.around()))
        box = _box(words)
        if box:
            piece.has_box, piece.is_done, piece.words = True, box[1], words.part(box[0])

    def take_item(self, words: Words) -> None:
        group, is_ordered = self.lists[-1] if self.lists else (0, False)
        parent = self.around()
        first = True
        for part, is_done in _split_boxes(words):
            piece = Piece("item", part, parent=parent, group=group, is_ordered=is_ordered and first)
            piece.has_box, piece.is_done = is_done is not None, bool(is_done)
            self.add(piece)
            if first:
                self.items[-1] = piece
                parent = piece if not piece.has_box else parent
            first = False

    def take_text(self, words: Words) -> None:
        parent = self.around()
        parts = _split_boxes(words)
        if len(parts) > 1 or parts[0][1] is not None:
            self.groups += 1
        for part, is_done in parts:
            kind = "text" if is_done is None else "item"
            piece = Piece("text", part, parent=parent) if kind == "text" else Piece("item", part, parent=parent)
            piece.group, piece.has_box, piece.is_done = self.groups, is_done is not None, bool(is_done)
            self.add(piece)

    def take_code(self, token: Token) -> None:
        start = token.map[0] if token.map else 0
        skip = 1 if token.type == "fence" else 0
        if token.map:
            self.covered.update(range(token.map[0], token.map[1]))
        lines = token.content.split("\n")
        filled = [line for line in lines if line.strip()]
        boxes = sum(1 for line in filled if BOX_LINE.match(line))
        if boxes and boxes >= CHECKLIST_SHARE * len(filled):
            self.take_plain_lines(lines, start + skip + self.first_line)
            return
        words = Words(token.content, start + skip + self.first_line)
        self.add(Piece("code", words, tag=token.info.strip().lower(), parent=self.around()))

    def take_html(self, token: Token) -> None:
        start = token.map[0] if token.map else 0
        if token.map:
            self.covered.update(range(token.map[0], token.map[1]))
        for match in COMMENT.finditer(token.content):
            self.take_comment(match.group(1), start + self.first_line + token.content.count("\n", 0, match.start()))
        if "[" in token.content or "☐" in token.content:
            blanked = COMMENT.sub(lambda match: "\n" * match.group(0).count("\n"), token.content)
            self.take_plain_lines(blanked.split("\n"), start + self.first_line)

    def take_plain_lines(self, lines: Iterable[str], first_line: int) -> None:
        """Take the boxes of lines that are not Markdown lists: in a fence, in HTML, or nested too deep."""
        self.groups += 1
        parent = self.around()
        for number, line in enumerate(lines, first_line):
            match = BOX_LINE.match(line)
            if match is None:
                continue
            text = line[match.end() :].strip()
            words = Words(text, number, raw=line)
            piece = Piece("item", words, parent=parent, group=self.groups)
            piece.is_ordered = bool(ORDERED_LINE.match(line) or re.match(r"\d{1,3}[.)]\s", text))
            piece.has_box, piece.is_done = True, bool(re.search(r"\[[xX]\]|[☑☒🗹]", match.group(0)))
            self.add(piece)

    def take_lines_too_deep(self) -> None:
        """Take boxes on lines that no token covers: markdown-it drops what is nested deeper than its limit."""
        left = [
            (number, line)
            for number, line in enumerate(self.lines)
            if ("[" in line) and number not in self.covered and BOX_LINE.match(line)
        ]
        self.items, self.lists = [], []
        for number, line in left:
            self.take_plain_lines([line], number + self.first_line)


_HANDLERS = {
    "inline": _Walker.take_inline,
    "heading_open": _Walker.open_heading,
    "heading_close": _Walker.close_heading,
    "bullet_list_open": _Walker.open_list,
    "ordered_list_open": _Walker.open_list,
    "bullet_list_close": _Walker.close_list,
    "ordered_list_close": _Walker.close_list,
    "list_item_open": _Walker.open_item,
    "list_item_close": _Walker.close_item,
    "blockquote_open": _Walker.change_quote,
    "blockquote_close": _Walker.change_quote,
    "table_open": _Walker.open_table,
    "table_close": _Walker.close_table,
    "tr_open": _Walker.open_row,
    "tr_close": _Walker.close_row,
    "fence": _Walker.take_code,
    "code_block": _Walker.take_code,
    "html_block": _Walker.take_html,
}


def _box(words: Words) -> tuple[int, bool] | None:
    match = BOX.match(words.text)
    if match is None or not (words.raw or words.text).lstrip().startswith(_BOX_STARTS):
        return None
    return match.end(), _is_ticked(match)


def _is_ticked(match: re.Match[str]) -> bool:
    return match.group(1) in ("x", "X") or match.group(2) in ("☑", "☒", "🗹")


def _split_boxes(words: Words) -> list[tuple[Words, bool | None]]:
    """Cut words at every source line that starts with a box; the second value is None where there is no box."""
    if "[" not in words.text and not any(mark in words.text for mark in "☐☑☒⬜🔲🗹"):
        return [(words, None)]
    if not words.breaks:
        box = _box(words)
        return [(words.part(box[0]), box[1])] if box else [(words, None)]
    starts = [0, *(at + 1 for at in words.breaks)]
    raws = words.raw.split("\n")
    cuts: list[tuple[int, int, bool]] = []
    for number, start in enumerate(starts):
        raw = raws[number].lstrip() if number < len(raws) else ""
        bullet = _LOST_BULLET.match(raw) if number else None
        at = start + bullet.end() if bullet else start
        match = BOX.match(words.text, at)
        if match and raw[bullet.end() if bullet else 0 :].startswith(_BOX_STARTS):
            cuts.append((start, match.end(), _is_ticked(match)))
    if not cuts:
        return [(words, None)]
    found: list[tuple[Words, bool | None]] = []
    if words.text[: cuts[0][0]].strip():
        found.append((words.part(0, cuts[0][0]), None))
    for index, (_, after, is_done) in enumerate(cuts):
        end = cuts[index + 1][0] if index + 1 < len(cuts) else None
        found.append((words.part(after, end), is_done))
    return found


def _box_of_row(row: Piece) -> tuple[bool, bool]:
    """A row is a step when one cell is a box and nothing else, or when its first words are in a cell with one box."""
    boxes = [(index, match) for index, cell in enumerate(row.cells) if (match := BOX.match(cell.text))]
    if len(boxes) != 1:
        return False, False
    index, match = boxes[0]
    rest = row.cells[index].text[match.end() :]
    if re.search(r"\[[ xX]\]|[☐☑☒⬜🔲🗹]", rest):
        return False, False
    is_done = _is_ticked(match)
    cells = [cell for at, cell in enumerate(row.cells) if at != index and cell.text.strip()]
    said = row.cells[index].part(match.end())
    if not said.text and not cells:
        return False, False
    first = said if said.text else cells[0]
    others = [cell.text for cell in cells if cell is not first]
    row.words = replace(first, text=" — ".join([first.text, *others]))
    return True, is_done
