"""Draw the messages as Slack shows them, from the very blocks that are sent, into docs/pictures. Needs Chromium.

`python -m scripts.slack_pictures`. The look is a likeness; the words and buttons are what Slack gets.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIGNS = {
    "🚨": '<span style="color:#d72b3f">●</span>',
    "❓": '<b style="color:#d72b3f">?</b>',
    "💡": '<span style="color:#b8860b">✦</span>',
    "📞": "☎",
    "⏳": "◷",
}
STYLE = """
body { margin: 0; padding: 18px; width: 640px; color: #1d1c1d; background: #fff;
       font: 15px/1.46 'Lato', 'Noto Sans', 'DejaVu Sans', sans-serif; }
.message { display: flex; gap: 10px; }
.face { width: 36px; height: 36px; border-radius: 6px; background: #7a1f1f; color: #fff; display: grid;
        place-items: center; font-weight: 700; flex: none; }
.name { font-weight: 800; }
.app { background: #eee; border-radius: 3px; font-size: 10px; padding: 1px 4px; margin: 0 6px; color: #616061; }
.at, .context { color: #616061; font-size: 12.5px; }
h2 { font-size: 18px; margin: 6px 0; }
.section { margin: 6px 0; display: flex; gap: 12px; justify-content: space-between; white-space: pre-wrap; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 6px; padding: 4px 11px; font-weight: 700;
          font-size: 13px; margin: 3px 6px 3px 0; white-space: nowrap; height: fit-content; }
.primary { background: #007a5a; color: #fff; border-color: #007a5a; }
.danger { background: #d72b3f; color: #fff; border-color: #d72b3f; }
.select { color: #616061; font-weight: 400; }
.input { border: 1px solid #999; border-radius: 6px; padding: 8px; margin: 4px 0 10px; white-space: pre-wrap;
         min-height: 20px; }
label { font-weight: 700; }
hr { border: 0; border-top: 1px solid #ddd; }
.modal { border: 1px solid #ccc; border-radius: 10px; padding: 14px 18px; }
.modal h1 { font-size: 20px; margin: 0 0 10px; }
"""


def text(value: str) -> str:
    """Turn mrkdwn into HTML. It is escaped already, as Slack wants it."""
    value = re.sub(r"<!date\^\d+\^[^|]*\|[\d-]+ ([\d:]+) UTC>", r"\1", value)
    value = re.sub(r"<([^|>]+)\|([^>]*)>", r"<a>\2</a>", value)
    value = re.sub(r"(?<!\w)\*(.+?)\*(?!\w)", r"<b>\1</b>", value)
    return re.sub(r"(?<![\w/])_(.+?)_(?![\w/])", r"<i>\1</i>", value)


def drawn(body: str) -> str:
    """Put signs that every machine has in the place of emoji, which not every machine can draw."""
    for emoji, sign in SIGNS.items():
        body = body.replace(emoji, sign)
    return body


def element(found: dict[str, Any]) -> str:
    words = (found.get("text") or found.get("placeholder") or {}).get("text", "")
    kind = "select" if found["type"].endswith("select") else found.get("style", "")
    arrow = " ▾" if kind == "select" else ""
    return f'<span class="button {kind}">{html.escape(words)}{arrow}</span>'


def block(found: dict[str, Any]) -> str:
    match found["type"]:
        case "header":
            return f"<h2>{html.escape(found['text']['text'])}</h2>"
        case "section":
            side = element(found["accessory"]) if "accessory" in found else ""
            return f'<div class="section"><div>{text(found["text"]["text"])}</div>{side}</div>'
        case "context":
            return f'<div class="context">{"  ".join(text(part["text"]) for part in found["elements"])}</div>'
        case "actions":
            return "<div>" + "".join(map(element, found["elements"])) + "</div>"
        case "input":
            return asked(found)
    return "<hr>"


def asked(found: dict[str, Any]) -> str:
    part = found["element"]
    options = part.get("options", []) if part["type"] in {"radio_buttons", "checkboxes"} else []
    shown = "<br>".join(f"{'○' if part['type'] == 'radio_buttons' else '☐'} {o['text']['text']}" for o in options)
    chosen = part.get("initial_option", {}).get("text", {}).get("text", "")
    start = html.escape(part.get("initial_value", "") or (chosen if not options else ""))
    field = shown or f'<div class="input">{start}</div>'
    return f"<label>{html.escape(found['label']['text'])}</label><div>{field}</div>"


def message(blocks: Sequence[dict[str, Any]]) -> str:
    head = '<span class="name">Tocsin</span><span class="app">APP</span><span class="at">09:12</span>'
    return f'<div class="message"><div class="face">T</div><div>{head}{"".join(map(block, blocks))}</div></div>'


def modal(view: dict[str, Any]) -> str:
    submit = f'<div style="text-align:right"><span class="button primary">{view["submit"]["text"]}</span></div>'
    return f'<div class="modal"><h1>{view["title"]["text"]}</h1>{"".join(map(block, view["blocks"]))}{submit}</div>'


def pictures() -> dict[str, str]:
    """Return what is drawn, by name."""
    import django

    django.setup()
    from tests.integrations.slack.test_shown import ANA, lived
    from tests.integrations.slack.workspace import PLAYBOOK
    from tocsin.incident import commands as cmd
    from tocsin.integrations.slack import cards, modals
    from tocsin.integrations.slack.checklist import checklist
    from tocsin.integrations.slack.home import home

    call = cmd.StartCall(by=ANA, url="https://call.example/abc")
    high = cmd.AssignSeverity(by=ANA, severity="High")
    lead = cmd.TakeRole(by=ANA, role="communications lead", person="person:2", name="Dora Lind")
    seen = lived(PLAYBOOK, call, high, lead, title="Riders cannot pay")
    due = seen.room.promises[0]
    mine = lived(PLAYBOOK, high, cmd.AssignStep(by=ANA, step="look-1", person=ANA, person_name="Ana Ruiz"))
    reminder = cards.reminder(seen, due, "ahead", ("person:2",), "")
    return {
        "slack-announcement": message(cards.declared(seen).blocks),
        "slack-checklist": message(checklist(seen).blocks),
        "slack-reminder": message(reminder.blocks),
        "slack-suggestion": message(
            cards.suggestion(seen, "Medium", "Full downtime for 30 minutes since 09:00 UTC.").blocks
        ),
        "slack-update": modal(modals.update(seen, {})),
        "slack-severity": modal(modals.severity(seen, {})),
        "slack-home": "".join(map(block, home([mine], ANA)["blocks"])),
    }


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    shown = pictures()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 676, "height": 100}, device_scale_factor=1.5)
        for name, body in shown.items():
            page.set_content(f"<meta charset=utf-8><style>{STYLE}</style>{drawn(body)}")
            page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
