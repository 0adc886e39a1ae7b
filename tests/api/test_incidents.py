"""Reading incidents: lists in pages, the room now and then, the timeline from a number on; private ones stay private."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import cache

from tests.api import scene
from tocsin.api.examples import EXAMPLES
from tocsin.api.server import api


def _declare(caller: scene.Caller, title: str, **parts: object) -> str:
    return str(caller.post("/incidents", {"title": title, **parts}).json["ref"])


def test_a_list_comes_in_pages_newest_first(rosa: scene.Caller) -> None:
    for number in range(2, 8):
        _declare(rosa, f"number {number}")
    seen, cursor, pages = [], "", 0
    while True:
        page = rosa.get(f"/incidents?limit=3{cursor}").json
        seen += [row["ref"] for row in page["incidents"]]
        pages += 1
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert (seen, pages) == ([f"INC-{number}" for number in range(7, 0, -1)], 3)


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("?status=suspected", ["INC-2"]),
        ("?status=active&status=suspected", ["INC-3", "INC-2", "INC-1"]),
        ("?q=mail", ["INC-2"]),
        ("?q=inc-3", ["INC-3"]),
        ("?severity=Low", ["INC-3"]),
        ("?is_drill=true", ["INC-3"]),
    ],
)
def test_a_list_is_narrowed(query: str, refs: list[str], rosa: scene.Caller) -> None:
    _declare(rosa, "Mail is slow", is_suspected=True)
    _declare(rosa, "Fire drill", is_drill=True, severity="Low")
    assert [row["ref"] for row in rosa.get(f"/incidents{query}").json["incidents"]] == refs


def test_a_private_incident_is_not_there_for_others(rosa: scene.Caller, sam: scene.Caller) -> None:
    kim = scene.caller("Kim")
    ref = _declare(sam, "Somebody's account", is_private=True)
    paths = ["", "/timeline", "/promises", "/deliveries"]
    for path in paths:
        assert kim.get(f"/incidents/{ref}{path}").status == 404
        assert sam.get(f"/incidents/{ref}{path}").status == rosa.get(f"/incidents/{ref}{path}").status == 200
    assert kim.post(f"/incidents/{ref}/notes", {"text": "…"}).json["type"] == "/api/v1/problems/incident-not-found"
    assert kim.post(f"/incidents/{ref}/join").status == 404
    assert ref not in [row["ref"] for row in kim.get("/incidents").json["incidents"]]
    assert ref in [row["ref"] for row in sam.get("/incidents").json["incidents"]]
    sam.post(f"/incidents/{ref}/join", {"person": "person:3"})
    assert kim.get(f"/incidents/{ref}").status == 200


def test_pages_stay_full_when_private_incidents_lie_between(sam: scene.Caller) -> None:
    kim = scene.caller("Kim")
    for number in range(4):
        _declare(sam, f"secret {number}", is_private=True)
    open_one = _declare(sam, "open")
    page = kim.get("/incidents?limit=2").json
    assert [row["ref"] for row in page["incidents"]] == [open_one, "INC-1"]
    assert page["next"] is None


def test_the_room_can_be_seen_as_it_was(rosa: scene.Caller, hands: scene.HandClock) -> None:
    hands.forward(minutes=10)
    rosa.post("/incidents/INC-1/severity", {"severity": "High"})
    hands.forward(minutes=10)
    then = quote((scene.T0 + timedelta(minutes=5)).isoformat())
    assert rosa.get("/incidents/INC-1").json["severity"] == "High"
    before = rosa.get(f"/incidents/INC-1?at={then}").json
    assert (before["severity"], before["now"]) == (None, "2026-03-02T09:05:00Z")
    early = quote((scene.T0 - timedelta(minutes=5)).isoformat())
    assert rosa.get(f"/incidents/INC-1?at={early}").json["type"] == "/api/v1/problems/not-declared-yet"


def test_a_room_that_has_not_changed_is_not_sent_again(rosa: scene.Caller) -> None:
    tag = rosa.get("/incidents/INC-1").headers["ETag"]
    assert rosa.get("/incidents/INC-1", If_None_Match=tag).status == 304
    rosa.post("/incidents/INC-1/notes", {"text": "…"})
    assert rosa.get("/incidents/INC-1", If_None_Match=tag).status == 200


def test_the_timeline_goes_on_from_a_number(rosa: scene.Caller) -> None:
    first = rosa.get("/incidents/INC-1/timeline").json
    assert [entry["seq"] for entry in first["entries"]] == list(range(1, first["last_seq"] + 1))
    rosa.post("/incidents/INC-1/notes", {"text": "The log is full."})
    more = rosa.get(f"/incidents/INC-1/timeline?since={first['last_seq']}").json
    assert [entry["text"] for entry in more["entries"]] == ["Rosa noted: The log is full."]
    assert rosa.get(f"/incidents/INC-1/timeline?since={more['last_seq']}").json["last_seq"] == more["last_seq"]


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "no-such-address"),
        ("GET", "/incidents/INC-99", 404, "incident-not-found"),
        ("GET", "/incidents/12", 422, "unreadable"),
        ("DELETE", "/incidents", 405, "method-not-allowed"),
        ("GET", "/incidents?limit=0", 422, "unreadable"),
        ("POST", "/incidents", 422, "unreadable"),
        ("GET", f"/playbooks/sha256:{'0' * 64}", 404, "playbook-not-found"),
    ],
)
def test_every_error_is_a_problem_document(method: str, path: str, status: int, kind: str, rosa: scene.Caller) -> None:
    answer = rosa.call(method, path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status, answer.json["status"], answer.json["type"]) == (status, status, f"/api/v1/problems/{kind}")
    assert rosa.get(answer.json["type"]).json["type"] == answer.json["type"]
    assert answer.json["title"] and answer.json["detail"]


def test_bytes_that_are_no_json_are_refused(rosa: scene.Caller) -> None:
    for data in (b"{", b"\xff\xfe", b"[1,2", b'{"text": NaN}'):
        answer = rosa.client.generic(
            "POST",
            "/api/v1/incidents/INC-1/notes",
            data,
            "application/json",
            headers={"Authorization": f"Bearer {rosa.secret}"},
        )
        assert (answer.status_code, answer.json()["type"]) in (
            (400, "/api/v1/problems/malformed"),
            (422, "/api/v1/problems/unreadable"),
        )
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_too_large_is_refused(rosa: scene.Caller, settings: object) -> None:
    answer = rosa.post("/incidents/INC-1/notes", {"text": "x" * 3_000_000})
    assert (answer.status, answer.json["type"]) == (413, "/api/v1/problems/too-large")


def test_too_many_requests_are_told_when_to_come_back(rosa: scene.Caller, sam: scene.Caller, settings: object) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    cache.clear()
    answers = [rosa.get("/me") for _ in range(5)]
    late = next(answer for answer in answers if answer.status != 200)
    assert (late.status, late.json["type"]) == (429, "/api/v1/problems/too-many")
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert sam.get("/me").status == 200


def test_answers_are_kept_by_nobody_in_between(rosa: scene.Caller) -> None:
    assert rosa.get("/me").headers["Cache-Control"] == "private, no-cache"
    assert rosa.post("/tokens", {"name": "robot"}).headers["Cache-Control"] == "no-store"


def test_the_documentation_loads_nothing_from_elsewhere(rosa: scene.Caller) -> None:
    page = rosa.get("/docs")
    assert page.status == 200
    assert "//cdn" not in page.json and "https://" not in page.json
    assert "/static/ninja/swagger-ui-bundle.js" in page.json
    assert 'data-api-csrf="true"' in page.json


def test_the_description_is_served_and_names_every_operation(rosa: scene.Caller) -> None:
    served = scene.Caller("").get("/openapi.json").json
    assert served == api.get_openapi_schema()
    names = [operation["operationId"] for methods in served["paths"].values() for operation in methods.values()]
    assert sorted(names) == sorted(EXAMPLES)


def test_a_simulation_tells_what_would_happen_and_stores_nothing(rosa: scene.Caller, digest: str) -> None:
    body = {"severity": "High", "for_seconds": 7200, "is_absent": True}
    found = rosa.post(f"/playbooks/{digest}/simulate", body).json["entries"]
    assert {"overdue", "reminds"} & {entry["kind"] for entry in found}
    assert max(entry["at"] for entry in found) <= 7200
    assert len(rosa.get("/incidents").json["incidents"]) == 1


@pytest.mark.parametrize("body", [{"severity": "Purple"}, {"answers": [{"question": "nobody-asked", "answer": "yes"}]}])
def test_a_simulation_of_what_the_playbook_does_not_know_is_refused(
    body: dict[str, object], rosa: scene.Caller, digest: str
) -> None:
    answer = rosa.post(f"/playbooks/{digest}/simulate", body)
    assert answer.status in {409, 422}
    assert answer.json["detail"]


def test_findings_say_how_to_mend_them(rosa: scene.Caller) -> None:
    source = "# Bad\n\n- [ ] Look at [the page][nowhere]\n"
    added = rosa.post("/playbooks", {"source_name": "bad.md", "source": source}).json
    found = rosa.get(f"/playbooks/{added['digest']}/findings").json["findings"]
    assert found and all(finding["line"] and finding["mend"] for finding in found)
