"""Promise (f): a connector that fails or hangs never blocks a command."""

from __future__ import annotations

from tests.promises.installation import Installation


def test_commands_go_on_while_a_connector_hangs(place: Installation) -> None:
    """The worker is in the middle of a send that does not return; twenty commands are run, and their messages wait."""
    answer = place.ask("run-while-hanging", 20)
    assert answer["committed"] == 20
    assert answer["was_hanging"] is True
    assert answer["waiting"] >= 20


def test_commands_go_on_while_a_connector_fails_and_the_failure_can_be_seen(place: Installation) -> None:
    answer = place.ask("run-while-failing", 20)
    assert answer["committed"] == 20
    assert answer["sent"] == 0
    assert "The hook is down" in answer["last_error"]
    assert place.ask("look")["faults"] == []
