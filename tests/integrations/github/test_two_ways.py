"""What people do to the issue happens in the incident, and the other way round; by webhook, and by looking."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.integrations.github.asking import done, skipped, step, told
from tests.integrations.github.documents import BODY, PLAYBOOK
from tests.integrations.github.harbour import Town, signed
from tocsin.desk import playbooks, writer
from tocsin.incident import commands as cmd
from tocsin.store import queries

REPORTER = "person:9001"


def declared(town: Town, **known: str) -> tuple[str, int]:
    """Declare in Tocsin and return the incident and its issue."""
    digest = playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    command = cmd.DeclareIncident(by=REPORTER, title="Pier 4 is dark", by_name="Ada", **known)
    ref = writer.declare(command, digest, key="declare", now=town.clock.now()).ref
    town.work()
    [issue] = town.issues()
    town.meet()
    return ref, issue["number"]


def act(town: Town, ref: str, command: cmd.Command) -> None:
    writer.run(ref, command, key=f"{town.clock.pass_(seconds=5):%H%M%S}", now=town.clock.now())


def by_webhook(town: Town) -> None:
    town.clock.pass_(seconds=5)
    town.hear()


def by_looking(town: Town) -> None:
    town.clock.pass_(seconds=5)
    town.meet()


@pytest.fixture(params=[by_webhook, by_looking], ids=["webhook", "looking"])
def notice(request: pytest.FixtureRequest) -> Callable[[Town], None]:
    """How Tocsin comes to know of an edit."""
    return request.param  # type: ignore[no-any-return]


def test_a_tick_on_github_is_that_persons_step(town: Town) -> None:
    ref, number = declared(town)
    town.edit("grace", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
    by_webhook(town)
    state = queries.load(ref).state
    record = state.steps[step(ref, "Find out")]
    assert state.responders[record.done_by or ""] == "grace"
    town.edit("grace", number, lambda body: body.replace("[x] Find out", "[ ] Find out"))
    by_webhook(town)
    assert not any("Find out" in text for text in done(ref))


def test_a_tick_in_tocsin_flips_that_one_box_and_nothing_else(town: Town) -> None:
    ref, number = declared(town)
    before = town.body(number)
    act(town, ref, cmd.CompleteStep(by=REPORTER, step=step(ref, "Check the")))
    town.work()
    assert town.body(number) == before.replace("[ ] Check the", "[x] Check the")
    act(town, ref, cmd.UncompleteStep(by=REPORTER, step=step(ref, "Check the")))
    town.work()
    assert town.body(number) == before


def test_ticks_on_both_sides_at_once_both_stay(town: Town, notice: Callable[[Town], None]) -> None:
    ref, number = declared(town)
    before = town.body(number)
    act(town, ref, cmd.CompleteStep(by=REPORTER, step=step(ref, "Check the")))
    town.edit("grace", number, lambda body: body.replace("[ ] Retain", "[x] Retain"))
    town.work()
    notice(town)
    town.work()
    assert {"Retain any relevant materials."} <= done(ref)
    assert town.body(number) == before.replace("[ ] Check the", "[x] Check the").replace("[ ] Retain", "[x] Retain")


def test_lines_that_people_add_become_steps_and_lines_they_remove_are_skipped(
    town: Town, notice: Callable[[Town], None]
) -> None:
    ref, number = declared(town)
    town.edit(
        "grace",
        number,
        lambda body: body.replace(
            "- [ ] Retain any relevant materials.\n", "- [x] Borrow a generator.\n- [ ] Tell the mayor.\n"
        ),
    )
    notice(town)
    added = {entry.text: entry.phase for entry in queries.load(ref).state.added_steps}
    assert added == {"Borrow a generator.": "Remediate", "Tell the mayor.": "Remediate"}
    assert "Borrow a generator." in done(ref)
    assert skipped(ref) == {"Retain any relevant materials.": "removed on GitHub"}
    town.edit(
        "grace", number, lambda body: body.replace("- [ ] Tell", "- [ ] Retain any relevant materials.\n- [ ] Tell")
    )
    notice(town)
    assert skipped(ref) == {}


def test_a_step_added_in_tocsin_stands_in_the_issue_below_its_phase(town: Town) -> None:
    ref, number = declared(town)
    before = town.body(number)
    act(town, ref, cmd.AddStep(by=REPORTER, phase="Remediate", text="Call the diver"))
    town.work()
    retain = "- [ ] Retain any relevant materials.\n"
    assert town.body(number) == before.replace(retain, f"{retain}- [ ] Call the diver\n")
    town.edit("ada", number, lambda body: body.replace("[ ] Call", "[x] Call"))
    by_webhook(town)
    assert "Call the diver" in done(ref)


def test_severity_is_read_and_written(town: Town, notice: Callable[[Town], None]) -> None:
    ref, number = declared(town)
    town.edit("grace", number, lambda body: body.replace("_High/Medium/Low_", "_Low_"))
    notice(town)
    assert queries.load(ref).state.severity == "Low"
    act(town, ref, cmd.AssignSeverity(by=REPORTER, severity="High"))
    town.work()
    assert "**Severity:** _High_" in town.body(number)


def test_two_severities_at_once_leave_the_more_severe_and_a_note(town: Town, notice: Callable[[Town], None]) -> None:
    ref, number = declared(town, severity="Low")
    act(town, ref, cmd.AssignSeverity(by=REPORTER, severity="High"))
    town.edit("grace", number, lambda body: body.replace("_Low_", "_Medium_"))
    notice(town)
    town.work()
    town.meet()
    assert queries.load(ref).state.severity == "High"
    assert "**Severity:** _High_" in town.body(number)
    assert "both since they last agreed" in told(ref)


def test_an_unclear_severity_and_reworded_lines_are_notes(town: Town, notice: Callable[[Town], None]) -> None:
    ref, number = declared(town)
    town.edit(
        "grace",
        number,
        lambda body: body.replace("_High/Medium/Low_", "_rather bad_").replace("which piers", "which of the piers"),
    )
    notice(town)
    said = told(ref)
    assert "rather bad" in said
    assert "now reads “Find out which of the piers are affected.”" in said
    assert queries.load(ref).state.severity is None


def test_updates_resolution_and_closing_show_on_the_issue(town: Town) -> None:
    ref, number = declared(town, severity="Low")
    act(town, ref, cmd.PostUpdate(by=REPORTER, text="Lamps are being changed."))
    act(town, ref, cmd.PostUpdate(by=REPORTER, text="Ring Bo at +44 20 7946 0123."))
    act(town, ref, cmd.ResolveIncident(by=REPORTER, summary="Lamps work."))
    act(town, ref, cmd.CloseIncident(by=REPORTER))
    town.work()
    said = town.comments(number)
    assert "Lamps are being changed." in said[0]
    assert "7946" not in "".join(said) and "telephone number" in said[1]
    assert "**Resolved**" in said[2] and "Lamps work." in said[2]
    assert [issue["state"] for issue in town.issues()] == ["closed"]
    act(town, ref, cmd.ReopenIncident(by=REPORTER, reason="Dark again"))
    town.work()
    assert [issue["state"] for issue in town.issues()] == ["open"]


def test_closing_the_issue_closes_a_resolved_incident_and_is_a_note_in_one_that_goes_on(town: Town) -> None:
    ref, number = declared(town)
    town.set_state("ada", number, "closed")
    by_webhook(town)
    assert queries.load(ref).state.status == "active"
    assert "not resolved, so it goes on" in told(ref)
    town.set_state("ada", number, "open")
    act(town, ref, cmd.ResolveIncident(by=REPORTER))
    town.set_state("ada", number, "closed")
    by_webhook(town)
    # Closing is for commanders, and GitHub made a guest of Ada: the refusal is told, not lost.
    assert queries.load(ref).state.status == "resolved"
    assert "was refused" in told(ref)


def test_comments_become_notes_only_on_request(town: Town, notice: Callable[[Town], None]) -> None:
    ref, number = declared(town)
    town.comment("grace", number, "I wonder what the gulls think.")
    town.comment("grace", number, "/note The relay smells burnt.")
    notice(town)
    assert "The relay smells burnt." in told(ref)
    assert "gulls" not in told(ref)


def test_a_delivery_that_comes_twice_or_late_is_one_effect(town: Town) -> None:
    ref, number = declared(town)
    town.edit("grace", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
    [first] = town.sent()
    town.edit("ada", number, lambda body: body.replace("[x] Find out", "[ ] Find out"))
    [second] = town.sent()
    for posted in (second, first, first, second):
        assert town.deliver(posted) == 202
    town.parts.reader.work_off(town.clock.now())
    town.meet()
    assert not any("Find out" in text for text in done(ref))
    assert "[ ] Find out" in town.body(number)


def test_a_delivery_that_github_did_not_sign_is_refused(town: Town) -> None:
    posted = signed("issues", {"action": "opened", "repository": {"full_name": town.repository}}, "guid-1")
    headers = {**posted.headers, "x-hub-signature-256": "sha256=" + "0" * 64}
    assert town.deliver(type(posted)(posted.path, headers, posted.body)) == 401
    del headers["x-hub-signature-256"]
    assert town.deliver(type(posted)(posted.path, headers, posted.body)) == 401


def test_an_issue_that_a_stranger_opens_starts_nothing(town: Town) -> None:
    playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    town.open_issue("stranger", "Let me in", BODY)
    by_webhook(town)
    town.meet()
    assert queries.incidents() == []


def test_an_edit_that_tocsin_wrote_over_is_brought_back(town: Town) -> None:
    """Between Tocsin's reading and its writing lies a moment. GitHub's account of the edit shows who wrote in it."""
    ref, number = declared(town)
    before = town.body(number)
    act(town, ref, cmd.CompleteStep(by=REPORTER, step=step(ref, "Check the")))
    town.work()
    town.awaited.append(lambda sent: sent.get("action") == "edited" and "[x] Check the" in sent["issue"]["body"])
    own = town.sent()[-1]
    lost = before.replace("[ ] Retain", "[x] Retain") + "\nThe mayor rang at nine.\n"
    payload = json.loads(own.body)
    payload["changes"] = {"body": {"from": lost}}
    assert town.deliver(signed("issues", payload, "guid-own")) == 202
    town.parts.reader.work_off(town.clock.now())
    town.work()
    town.meet()
    assert town.body(number) == lost.replace("[ ] Check the", "[x] Check the")
    assert {"Retain any relevant materials."} <= done(ref)
