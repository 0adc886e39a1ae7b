# Documents are kept one line a line.
"""Handbooks say their rules in tables, headings, bare lists and templates; those are understood, look-alikes are not."""

from __future__ import annotations

import pytest

from tocsin.playbook import compile_document
from tocsin.playbook.model import Playbook

LEVELS = "| Level | Meaning |\n|--|--|\n| P1 | all is down |\n| P2 | a part is down |\n| P3 | a nuisance |\n\n"


def compiled(text: str) -> Playbook:
    return compile_document(text.encode(), "x.md")


def clocks(text: str) -> list[tuple[str, int, tuple[str, ...]]]:
    found = [reading.value for reading in compiled(text).readings if reading.kind == "timer"]
    return [(v["kind"], v["seconds"], tuple(v["severity"])) for v in found if isinstance(v, dict)]


def guards(text: str) -> list[object]:
    return [reading.value for reading in compiled(text).readings if reading.kind == "guard"]


@pytest.mark.parametrize(
    ("text", "timers"),
    [
        ("## Response times\n\n- P1: 10 minutes\n- P2: 3 hours\n",
         [("deadline", 600, ("P1",)), ("deadline", 10800, ("P2",))]),
        ("## Update frequency\n\n- **P1**: Every hour\n- **P2**: Every 3 hours\n- **P3**: as it comes\n",
         [("recurring", 3600, ("P1",)), ("recurring", 10800, ("P2",))]),
        ("```markdown\n- P1: news every 20 minutes\n```\n", [("recurring", 1200, ("P1",))]),
        ("```\n v (P1 not answered in 25 min)\n```\n", [("elapsed", 1500, ("P1",))]),
        ("| Who | Where | Escalation |\n|--|--|--|\n| Lead | desk | 20 min |\n", [("elapsed", 1200, ())]),
        ("- Second in line (45-minute SLA)\n", [("deadline", 2700, ())]),
        ("### When to escalate\n\n- P1 outage lasting > 40 minutes\n", [("elapsed", 2400, ("P1",))]),
        ("If no answer comes within **10 minutes**, ring again.\n", [("elapsed", 600, ())]),
        ("The 30-day notification window opens at discovery.\n", [("deadline", 2592000, ())]),
        ("- Triage (≤ 6 h)\n", [("deadline", 21600, ())]),
        ("- Answered in: 7 minutes average\n", []),
        ("### Repair (50+ minutes)\n\n1. Mend it\n", []),
        ("### Queue stuck (> 9 hours)\n\n1. Look at it\n", []),
    ],
)  # fmt: skip
def test_times_are_read_where_handbooks_write_them(text: str, timers: list[tuple[str, int, tuple[str, ...]]]) -> None:
    assert clocks(LEVELS + text) == timers


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("| Role | Task |\n|--|--|\n| Nurse (P1 only) | looks after people |\n", [["P1"]]),
        ("| Who | Where | Notes |\n|--|--|--|\n| Counsel | desk | P1 only |\n", [["P1"]]),
        ("| Channel | Severidad |\n|--|--|\n| board | P1/P2 |\n", [["P1", "P2"]]),
        ("> For P2/P3, open a ticket.\n", [["P2", "P3"]]),
        ("- New error seen: P3 notification\n", []),
        ("- A P3 that hides a P1 goes up at once\n", []),
        ("- Treat it as a new P1\n", []),
    ],
)
def test_conditions_are_read_where_handbooks_write_them(text: str, levels: list[object]) -> None:
    assert guards(LEVELS + text) == levels


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("## Classes\n\n- **Level 1**: low\n- **Level 2**: high\n- **Level 3**: critical\n",
         ["Level 3", "Level 2", "Level 1"]),
        ("## Severity levels\n\n### Major\n\n- much\n\n### Minor\n\n- little\n\n## Escalation chain\n\n"
         "1. **Level 1**: desk\n2. **Level 2**: lead\n", ["Major", "Minor"]),
        ("```\n**Severity**: [Critical/High/Low]\n```\n", ["Critical", "High", "Low"]),
        ("Major – all stands still\n\nMinor – one thing stands still\n", ["Major", "Minor"]),
        ("1. **Rate** the severity: critical / high / low.\n", ["critical", "high", "low"]),
    ],
)  # fmt: skip
def test_levels_are_found_wherever_they_are_listed(text: str, names: list[str]) -> None:
    assert [severity.name for severity in compiled(text).severities] == names


def test_a_list_of_when_to_escalate_asks_its_facts() -> None:
    text = LEVELS + "### When to escalate\n\n- Records are lost\n- P1 outage lasting > 40 minutes\n"
    assert [question.text for question in compiled(text).questions] == ["Records are lost"]


def test_boxes_that_assess_are_steps_though_they_ask() -> None:
    text = "### 2. Assess impact\n\n- [ ] Which shops are closed?\n- [ ] Who cannot pay?\n"
    assert len(list(compiled(text).all_steps())) == 2
