"""Commands through the API: done once, at the version that is meant, by those who may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import scene
from tocsin.api.asked import ASKS
from tocsin.desk import playbooks
from tocsin.incident import commands
from tocsin.incident.commands import AdvanceClock, Command, DeclareIncident

NOTE = "/incidents/INC-1/notes"
PERMISSIONS = [
    # Who, what, and the answer's status.
    ("Lee", "/incidents/INC-1/join", {}, 200),
    ("Lee", NOTE, {"text": "I see it too."}, 403),
    ("Lee", "/incidents", {"title": "Mail is slow"}, 403),
    ("Sam", NOTE, {"text": "Looking."}, 200),
    ("Sam", "/incidents", {"title": "Mail is slow"}, 201),
    ("Sam", "/incidents/INC-1/resolve", {}, 200),
    ("Sam", "/incidents/INC-1/dismiss", {"reason": "Test data."}, 403),
    ("Sam", "/people", {"name": "Ana", "email": "ana@example.org"}, 403),
    ("Sam", "/playbooks", {"source_name": "a.md", "source": "# A\n\n- [ ] Do it\n"}, 403),
    ("Kim", "/incidents/INC-1/dismiss", {"reason": "Test data."}, 200),
    ("Kim", "/people/person:2/sign-in-link", None, 403),
    ("Rosa", "/people", {"name": "Ana", "email": "ana@example.org"}, 201),
]


@pytest.mark.parametrize(("who", "path", "body", "status"), PERMISSIONS)
def test_people_may_do_what_their_access_allows(who: str, path: str, body: Any, status: int, digest: str) -> None:
    answer = scene.caller(who).post(path, body)
    assert answer.status == status, answer.json


def test_whoever_leads_may_end_the_incident(sam: scene.Caller) -> None:
    sam.post("/incidents/INC-1/roles/take", {"role": "incident commander"})
    assert sam.post("/incidents/INC-1/dismiss", {"reason": "Test data."}).status == 200


def test_every_command_of_the_core_can_be_asked_for() -> None:
    core = {kind for kind in vars(commands).values() if isinstance(kind, type) and issubclass(kind, Command)}
    assert core - {Command, DeclareIncident, AdvanceClock} == {ask.command for ask in ASKS}


def test_the_same_key_has_one_effect_and_one_answer(rosa: scene.Caller) -> None:
    first = rosa.post(NOTE, {"text": "once"}, Idempotency_Key="k")
    again = rosa.post(NOTE, {"text": "once"}, Idempotency_Key="k")
    assert (first.status, first.json, first.headers["ETag"]) == (again.status, again.json, again.headers["ETag"])
    texts = [entry["data"].get("text") for entry in rosa.get("/incidents/INC-1/timeline").json["entries"]]
    assert texts.count("once") == 1


def test_the_same_key_with_another_body_is_refused(rosa: scene.Caller) -> None:
    rosa.post(NOTE, {"text": "once"}, Idempotency_Key="k")
    answer = rosa.post(NOTE, {"text": "twice"}, Idempotency_Key="k")
    assert (answer.status, answer.json["type"]) == (409, "/api/v1/problems/key-reused")


def test_a_key_belongs_to_one_person(rosa: scene.Caller, sam: scene.Caller) -> None:
    rosa.post(NOTE, {"text": "mine"}, Idempotency_Key="k")
    assert sam.post(NOTE, {"text": "mine too"}, Idempotency_Key="k").status == 200


def test_declaring_twice_with_one_key_is_one_incident(rosa: scene.Caller) -> None:
    first = rosa.post("/incidents", {"title": "Mail is slow"}, Idempotency_Key="k")
    assert rosa.post("/incidents", {"title": "Mail is slow"}, Idempotency_Key="k").json == first.json
    assert len(rosa.get("/incidents").json["incidents"]) == 2
    assert first.headers["Location"] == f"/api/v1/incidents/{first.json['ref']}"


def test_adding_somebody_twice_with_one_key_is_one_person(rosa: scene.Caller) -> None:
    ana = {"name": "Ana", "email": "ana@example.org"}
    first = rosa.post("/people", ana, Idempotency_Key="k")
    again = rosa.post("/people", ana, Idempotency_Key="k")
    assert (first.status, first.json) == (again.status, again.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert rosa.post("/people", {**ana, "name": "Anna"}, Idempotency_Key="k").status == 409
    assert rosa.post("/people", ana).json["type"] == "/api/v1/problems/already-here"


def test_a_refused_request_may_be_sent_again_with_its_key(rosa: scene.Caller) -> None:
    assert rosa.post("/incidents/INC-1/close", Idempotency_Key="k").status == 409
    rosa.post("/incidents/INC-1/resolve")
    assert rosa.post("/incidents/INC-1/close", Idempotency_Key="k").status == 200


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "ñ"])
def test_a_key_that_is_none_is_refused(key: str, rosa: scene.Caller) -> None:
    assert rosa.post(NOTE, {"text": "…"}, Idempotency_Key=key).status == 422


def test_of_two_who_saw_one_version_only_the_first_is_heard(rosa: scene.Caller, sam: scene.Caller) -> None:
    tag = rosa.get("/incidents/INC-1").headers["ETag"]
    assert rosa.post("/incidents/INC-1/severity", {"severity": "High"}, If_Match=tag).status == 200
    late = sam.post("/incidents/INC-1/severity", {"severity": "Low"}, If_Match=tag)
    assert (late.status, late.json["type"]) == (412, "/api/v1/problems/stale-version")
    assert sam.get("/incidents/INC-1").json["severity"] == "High"


@pytest.mark.parametrize(("header", "status"), [("*", 200), ('W/"{}"', 412), ('"0", "{}"', 200), ("nonsense", 412)])
def test_if_match_is_read_as_http_says(header: str, status: int, rosa: scene.Caller) -> None:
    version = rosa.get("/incidents/INC-1").json["version"]
    assert rosa.post(NOTE, {"text": "…"}, If_Match=header.format(version)).status == status


def test_a_repeat_with_its_key_is_answered_although_the_version_moved_on(rosa: scene.Caller) -> None:
    tag = rosa.get("/incidents/INC-1").headers["ETag"]
    first = rosa.post(NOTE, {"text": "once"}, If_Match=tag, Idempotency_Key="k")
    assert rosa.post(NOTE, {"text": "once"}, If_Match=tag, Idempotency_Key="k").json == first.json


def test_a_misspelt_field_is_an_error_and_not_silence(rosa: scene.Caller) -> None:
    answer = rosa.post("/incidents/INC-1/steps/assess-1/complete", {"evidense": "log"})
    assert answer.status == 422
    assert answer.json["errors"] == [{"at": "body/evidense", "detail": "Extra inputs are not permitted"}]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "example.org"])
def test_only_web_addresses_are_linked(url: str, rosa: scene.Caller) -> None:
    assert rosa.post("/incidents/INC-1/call", {"url": url}).status == 422


def test_who_is_meant_is_looked_up_and_named(rosa: scene.Caller) -> None:
    rosa.post("/incidents/INC-1/steps/assess-1/assign", {"person": "person:2"})
    room = rosa.get("/incidents/INC-1").json
    assert room["next_step"]["owner"] == "person:2"
    assert room["people"]["person:2"] == "Sam"
    assert rosa.post("/incidents/INC-1/steps/assess-1/assign", {"person": "person:99"}).status == 404


def test_an_incident_runs_to_its_end(rosa: scene.Caller, hands: scene.HandClock) -> None:
    """Declare, severity, steps, question, update, resolve, report, close: each answer says what happened."""
    kim = scene.caller("Kim")
    story = [
        (rosa, "/severity", {"severity": "High"}, "SeverityAssigned"),
        (rosa, "/steps/assess-1/complete", {}, "StepCompleted"),
        (rosa, "/questions/customers-data-lost/answer", {"answer": "yes"}, "StepOpened"),
        (rosa, "/notify", {"audience": "security team", "text": "Look.", "step": "assess-2"}, "StepCompleted"),
        (rosa, "/updates", {"text": "Rolling back."}, "PromiseKept"),
        (rosa, "/resolve", {"summary": "Rolled back."}, "IncidentResolved"),
        (rosa, "/reports", {"text": "# What happened"}, "ReportDrafted"),
        (kim, "/reports/1/approve", None, "ReportApproved"),
        (rosa, "/follow-ups", {"title": "Alert on it"}, "FollowUpCreated"),
        (kim, "/close", None, "IncidentClosed"),
    ]
    for who, path, body, happened in story:
        hands.forward(minutes=2)
        answer = who.post(f"/incidents/INC-1{path}", body)
        assert answer.status == 200, (path, answer.json)
        assert happened in answer.json["events"]
    assert rosa.get("/incidents/INC-1").json["status"] == "closed"


def test_a_playbooks_new_version_leaves_running_incidents_alone(rosa: scene.Caller, digest: str) -> None:
    source = "# Service incident\n\n## Do\n\n- [ ] Only this\n"
    added = rosa.post("/playbooks", {"source_name": "service-incident.md", "source": source})
    assert added.status == 201
    assert [row["digest"] for row in rosa.get("/playbooks").json["playbooks"]] == [added.json["digest"]]
    assert len(rosa.get("/playbooks?with_old=true").json["playbooks"]) == 2
    assert rosa.get("/incidents/INC-1").json["playbook"] == digest
    assert rosa.post("/incidents", {"title": "x", "playbook": digest}).status == 201
    assert bytes(playbooks.get(digest).source).decode() == rosa.get(f"/playbooks/{digest}/source").json
