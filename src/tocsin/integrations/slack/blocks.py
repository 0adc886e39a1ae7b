"""Pieces of Block Kit, cut to Slack's limits, so that nothing that is built from them can be refused.

Source: https://docs.slack.dev/reference/block-kit. Words that people wrote are escaped; nobody is mentioned by accident.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Block = dict[str, Any]
MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
LONGEST_SECTION = 3000
LONGEST_HEADER = 150
LONGEST_BUTTON = 75
LONGEST_OPTION = 75
LONGEST_VALUE = 2000
LONGEST_OPTION_VALUE = 150
MOST_OPTIONS = 100
MOST_ELEMENTS = 25
MOST_CONTEXT = 10
LONGEST_TITLE = 24
LONGEST_LABEL = 2000


def escape(text: str) -> str:
    """Return the words as Slack shows them unchanged. Source: https://docs.slack.dev/messaging/formatting-message-text"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """Cut to `limit` characters, with an ellipsis where something was lost."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clip_marked(text: str, limit: int) -> str:
    """Cut text that holds links and escapes, never inside one of them."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    for opened, closed in (("<", ">"), ("&", ";")):
        start = cut.rfind(opened)
        if start > cut.rfind(closed):
            cut = cut[:start]
    return cut.rstrip() + "…"


def link(url: str, words: str) -> str:
    safe = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{safe}|{escape(words).replace('|', '/')}>"


def plainly(text: str) -> str:
    """Return marked text as plain words, for where Slack's marks mean nothing."""
    text = re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<([^|>]+)\|([^>]*)>", r"\2 (\1)", text)
    text = re.sub(r"<@\w+>", "somebody", text)
    text = re.sub(r"(?<!\w)([*_])(.+?)\1(?!\w)", r"\2", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def moment(at: datetime, words: str = "{time}") -> str:
    """Return a time that each reader sees in their own time zone. `words`: {time}, {date_short_pretty} and the like."""
    return f"<!date^{int(at.timestamp())}^{words}|{at:%Y-%m-%d %H:%M} UTC>"


def plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": clip(text.strip() or "–", limit), "emoji": True}


def marked(text: str, limit: int = LONGEST_SECTION) -> Block:
    return {"type": "mrkdwn", "text": clip_marked(text.strip() or "–", limit)}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, LONGEST_HEADER)}


def section(text: str, accessory: Block | None = None, block_id: str = "") -> Block:
    block: Block = {"type": "section", "text": marked(text)}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def sections(text: str, most: int = 12) -> list[Block]:
    """Return as many sections as words need that are longer than one takes; past `most`, the room has the rest."""
    parts: list[str] = []
    while text and len(parts) < most:
        part = clip_marked(text, LONGEST_SECTION - 100)
        whole = len(part) == len(text)
        parts.append(part if whole else _to_last_word(part.removesuffix("…")))
        text = "" if whole else text[len(parts[-1]) :].lstrip()
    made = [section(part) for part in parts]
    return [*made, context("The rest is in the room.")] if text else made


def _to_last_word(text: str) -> str:
    at = max(text.rfind(" "), text.rfind("\n"))
    return text[:at] if at > LONGEST_SECTION // 2 else text


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [marked(text) for text in texts[:MOST_CONTEXT]]}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str = "") -> Block:
    block: Block = {"type": "actions", "elements": list(elements[:MOST_ELEMENTS])}
    if block_id:
        block["block_id"] = block_id
    return block


def button(words: str, action_id: str, value: Mapping[str, object], style: str = "") -> Block:
    made: Block = {
        "type": "button",
        "text": plain(words, LONGEST_BUTTON),
        "action_id": action_id,
        "value": pack(value),
    }
    if style:
        made["style"] = style
    return made


def link_button(words: str, action_id: str, url: str) -> Block:
    return {"type": "button", "text": plain(words, LONGEST_BUTTON), "action_id": action_id, "url": url}


def option(words: str, value: str, about: str = "") -> Block:
    made: Block = {"text": plain(words, LONGEST_OPTION), "value": value[:LONGEST_OPTION_VALUE]}
    if about:
        made["description"] = plain(about, LONGEST_OPTION)
    return made


def select(action_id: str, placeholder: str, options: Sequence[Block], chosen: Block | None = None) -> Block:
    made: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, LONGEST_OPTION),
        "options": list(options[:MOST_OPTIONS]),
    }
    if chosen is not None:
        made["initial_option"] = chosen
    return made


def user_select(action_id: str, placeholder: str) -> Block:
    return {"type": "users_select", "action_id": action_id, "placeholder": plain(placeholder, LONGEST_OPTION)}


def ask(label: str, element: Block, *, block_id: str, is_optional: bool = False, hint: str = "") -> Block:
    """One question of a form."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LONGEST_LABEL),
        "element": element,
        "optional": is_optional,
    }
    if hint:
        made["hint"] = plain(hint, LONGEST_LABEL)
    return made


def text_input(*, is_long: bool = False, start: str = "", placeholder: str = "", longest: int = 3000) -> Block:
    made: Block = {"type": "plain_text_input", "action_id": "value", "multiline": is_long, "max_length": longest}
    if start:
        made["initial_value"] = clip(start, longest)
    if placeholder:
        made["placeholder"] = plain(placeholder, 150)
    return made


def pack(value: Mapping[str, object]) -> str:
    """Write what a button carries. *Raises* ValueError when it does not fit: it holds only identities."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(text) > LONGEST_VALUE:
        raise ValueError(f"A button carries {len(text)} characters")
    return text


def fit(blocks: Iterable[Block], most: int = MOST_BLOCKS) -> list[Block]:
    """Keep as many blocks as Slack takes; the last one says how many are missing."""
    made = list(blocks)
    if len(made) <= most:
        return made
    return [*made[: most - 1], context(f"… and {len(made) - most + 1} more parts, in the room.")]
