"""The log can be written down, read back, told in words and followed back to its causes."""

from __future__ import annotations

import inspect
import json
from datetime import datetime, timedelta, timezone
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.incident.documents import EVERYTHING, PARCELS
from tests.incident.story import REPORTER, START, Story, at
from tocsin.errors import CorruptError, RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident import decide as decide_module
from tocsin.incident import events as ev
from tocsin.incident import evolve as evolve_module
from tocsin.incident import refusals, timeline
from tocsin.incident.codec import event_from_json, event_to_json
from tocsin.incident.evolve import evolve, fold
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.state import IncidentState
from tocsin.incident.timeline import describe
from tocsin.incident.why import why_event, why_step

KINDS = sorted(
    (
        kind
        for kind in vars(ev).values()
        if inspect.isclass(kind) and issubclass(kind, ev.Event) and kind is not ev.Event
    ),
    key=lambda kind: kind.__name__,
)
TIMES = st.integers(0, 10**10).map(lambda number: START + timedelta(milliseconds=number))


def any_event() -> st.SearchStrategy[ev.Event]:
    """Any event at all, built from its fields' types."""

    def of(kind: type[ev.Event]) -> st.SearchStrategy[ev.Event]:
        hints: dict[str, Any] = get_type_hints(kind)
        names = st.lists(st.text(max_size=8), max_size=3).map(tuple)
        special: dict[Any, st.SearchStrategy[Any]] = {datetime: TIMES, datetime | None: st.none() | TIMES}
        special |= {tuple[str, ...]: names, str: st.text(max_size=20)}
        return st.builds(kind, **{n: special[h] if h in special else st.from_type(h) for n, h in hints.items()})

    # Made once for all draws: with many kinds of event, making them is what takes the time.
    return st.sampled_from([of(kind) for kind in KINDS]).flatmap(lambda made: made)


@given(any_event())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_event_comes_back_from_json_as_it_was(event: ev.Event) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


@given(st.lists(any_event(), max_size=6))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_folding_never_fails_whatever_the_log_holds(events: list[ev.Event]) -> None:
    declared = ev.IncidentDeclared(at=START, by=REPORTER, title="x", playbook="d", began_at=START)
    state = fold(EVERYTHING, [declared, *events])
    assert state.version == len(events) + 1
    assert all(describe(event, state) for event in events)


def test_times_are_written_in_utc_with_microseconds() -> None:
    paris = timezone(timedelta(hours=2))
    event = ev.NoteAdded(at=datetime(2026, 7, 1, 12, 0, tzinfo=paris), by=REPORTER, text="x")
    assert event_to_json(event)["at"] == "2026-07-01T10:00:00.000000+00:00"


NOTE = event_to_json(ev.NoteAdded(at=START, by=REPORTER, text="x"))


@pytest.mark.parametrize(
    "broken",
    [
        {},
        NOTE | {"type": "NoteBurnt"},
        NOTE | {"type": "Event"},
        NOTE | {"type": None},
        NOTE | {"schema": 2},
        NOTE | {"extra": 1},
        NOTE | {"at": "yesterday"},
        NOTE | {"at": "2026-03-02T14:00:00"},
        NOTE | {"at": 5},
        NOTE | {"text": 5},
        NOTE | {"cause": True},
        {name: part for name, part in NOTE.items() if name != "text"},
        event_to_json(ev.CallShared(at=START, by=REPORTER, url="u", audiences=())) | {"audiences": "all"},
        event_to_json(ev.QuestionAnswered(at=START, by=REPORTER, question="q", answer="yes")) | {"answer": "maybe"},
    ],
)
def test_what_was_not_written_by_tocsin_is_corrupt(broken: dict[str, Any]) -> None:
    with pytest.raises(CorruptError):
        event_from_json(broken)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_has_a_sentence(kind: type[ev.Event]) -> None:
    assert kind in timeline._SENTENCES


def test_every_command_has_a_handler() -> None:
    kinds = {
        k for k in vars(cmd).values() if inspect.isclass(k) and issubclass(k, cmd.Command) and k is not cmd.Command
    }
    assert set(decide_module._HANDLERS) == kinds


def test_every_event_changes_the_state_or_is_only_told() -> None:
    told_only = {
        ev.AudienceNotified,
        ev.NoteAdded,
        ev.DeclaredInChannel,
        ev.CallShared,
        ev.DocumentConsulted,
        ev.ResolutionAnnounced,
        ev.EvidenceRetained,
        ev.HotfixReleased,
    }
    assert set(KINDS) - set(evolve_module._CHANGES) == told_only


@pytest.mark.parametrize(
    ("minutes", "command", "says"),
    [
        (1, cmd.PostUpdate(by=REPORTER, text="Looking"), "Rae posted update 1 to #parcel-status: Looking."),
        (
            1,
            cmd.PostUpdate(by=REPORTER, is_no_change=True),
            "Rae posted update 1 to #parcel-status: nothing has changed.",
        ),
        (1, cmd.AssignSeverity(by=REPORTER, severity="Low"), "Rae set the severity from High to Low."),
        (1, cmd.AnswerQuestion(by=REPORTER, question="attack", answer="yes"), "Rae answered “it is an attack”: yes."),
        (1, cmd.CompleteStep(by=REPORTER, step="begin-2"), "Rae did “Declare it in #parcel-status”."),
        (
            1,
            cmd.SkipStep(by=REPORTER, step="begin-2", reason="No need"),
            "Rae skipped “Declare it in #parcel-status”: No need.",
        ),
        (1, cmd.NotifyAudience(by=REPORTER, audience="shops", text="Down!"), "Rae told shops: Down!"),
        (1, cmd.ResolveIncident(by=REPORTER, summary="Disk full"), "Rae resolved the incident: Disk full."),
        (
            30,
            cmd.AdvanceClock(),
            "Tocsin reminded that it is due: “Send updates to #parcel-status every 30 minutes”, to Rae.",
        ),
        (
            1,
            cmd.SnoozePromise(by=REPORTER, promise="mend-5.1.1", until=at(40)),
            "Rae put “Send updates to #parcel-status every 30 minutes” off until 14:40 UTC.",
        ),
    ],
)
def test_the_timeline_reads_as_sentences(minutes: float, command: cmd.Command, says: str) -> None:
    story = Story(PARCELS).declared(severity="High")
    assert describe(story.when(minutes, command)[0], story.state) == says


def test_the_first_sentence_says_who_declared_what() -> None:
    story = Story(PARCELS).declared(is_suspected=True, began_at=at(-10))
    assert describe(story.log[0], story.state) == (
        "Rae declared a suspected incident: Tracking is down. It began at 13:50 UTC."
    )


def test_why_follows_a_reminder_back_to_what_a_person_did() -> None:
    story = Story(PARCELS).declared().given((40, cmd.AssignSeverity(by=REPORTER, severity="High")))
    story.time_passes_to(70)
    number = max(
        n for n, e in enumerate(story.log, 1) if isinstance(e, ev.PromiseReminded) and e.promise == "mend-5.1.1"
    )
    chain = why_event(story.log, number, story.state)
    assert [type(story.log[link.number - 1]).__name__ for link in chain] == [
        "PromiseReminded",
        "PromiseMade",
        "SeverityAssigned",
    ]
    assert [link.line for link in chain] == [42, 42, None]
    assert chain[-1].text == "Rae set the severity to High."


def test_why_of_a_step_is_that_of_the_room() -> None:
    story = Story(PARCELS).declared().given((1, cmd.AddStep(by=REPORTER, phase="After", text="Sleep")))
    assert why_step(story.state, "judge-3", at(1)) == story.step("judge-3", 1).why
    assert why_step(story.state, "added-1", at(1)) == "Added by Rae at 14:01 UTC."
    with pytest.raises(refusals.UnknownStepError):
        why_step(story.state, "nowhere", at(1))


def test_every_refusal_says_what_to_do_and_can_be_mended_by_the_caller() -> None:
    kinds = [k for k in vars(refusals).values() if inspect.isclass(k) and issubclass(k, CommandRefusedError)]
    assert len(kinds) > 15
    for kind in kinds:
        assert issubclass(kind, RefusedError)
        assert len(str(kind())) > 20 and str(kind()).endswith(".")


def test_an_event_that_speaks_of_nothing_known_only_counts() -> None:
    state = IncidentState(playbook=PARCELS)
    kept = ev.PromiseKept(at=START, by=REPORTER, promise="none", late_seconds=0, evidence="x")
    assert evolve(state, kept).version == 1
