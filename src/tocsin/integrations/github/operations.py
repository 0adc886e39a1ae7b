"""Tocsin's changes to a body as JSON, for the outbox. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.integrations.github.merge import AddLine, NameSeverity, Operation, SetBox


def to_json(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    return [_one(operation) for operation in operations]


def from_json(values: Iterable[Mapping[str, Any]]) -> tuple[Operation, ...]:
    return tuple(_back(value) for value in values)


def _one(operation: Operation) -> dict[str, Any]:
    match operation:
        case SetBox(step, is_ticked):
            return {"do": "box", "step": step, "is_ticked": is_ticked}
        case AddLine(step, text, after, near):
            return {"do": "line", "step": step, "text": text, "after": after, "near": list(near)}
        case NameSeverity(level):
            return {"do": "severity", "level": level}


def _back(value: Mapping[str, Any]) -> Operation:
    match value["do"]:
        case "box":
            return SetBox(value["step"], value["is_ticked"])
        case "line":
            return AddLine(value["step"], value["text"], value["after"], tuple(value["near"]))
        case _:
            return NameSeverity(value["level"])
