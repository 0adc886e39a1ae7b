# Documents are kept one line a line.
# ruff: noqa: E501
"""Lint finds what would fail during an incident, with its line and how to mend it."""

from __future__ import annotations

import pytest

from tocsin.playbook import compile_document, library
from tocsin.playbook.lint import Finding, has_errors, lint

HEAD = "## Levels\n\n- **SEV1:** all down\n- **SEV2:** some down\n\n## Do\n\n"


def findings(text: str, known: list[str] | None = None) -> list[Finding]:
    return lint(compile_document(text.encode(), "x.md"), text, known)


@pytest.mark.parametrize(
    ("line", "level", "code"),
    [
        ("- [ ] Ask in [the room][nowhere]", "error", "broken-link"),
        ("- [ ] See [above](#no-such-heading)", "error", "broken-link"),
        ("- [ ] See [this]()", "error", "broken-link"),
        ("- [ ] Post in #harbour", "note", "channel-without-id"),
        ("- [ ] For SEV4, wait", "error", "undefined-severity"),
        ("### SEV1 only\n\n- [ ] For SEV2, wait", "error", "impossible-rule"),
        ("- [ ] one <!-- tocsin: colour=red -->", "error", "remark"),
        ("- [ ] Rotate the guard before 10 minutes pass", "warning", "unread-rule"),
    ],
)
def test_each_fault_is_found_on_its_line(line: str, level: str, code: str) -> None:
    (found,) = findings(HEAD + line + "\n")
    assert (found.level, found.code) == (level, code)
    assert found.line == 8 + line.count("\n")
    assert found.mend


def test_a_document_without_faults_has_no_findings() -> None:
    text = (
        HEAD
        + "- [ ] Post in [#harbour](https://x.slack.com/archives/C0123456789), see [Do](#do) and [a][b]\n\n[b]: https://b.org\n"
    )
    assert findings(text) == []


def test_levels_that_are_never_defined_are_found() -> None:
    assert [f.code for f in findings("- [ ] Ring (P1)\n- [ ] Wait (P2)\n")] == ["undefined-severity"]


def test_an_audience_nobody_is_in_is_found_when_there_is_a_directory() -> None:
    text = "- [ ] Notify the coast guard\n- [ ] Notify the mayor\n"
    assert findings(text) == []
    assert [(f.line, f.code) for f in findings(text, ["Mayor"])] == [(1, "empty-audience")]


def test_a_document_without_steps_is_found() -> None:
    assert [f.code for f in findings("# Title\n\nWords.\n")] == ["no-steps"]


def test_only_errors_are_errors() -> None:
    assert not has_errors(findings("- [ ] Post in #harbour\n"))
    assert has_errors(findings("- [ ] See [this]()\n"))


@pytest.mark.parametrize("name", library.names())
def test_our_own_playbooks_pass_and_cover_an_incident(name: str) -> None:
    source = library.load(name)
    playbook = compile_document(source, f"{name}.md")
    assert lint(playbook, source.decode()) == []
    assert playbook.unknown == ()
    assert playbook.policies
    assert all(severity.criteria for severity in playbook.severities)
    wanted = {"open-issue", "declare", "start-call", "determine-impact", "assign-severity", "notify", "take-notes", "post-updates",
              "announce-resolution", "retain-evidence", "write-report", "draft-report", "approve-report", "share-report",
              "create-follow-ups", "schedule-retrospective"}  # fmt: skip
    assert wanted <= {step.action for step in playbook.all_steps()}


def test_a_playbook_of_another_name_is_not_in_the_library() -> None:
    with pytest.raises(KeyError):
        library.load("../secrets")
