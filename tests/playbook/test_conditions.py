"""Conditions hold, do not hold, or are unknown; and they can be said in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.playbook.conditions import (
    Facts,
    describe,
    duration,
    elapsed_thresholds,
    evaluate,
    holding,
    leaves,
    next_elapsed,
    questions_in,
    severities_in,
    waiting_for,
)
from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Condition,
    Elapsed,
    Not,
    Playbook,
    Question,
    SeverityIn,
    StateIs,
)

LEVELS = SeverityIn(("High", "Medium"))
BREACHED = Answered("breached")
HOUR = Elapsed(3600)
AGENCIES = AllOf((LEVELS, AnyOf((HOUR, BREACHED))))
PLAYBOOK = Playbook(
    name="p", source="p.md", digest="", questions=(Question("breached", "their customers' data has been breached", 1),)
)

simple = st.one_of(
    st.lists(st.sampled_from(["High", "Medium", "Low"]), max_size=3, unique=True).map(lambda n: SeverityIn(tuple(n))),
    st.sampled_from(["a", "b", "c"]).map(Answered),
    st.integers(0, 10_000).map(Elapsed),
    st.just(StateIs("resolved")),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda c: AllOf(tuple(c))),
        st.lists(inner, max_size=3).map(lambda c: AnyOf(tuple(c))),
        inner.map(Not),
    ),
    max_leaves=8,
)
facts_known_or_not = st.builds(
    Facts,
    severity=st.sampled_from([None, "High", "Medium", "Low"]),
    answers=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.booleans()),
    elapsed_seconds=st.integers(0, 20_000),
    is_resolved=st.booleans(),
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), None),
        (Facts(severity="High"), None),
        (Facts(severity="Low"), False),
        (Facts(severity="High", elapsed_seconds=3600), True),
        (Facts(severity="High", elapsed_seconds=3599.9), None),
        (Facts(severity="High", answers={"breached": False}), False),
        (Facts(severity="Medium", answers={"breached": True}), True),
        (Facts(answers={"breached": True}), None),
        (Facts(severity="Low", answers={"breached": True}, elapsed_seconds=9999), False),
    ],
)
def test_unknown_facts_leave_a_condition_unknown_unless_the_rest_decides_it(
    facts: Facts, expected: bool | None
) -> None:
    assert evaluate(AGENCIES, facts) is expected


def test_no_condition_always_holds() -> None:
    assert evaluate(None, Facts()) is True


def test_the_state_is_known_from_the_start() -> None:
    assert evaluate(StateIs("resolved"), Facts()) is False
    assert evaluate(StateIs("resolved"), Facts(is_resolved=True)) is True


@given(conditions, facts_known_or_not)
def test_a_double_negation_changes_nothing(condition: Condition, facts: Facts) -> None:
    assert evaluate(Not(Not(condition)), facts) is evaluate(condition, facts)


@given(conditions, conditions, facts_known_or_not)
def test_any_and_all_are_each_others_mirror(left: Condition, right: Condition, facts: Facts) -> None:
    both = evaluate(AllOf((left, right)), facts)
    mirrored = evaluate(Not(AnyOf((Not(left), Not(right)))), facts)
    assert both is mirrored


@given(conditions, facts_known_or_not)
def test_what_is_decided_stays_decided_when_more_becomes_known(condition: Condition, facts: Facts) -> None:
    """Unknown is the only value that a new severity or answer may change."""
    before = evaluate(condition, facts)
    fuller = Facts(
        severity=facts.severity or "Low",
        answers={"a": True, "b": False, "c": True} | dict(facts.answers),
        elapsed_seconds=facts.elapsed_seconds,
        is_resolved=facts.is_resolved,
    )
    after = evaluate(condition, fuller)
    assert after is not None
    assert before is None or before is after


@given(conditions, facts_known_or_not)
def test_a_condition_waits_for_something_exactly_while_it_does_not_hold(condition: Condition, facts: Facts) -> None:
    if evaluate(condition, facts) is True:
        assert waiting_for(condition, facts) == ()
    else:
        assert holding(condition, facts) == ()
        for part in waiting_for(condition, facts):
            assert evaluate(part, facts) is not True


@given(conditions, st.integers(0, 20_000))
def test_between_two_thresholds_the_clock_changes_nothing(condition: Condition, at: int) -> None:
    later = next_elapsed(condition, at)
    until = at + 5000 if later is None else later - 1
    facts = Facts(severity="High", answers={"a": True}, elapsed_seconds=at)
    moved = Facts(severity="High", answers={"a": True}, elapsed_seconds=until)
    assert evaluate(condition, facts) is evaluate(condition, moved)


def test_what_a_condition_depends_on_can_be_listed() -> None:
    assert list(leaves(AGENCIES)) == [LEVELS, HOUR, BREACHED]
    assert elapsed_thresholds(AllOf((HOUR, AnyOf((Elapsed(60), HOUR))))) == (60, 3600)
    assert questions_in(AGENCIES) == ("breached",)
    assert severities_in(Not(AGENCIES)) == ("High", "Medium")
    assert next_elapsed(AGENCIES, 10) == 3600
    assert next_elapsed(AGENCIES, 3600) is None


def test_what_would_open_a_step_and_what_opened_it_can_be_named() -> None:
    waiting = Facts(severity="High")
    assert waiting_for(AGENCIES, waiting) == (HOUR, BREACHED)
    assert holding(AGENCIES, Facts(severity="High", answers={"breached": True})) == (LEVELS, BREACHED)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (None, "always"),
        (LEVELS, "at High or Medium"),
        (SeverityIn(("P1", "P2", "P3")), "at P1, P2 or P3"),
        (AGENCIES, "at High or Medium, when 60 minutes have passed or their customers' data has been breached"),
        (StateIs("resolved"), "when the incident is resolved"),
        (AllOf((LEVELS, StateIs("resolved"))), "at High or Medium, when the incident is resolved"),
        (Not(BREACHED), "unless their customers' data has been breached"),
        (Not(SeverityIn(("SEV1",))), "not at SEV1"),
        (AllOf((AnyOf((HOUR, BREACHED)), StateIs("resolved"))),
         "when (60 minutes have passed or their customers' data has been breached) and the incident is resolved"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_english(condition: Condition | None, said: str) -> None:
    assert describe(condition, PLAYBOOK) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "1 minute"), (1800, "30 minutes"), (3600, "60 minutes"), (7200, "2 hours"), (259200, "72 hours"),
     (432000, "5 days"), (61, "61 seconds"), (97200, "27 hours"), (266400, "4440 minutes")],
)  # fmt: skip
def test_a_length_of_time_is_said_in_its_natural_unit(seconds: int, said: str) -> None:
    assert duration(seconds) == said


@given(conditions)
def test_every_condition_can_be_described(condition: Condition) -> None:
    assert describe(condition, PLAYBOOK)
