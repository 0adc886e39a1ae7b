"""The doctor looks at everything and says what to mend."""

from __future__ import annotations

import pytest

from tests.desk.cast import declare
from tocsin.project.doctor import Finding, examine
from tocsin.project.options import Settings
from tocsin.store.models import EventRow

pytestmark = pytest.mark.django_db


def _by_name(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(settings)}


def test_a_sound_installation_is_well() -> None:
    found = _by_name(Settings({}, {}))
    assert all(finding.is_well for finding in found.values()), found
    assert {"Database", "Event log", "Clock", "Connector room"} <= set(found)


def test_a_changed_event_is_named() -> None:
    declare()
    EventRow.objects.filter(seq=1).update(by="person:99")
    finding = _by_name(Settings({}, {}))["Event log"]
    assert not finding.is_well
    assert "INC-1" in finding.summary
    assert "backup" in finding.mend


def test_a_mail_server_that_does_not_answer_is_named() -> None:
    settings = Settings({"TOCSIN_SMTP_HOST": "127.0.0.1", "TOCSIN_SMTP_PORT": "1", "TOCSIN_SMTP_SECURITY": "none"}, {})
    finding = _by_name(settings)["Connector email"]
    assert not finding.is_well
    assert "TOCSIN_SMTP_HOST" in finding.mend


def test_a_setting_that_cannot_be_used_is_named() -> None:
    finding = _by_name(Settings({"TOCSIN_SMTP_HOST": "mail", "TOCSIN_SMTP_SECURITY": "maybe"}, {}))["Connectors"]
    assert not finding.is_well
    assert "TOCSIN_SMTP_SECURITY" in finding.summary
