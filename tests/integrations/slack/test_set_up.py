"""Setting Slack up: the manifest, the self-check, and both ways for Slack to reach the app."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from django.test import Client

from tests.integrations.slack.described import DESCRIPTION, check_arguments
from tests.integrations.slack.workspace import Workspace, workspace
from tests.outside.fault_proxy import http_answer
from tests.outside.socket_mode import SocketModeServer
from tocsin.integrations.slack import listen, probe
from tocsin.integrations.slack.listen import EVENTS
from tocsin.integrations.slack.work import SHORTCUT
from tocsin.project.options import Settings
from tocsin.project.wiring import slack_from
from tocsin.store import queries

MANIFEST = Path(probe.__file__).parent / "manifest.yml"


def manifest() -> dict[str, object]:
    return dict(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))


def test_the_manifest_asks_for_what_the_self_check_checks() -> None:
    assert manifest()["oauth_config"]["scopes"]["bot"] == list(probe.SCOPES)  # type: ignore[index]


def test_the_manifest_subscribes_to_what_is_listened_to() -> None:
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]  # type: ignore[index]
    assert {event.partition(".")[0] for event in events} == set(EVENTS)
    assert manifest()["features"]["shortcuts"][0]["callback_id"] == SHORTCUT  # type: ignore[index]


def test_the_self_check_is_content_with_a_good_set_up(slack: Workspace) -> None:
    found = slack.parts.connector.probe()
    assert (found.is_well, found.mend) == (True, "")
    assert "Harbour as tocsin, by HTTP" in found.summary


@pytest.mark.parametrize(
    ("settings", "summary", "mend"),
    [
        ({"bot_token": ""}, "No bot token", "TOCSIN_SLACK_BOT_TOKEN"),
        ({"signing_secret": ""}, "Nothing says how", "TOCSIN_SLACK_SIGNING_SECRET"),
        ({"channel_map": {"c0harbour1": "C0NOWHERE"}}, "channel_not_found", "Invite the app"),
        ({"api_url": "http://localhost:9/api/"}, "cannot be reached", "TOCSIN_SLACK_API_URL"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_self_check_says_what_to_mend(tmp_path: Path, settings: dict[str, object], summary: str, mend: str) -> None:
    with workspace(tmp_path, **settings) as slack:
        found = slack.parts.connector.probe()
    assert not found.is_well
    assert summary in found.summary
    assert mend in found.mend


def test_the_self_check_names_scopes_that_are_missing(slack: Workspace) -> None:
    granted = ",".join(scope for scope in probe.SCOPES if scope != "bookmarks:write")
    headers = {"Content-Type": "application/json", "x-oauth-scopes": granted}
    said = http_answer(200, headers, b'{"ok":true,"team":"Harbour","user":"tocsin"}')
    slack.faults.choose = lambda number: said
    found = slack.parts.connector.probe()
    assert "bookmarks:write" in found.summary
    assert "manifest" in found.mend


def test_settings_become_slack(tmp_path: Path) -> None:
    given = {
        "TOCSIN_DATA": str(tmp_path),
        "TOCSIN_SLACK_BOT_TOKEN": "xoxb-1",
        "TOCSIN_SLACK_SIGNING_SECRET": "s",
        "TOCSIN_SLACK_CHANNEL_MAP": "#ops=C1",
        "TOCSIN_SLACK_INCIDENT_CHANNELS": "yes",
        "TOCSIN_SLACK_NOTE_REACTION": ":pencil:",
    }
    assert slack_from(Settings({"TOCSIN_DATA": str(tmp_path)}, {}), lambda: None) is None  # type: ignore[arg-type, return-value]
    found = slack_from(Settings(given, {}), lambda: None)  # type: ignore[arg-type, return-value]
    assert found is not None
    config = found.config
    assert (config.channel_map, config.has_incident_channels, config.note_reaction) == ({"#ops": "C1"}, True, "pencil")
    assert "xoxb-1" not in repr(config)
    found.inbox.stop()


def test_slack_reaches_its_page_without_the_token_of_our_forms(slack: Workspace) -> None:
    """The page checks Slack's signature; where Slack is not set up there is no such page."""
    client = Client(enforce_csrf_checks=True)
    assert client.post("/slack/events", b"{}", "application/json").status_code == 404
    listen.hand_in(slack.parts.app)
    try:
        assert client.post("/slack/events", b"{}", "application/json").status_code == 401
    finally:
        listen.hand_in(None)


@pytest.mark.django_db
def test_acknowledging_asks_nothing_of_the_database(slack: Workspace, django_assert_num_queries: object) -> None:
    slack.parts.inbox.stop()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert slack.press("ana", "incident:join", {"ref": "INC-1"}).status_code == 200


def test_slacks_published_description_is_there_to_be_checked_against(shared: Path) -> None:
    assert shared / "specs" / "slack_web_openapi_v2.json" == DESCRIPTION
    check_arguments("chat.postMessage", {"channel": "C1", "text": "Hello"})
    with pytest.raises(AssertionError, match=r"chat\.postMessage has no"):
        check_arguments("chat.postMessage", {"channel": "C1", "words": "Hello"})
    with pytest.raises(AssertionError, match="needs"):
        check_arguments("chat.update", {"channel": "C1"})


def test_socket_mode_hears_the_same_as_http(slack: Workspace) -> None:
    """With an app token the app connects by itself, and what comes down the line is acknowledged and worked off."""
    stop = threading.Event()
    with SocketModeServer() as line:
        config = replace(slack.parts.config, app_token="xapp-1", api_url=f"http://127.0.0.1:{line.port}/api/")
        parts = replace(slack.parts, config=config)
        listener = threading.Thread(target=parts.hear_by_socket, args=[stop])
        listener.start()
        try:
            who = {"team_id": slack.team, "user_id": slack.users["ana"], "channel_id": slack.channels["general-ops"]}
            command = {"command": "/incident", "text": "", "trigger_id": slack.trigger(), **who}
            answer = line.send("slash_commands", command)
            assert set(answer) >= {"envelope_id"}
            slack.settle()
            slack.submit("ana", title="Heard by socket")
            slack.settle()
        finally:
            stop.set()
            listener.join(10)
    assert [row.title for row in queries.incidents()] == ["Heard by socket"]
