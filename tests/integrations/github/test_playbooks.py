"""Playbooks stand in the repository; what is pushed is used, and what cannot be used is said on its commit."""

from __future__ import annotations

import json

from tests.integrations.github.documents import PLAYBOOK
from tests.integrations.github.harbour import Town, signed
from tocsin.desk import playbooks
from tocsin.integrations.github.models import PlaybookCommit, PlaybookFile

PATH = ".github/ISSUE_TEMPLATE/harbour.md"
FORM = """\
name: Kiosk incident
description: A kiosk is dark.
body:
  - type: dropdown
    attributes:
      label: Severity
      options: [High, Low]
  - type: checkboxes
    attributes:
      label: What to do
      options:
        - label: Photograph the screen
        - label: Order the part
"""


def names() -> list[str]:
    return sorted(version.name for version in playbooks.current())


def commit_comments(town: Town, commit: str) -> list[str]:
    return [comment["body"] for comment in town.ask("ada", "GET", f"/commits/{commit}/comments")]


def test_a_push_brings_templates_and_forms_each_kept_with_its_commit(town: Town) -> None:
    first = town.put_file("ada", PATH, PLAYBOOK)
    town.put_file("ada", ".github/ISSUE_TEMPLATE/kiosk.yml", FORM)
    town.put_file("ada", ".github/ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: false\n")
    town.hear()
    assert names() == ["Harbour incident", "Kiosk incident"]
    second = town.put_file("ada", PATH, PLAYBOOK.replace("Start a video call", "Start a call"))
    town.hear()
    assert len(playbooks.current()) == 2
    kept = PlaybookCommit.objects.filter(path=PATH).order_by("pk")
    assert [row.commit for row in kept][-1] == second and len({row.digest for row in kept}) == 2
    assert first != second
    assert bytes(playbooks.get(kept[0].digest).source).decode() == PLAYBOOK


def test_a_push_that_no_webhook_tells_of_is_found_by_looking(town: Town) -> None:
    town.put_file("ada", PATH, PLAYBOOK)
    town.sent()
    town.meet()
    assert names() == ["Harbour incident"]


def test_a_bad_change_is_said_on_its_commit_and_the_last_good_version_stays(town: Town) -> None:
    town.put_file("ada", PATH, PLAYBOOK)
    town.hear()
    good = PlaybookFile.objects.get(path=PATH).digest
    broken = PLAYBOOK.replace("[harbour]: https://harbour.slack.com/archives/C0HARBOUR1", "")
    commit = town.put_file("grace", PATH, broken)
    town.hear()
    town.meet()
    [said] = commit_comments(town, commit)
    assert "cannot use this version" in said and "last good version stays" in said and f"`{PATH}` line" in said
    row = PlaybookFile.objects.get(path=PATH)
    assert (row.digest, row.bad_commit) == (good, commit)
    assert [version.digest for version in playbooks.current()] == [good]
    town.put_file("grace", PATH, PLAYBOOK.replace("Start a video call", "Start a call"))
    town.hear()
    assert PlaybookFile.objects.get(path=PATH).problem == ""


def test_a_push_to_another_branch_changes_nothing(town: Town) -> None:
    town.put_file("ada", PATH, PLAYBOOK)
    [push] = [posted for posted in town.sent() if posted.headers["x-github-event"] == "push"]
    payload = json.loads(push.body) | {"ref": "refs/heads/try-out"}
    assert town.deliver(signed("push", payload, "guid-branch")) == 202
    town.parts.reader.work_off(town.clock.now())
    assert names() == []
