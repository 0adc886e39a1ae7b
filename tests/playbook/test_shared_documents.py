"""The shared documents, where they are present: the reference exactly, the labelled ones by their score."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.playbook import PlaybookError, compile_document
from tocsin.playbook.codec import condition_to_json, from_json, to_json
from tocsin.playbook.model import Playbook, Step

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TOCSIN_SHARED", ROOT.parent / "shared")) / "playbooks"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the shared documents are not at {SHARED}")
LEVELS = {"severity": ["High", "Medium"]}


@pytest.fixture(scope="module")
def reference() -> Playbook:
    path = SHARED / "benefits" / "incident-response.md"
    return compile_document(path.read_bytes(), path.name)


def at(playbook: Playbook, line: int) -> Step:
    (found,) = [step for step in playbook.all_steps() if step.line == line]
    return found


def test_the_reference_has_its_steps_phases_and_levels(reference: Playbook) -> None:
    assert sum(1 for _ in reference.all_steps()) == 22
    assert [phase.title for phase in reference.phases] == ["Initiate", "Assess", "Remediate", "Follow-up"]
    assert [(s.name, s.after_seconds) for s in reference.severities] == [
        ("High", None),
        ("Medium", 1800),
        ("Low", None),
    ]
    assert all(severity.criteria for severity in reference.severities)
    assert [step.line for step in reference.all_steps() if step.is_done] == [12]


def test_the_reference_has_its_conditions(reference: Playbook) -> None:
    for line in (29, 42, 43, 48, 49, 51, 52):
        assert condition_to_json(at(reference, line).condition) == LEVELS
    assert condition_to_json(at(reference, 30).condition) == {
        "all": [LEVELS, {"any": [{"elapsed": 3600}, {"answer": "customers-data-breached"}]}]
    }
    assert condition_to_json(at(reference, 31).condition) == {"all": [LEVELS, {"answer": "believed-ongoing-attack"}]}
    assert condition_to_json(at(reference, 37).condition) == {"state": "resolved"}
    assert condition_to_json(at(reference, 44).condition) == {"all": [LEVELS, {"state": "resolved"}]}
    assert [question.text for question in reference.questions] == [
        "their customers' data has been breached", "it's believed to be an ongoing attack",
    ]  # fmt: skip


def test_the_reference_has_its_audiences_timers_policy_and_follow_ups(reference: Playbook) -> None:
    assert at(reference, 30).audiences == ("impacted transit agencies",)
    assert at(reference, 31).audiences == ("DevSecOps",)
    (timer,) = at(reference, 42).timers
    assert (timer.kind, timer.seconds, timer.start) == ("recurring", 1800, "last_update")
    assert [(c.name, c.id) for c in at(reference, 42).channels] == [("#benefits-general", "C013W8RUAMU")]
    assert [policy.places for policy in reference.policies] == [("issue", "slack")]
    assert [(step.line, step.is_ordered) for step in at(reference, 48).steps] == [(49, True), (51, True), (52, True)]
    assert len(at(reference, 53).notes) == 4


def test_the_labelled_documents_are_read_as_well_as_asked() -> None:
    command = f"{sys.executable} -m tocsin"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(
        [sys.executable, str(SHARED / "score.py"), "--tocsin", command, "--json"],
        capture_output=True, text=True, env=environment, timeout=120, check=True,
    )  # fmt: skip
    figures = json.loads(run.stdout)
    assert figures["refused"] == []
    for exact in ("steps", "severities", "policy"):
        assert figures[exact]["right"] == figures[exact]["of"]
    for kind in ("guards", "timers"):
        assert figures[kind]["precision"] >= 0.97
        assert figures[kind]["recall"] >= 0.95
    for kind in ("facts", "audiences"):
        assert figures[kind]["precision"] >= 0.8
        assert figures[kind]["recall"] >= 0.9


def documents() -> list[Path]:
    return (
        sorted(path for folder in ("labelled", "more") for path in (SHARED / folder).glob("*"))
        if SHARED.is_dir()
        else []
    )


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_document_compiles_or_is_refused_with_a_line(path: Path) -> None:
    try:
        playbook = compile_document(path.read_bytes(), path.name)
    except PlaybookError as error:
        assert error.line > 0
        return
    assert from_json(to_json(playbook)) == playbook
    last = path.read_text(encoding="utf-8").count("\n") + 1
    assert all(0 <= reading.line <= last for reading in playbook.readings)
    assert len({step.id for step in playbook.all_steps()}) == sum(1 for _ in playbook.all_steps())
