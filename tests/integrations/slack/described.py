"""Hold every call that the app made to what Slack says of it: its published description, and the models of its SDK."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.conftest import ROOT
from tests.outside.slack_door import Call

DESCRIPTION = Path(os.environ.get("TOCSIN_SHARED", ROOT.parent / "shared")) / "specs" / "slack_web_openapi_v2.json"
SINCE_2021 = {
    "chat.postMessage": {"metadata"},
    "chat.update": {"metadata"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
}
"""Arguments that Slack has added since it published the description. Source: https://docs.slack.dev/reference/methods"""
_LIMITS = {"section": 3000, "header": 150}


def check_calls(calls: Iterable[Call]) -> None:
    """*Raises* AssertionError, naming the call, where Slack would refuse it."""
    for call in calls:
        check_arguments(call.method, call.arguments)
        if blocks := call.arguments.get("blocks"):
            check_blocks(blocks, most=50)
        if view := call.arguments.get("view"):
            View(**view).to_dict()
            check_blocks(view["blocks"], most=100)


def check_arguments(method: str, arguments: Mapping[str, Any]) -> None:
    """Compare with the published description, where the method is in it."""
    path = _description().get(f"/{method}")
    if path is None:
        return
    listed = next(iter(path.values()))["parameters"]
    known = {parameter["name"] for parameter in listed} | SINCE_2021.get(method, set())
    demanded = {parameter["name"] for parameter in listed if parameter.get("required")} - {"token"}
    assert set(arguments) <= known, f"{method} has no {sorted(set(arguments) - known)}"
    assert demanded <= set(arguments), f"{method} needs {sorted(demanded - set(arguments))}"


def check_blocks(blocks: list[dict[str, Any]], most: int) -> None:
    """Read every block with the SDK's models, which know the limits, and count."""
    assert 0 < len(blocks) <= most
    read = Block.parse_all(blocks)
    assert len(read) == len(blocks)
    for block, written in zip(read, blocks, strict=True):
        block.to_dict()
        _check_text(written)
        actions = [element["action_id"] for element in written.get("elements", []) if "action_id" in element]
        assert len(actions) == len(set(actions)), f"two elements of one block have the same action: {actions}"


def _check_text(block: Mapping[str, Any]) -> None:
    text = block.get("text")
    if isinstance(text, dict):
        assert 0 < len(text["text"]) <= _LIMITS.get(block["type"], 3000)


@cache
def _description() -> dict[str, Any]:
    """Return Slack's own description of its methods; a lone clone has none, and a test says so."""
    if not DESCRIPTION.is_file():
        return {}
    return dict(json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"])
