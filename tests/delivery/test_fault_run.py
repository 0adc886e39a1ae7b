"""Real worker processes, killed at random, behind lines that fail: what the receivers saw."""

from __future__ import annotations

from pathlib import Path

from tests.delivery.fault_run import Order, run


def test_killed_workers_and_faulty_lines_lose_nothing_and_keep_order(tmp_path: Path) -> None:
    figures = run(Order(count=120, kills=4, seed=7), tmp_path)
    assert figures.kills == 4, figures
    assert figures.statuses == {"sent": 120}, figures
    assert (figures.arrived, figures.strangers, figures.out_of_order) == (120, 0, 0), figures
    assert figures.repeats["askable"] == 0, figures


def test_processes_that_stay_alive_send_each_message_exactly_once(tmp_path: Path) -> None:
    figures = run(Order(count=120, kills=0, workers=3, trouble=0, lease_seconds=60), tmp_path)
    assert figures.statuses == {"sent": 120}, figures
    assert (figures.arrived, figures.out_of_order) == (120, 0), figures
    assert figures.repeats == {"email": 0, "webhook": 0, "askable": 0}, figures
    assert figures.outcomes == {"sent": 120}, figures
