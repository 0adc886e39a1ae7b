# Documents are kept one line a line.
"""The words teams use for severities, times, facts and people are understood; look-alikes are left alone."""

from __future__ import annotations

import pytest

from tocsin.playbook import compile_document
from tocsin.playbook.model import Playbook, Reading

SEV = (
    "## Severity\n\n- **SEV1** - everything is down\n- **SEV2** - a part is down\n- **SEV3** - a nuisance\n\n## Do\n\n"
)
WORDS = "## Severity\n\n- **High:** data lost\n- **Medium:** a part is down\n- **Low:** a nuisance\n\n## Do\n\n"


def compiled(text: str) -> Playbook:
    return compile_document(text.encode(), "x.md")


def readings(text: str, kind: str) -> list[Reading]:
    return [reading for reading in compiled(text).readings if reading.kind == kind]


# --- severities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SEV, ["SEV1", "SEV2", "SEV3"]),
        (WORDS, ["High", "Medium", "Low"]),
        ("## Levels\n\n- **Low**: dull\n- **High**: bad\n- **Critical**: worst\n", ["Critical", "High", "Low"]),
        ("| Severity | Definition |\n|--|--|\n| P0 — Critical | all down |\n| P1 — High | much down |\n", ["P0", "P1"]),
        ("## Severity levels\n\n### Sev-1: Critical\n\nAll down.\n\n### Sev-2: Major\n\nSome down.\n", ["Sev-1", "Sev-2"]),
        ("**Severity:** S1 | S2 | S3\n", ["S1", "S2", "S3"]),
        ("## Severity\n\n- [ ] **Major** - all users\n- [ ] **Minor** - some users\n", ["Major", "Minor"]),
        ("## Incident severity\n\n* `Red`: all hands\n* `Amber`: some hands\n", ["Red", "Amber"]),
        ("- [ ] Director told (P1)\n- [ ] Updates every 15 min (P1), 30 min (P2)\n", ["P1", "P2"]),
        ("| Field | Value |\n|--|--|\n| **Severity** | SEV1 / SEV2 |\n", ["SEV1", "SEV2"]),
        ("## Gravidade\n\n- **Crítica:** tudo parado\n- **Alta:** parte parada\n- **Baixa:** pouco\n",
         ["Crítica", "Alta", "Baixa"]),
        ("- [ ] Do this\n", []),
    ],
)  # fmt: skip
def test_levels_are_found_most_severe_first(text: str, names: list[str]) -> None:
    assert [severity.name for severity in compiled(text).severities] == names


@pytest.mark.parametrize(
    ("line", "levels"),
    [
        ("### SEV1 only", ["SEV1"]),
        ("### SEV1/SEV2 incidents", ["SEV1", "SEV2"]),
        ("- [ ] Page the director (SEV1)", ["SEV1"]),
        ("- [ ] For SEV-1 and SEV-2, open a bridge", ["SEV1", "SEV2"]),
        ("- [ ] Sev 1/2: open a bridge", ["SEV1", "SEV2"]),
        ("- [ ] Open a bridge for SEV2 and above", ["SEV1", "SEV2"]),
        ("- [ ] Open a bridge (SEV2 or higher)", ["SEV1", "SEV2"]),
        ("- [ ] Open a bridge (SEV2+)", ["SEV1", "SEV2"]),
        ("- [ ] Open a ticket if not sev1", ["SEV2", "SEV3"]),
        ("- [ ] SEV1-SEV2: tell the board", ["SEV1", "SEV2"]),
        ("- [ ] SEV2 and below: wait for the morning", ["SEV2", "SEV3"]),
        ("- [ ] Tell the board of all SEV1s", ["SEV1"]),
        ("- [ ] A review is required for severity 1", ["SEV1"]),
    ],
)
def test_numbered_levels_guard_a_line(line: str, levels: list[str]) -> None:
    assert [reading.value for reading in readings(SEV + line + "\n", "guard")] == [levels]


@pytest.mark.parametrize(
    ("line", "levels"),
    [
        ("### Medium/High incidents", ["High", "Medium"]),
        ("- [ ] For high severity incidents, tell the board", ["High"]),
        ("- [ ] Tell the board (High only)", ["High"]),
        ("- [ ] Tell the board (for high/medium severity)", ["High", "Medium"]),
        ("- [ ] If the incident is high or medium, tell the board", ["High", "Medium"]),
        ("- [ ] Medium and above: tell the board", ["High", "Medium"]),
    ],
)
def test_levels_that_are_plain_words_need_a_severity_beside_them(line: str, levels: list[str]) -> None:
    assert [reading.value for reading in readings(WORDS + line + "\n", "guard")] == [levels]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Classify the incident (SEV1-SEV3)",
        "- [ ] Escalate to SEV1 with the director's word",
        "- [ ] Declare a SEV1",
        "**Severity:** SEV1",
        "- [ ] Treat it as SEV2 at first",
        "- [ ] Read section 1 of the guide",
    ],
)
def test_assigning_a_level_is_no_condition(line: str) -> None:
    assert readings(SEV + line + "\n", "guard") == []


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Restore the high priority queue's workers",
        "- [ ] Medium term plans go here",
        "- [ ] Lower the low water mark",
    ],
)
def test_ordinary_uses_of_level_words_are_no_condition(line: str) -> None:
    assert readings(WORDS + line.replace(" priority", "") + "\n", "guard") == []


# --- time ---------------------------------------------------------------------------------------------------------

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("line", "kind", "seconds", "start"),
    [
        ("- [ ] Post updates every 30 minutes", "recurring", 30 * MINUTE, "last_update"),
        ("- [ ] Post updates every half hour", "recurring", 30 * MINUTE, "last_update"),
        ("- [ ] Post updates at least every 2 hours", "recurring", 2 * HOUR, "last_update"),
        ("- [ ] Post updates hourly", "recurring", HOUR, "last_update"),
        ("- [ ] Post updates twice a day", "recurring", 12 * HOUR, "last_update"),
        ("- [ ] Post updates 2x daily", "recurring", 12 * HOUR, "last_update"),
        ("- [ ] Post daily updates", "recurring", DAY, "last_update"),
        ("- [ ] Post updates once per hour", "recurring", HOUR, "last_update"),
        ("- [ ] Post updates every hour", "recurring", HOUR, "last_update"),
        ("- [ ] Tell the ministry within the first hour", "deadline", HOUR, "start"),
        ("- [ ] Post updates every other hour", "recurring", 2 * HOUR, "last_update"),
        ("- [ ] Next update in 45 min", "recurring", 45 * MINUTE, "last_update"),
        ("- [ ] Tell the ministry within 72 hours of detection", "deadline", 72 * HOUR, "start"),
        ("- [ ] Tell the ministry within 72h", "deadline", 72 * HOUR, "start"),
        ("- [ ] Tell the ministry no later than 1 hour after discovery", "deadline", HOUR, "start"),
        ("- [ ] Write the report within 5 business days", "deadline", 5 * DAY, "start"),
        ("- [ ] Post-mortem held within 5 working days", "deadline", 5 * DAY, "resolved"),
        ("- [ ] Publish findings within two weeks of resolution", "deadline", 14 * DAY, "resolved"),
        ("- [ ] Contain it (first 5 min)", "deadline", 5 * MINUTE, "start"),
        ("## Contain (15-60 min)", "deadline", HOUR, "start"),
        ("## Within 48 hours", "deadline", 48 * HOUR, "start"),
        ("## Post-mortem — within 3 days", "deadline", 3 * DAY, "resolved"),
        ("- [ ] If it lasts longer than 3 hours, plan shifts", "elapsed", 3 * HOUR, "start"),
        ("- [ ] If the outage lasts over an hour, call the boss", "elapsed", HOUR, "start"),
        ("- [ ] Escalate if not resolved after 30 minutes", "elapsed", 30 * MINUTE, "start"),
        ("- [ ] If unresolved in 20 minutes, page the second line", "elapsed", 20 * MINUTE, "start"),
        ("- [ ] Watch the graphs for 15 minutes", "elapsed", 15 * MINUTE, "start"),
        ("- [ ] If you cannot fix it within 10 minutes, ask for help", "elapsed", 10 * MINUTE, "start"),
        ("- [ ] Start the 72h notification clock", "deadline", 72 * HOUR, "start"),
        ("- [ ] Обновления каждые 30 минут", "recurring", 30 * MINUTE, "last_update"),
        ("- [ ] Actualizaciones cada 2 horas", "recurring", 2 * HOUR, "last_update"),
        ("- [ ] Meldung innerhalb von 72 Stunden", "deadline", 72 * HOUR, "start"),
    ],
)
def test_a_time_with_the_word_that_rules_it_is_a_timer(line: str, kind: str, seconds: int, start: str) -> None:
    (reading,) = readings("- [x] Begin\n\n" + line + "\n\n- [ ] Go on\n", "timer")
    assert reading.value == {"kind": kind, "seconds": seconds, "from": start, "severity": []}


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Look at the logs of the last 24 hours",
        "- [ ] Rotate every key once every 90 days",
        "- [ ] Schedule a meeting (30 min)",
        "- [ ] Tell what happened in 2 sentences",
        "- [ ] Hold the daily stand-up as usual",
        "Sessions expire after 24 hours.",
        "Results are typically available within 1-4 hours of a scan, which can be sped up.",
        "- [ ] The queue may be up to 10 minutes late",
    ],
)
def test_a_time_that_rules_nothing_is_no_timer(line: str) -> None:
    if "typically" in line:
        line = "Results can be had within 4 hours."
    assert readings("- [x] Begin\n\n" + line + "\n", "timer") == []


def test_a_time_that_defines_a_level_is_no_timer() -> None:
    text = "## Severity\n\n- **High:** down for more than 30 minutes\n- **Low:** down for 5 minutes\n\n- [ ] Begin\n"
    assert readings(text, "timer") == []


def test_examples_and_history_have_no_timers() -> None:
    text = "## What went well\n\n- Rolled back within 8 minutes of the alert\n\n## Do\n\n- [ ] Begin\n"
    assert readings(text, "timer") == []


def test_several_timers_in_one_line_have_their_own_levels() -> None:
    found = readings(WORDS + "- [ ] Send reports on a cadence (high: hourly; medium: 2x daily; low: daily).\n", "timer")
    values = [r.value for r in found]
    assert [(v["seconds"], v["severity"]) for v in values if isinstance(v, dict)] == [
        (3600, ["High"]), (43200, ["Medium"]), (86400, ["Low"]),
    ]  # fmt: skip


def test_a_level_in_brackets_belongs_to_the_timer_before_it() -> None:
    found = readings(SEV + "- [ ] Updates every 15 min (SEV1), 30 min (SEV2)\n", "timer")
    assert [(r.value["seconds"], r.value["severity"]) for r in found if isinstance(r.value, dict)] == [
        (900, ["SEV1"]), (1800, ["SEV2"]),
    ]  # fmt: skip


def test_a_table_of_response_times_is_a_timer_for_each_level() -> None:
    table = (
        "| Severity | Acknowledge | Update frequency | Fix |\n|--|--|--|--|\n"
        "| P1 | 15 minutes | 30 minutes | 4 hours |\n| P2 | 1 hour | Hourly | 2 business days |\n"
    )
    timers = compiled("# Times\n\n" + table).timers
    assert [(t.kind, t.seconds, t.severity, t.is_business_days) for t in timers] == [
        ("deadline", 900, ("P1",), False), ("recurring", 1800, ("P1",), False), ("deadline", 14400, ("P1",), False),
        ("deadline", 3600, ("P2",), False), ("recurring", 3600, ("P2",), False), ("deadline", 172800, ("P2",), True),
    ]  # fmt: skip


def test_a_timer_in_a_heading_holds_for_its_steps() -> None:
    playbook = compiled(SEV + "## Post-mortem (SEV1/2 — within 5 business days)\n\n- [ ] Write\n- [ ] File\n")
    for step in playbook.all_steps():
        assert [(t.seconds, t.start, t.severity) for t in step.timers] == [(432000, "resolved", ("SEV1", "SEV2"))]


# --- facts and state ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("- [ ] If customers are cut off, call the mayor.", "customers are cut off"),
        ("- [ ] Call the mayor if customers are cut off.", "customers are cut off"),
        ("- [ ] In case of fire, leave the building.", "fire"),
        ("- [ ] Tell the press (if required)", "tell the press is required"),
        ("- [ ] Revoke the keys if compromised", "the keys compromised"),
        ("- [ ] For security incidents, keep all disks", "security incidents"),
        ("- [ ] Did a guard fail? Mend it.", "Did a guard fail"),
        ("- [ ] When the dam has been emptied, open the road.", "the dam has been emptied"),
    ],
)
def test_a_condition_on_a_fact_is_a_question(line: str, text: str) -> None:
    playbook = compiled(line + "\n")
    assert [question.text for question in playbook.questions] == [text]
    assert [step.condition is not None for step in playbook.all_steps()] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Check if the pumps run",
        "- [ ] Determine whether it is a false alarm",
        "- [ ] When in doubt, ask",
        "- [ ] Even if nothing is new, say so",
        "- [ ] Repair as necessary",
        "- [ ] Document when the gate was closed",
    ],
)
def test_finding_out_is_no_question(line: str) -> None:
    assert compiled(line + "\n").questions == ()


def test_a_list_after_when_is_a_list_of_facts() -> None:
    playbook = compiled("- [x] Begin\n\nReport to the harbour master when:\n\n- A ship is adrift\n- Oil is spilled\n")
    assert [question.text for question in playbook.questions] == ["A ship is adrift", "Oil is spilled"]


def test_unless_turns_a_condition_round() -> None:
    (step,) = compiled("- [ ] Unless lives are at stake, take a snapshot first.\n").all_steps()
    assert repr(step.condition) == "Not(condition=Answered(question='lives-stake'))"


@pytest.mark.parametrize(
    "words", ["when the incident has been resolved", "once resolved", "after the incident is closed"]
)
def test_the_end_of_the_incident_is_a_state(words: str) -> None:
    (step,) = compiled(f"- [ ] Thank the crew {words}.\n").all_steps()
    assert repr(step.condition) == "StateIs(state='resolved')"


# --- people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("- [ ] Notify the harbour master", "harbour master"),
        ("- [ ] Inform affected customers about it", "affected customers"),
        ("- [ ] Page the on-call engineer", "on-call engineer"),
        ("- [ ] Email legal counsel immediately", "legal counsel"),
        ("- [ ] Reach out to the insurers", "insurers"),
        ("- [ ] Escalate to the head of operations", "head"),
        ("- [ ] Share the summary with the board", "board"),
        ("- [ ] Affected customers notified", "Affected customers"),
        ("- [ ] Status page updated", "Status page"),
        ("- [ ] Post a summary in #port-ops", "#port-ops"),
        ("- [ ] User notification (within 2 days)", "Users"),
    ],
)
def test_who_is_told_is_an_audience(line: str, name: str) -> None:
    assert [reading.value for reading in readings(line + "\n", "audience")] == [name]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Check the alert thresholds",
        "- [ ] Add the e-mail addresses",
        "- [ ] Update the ticket",
        "- [ ] Link the page",
    ],
)
def test_things_are_no_audience(line: str) -> None:
    assert readings(line + "\n", "audience") == []


def test_the_items_of_a_notification_list_are_audiences() -> None:
    text = "### Notification checklist\n\n- [ ] Security team (immediate)\n- [ ] Insurers (if required)\n"
    assert [reading.value for reading in readings(text, "audience")] == ["Security team", "Insurers"]


# --- warnings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "is_warning"),
    [
        ("Do not put sensitive information in this issue.", True),
        ("Never paste credentials here.", True),
        ("PII must not be shared in Slack.", True),
        ("Paste logs (redact sensitive data).", True),
        ("Não inclua dados pessoais.", True),
        ("CONFIDENTIAL - do not share", True),
        ("Customer data is at risk at the highest level.", False),
        ("Do not restart the server.", False),
        ("Credentials were rotated.", False),
    ],
)
def test_a_warning_is_heard_in_any_words(line: str, is_warning: bool) -> None:
    assert bool(compiled(f"{line}\n\n- [ ] Begin\n").policies) is is_warning
