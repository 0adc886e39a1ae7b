"""A whole incident in Slack, from `/incident` to approvals: every message, in order, over four hours of virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.slack.story import Story, everything_said
from tests.integrations.slack.workspace import PLAYBOOK, workspace
from tocsin.delivery.models import Delivery
from tocsin.incident import events as ev
from tocsin.store import queries


def told(channel: str, outside: str, outside_step: str) -> list[tuple[str, str]]:
    """Return what is to be read in Slack afterwards, in the words of a playbook."""
    title, attack = "INC-1 Riders cannot pay", "it's believed to be an ongoing attack"
    cadence = f"Provide updates to {channel} every 30 minutes."
    high = f"{title}: Severity: High. Every payment fails since nine. Applies because severity is High"
    return [
        ("thread", f"{title}: High, resolved"),
        ("thread", "INC-1 checklist"),
        (
            "thread and channel",
            f"📞 <https://call.example/abc|Join the call> of {title}. If this concerns you, please join.",
        ),
        ("to ben", f"*{title}*\n@ana gave you a step: Determine the impact."),
        ("thread", "*Impact*, says @ben: Nobody can pay by card"),
        ("thread", "*Severity: High*, set by @ana. We cannot rule out a breach"),
        ("thread and channel", f"{high}."),
        ("thread", "👤 @dora is *communications lead*."),
        ("thread", "👤 @chi is *note-taker*."),
        ("thread", "Rolled back to yesterday's build"),
        ("thread", f"❓ {attack}: *yes*, says @ben."),
        ("security", f"{high} and “{attack}” was answered yes."),
        ("to dora", f"⏳ *Due 09:40 UTC:* {cadence} (@dora)"),
        ("thread and channel", f"Update 1 on {title}: We are rolling back."),
        ("to dora", f"⏳ *Due 10:00 UTC:* {outside_step} (@dora)"),
        (
            "thread",
            f"📣 *{outside_step}*\n_Applies because severity is High and 60 minutes have passed since the start._",
        ),
        ("to dora", f"⏳ *Due 10:09 UTC:* {cadence} (@dora)"),
        ("thread", f"📣 To *{outside}*: Payments fail. We are on it."),
        ("thread and channel", f"Update 2 on {title}: There is nothing new since the last update."),
        ("to dora", f"⏳ *Due 10:38 UTC:* {cadence} (@dora)"),
        ("thread", f"⏰ *Due now:* {cadence} (@dora)"),
        ("thread", f"⚠️ *Overdue since 10:38 UTC:* {cadence} (@dora)"),
        ("thread", f"🆘 *Still overdue since 10:38 UTC:* {cadence}. Now also for @dora, @ana."),
        ("to dora", f"🆘 *Still overdue since 10:38 UTC:* {cadence}. Now also for @dora, @ana."),
        ("to ana", f"🆘 *Still overdue since 10:38 UTC:* {cadence}. Now also for @dora, @ana."),
        ("thread and channel", f"Update 3 on {title}: The rollback is done; we watch it."),
        ("thread", f"✅ *{title} is resolved* after 2 h 5 min, says @ana.\nPayments work again since 11:00."),
        ("thread and channel", f"{title}: Resolved. Payments work again since 11:00."),
        ("thread", f"Incident report of {title}, version 1, for review"),
        ("thread", "👍 @ben approved version 1."),
        ("thread", "👍 @chi approved version 1."),
        ("thread", "@chi withdrew the approval of version 1."),
        ("thread", "👍 @chi approved version 1."),
        ("thread", "👍 @dora approved version 1."),
        (
            "thread",
            f"📝 <https://tocsin.example/incidents/INC-1/report|The incident report> of {title}, version 1, is shared.",
        ),
        ("thread", "📌 Follow-up follow-up-1: Alert when payments fail (Adding monitoring)"),
    ]


def live_through(tmp_path: Path, playbook: bytes, names: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    """Tell the story and compare every message; the checklist is compared by its beginning."""
    with workspace(tmp_path, playbook, names=names) as slack:
        story = Story(slack)
        story.tell()
        said = [(place, "INC-1 checklist" if "checklist:" in text else text) for place, text in everything_said(story)]
        assert said == expected
        unsent = Delivery.objects.exclude(status__in=["sent", "replaced"])
        assert [(row.kind, row.last_error) for row in unsent] == []
        check_notes(story)


def check_notes(story: Story) -> None:
    """What the note-taker wrote is in the timeline, with its link."""
    notes = [e.event for e in queries.timeline(story.ref) if isinstance(e.event, ev.NoteAdded)]
    assert [(note.text, "/archives/" in note.url) for note in notes] == [("Rolled back to yesterday's build", True)]


@pytest.mark.django_db(transaction=True)
def test_an_incident_lived_in_slack_reads_as_it_happened(tmp_path: Path) -> None:
    step = "If the incident is lasting more than 60 minutes or customers' data has been breached, notify the shipping lines."
    live_through(tmp_path, PLAYBOOK, ("c0harbour1", "secops"), told("#general-ops", "shipping lines", step))


@pytest.mark.django_db(transaction=True)
def test_the_reference_document_lived_in_slack_reads_as_it_happened(tmp_path: Path, shared: Path) -> None:
    playbook = (shared / "playbooks" / "benefits" / "incident-response.md").read_bytes()
    step = (
        "If the incident is lasting more than 60 minutes or their customers' data has been breached,"
        " notify the impacted transit agencies."
    )
    expected = told("#benefits-general", "impacted transit agencies", step)
    live_through(tmp_path, playbook, ("c013w8ruamu", "devsecops"), expected)
