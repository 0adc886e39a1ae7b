"""GitHub's own examples of webhook payloads, from the package that its libraries are tested with."""

from __future__ import annotations

import json
from typing import Any

from tests.outside import emulate

_INDEX = emulate.HERE / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"


def examples(event: str) -> list[dict[str, Any]]:
    """Return the payloads of one event; there is at least one."""
    emulate.install()
    known = json.loads(_INDEX.read_text(encoding="utf-8"))
    return next(list(entry["examples"]) for entry in known if entry["name"] == event and entry["examples"])


def example(event: str, action: str) -> dict[str, Any]:
    """Return the first payload of one event and action."""
    return next(payload for payload in examples(event) if payload.get("action") == action)
