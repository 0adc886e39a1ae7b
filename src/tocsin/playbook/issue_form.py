"""Read a GitHub issue form (YAML) into an outline, every part with its line.

YAML is taken in as a stream of events: nothing is constructed from tags, aliases are refused, and depth is bounded. It
reads what GitHub shows in a form and ignores the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from tocsin.playbook.errors import PlaybookError
from tocsin.playbook.markdown import read_blocks
from tocsin.playbook.outline import Outline, Piece, Words
from tocsin.playbook.rules.choices import is_form_choice

MAX_DEPTH = 24


@dataclass(slots=True)
class Scalar:
    """A YAML scalar: `line` is where its text starts, `is_block` says that its lines are the source's lines."""

    value: str
    line: int
    is_block: bool = False


@dataclass(slots=True)
class Sequence:
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    line: int
    values: dict[str, Node] = field(default_factory=dict)
    pending: str | None = None


Node = Scalar | Sequence | Mapping


def read_issue_form(text: str) -> Outline:
    """Read a whole issue form.

    Raises: PlaybookError, with the line, where the YAML is broken or is not a form.
    """
    root = load(text)
    if not isinstance(root, Mapping):
        raise PlaybookError("an issue form is a mapping with `name:`, `description:` and `body:`", root.line)
    body = root.values.get("body")
    if not isinstance(body, Sequence):
        line = body.line if body is not None else root.line
        raise PlaybookError("an issue form has a list under `body:`; add it, or use Markdown", line)
    outline = Outline(name=_said(root, "name"), about=_said(root, "description"), is_form=True)
    about = root.values.get("description")
    outline.about_line = about.line if about is not None else 0
    for element in body.items:
        _take_element(element, outline)
    return outline


# --- YAML without surprises ---------------------------------------------------------------------------------------


def load(text: str) -> Node:
    """Load one YAML document as nodes with lines. Raises: PlaybookError with the line of what is wrong."""
    try:
        return _build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise PlaybookError(f"the YAML is broken: {what}; mend this line", mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise PlaybookError(f"the YAML is broken: {' '.join(str(error).split())}") from error


def _build(events: Iterator[yaml.Event]) -> Node:
    stack: list[Sequence | Mapping] = []
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            line = _line(event)
            raise PlaybookError(f"aliases (*{event.anchor}) are not read in forms; write the value out", line)
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise PlaybookError("there is a second YAML document; keep one to a file", _line(event))
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            stack.pop()
            continue
        node = _node(event)
        if node is None:
            continue
        if stack:
            _put(stack[-1], node)
        else:
            root = node
        if not isinstance(node, Scalar):
            stack.append(node)
            if len(stack) > MAX_DEPTH:
                raise PlaybookError(f"the YAML is nested deeper than {MAX_DEPTH}; a form is flatter", node.line)
    if root is None:
        raise PlaybookError("the YAML is empty; a form has `name:`, `description:` and `body:`")
    return root


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _node(event: yaml.Event) -> Node | None:
    if isinstance(event, yaml.ScalarEvent):
        line = _line(event)
        is_block = event.style in ("|", ">")
        return Scalar(str(event.value), line + 1 if is_block else line, is_block)
    if isinstance(event, yaml.SequenceStartEvent):
        return Sequence(_line(event))
    if isinstance(event, yaml.MappingStartEvent):
        return Mapping(_line(event))
    return None


def _put(parent: Sequence | Mapping, node: Node) -> None:
    if isinstance(parent, Sequence):
        parent.items.append(node)
    elif parent.pending is None:
        if not isinstance(node, Scalar):
            raise PlaybookError("a key must be a word, not a list or a mapping; put quotes around it", node.line)
        if node.value in parent.values:
            raise PlaybookError(f"the key `{node.value}` stands here twice; remove one", node.line)
        parent.pending = node.value
    else:
        parent.values[parent.pending] = node
        parent.pending = None


def _said(node: Mapping, key: str) -> str:
    value = node.values.get(key)
    return " ".join(value.value.split()) if isinstance(value, Scalar) else ""


# --- the elements of a form ---------------------------------------------------------------------------------------


def _take_element(element: Node, outline: Outline) -> None:
    if not isinstance(element, Mapping):
        raise PlaybookError("each part of `body:` is a mapping with `type:` and `attributes:`", element.line)
    kind = _said(element, "type")
    attributes = element.values.get("attributes")
    if not isinstance(attributes, Mapping):
        return
    tag = _said(element, "id")
    if kind == "markdown":
        _take_markdown(attributes.values.get("value"), outline)
    elif kind == "checkboxes":
        _take_checkboxes(attributes, tag, element.line, outline)
    else:
        _take_input(attributes, tag, element.line, outline)


def _take_markdown(value: Node | None, outline: Outline) -> None:
    if isinstance(value, Scalar):
        pieces, remarks = read_blocks(value.value, value.line)
        outline.pieces.extend(pieces)
        outline.remarks.extend(remarks)


def _label(attributes: Mapping, line: int) -> Words:
    label = attributes.values.get("label")
    if isinstance(label, Scalar):
        return Words(" ".join(label.value.split()), label.line, raw=label.value)
    return Words("", line)


def _take_checkboxes(attributes: Mapping, tag: str, line: int, outline: Outline) -> None:
    label = _label(attributes, line)
    options = _options(attributes.values.get("options"))
    words = [piece.words for piece in options]
    if is_form_choice(label.text, tag, words):
        outline.pieces.append(Piece("field", label, options=tuple(words), tag=tag))
        _take_help(attributes, outline)
        return
    if label.text:
        outline.pieces.append(Piece("heading", label, level=3))
    _take_help(attributes, outline)
    group = -line
    for piece in options:
        piece.group, piece.has_box, piece.tag = group, True, "form"
        outline.pieces.append(piece)


def _options(node: Node | None) -> list[Piece]:
    """The options of a field, each as an item with its links read."""
    found: list[Piece] = []
    for option in node.items if isinstance(node, Sequence) else ():
        said = option.values.get("label") if isinstance(option, Mapping) else option
        if not isinstance(said, Scalar) or not said.value.strip():
            continue
        found.append(Piece("item", _inline(said)))
    return found


def _inline(said: Scalar) -> Words:
    """Words of a one-line Markdown text."""
    flat = " ".join(said.value.split())
    pieces, _ = read_blocks("​" + flat, said.line)
    if len(pieces) == 1 and pieces[0].kind == "text":
        words = pieces[0].words
        return words.part(1) if words.text.startswith("​") else words
    return Words(flat, said.line, raw=flat)


def _take_input(attributes: Mapping, tag: str, line: int, outline: Outline) -> None:
    label = _label(attributes, line)
    options = tuple(piece.words for piece in _options(attributes.values.get("options")))
    if label.text:
        outline.pieces.append(Piece("field", label, options=options, tag=tag))
    _take_help(attributes, outline)
    value = attributes.values.get("value")
    if isinstance(value, Scalar) and value.value.strip():
        pieces, remarks = read_blocks(value.value, value.line)
        if label.text and any(piece.has_box for piece in pieces):
            outline.pieces.append(Piece("heading", label, level=3))
        outline.pieces.extend(pieces)
        outline.remarks.extend(remarks)


def _take_help(attributes: Mapping, outline: Outline) -> None:
    for key in ("description", "placeholder"):
        value = attributes.values.get(key)
        if not isinstance(value, Scalar):
            continue
        for number, line in enumerate(value.value.split("\n")):
            if line.strip():
                at = value.line + (number if value.is_block else 0)
                outline.pieces.append(Piece("text", Words(line.strip(), at), is_help=True, tag=key))
