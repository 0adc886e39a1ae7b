"""The outline of a document: headings, items, paragraphs, table rows and fields, each with its words and its line.

Both readers, `markdown` and `issue_form`, produce an outline; the rules read nothing else. It holds no meaning yet.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tocsin.playbook.model import Link

PieceKind = Literal["heading", "item", "text", "row", "code", "field"]

BOX = re.compile(r"\s*(?:\\?\[([ xX\u00a0]?)\\?\]|([☐☑☒⬜🔲🗹]))(?=[\s*_`(]|$)[\s\u00a0]*")
"""A box to tick at the start of a text; the first group is what is inside the brackets."""


@dataclass(slots=True)
class Words:
    """Plain text of one block, on one line, that still knows the source line of every character.

    `breaks` holds the offsets at which a source line ends. `lead` is the length of the bold, code or italic words that
    the text starts with, 0 if there are none. `raw` is the source as written.
    """

    text: str
    line: int
    breaks: tuple[int, ...] = ()
    lead: int = 0
    is_all_bold: bool = False
    raw: str = ""
    links: tuple[tuple[int, int, str], ...] = ()
    comments: tuple[tuple[int, str], ...] = ()

    def line_at(self, offset: int) -> int:
        return self.line + bisect_right(self.breaks, offset - 1) if self.breaks else self.line

    def part(self, start: int, end: int | None = None) -> Words:
        """The words from one offset to another, with their lines and links."""
        end = len(self.text) if end is None else end
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        end = start + len(text)
        return Words(
            text=text,
            line=self.line_at(start),
            breaks=tuple(at - start for at in self.breaks if start <= at < end),
            lead=max(0, min(self.lead, end) - start),
            is_all_bold=self.is_all_bold,
            links=tuple((max(a, start) - start, b - start, url) for a, b, url in self.links if a < end and b > start),
            comments=self.comments,
        )

    def link_list(self) -> tuple[Link, ...]:
        return tuple(Link(self.text[start:end], url) for start, end, url in self.links)


@dataclass(slots=True)
class Table:
    """The heading row of a table and what stands in it."""

    line: int
    headers: tuple[str, ...]
    rows: list[Piece] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Piece:
    """One block of the document, in document order.

    `level` is the depth of a heading (1 to 6). `parent` is the list item around this piece; `children` are the items
    directly under it. Pieces of one list share `group`. `is_help` marks the help texts of a form; `options` are the
    choices of a field, each with its line.
    """

    kind: PieceKind
    words: Words
    level: int = 0
    parent: Piece | None = None
    children: list[Piece] = field(default_factory=list)
    group: int = 0
    is_ordered: bool = False
    has_box: bool = False
    is_done: bool = False
    is_quoted: bool = False
    is_help: bool = False
    is_choice: bool = False
    table: Table | None = None
    cells: tuple[Words, ...] = ()
    options: tuple[Words, ...] = ()
    tag: str = ""

    @property
    def line(self) -> int:
        return self.words.line

    @property
    def text(self) -> str:
        return self.words.text

    def ancestors(self) -> Iterator[Piece]:
        piece = self.parent
        while piece is not None:
            yield piece
            piece = piece.parent


@dataclass(slots=True)
class Remark:
    """A `<!-- tocsin: … -->` comment: its line and what stands after the colon."""

    line: int
    text: str


@dataclass(slots=True)
class Outline:
    """A whole document in pieces. `problems` are (line, text, why) of what could not be taken in."""

    name: str = ""
    about: str = ""
    about_line: int = 0
    pieces: list[Piece] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    is_form: bool = False
