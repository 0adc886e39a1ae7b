"""Read an issue's body into headings and check boxes, and change single places of it, byte for byte.

Markdown's own block rules decide what a check box is, so boxes inside code, comments and tables of text are none.
It never rewrites: every function that changes text returns the old text with one span replaced or one line put in.
Offsets count characters of the text as given; line ends (LF, CRLF, CR) stay as they are.
Source: GitHub Flavored Markdown, task list items, https://github.github.com/gfm/#task-list-items-extension-
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 65_536
"""Characters that GitHub takes in a body."""

_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 100})
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])
_LINE_END = re.compile(r"\r\n|\n|\r")
_BOX = re.compile(r"\[([ xX])\][ \t\n]+\S")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_MARKER = re.compile(r"[-*+](?=[ \t])|(\d{1,9})[.)](?=[ \t])")


@dataclass(frozen=True, slots=True)
class Item:
    """One check box. `box` is the offset of the character between its brackets. `section` holds the headings above it,
    outermost first. `end_line` is the line after its last one, sub-items and notes included. Lines count from 0."""

    line: int
    end_line: int
    box: int
    text: str
    is_ticked: bool
    depth: int
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """A body as read. `items` and `headings` stand in document order; `starts` is the offset of each line."""

    text: str
    items: tuple[Item, ...]
    headings: tuple[Heading, ...]
    starts: tuple[int, ...] = field(repr=False)

    def line_text(self, line: int) -> str:
        """The line with its end."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[line] : end]


def read(text: str) -> Body:
    """Read a body. Any text is a body; one without boxes has no items."""
    starts = (0, *(found.end() for found in _LINE_END.finditer(text)))
    headings: list[Heading] = []
    path: list[Heading] = []
    items: list[Item] = []
    for token, first, depth, inline in _blocks(_BLOCKS.parse(text)):
        if token.type == "heading_open":
            headings.append(Heading(_line(token), int(token.tag[1:]), inline.content.strip()))
            path = [above for above in path if above.level < headings[-1].level] + headings[-1:]
        elif _BOX.match(inline.content):
            section = tuple(heading.text for heading in path)
            items.append(_item(text, starts, token, first, inline, depth, section))
    return Body(text, tuple(items), tuple(headings), starts)


def set_box(text: str, item: Item, is_ticked: bool) -> str:
    """Return the text with this one box as asked; the same text when it is so already."""
    if item.is_ticked == is_ticked:
        return text
    return text[: item.box] + ("x" if is_ticked else " ") + text[item.box + 1 :]


def insert_after(body: Body, item: Item, words: str, is_ticked: bool = False) -> str:
    """Return the text with one more box after `item` and all that belongs to it, marked and indented like `item`."""
    prefix = body.line_text(item.line)[: item.box - 1 - body.starts[item.line]]
    line = f"{_next_marker(prefix)}[{'x' if is_ticked else ' '}] {one_line(words)}"
    return _put_line(body, item.end_line, line)


def append(body: Body, words: str) -> str:
    """Return the text with a box in a list of its own at its end."""
    end = line_end(body.text)
    gap = "" if not body.text else end if body.text.endswith(("\n", "\r")) else end * 2
    return f"{body.text}{gap}- [ ] {one_line(words)}{end}"


def one_line(words: str) -> str:
    """Return the words on one line, so that they cannot start another block."""
    return " ".join(words.split())


def visible(text: str) -> str:
    """Return the text without HTML comments, on one line."""
    return one_line(_COMMENT.sub(" ", text))


def line_end(text: str) -> str:
    """Return the line end that the text uses first, LF when it has none."""
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _next_marker(prefix: str) -> str:
    """Return what stands before the box of the next item of a list: outer markers blanked, a number counted on."""
    *outer, last = _MARKER.finditer(prefix)
    for marker in outer:
        prefix = prefix[: marker.start()] + " " * len(marker[0]) + prefix[marker.end() :]
    if not last[1] or last[1] in {"0", "1"}:
        return prefix
    return f"{prefix[: last.start(1)]}{int(last[1]) + 1}{prefix[last.end(1) :]}"


def _put_line(body: Body, at: int, line: str) -> str:
    end = line_end(body.text)
    if at < len(body.starts):
        offset = body.starts[at]
        if offset < len(body.text) or body.text.endswith(("\n", "\r")):
            return body.text[:offset] + line + end + body.text[offset:]
    return body.text + end + line


def _blocks(tokens: list[Token]) -> Iterator[tuple[Token, Token, int, Token]]:
    """Yield headings, and list items whose first block is a paragraph: (opening, first block, depth, its words)."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
        elif token.type == "heading_open":
            yield token, token, depth, tokens[at + 1]
        elif token.type == "list_item_open" and tokens[at + 1].type == "paragraph_open":
            yield token, tokens[at + 1], depth, tokens[at + 2]


def _item(
    text: str, starts: tuple[int, ...], token: Token, first: Token, inline: Token, depth: int, section: tuple[str, ...]
) -> Item:
    line = _line(first)
    start = starts[line]
    end = starts[line + 1] if line + 1 < len(starts) else len(text)
    shown = text[start:end].rstrip("\r\n")
    lead = inline.content.split("\n", 1)[0].rstrip(" \t")
    box = start + len(shown.rstrip(" \t")) - len(lead) + 1
    last = (token.map or [line, line + 1])[1]
    while last - 1 > line and not _line_words(text, starts, last - 1):
        last -= 1
    return Item(line, last, box, inline.content[3:].strip(), inline.content[1] != " ", depth, section)


def _line_words(text: str, starts: tuple[int, ...], line: int) -> str:
    end = starts[line + 1] if line + 1 < len(starts) else len(text)
    return text[starts[line] : end].strip()


def _line(token: Token) -> int:
    return (token.map or [0])[0]
