"""Incidents lived behind a faulty line, with workers killed: Slack holds each message once, in order."""

from __future__ import annotations

from pathlib import Path

from tests.integrations.slack.fault_run import Order, run


def test_killed_workers_and_a_faulty_line_lose_and_repeat_nothing(tmp_path: Path) -> None:
    figures = run(Order(incidents=6, kills=3), tmp_path)
    assert figures.is_kept, figures
    assert (figures.incidents, figures.kills) == (6, 3), figures
    assert figures.calls > figures.messages, figures
