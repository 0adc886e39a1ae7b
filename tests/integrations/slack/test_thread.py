"""The thread: notes and what becomes of them, files, approvals, and what people press there."""

from __future__ import annotations

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.workspace import Workspace
from tocsin.incident.events import EvidenceRetained, NoteAdded, StepAssigned
from tocsin.people.models import Person
from tocsin.store import queries


def notes(ref: str) -> list[tuple[str, str]]:
    entries = (entry.event for entry in queries.timeline(ref))
    return [(event.change, event.text) for event in entries if isinstance(event, NoteAdded)]


def test_what_the_note_taker_writes_becomes_timeline_with_its_edits_and_deletion(slack: Workspace) -> None:
    ref, thread = declare(slack)
    slack.press("chi", "role:notes", {"ref": ref, "step": ""})
    slack.settle()
    slack.say("ben", "I only chat", thread)
    ts = slack.say("chi", "Pumps are off", thread)
    slack.say("chi", "Lunch in the harbour?", "")
    slack.settle()
    place, user = slack.channels["general-ops"], slack.users["chi"]
    changed = {"ts": ts, "user": user, "text": "Pumps are off since 9:40", "thread_ts": thread}
    slack.event({"type": "message", "subtype": "message_changed", "channel": place, "message": changed})
    slack.settle()
    gone = {"ts": ts, "user": user, "text": "Pumps are off since 9:40"}
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "channel": place,
        "deleted_ts": ts,
        "previous_message": gone,
    }
    slack.event(event)
    slack.settle()
    said = "Pumps are off since 9:40"
    assert notes(ref) == [("written", "Pumps are off"), ("edited", said), ("deleted", said)]


def test_anyones_message_becomes_timeline_with_the_chosen_reaction(slack: Workspace) -> None:
    ref, thread = declare(slack)
    ts = slack.say("ben", "The gauge was frozen", thread)
    elsewhere = slack.say("ben", "Nice weather")
    for emoji, at in (("eyes", ts), ("memo", ts), ("memo", ts), ("memo", elsewhere)):
        slack.react("dora", emoji, at)
    slack.settle()
    assert notes(ref) == [("written", "The gauge was frozen")]
    (event,) = [e.event for e in queries.timeline(ref) if isinstance(e.event, NoteAdded)]
    assert f"/archives/{slack.channels['general-ops']}/p{ts.replace('.', '')}" in event.url
    state = queries.load(ref).state
    assert state.responders[event.by] == "Ben Okafor"


def test_files_shared_in_the_thread_are_kept_by_link(slack: Workspace) -> None:
    ref, thread = declare(slack)
    file = {"id": "F1", "title": "gauge.png", "permalink": "https://harbour.slack.com/files/F1"}
    slack.say("ben", "See this", thread, subtype="file_share", files=[file])
    slack.settle()
    kept = [entry.event for entry in queries.timeline(ref) if isinstance(entry.event, EvidenceRetained)]
    assert [(event.title, event.url) for event in kept] == [("gauge.png", "https://harbour.slack.com/files/F1")]


def test_a_step_is_assigned_by_picking_a_person_who_is_told_with_its_due_time(slack: Workspace) -> None:
    ref, _ = declare(slack, severity="High")
    slack.press("ana", f"step:assign|{ref}|mend-3", selected_user=slack.users["ben"])
    slack.settle()
    assert any(isinstance(entry.event, StepAssigned) for entry in queries.timeline(ref))
    (message,) = slack.directs("ben")
    assert "Provide updates" in message["text"]
    assert "Due" in message["text"]


def test_a_step_is_ticked_skipped_with_a_reason_and_taken_back(slack: Workspace) -> None:
    ref, _ = declare(slack)
    slack.press("ana", "step:done", {"ref": ref, "step": "start-2"})
    slack.press("ana", "step:skip", {"ref": ref, "step": "start-4"})
    slack.settle()
    slack.submit("ana", reason="There are only two of us")
    slack.settle()
    slack.press("ana", "step:undo", {"ref": ref, "step": "start-2"})
    slack.settle()
    records = queries.load(ref).state.steps
    assert records["start-2"].done_at is None
    assert records["start-4"].skip_reason == "There are only two of us"


def test_the_checklist_is_one_message_that_is_edited_in_place(slack: Workspace) -> None:
    ref, thread = declare(slack)
    before = slack.thread(thread)[1]
    slack.press("ana", "step:done", {"ref": ref, "step": "start-2"})
    slack.settle()
    after = [message for message in slack.thread(thread) if "checklist" in message["text"]]
    assert [message["ts"] for message in after] == [before["ts"]]
    assert after[0]["text"] != before["text"]


def test_a_question_answered_yes_opens_the_step_that_waits_for_it_with_its_composer(slack: Workspace) -> None:
    ref, thread = declare(slack, severity="High")
    slack.pass_time(minutes=5)
    questions = queries.load(ref).state.playbook.questions
    breached = next(question.id for question in questions if "breached" in question.text)
    slack.press("ana", "question:yes", {"ref": ref, "question": breached, "answer": "yes"})
    slack.settle()
    composers = [m for m in slack.thread(thread) if "Write to shipping lines" in str(m.get("blocks"))]
    assert len(composers) == 1
    slack.pass_time(to_minute=70)
    assert len([m for m in slack.thread(thread) if "Write to shipping lines" in str(m.get("blocks"))]) == 1


def test_a_suggested_severity_is_taken_with_one_button(slack: Workspace) -> None:
    ref, thread = declare(slack)
    slack.press("ben", "impact:open", {"ref": ref})
    slack.settle()
    slack.submit("ben", text="Nothing moves", downtime="full")
    slack.settle()
    slack.pass_time(minutes=31)
    (asked,) = [message for message in slack.thread(thread) if "is suggested" in message["text"]]
    assert "30 minutes" in asked["text"]
    button = next(e for block in asked["blocks"] for e in block.get("elements", []) if e.get("style") == "primary")
    slack.press("ana", button["action_id"], None, actions=[{**button, "type": "button"}])
    slack.settle()
    assert queries.load(ref).state.severity == "Medium"


def test_a_message_shortcut_declares_from_a_message_and_keeps_its_link(slack: Workspace) -> None:
    ts = slack.say("ben", "The lock does not open any more\nSince this morning")
    body = {
        "type": "message_action",
        "callback_id": "declare_from_message",
        "trigger_id": slack.trigger(),
        "user": {"id": slack.users["ana"], "team_id": slack.team},
        "team": {"id": slack.team},
        "channel": {"id": slack.channels["general-ops"]},
        "message": {
            "ts": ts,
            "text": "The lock does not open any more\nSince this morning",
            "user": slack.users["ben"],
        },
        "response_url": f"http://localhost:{slack.door.port}/answers/shortcut",
    }
    slack.interact(body)
    slack.settle()
    slack.submit("ana")
    slack.settle()
    (row,) = queries.incidents()
    assert row.title == "The lock does not open any more"
    (event,) = [e.event for e in queries.timeline(row.ref) if isinstance(e.event, NoteAdded)]
    assert ts.replace(".", "") in event.url


def test_app_home_is_shown_when_it_is_opened_and_follows_what_is_pressed_there(slack: Workspace) -> None:
    ref, _ = declare(slack)
    slack.press("ana", f"step:assign|{ref}|start-2", selected_user=slack.users["ana"])
    slack.settle()
    slack.event({"type": "app_home_opened", "user": slack.users["ana"], "tab": "home", "channel": "D1"})
    slack.settle()
    first = next(call for call in reversed(slack.door.calls) if call.method == "views.publish")
    assert "Start a video call" in str(first.arguments["view"])
    slack.press("ana", "step:done", {"ref": ref, "step": "start-2"}, view={"type": "home", "id": "V1"})
    slack.settle()
    last = next(call for call in reversed(slack.door.calls) if call.method == "views.publish")
    assert last is not first
    assert '"step":"start-2"' not in str(last.arguments["view"])


def test_an_incident_is_confirmed_resolved_reopened_and_closed_by_typing(slack: Workspace) -> None:
    Person.objects.create_user("ana@example.org", name="Ana", access=Person.Access.COMMANDER)
    ref, _ = declare(slack, certainty="suspected")
    seen = []
    for words in ("confirm", "resolve It works", "reopen It does not", f"{ref} resolve Now it does", "close"):
        slack.type("ana", words)
        slack.settle()
        seen.append(queries.load(ref).state.status)
    assert seen == ["active", "resolved", "active", "resolved", "closed"]


def test_the_retrospective_is_scheduled_by_picking_a_time(slack: Workspace) -> None:
    ref, _ = declare(slack)
    slack.press("ana", "retro:open", {"ref": ref})
    slack.settle()
    slack.submit("ana", starts_at=1772618400)
    slack.settle()
    assert str(queries.load(ref).state.retrospective_at) == "2026-03-04 10:00:00+00:00"
