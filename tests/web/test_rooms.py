"""The room without JavaScript: every form, what it changes, and what happens when it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.test import Client

from tests.web.conftest import NOW
from tests.web.rooms import act, declare, done, html, key, room, words_of
from tocsin.incident.state import IncidentState
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.web.clock import page_clock
from tocsin.web.forms.registry import ACTS, OF_ACTION


@pytest.fixture
def ref(rosa: Client, digest: str) -> str:
    return declare(rosa, severity="High")


def state(ref: str) -> IncidentState:
    return queries.load(ref).state


def test_the_next_thing_to_do_comes_before_everything_else(rosa: Client, ref: str) -> None:
    page = html(rosa, ref)
    assert page.index('id="next"') < page.index('id="checklist"') < page.index('id="timeline"')
    assert "Do this next" in page
    assert "Declare the incident in the Slack channel it belongs to" in words_of(rosa.get(f"/incidents/{ref}/"))


def test_steps_say_who_and_why_and_waiting_ones_say_what_for(rosa: Client, ref: str) -> None:
    words = room(rosa, ref)
    assert "Applies because severity is High (line 27)." in words
    assert "Waits: applies 60 minutes after the start" in words
    assert "Waits: applies when the incident is resolved" in words


def test_steps_that_do_not_apply_are_there_and_folded_away(rosa: Client, ref: str) -> None:
    done(rosa, ref, "assign-severity", severity="Low")
    page = html(rosa, ref)
    assert 'class="apart"' in page
    assert "3 steps do not apply" in words_of(rosa.get(f"/incidents/{ref}/"))


def test_a_tick_and_its_undoing(rosa: Client, ref: str) -> None:
    answer = act(rosa, ref, "tick", step="start-2")
    assert answer.headers["Location"] == f"/incidents/{ref}/#step-start-2"
    assert state(ref).steps["start-2"].done_at == NOW
    done(rosa, ref, "untick", step="start-2")
    assert state(ref).steps["start-2"].done_at is None


def test_the_same_press_twice_is_one_event(rosa: Client, ref: str) -> None:
    same = {"key": key(), "text": "Only once"}
    for _ in range(2):
        assert rosa.post(f"/incidents/{ref}/do/note/", same).status_code == 302
    assert room(rosa, ref).count("Only once") == 1


FORMS: list[tuple[str, Mapping[str, str], str]] = [
    ("skip", {"step": "mend-2", "reason": "No handbook for this"}, "No handbook for this"),
    ("add-step", {"phase": "Mend", "text": "Call the harbour master"}, "Call the harbour master"),
    ("answer", {"question": "skippers-data-leaked", "answer": "yes"}, "answered yes: skippers' data has been leaked"),
    ("describe-impact", {"text": "All berths", "downtime": "yes", "since": "2026-03-02T08:30"}, "All berths"),
    ("update", {"text": "We are on it", "audiences": "#harbour-ops"}, "posted update 1 to #harbour-ops"),
    ("update", {"is_no_change": "on"}, "reported nothing new to"),
    ("notify", {"step": "judge-3", "audience": "#harbour-ops", "text": "Hear ye"}, "told #harbour-ops"),
    ("note", {"text": "A thought"}, "A thought"),
    ("link-issue", {"url": "https://issues.example.org/7"}, "linked the issue"),
    ("declare-in-channel", {"channel": "#harbour-ops", "text": "Trouble"}, "declared it in #harbour-ops"),
    ("start-call", {"url": "https://meet.example.org/x"}, "Join the call"),
    ("consult", {"url": "https://harbour.example.org/handbook/", "finding": "Turn it off"}, "Turn it off"),
    ("retain-evidence", {"name": "Logs", "url": "https://logs.example.org/"}, "kept Logs"),
    ("release-hotfix", {"text": "v2"}, "released a hotfix"),
    ("draft-report", {"text": "It broke."}, "wrote version 1 of the report"),
    ("create-follow-up", {"name": "More alarms", "category": "More alarms"}, "added a follow-up: More alarms"),
    ("describe", {"name": "Now we know", "summary": "It is the gate"}, "Now we know"),
    ("set-began-at", {"began_at": "2026-03-02T08:00"}, "said when it really began"),
    ("resolve", {"summary": "Mended"}, "resolved the incident"),
    ("dismiss", {"reason": "A test"}, "dismissed it as a false alarm"),
    ("assign-severity", {"severity": "Low", "reason": "Not so bad"}, "changed the severity from High to Low"),
]


@pytest.mark.parametrize(("verb", "words", "shown"), FORMS, ids=[f"{verb}-{shown[:12]}" for verb, _w, shown in FORMS])
def test_a_form_that_is_sent_shows_in_the_room(
    rosa: Client, ref: str, verb: str, words: Mapping[str, str], shown: str
) -> None:
    done(rosa, ref, verb, **words)
    assert shown in room(rosa, ref)


REFUSED: list[tuple[str, Mapping[str, str], str]] = [
    ("skip", {"step": "mend-2", "reason": ""}, "This field is required."),
    ("tick", {"step": "nowhere-1"}, "Take the step's id from the room."),
    ("update", {"text": ""}, "Write how it stands, or press “Nothing new”."),
    ("start-call", {"url": "javascript:alert(1)"}, "Give an address that starts with https://"),
    ("set-began-at", {"began_at": "2026-03-02T10:00"}, "cannot have begun in the future"),
    ("confirm", {}, "Only a suspected incident can be confirmed."),
    ("close", {}, "Only a resolved incident can be closed."),
    ("share-call", {}, "There is no call to share yet."),
    ("assign-severity", {"severity": "High"}, "The severity is High already."),
    ("notify", {"step": "judge-3", "audience": "#elsewhere", "text": "x"}, "#elsewhere is not one of the available"),
]


@pytest.mark.parametrize(("verb", "words", "reason"), REFUSED, ids=[verb for verb, _w, _r in REFUSED])
def test_a_refusal_says_what_to_do(rosa: Client, ref: str, verb: str, words: Mapping[str, str], reason: str) -> None:
    version = queries.load(ref).version
    answer = act(rosa, ref, verb, **words)
    assert answer.status_code == 422
    assert reason.casefold() in words_of(answer).casefold()
    assert queries.load(ref).version == version


def test_nothing_typed_is_lost_by_a_refusal(rosa: Client, ref: str) -> None:
    answer = act(rosa, ref, "retain-evidence", name="The long name of a file", url="not an address")
    page = answer.content.decode()
    assert 'value="The long name of a file"' in page
    assert 'value="not an address"' in page
    assert "data-wrong" in page


def test_a_refusal_that_has_no_form_on_the_page_is_still_said(rosa: Client, ref: str) -> None:
    answer = act(rosa, ref, "leave-role", role="pilot")
    assert answer.status_code == 422
    assert "Nobody" in words_of(answer)
    assert 'role="alert"' in answer.content.decode()


def test_roles_are_taken_handed_over_and_left(rosa: Client, sam: Client, ref: str) -> None:
    sam_ref = Person.objects.get(name="Sam").ref
    done(rosa, ref, "take-role", role="incident commander", person=sam_ref)
    assert "Sam leads" in room(rosa, ref)
    done(sam, ref, "leave-role", role="incident commander")
    assert "Nobody leads" in room(rosa, ref)


def test_a_step_is_given_to_somebody(rosa: Client, sam: Client, ref: str) -> None:
    sam_ref = Person.objects.get(name="Sam").ref
    done(rosa, ref, "assign", step="mend-4", person=sam_ref)
    assert state(ref).steps["mend-4"].assignee == sam_ref
    done(rosa, ref, "assign", step="mend-4", person="")
    assert state(ref).steps["mend-4"].assignee is None


def test_a_promise_is_snoozed_once(rosa: Client, ref: str) -> None:
    promise = next(promise for promise in state(ref).promises.values() if promise.kind == "recurring")
    done(rosa, ref, "snooze", promise=promise.id, minutes="15")
    assert (state(ref).promises[promise.id].due_at - promise.due_at).total_seconds() == 900


def test_a_report_is_approved_by_another_and_shared(rosa: Client, sam: Client, ref: str) -> None:
    done(sam, ref, "note", text="I was here")
    done(rosa, ref, "draft-report", text="It broke.")
    assert "somebody else has to approve it" in words_of(act(rosa, ref, "approve-report", version="1"))
    done(sam, ref, "approve-report", version="1")
    done(sam, ref, "withdraw-approval", version="1")
    done(sam, ref, "approve-report", version="1")
    done(rosa, ref, "share-report", audiences="the board, the mayor")
    assert state(ref).reports[-1].shared_with == ("the board", "the mayor")


def test_follow_ups_are_finished(rosa: Client, ref: str) -> None:
    done(rosa, ref, "create-follow-up", name="More alarms")
    follow_up = state(ref).follow_ups[0]
    done(rosa, ref, "complete-follow-up", follow_up=follow_up.id)
    assert state(ref).follow_ups[0].done_at == NOW


def test_a_suspicion_is_confirmed(rosa: Client, digest: str) -> None:
    ref = declare(rosa, certainty="suspected")
    assert "This is a suspicion. Is it real?" in room(rosa, ref)
    done(rosa, ref, "confirm")
    assert state(ref).status == "active"


def test_what_ended_is_reopened_with_a_reason(rosa: Client, ref: str) -> None:
    done(rosa, ref, "resolve", summary="")
    done(rosa, ref, "close")
    assert "This incident is closed." in room(rosa, ref)
    done(rosa, ref, "reopen", reason="It is back")
    assert state(ref).status == "active"


def test_a_suggested_severity_is_shown_with_its_reason_and_can_be_turned_down(rosa: Client, digest: str) -> None:
    ref = declare(rosa)
    done(rosa, ref, "describe-impact", text="No berths", downtime="yes", since="2026-03-02T08:00")
    words = room(rosa, ref)
    assert "Is this Medium?" in words
    assert "30 minutes" in words
    done(rosa, ref, "reject-suggestion", severity="Medium")
    assert "Is this Medium?" not in room(rosa, ref)


def test_sensitive_information_is_warned_of_where_others_read(rosa: Client, ref: str) -> None:
    page = html(rosa, ref)
    assert page.count("Do not post sensitive information in this issue or in Slack.") >= 2


def test_the_room_as_it_was(rosa: Client, ref: str) -> None:
    page_clock.hand_in(lambda: NOW.replace(hour=11))
    done(rosa, ref, "note", text="Two hours later")
    then = words_of(rosa.get(f"/incidents/{ref}/?at=2026-03-02T10:00:00Z"))
    assert "This is the room as it was then" in then
    assert "Two hours later" not in then
    assert (
        '<form method="post" action="/incidents'
        not in rosa.get(f"/incidents/{ref}/?at=2026-03-02T10:00").content.decode()
    )


def test_a_moment_before_the_declaration_is_refused(rosa: Client, ref: str) -> None:
    answer = rosa.get(f"/incidents/{ref}/?at=2026-03-01T10:00:00Z")
    assert answer.status_code == 404
    assert "Choose a later moment" in words_of(answer)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-45T99:00"])
def test_a_moment_that_is_none_is_refused(rosa: Client, ref: str, moment: str) -> None:
    answer = rosa.get(f"/incidents/{ref}/", {"at": moment})
    assert answer.status_code == 400
    assert "Write it like 2026-03-02T14:30" in words_of(answer)


def test_an_observer_reads_and_changes_nothing(noor: Client, rosa: Client, ref: str) -> None:
    page = html(noor, ref)
    assert "Do this next" in page
    assert f"/incidents/{ref}/do/" not in page
    assert act(noor, ref, "note", text="x").status_code == 403


def test_only_who_leads_or_commands_ends_an_incident(rosa: Client, sam: Client, ref: str) -> None:
    done(sam, ref, "resolve", summary="")
    answer = act(sam, ref, "close")
    assert answer.status_code == 422
    assert "This needs commander access" in words_of(answer)


def test_unknown_incidents_and_acts_are_said_to_be_so(rosa: Client, ref: str) -> None:
    assert rosa.get("/incidents/INC-99/").status_code == 404
    assert "Look for it in the list of incidents" in words_of(rosa.get("/incidents/INC-99/"))
    assert act(rosa, ref, "explode").status_code == 404


def test_all_pages_of_an_incident_open(rosa: Client, ref: str) -> None:
    for part in ("timeline/", "timeline/?only=people", "promises/", "deliveries/"):
        assert rosa.get(f"/incidents/{ref}/{part}").status_code == 200


def test_the_timeline_leads_back_to_the_cause(rosa: Client, ref: str) -> None:
    words = words_of(rosa.get(f"/incidents/{ref}/timeline/"))
    assert "because of event" in words
    assert "line 42" in words
    assert "the room at event 1" in words


def test_words_of_people_are_never_markup(rosa: Client, ref: str) -> None:
    done(rosa, ref, "note", text="<script>alert(1)</script> [x](javascript:alert(1)) **bold**")
    page = html(rosa, ref)
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<strong>bold</strong>" in page


def test_times_are_in_the_readers_zone_with_utc_at_hand(rosa: Client, ref: str) -> None:
    Person.objects.filter(name="Rosa").update(time_zone="America/Lima")
    page = html(rosa, ref)
    assert 'title="2026-03-02 09:00:00 UTC">04:00</time>' in page


def test_every_form_has_a_name_of_its_own_and_every_action_a_form() -> None:
    assert all(form.verb == verb for verb, form in ACTS.items())
    assert set(OF_ACTION.values()) <= set(ACTS.values())


@pytest.mark.parametrize(("verb", "words"), [("tick", {}), ("skip", {"reason": "Not today"})])
def test_what_was_just_ticked_or_skipped_is_undone_by_one_button(
    rosa: Client, sam: Client, digest: str, verb: str, words: dict[str, str]
) -> None:
    """The one who did it is offered Undo, others are not, and a while later nobody is."""
    ref = declare(rosa)
    assert 'id="undo"' not in html(rosa, ref)
    done(rosa, ref, verb, step="start-3", **words)
    assert 'id="undo"' in html(rosa, ref)
    assert 'id="undo"' not in html(sam, ref)
    page_clock.hand_in(lambda: NOW + timedelta(minutes=1))
    assert 'id="undo"' not in html(rosa, ref)
    page_clock.hand_in(lambda: NOW)
    done(rosa, ref, "untick", step="start-3")
    assert 'id="undo"' not in html(rosa, ref)
    assert queries.load(ref).state.steps["start-3"].done_at is None
