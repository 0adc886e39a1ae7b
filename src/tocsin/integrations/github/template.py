"""Read a playbook's source as GitHub does: the issue that it makes, its front matter, and which box is which step. Pure.

The body is the template's own text: nothing is rendered from the compiled playbook.
Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import severity as severities
from tocsin.integrations.github.known import Known, KnownItem
from tocsin.integrations.github.match import plain
from tocsin.playbook.markdown import FRONT_MATTER
from tocsin.playbook.model import Playbook, Step
from tocsin.playbook.read import decode, is_issue_form


@dataclass(frozen=True, slots=True)
class Template:
    """The issue that a playbook makes. `known` is its body as both sides know it before anyone touched it; `levels` are
    the severities, most severe first."""

    title: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    body: str
    known: Known
    levels: tuple[str, ...]


def read(source: bytes, playbook: Playbook) -> Template:
    """Read the template that `playbook` was compiled from."""
    text = decode(source)
    if is_issue_form(text, playbook.source):
        head, body, lines = _form(text)
    else:
        head, body, first = _markdown(text)
        lines = {number: number + first for number in range(body.count("\n") + 1)}
    levels = tuple(level.name for level in sorted(playbook.severities, key=lambda level: level.rank))
    found = severities.find(body)
    known = Known(tuple(_items(body, lines, playbook)), severity_text=found.text if found else "")
    return Template(
        title=_words(head.get("title")),
        labels=_names(head.get("labels")),
        assignees=_names(head.get("assignees")),
        body=body,
        known=known,
        levels=levels,
    )


def phase_of(playbook: Playbook, step_id: str) -> str:
    """Return the title of the phase that holds this step, "" for a step of no phase."""
    for phase in playbook.phases:
        if step_id in {step.id for step in _walk(phase.steps)}:
            return phase.title
    return ""


def _items(body: str, lines: Mapping[int, int], playbook: Playbook) -> Iterator[KnownItem]:
    levels = [level.name for level in playbook.severities]
    chosen = {plain(option) for entry in playbook.fields for option in entry.options}
    by_line: dict[int, list[Step]] = {}
    for step in playbook.all_steps():
        by_line.setdefault(step.line, []).append(step)
    for item in bodies.read(body).items:
        steps = by_line.get(lines.get(item.line, 0), [])
        step_id = steps.pop(0).id if steps else ""
        entry = KnownItem(step_id, item.text, item.section, item.is_ticked)
        named = severities.levels_in(item.text, levels)
        is_choice = not step_id and plain(item.text) in chosen and len(named) == 1
        yield replace(entry, level=named[0]) if is_choice else entry


def _markdown(text: str) -> tuple[Mapping[str, Any], str, int]:
    """Return the front matter, the body, and the source's line of the body's first line."""
    found = FRONT_MATTER.match(text)
    rest = text[found.end() :] if found else text
    body = rest.lstrip("\n")
    first = text[: len(text) - len(body)].count("\n") + 1
    return _mapping(found.group(1) or "") if found else {}, body, first


def _form(text: str) -> tuple[Mapping[str, Any], str, Mapping[int, int]]:
    """Return the form's head, the body of an issue made from it with nothing filled in, and the source's lines."""
    head = _mapping(text)
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    lines: dict[int, int] = {}
    parts: list[str] = []
    for element, node in zip(head.get("body") or [], _nodes(root, "body"), strict=False):
        attributes = element.get("attributes") if isinstance(element, dict) else None
        if not isinstance(attributes, dict) or element.get("type") == "markdown":
            continue
        parts += [f"### {_words(attributes.get('label'))}", ""]
        parts += [*_answer(element, attributes, _option_lines(node), len(parts), lines), ""]
    return head, "\n".join(parts).rstrip("\n") + "\n", lines


def _answer(
    element: Mapping[str, Any], attributes: Mapping[str, Any], at: Sequence[int], first: int, lines: dict[int, int]
) -> list[str]:
    """Return what stands under a form's label, and note which source line each box comes from."""
    if element.get("type") != "checkboxes":
        value = _words(attributes.get("value")) if isinstance(attributes.get("value"), str) else ""
        return [value or severities.NO_ANSWER]
    options = attributes.get("options") or []
    labels = [_words(option.get("label")) for option in options if isinstance(option, dict)]
    lines.update({first + number: line for number, line in enumerate(at)})
    return [f"- [ ] {label}" for label in labels]


def _nodes(root: Any, key: str) -> list[Any]:
    if not isinstance(root, yaml.MappingNode):
        return []
    found = next((value for name, value in root.value if name.value == key), None)
    return list(found.value) if isinstance(found, yaml.SequenceNode) else []


def _option_lines(element: Any) -> list[int]:
    """Return the source line of each option's label, counted from 1."""
    attributes = next((v for k, v in element.value if k.value == "attributes"), None)
    found = []
    for option in _nodes(attributes, "options"):
        if isinstance(option, yaml.MappingNode):
            label = next((value for name, value in option.value if name.value == "label"), option)
            found.append(label.start_mark.line + (2 if getattr(label, "style", None) in {"|", ">"} else 1))
    return found


def _mapping(text: str) -> Mapping[str, Any]:
    """Return a YAML mapping's values; broken YAML is no reason not to make an issue from the rest."""
    try:
        value = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(value: object) -> tuple[str, ...]:
    """Return labels or people, written as a list or with commas."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(name for part in parts if (name := _words(part)))


def _words(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _walk(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _walk(step.steps)
