"""A simulation is an incident on a virtual clock: the same decisions, at the same moments."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.incident.documents import EVERYTHING, PARCELS
from tocsin.incident import events as ev
from tocsin.incident.evolve import fold
from tocsin.incident.lanes import Bar, lanes_of
from tocsin.incident.marks import Mark
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.simulate import Simulation, simulate
from tocsin.incident.svg import clock, draw

HOUR = 3600


def of_line(simulation: Simulation, line: int, *kinds: str) -> list[tuple[int, str]]:
    return [(e.at // 60, e.kind) for e in simulation.entries if e.line == line and (not kinds or e.kind in kinds)]


def test_people_keep_the_cadence_when_it_is_due() -> None:
    simulation = simulate(PARCELS, severity="High", duration_seconds=2 * HOUR)
    assert of_line(simulation, 42, "due") == [(30, "due"), (60, "due"), (90, "due"), (120, "due")]
    assert of_line(simulation, 42, "tells") == [(30, "tells"), (60, "tells"), (90, "tells"), (120, "tells")]
    assert of_line(simulation, 42, "overdue", "escalates") == []


def test_an_entry_has_the_shape_that_the_command_prints() -> None:
    simulation = simulate(PARCELS, severity="High", duration_seconds=HOUR)
    due = next(entry for entry in simulation.entries if entry.kind == "due")
    assert due.as_json() == {
        "at": 1800,
        "kind": "due",
        "line": 42,
        "text": "Send updates to #parcel-status every 30 minutes",
        "to": ["#parcel-status"],
        "why": "Due now. Every 30 minutes, counted from the severity at 09:00 UTC (line 42).",
    }


def test_with_everybody_absent_each_reminder_shows_and_nothing_is_done() -> None:
    simulation = simulate(PARCELS, severity="High", duration_seconds=HOUR, absent=True)
    assert of_line(simulation, 42) == [
        (0, "opens"),
        (25, "reminds"),
        (30, "due"),
        (35, "overdue"),
        (40, "escalates"),
        (45, "escalates"),
        (55, "escalates"),
    ]
    told = next(entry.to for entry in simulation.entries if entry.kind == "escalates")
    assert told == ("communications lead", "incident commander")
    assert [e for e in simulation.entries if e.kind == "tells"] == []
    assert {e.line for e in simulation.entries if e.kind == "closes"} == {11, 20}, "ticked already, and the severity"


def test_an_hour_or_an_answer_opens_the_step_whichever_is_first() -> None:
    assert of_line(simulate(PARCELS, severity="High", duration_seconds=4 * HOUR), 30, "opens") == [(60, "opens")]
    answered = simulate(
        PARCELS, severity="High", duration_seconds=4 * HOUR, answers=[("addresses-breached", "yes", 1200)]
    )
    assert of_line(answered, 30) == [(20, "opens"), (20, "due"), (20, "tells"), (20, "closes")]


def test_a_low_incident_is_quiet() -> None:
    simulation = simulate(PARCELS, severity="Low", duration_seconds=24 * HOUR)
    assert {e.kind for e in simulation.entries} <= {"opens", "closes", "tells"}
    assert simulation.state.promises == {}


def test_resolving_closes_and_opens_what_follows() -> None:
    simulation = simulate(PARCELS, severity="High", duration_seconds=4 * HOUR, resolve_at=3 * HOUR)
    assert (180, "withdrawn") in of_line(simulation, 42)
    assert of_line(simulation, 37)[0] == (180, "opens")
    assert of_line(simulation, 44, "tells", "closes") == [(184, "tells"), (184, "closes")]
    assert all(at > 180 for at, kind in of_line(simulation, 49) if kind == "closes"), "the report follows the incident"
    assert simulation.state.status == "resolved"


def test_an_answer_may_suggest_a_severity() -> None:
    simulation = simulate(
        PARCELS, severity="Medium", duration_seconds=HOUR, answers=[("addresses-breached", "yes", 600)]
    )
    suggested = [e for e in simulation.entries if e.kind == "suggests"]
    assert [(e.at, e.line, e.text, e.to) for e in suggested] == [
        (600, 21, "Severity High is suggested", ("incident commander",))
    ]


def test_nothing_lies_after_the_end() -> None:
    simulation = simulate(
        PARCELS, severity="High", duration_seconds=1000, answers=[("attack", "yes", 2000)], resolve_at=3000
    )
    assert max(entry.at for entry in simulation.entries) <= 1000
    assert simulation.state.status == "active"


@pytest.mark.parametrize("playbook", [PARCELS, EVERYTHING], ids=lambda playbook: playbook.source)
@pytest.mark.parametrize("absent", [False, True])
def test_the_log_of_a_simulation_is_a_log_like_any_other(playbook: object, absent: bool) -> None:
    chosen = PARCELS if playbook is PARCELS else EVERYTHING
    simulation = simulate(
        chosen, severity=chosen.severities[0].name, duration_seconds=72 * HOUR, resolve_at=60 * HOUR, absent=absent
    )
    assert fold(chosen, simulation.events) == simulation.state
    assert [entry.at for entry in simulation.entries] == sorted(entry.at for entry in simulation.entries)
    if not absent:
        assert [p for p in simulation.state.promises.values() if p.late_seconds] == [], "people act when it is due"


def test_the_same_simulation_twice_is_the_same() -> None:
    first, second = (simulate(EVERYTHING, severity="SEV1", duration_seconds=9 * HOUR) for _ in range(2))
    assert first.events == second.events


def test_a_severity_the_playbook_does_not_have_is_refused() -> None:
    with pytest.raises(CommandRefusedError, match="Choose High, Medium or Low"):
        simulate(PARCELS, severity="Mauve", duration_seconds=HOUR)


def test_a_playbook_without_steps_can_be_simulated() -> None:
    empty = replace(PARCELS, phases=(), severities=(), questions=())
    assert simulate(empty, severity=None, duration_seconds=HOUR).entries == ()


# --- the picture --------------------------------------------------------------------------------------------------


def picture(simulation: Simulation) -> ElementTree.Element:
    lanes = lanes_of(simulation.events, simulation.state, simulation.duration_seconds)
    drawn = draw(lanes, title="A <title>", description="Told & shown", duration_seconds=simulation.duration_seconds)
    return ElementTree.fromstring(drawn)


SVG = "{http://www.w3.org/2000/svg}"


def test_lanes_are_phases_and_bars_tell_from_when_to_when_a_step_was_open() -> None:
    simulation = simulate(PARCELS, severity="High", duration_seconds=4 * HOUR, resolve_at=3 * HOUR)
    lanes = lanes_of(simulation.events, simulation.state, 4 * HOUR)
    assert [lane.title for lane in lanes] == ["Incident", "Begin", "Judge", "Mend", "After"]
    rows = {row.line: row for lane in lanes for row in lane.rows}
    assert rows[42].bars == (Bar(0, 3 * HOUR, "done"),)
    assert rows[30].bars == (Bar(HOUR, HOUR, "done"),)
    assert rows[49].depth == 1
    assert 31 not in rows, "a step that never opened is not drawn"


def test_a_withdrawn_step_and_its_return_are_two_bars() -> None:
    simulation = simulate(
        PARCELS,
        severity="High",
        duration_seconds=2 * HOUR,
        answers=[("attack", "yes", 60), ("attack", "no", 120), ("attack", "yes", 600)],
        absent=True,
    )
    rows = {row.line: row for lane in lanes_of(simulation.events, simulation.state, 2 * HOUR) for row in lane.rows}
    assert rows[31].bars == (Bar(60, 120, "withdrawn"), Bar(600, 2 * HOUR, "open"))


def test_the_picture_says_in_words_what_it_shows() -> None:
    root = picture(simulate(PARCELS, severity="High", duration_seconds=2 * HOUR, absent=True))
    assert root.get("role") == "img"
    labels = (root.get("aria-labelledby") or "").split()
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert [named[label] for label in labels] == ["A <title>", "Told & shown"]
    marks = [e for e in root.iter() if (e.get("class") or "").startswith(("mark", "m-"))]
    told = [e.findtext(f"{SVG}title") for e in marks if e.find(f"{SVG}title") is not None]
    assert "0:30 due: Send updates to #parcel-status every 30 minutes → #parcel-status" in told


def test_the_picture_follows_light_and_dark_and_stays_inside_its_frame() -> None:
    simulation = simulate(EVERYTHING, severity="SEV1", duration_seconds=72 * HOUR, absent=True)
    root = picture(simulation)
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")
    width, height = (float(root.get(side) or 0) for side in ("width", "height"))
    for bar in root.iter(f"{SVG}rect"):
        assert float(bar.get("x") or 0) + float(bar.get("width") or 0) <= width
        assert float(bar.get("y") or 0) + float(bar.get("height") or 0) <= height


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (1800, "0:30"), (4 * HOUR, "4:00"), (54 * HOUR, "2 d 6:00")]
)
def test_times_from_the_start_are_said_shortly(seconds: int, said: str) -> None:
    assert clock(seconds) == said


def test_each_kind_of_mark_has_its_own_shape() -> None:
    from tocsin.incident.svg import _NAMES, _shape

    shapes = [_shape(kind, 0, 0) for kind in _NAMES]
    outlines = {shape.split("class")[0] + shape.split(" d=")[-1].split("r=")[-1] for shape in shapes}
    assert len(outlines) == len(_NAMES)


def test_a_log_that_opens_nothing_draws_the_incident_alone() -> None:
    empty = replace(PARCELS, phases=(), severities=(), questions=())
    simulation = simulate(empty, severity=None, duration_seconds=HOUR)
    assert [lane.title for lane in lanes_of(simulation.events, simulation.state, HOUR)] == ["Incident"]
    assert isinstance(simulation.events[0], ev.IncidentDeclared)
    assert Mark(0, "opens", 1, "x", (), "y").as_json()["to"] == []
