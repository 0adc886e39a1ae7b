"""An incident and its issue begin together, whichever comes first."""

from __future__ import annotations

from tests.integrations.github.asking import done
from tests.integrations.github.documents import BODY, PLAYBOOK
from tests.integrations.github.harbour import Town
from tocsin.desk import playbooks, writer
from tocsin.incident import commands as cmd
from tocsin.store import queries


def test_declaring_creates_the_issue_from_the_templates_own_text(town: Town) -> None:
    digest = playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    declare = cmd.DeclareIncident(by="person:1", title="Pier 4 is dark", by_name="Ada", severity="High")
    ref = writer.declare(declare, digest, key="declare", now=town.clock.now()).ref
    town.work()
    [issue] = town.issues()
    assert issue["title"] == "Incident: Pier 4 is dark"
    assert sorted(label["name"] for label in issue["labels"]) == ["harbour", "incident"]
    assert [person["login"] for person in issue["assignees"]] == ["grace"]
    body = issue["body"].split("\n\n<!-- tocsin:delivery ")[0]
    expected = BODY.replace("_High/Medium/Low_", "_High_").rstrip("\n")
    assert body.startswith(expected.split("- [ ] Assign")[0])
    assert body.endswith(f"_This incident runs in Tocsin as [{ref}](https://tocsin.example/incidents/{ref})._")
    assert queries.load(ref).state.issue_url == issue["html_url"]


def test_an_issue_opened_from_the_template_starts_an_incident_with_its_author_as_reporter(town: Town) -> None:
    town.put_file("ada", ".github/ISSUE_TEMPLATE/harbour.md", PLAYBOOK)
    town.hear()
    edited = BODY.replace("_High/Medium/Low_", "_Medium_").replace(
        "which piers are affected", "which two piers are dark"
    )
    number = town.open_issue(
        "grace", "Tickets are stuck", edited.replace("[ ] Start", "[x] Start") + "\nSeen at 08:00.\n"
    )
    town.hear()
    town.work()
    [row] = queries.incidents()
    state = queries.load(row.ref).state
    assert state.title == "Tickets are stuck"
    assert state.responders[state.declared_by or ""] == "grace"
    assert state.severity == "Medium"
    assert {"Create an issue from this template.", "Start a video call."} <= done(row.ref)
    assert len(town.issues()) == 1
    assert town.comments(number)[0].startswith(f"_This incident runs in Tocsin as [{row.ref}]")
